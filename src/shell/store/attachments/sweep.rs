//! Files that no case names any more: what a cut left behind.

use std::collections::BTreeSet;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use crate::shell::store::fault::StoreFault;
use crate::shell::store::objects::ObjectName;
use crate::shell::store::place::Place;
use crate::shell::store::writer::Desk;

impl Desk {
    /// At the start, before anything is filed: rows of cases that an older firmware finished go, files of nobody go, and
    /// what is left is counted. A file that cannot be removed now is swept by a later start.
    /// Damage found here is for the next start, which checks the file: this one goes on.
    pub(in crate::shell::store) fn sweep_attachments(&mut self) {
        let swept = self.try_sweep();
        self.suspect |= matches!(swept, Err(StoreFault::Corrupt(_)));
    }

    fn try_sweep(&mut self) -> Result<(), StoreFault> {
        self.db.execute(
            "DELETE FROM objects WHERE case_id NOT IN (SELECT case_id FROM bodies)",
            [],
        )?;
        let sum = "SELECT ifnull(sum(bytes), 0) FROM objects";
        let bytes: i64 = self.db.query_row(sum, [], |row| row.get(0))?;
        self.attachments.bytes = bytes.unsigned_abs();
        let mut live = names_in(&self.db)?;
        let objects = &self.attachments.objects;
        if !objects.has_others(&live).unwrap_or(false) {
            return Ok(());
        }
        // A store that was set aside may be taken over later: what it names stays, and all if that cannot be read.
        for aside in self.place.asides() {
            match named_by(&self.place, &aside) {
                Ok(names) => live.extend(names),
                Err(_) => {
                    let _ = objects.sweep_parts();
                    return Ok(());
                }
            }
        }
        let _ = objects.sweep(&live);
        Ok(())
    }
}

fn names_in(db: &Connection) -> rusqlite::Result<BTreeSet<ObjectName>> {
    let mut statement = db.prepare("SELECT name FROM objects")?;
    let mut rows = statement.query([])?;
    let mut names = BTreeSet::new();
    while let Some(row) = rows.next()? {
        names.extend(ObjectName::parse(&row.get::<_, String>(0)?));
    }
    Ok(names)
}

/// What a store that was set aside names; nothing if it was made before stores named any.
fn named_by(place: &Place, aside: &Path) -> Result<BTreeSet<ObjectName>, StoreFault> {
    let db = place.database(aside, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let tables = |name: &str| -> rusqlite::Result<i64> {
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        db.query_row(sql, [name], |row| row.get(0))
    };
    // Without its cases it is no list of tables that could be believed.
    match (tables("cases")?, tables("objects")?) {
        (0, _) => Err(StoreFault::Corrupt("no cases".into())),
        (_, 0) => Ok(BTreeSet::new()),
        _ => Ok(names_in(&db)?),
    }
}
