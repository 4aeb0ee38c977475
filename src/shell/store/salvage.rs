//! Taking over what can still be read of a damaged store, row by row: first what SQLite finds, then what lies on its pages
//! and nobody leads to any more.

mod copies;
mod mend;
mod take;

use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{CachedStatement, Connection, OpenFlags, params_from_iter};
use zeroize::Zeroizing;

use crate::case::Key;

use super::attachments::{self, Attached, SealedAttached};
use super::bodies::{Sealed, body_bound, rejection_bound};
use super::fault::StoreFault;
use super::files::OpenFile;
use super::key_slots::{Header, erase, unwrap};
use super::machine_key::MachineKey;
use super::open;
use super::place::Place;
use super::raw::{self, Raw};
use super::seal::{Secret, XCHACHA20_POLY1305, unseal};
use super::writer::Desk;

/// Unreadable places in a row after which SQLite is asked no more.
const HOLES_LIMIT: u32 = 512;

/// Columns of a case, moved as they are but for the last, which is sealed anew. The first four are looked at.
const COLUMNS: [&str; 19] = [
    "id",
    "key",
    "task_code",
    "state",
    "digest",
    "person",
    "task_name",
    "attempts",
    "stored_wall",
    "stored_class",
    "stored_boot",
    "stored_ms",
    "sblsh",
    "sblsh_short",
    "query_code",
    "accepted_at",
    "promise_until",
    "rejected_code",
    "rejected_detail",
];

/// What was taken over.
#[derive(Default)]
pub(super) struct Taken {
    /// Cases.
    pub(super) cases: usize,
    /// Old slots of cases that are in the new store now.
    slots: Vec<u32>,
    /// Rows of the old store that are done with.
    rows: BTreeSet<i64>,
    /// It came to the end: what is not here could not be read, and trying again would not help.
    pub(super) complete: bool,
    /// Bodies that opened, and that did not.
    opened: usize,
    shut: usize,
    /// Highest row that was seen or told of, taken over or not.
    pub(super) last: i64,
}

impl Taken {
    /// No body opened although there are some: not damage but another key, even if the page that could say so is gone.
    pub(super) fn is_shut(&self) -> bool {
        self.opened == 0 && self.shut > 0
    }

    /// Destroys the old keys of what was taken over, or a copy of every case would stay readable beside the store for
    /// ever.
    ///
    /// # Errors
    /// Of the disk: the copy stays until the next time.
    pub(super) fn erase(&self, place: &Place, aside: &Path) -> Result<(), StoreFault> {
        if self.slots.is_empty() {
            return Ok(());
        }
        match place.files.open(&Place::keys_of(aside)) {
            Ok(file) => Ok(erase(&*file, &self.slots)?),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The damaged store.
struct Old {
    db: Connection,
    slots: Option<(Box<dyn OpenFile>, [u8; 16])>,
    raw: Option<(Raw, raw::Found)>,
    /// Cases filed at least.
    filed: i64,
    /// Key of the marks; nothing if none of ours made them. Then they are believed.
    mark: Option<Secret>,
}

/// A case as it lies in the damaged file.
struct Found {
    id: i64,
    key: Key,
    task_code: String,
    columns: Vec<Value>,
    body: Option<Sealed>,
    /// How it was settled if it was refused (`told`), and what it corrects: keys, or nothing.
    refusal: [Option<String>; 2],
    /// The columns are as they were written, as far as anybody can tell.
    sound: bool,
}

/// A case that is whole, with its body in clear.
struct Whole {
    found: Found,
    clear: Option<Clear>,
}

/// What was sealed.
struct Clear {
    /// Its old slot.
    slot: u32,
    body: Zeroizing<Vec<u8>>,
    /// What a refusal says.
    detail: Option<Zeroizing<Vec<u8>>>,
    /// Its files, which stay where they are.
    files: Vec<Attached>,
}

/// Copies every readable case of `aside` whose body authenticates, into the open transaction. The damaged files are only
/// read; the attempt log and the ratings stay there. A case whose row is there already is left out. `older` are keys that
/// the machine had before.
///
/// # Errors
/// Only of writing the new files; damage in the old ones is skipped.
pub(super) fn salvage(
    desk: &mut Desk,
    older: &[MachineKey],
    aside: &Path,
) -> Result<Taken, StoreFault> {
    let mut taken = Taken::default();
    let Ok(old) = Old::open(&desk.place, aside, &Keys(&desk.key, older)) else {
        return Ok(taken);
    };
    old.copy_epochs(&desk.db);
    taken.last = old.last();
    let order = copies::order(&desk.db)?;
    let (mut after, mut holes) = (0_i64, 0_u32);
    while holes < HOLES_LIMIT {
        let found = match old.next(after) {
            Ok(None) => break,
            // A page whose numbers are not in order would be walked round and round.
            Ok(Some(found)) if found.id > after => found,
            _ => {
                after = after.saturating_add(1);
                holes += 1;
                continue;
            }
        };
        (after, holes) = (found.id, 0);
        let newer = old.beyond_log(found.id, &order);
        let keys = Keys(&desk.key, older);
        let whole = newer.into_iter().find_map(|copy| old.whole(copy, &keys));
        let whole = whole.or_else(|| old.whole(found, &keys));
        if !desk.take(whole, after, &mut taken)? {
            return Ok(taken);
        }
    }
    for row in old.rows_on_pages() {
        taken.last = taken.last.max(row);
        if taken.rows.contains(&row) {
            continue;
        }
        let whole = old.best_copy(row, &order, &Keys(&desk.key, older));
        if whole.is_none() && old.has_body(row) && !desk.has_row(row)? {
            taken.shut += 1;
        }
        if !desk.take(whole, row, &mut taken)? {
            return Ok(taken);
        }
    }
    taken.complete = true;
    Ok(taken)
}

/// What is known of a store of which nothing is taken over now.
pub(super) fn untouched(desk: &Desk, older: &[MachineKey], aside: &Path) -> Taken {
    let old = Old::open(&desk.place, aside, &Keys(&desk.key, older));
    Taken {
        last: old.map_or(0, |old| {
            old.copy_epochs(&desk.db);
            old.last()
        }),
        ..Taken::default()
    }
}

/// The machine's key, and those it had before.
struct Keys<'a>(&'a MachineKey, &'a [MachineKey]);

impl Keys<'_> {
    fn all(&self) -> impl Iterator<Item = &MachineKey> {
        std::iter::once(self.0).chain(self.1)
    }
}

impl Old {
    fn open(place: &Place, aside: &Path, keys: &Keys<'_>) -> Result<Self, StoreFault> {
        let owner = open::owner(place, aside, keys.all());
        let db = place.database(aside, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let raw = Raw::open(place, aside).map(|raw| {
            let found = raw.look();
            (raw, found)
        });
        let slots = place.files.open(&Place::keys_of(aside)).ok();
        let header = slots.as_ref().and_then(|file| Header::read(&**file));
        let filed = header.as_ref().map_or(0, |header| header.filed);
        let store = header.map(|header| header.store).or_else(|| {
            db.query_row("SELECT store FROM meta", [], |row| row.get(0))
                .ok()
                .or(raw.as_ref().and_then(|(_, found)| found.store))
        });
        Ok(Self {
            db,
            slots: slots.zip(store),
            raw,
            mark: owner.map(|key| key.mark.clone()),
            filed: i64::try_from(filed).unwrap_or(0),
        })
    }

    /// Highest row that anything in it tells of: rows filed from now on come behind it.
    fn last(&self) -> i64 {
        let sql = "SELECT ifnull(max(id), 0) FROM cases";
        let there: i64 = self.db.query_row(sql, [], |row| row.get(0)).unwrap_or(0);
        let pages = self.rows_on_pages().into_iter().max();
        self.filed.max(there).max(pages.unwrap_or(0))
    }

    /// Epochs without cases count too: no number of theirs may come again. Those of the cases come with the cases.
    fn copy_epochs(&self, new: &Connection) {
        let epochs = |columns: &str| -> rusqlite::Result<Vec<Vec<Value>>> {
            let mut statement = self.db.prepare(&format!("SELECT {columns} FROM epochs"))?;
            let rows = statement.query_map([], |row| (0..5).map(|n| row.get(n)).collect())?;
            rows.collect()
        };
        // A file of the first version has no ends of chains.
        let sql = epochs("first, epoch, seq, head, gone")
            .or_else(|_| epochs("first, epoch, NULL, NULL, 0"));
        // The newest copy first.
        let raw = self.raw.iter();
        let raw = raw.flat_map(|(_, found)| found.epochs.iter().rev().cloned());
        for epoch in sql.unwrap_or_default().into_iter().chain(raw) {
            let _ = new.execute(
                "INSERT OR IGNORE INTO epochs (first, epoch, seq, head, gone) VALUES (?1, ?2, ?3, ?4, ?5)",
                params_from_iter(epoch),
            );
        }
    }

    /// What later versions added is behind the columns.
    fn select(&self) -> rusqlite::Result<CachedStatement<'_>> {
        let columns = COLUMNS.join(", ");
        let select = |added: &str| {
            self.db.prepare_cached(&format!(
                "SELECT {columns}, alg, slot, body, {added} FROM cases LEFT JOIN bodies ON case_id = id
                 WHERE id > ?1 ORDER BY id LIMIT 1",
            ))
        };
        select("told, corrects, mark")
            .or_else(|_| select("told, corrects, NULL"))
            .or_else(|_| select("NULL, NULL, NULL"))
    }

    fn next(&self, after: i64) -> rusqlite::Result<Option<Found>> {
        // What cannot even be asked is not asked for every row: of a damaged schema each question takes long.
        let Ok(mut statement) = self.select() else {
            return Ok(None);
        };
        let mut rows = statement.query([after])?;
        let Some(row) = rows.next()? else {
            return Ok(None);
        };
        let at = COLUMNS.len();
        let body = match row.get::<_, Option<u8>>(at)? {
            Some(alg) => Some(Sealed {
                alg,
                slot: row.get(at + 1)?,
                body: row.get(at + 2)?,
            }),
            None => None,
        };
        let columns = (0..at).map(|i| row.get(i)).collect::<Result<_, _>>()?;
        let refusal = [row.get(at + 3)?, row.get(at + 4)?];
        let found = Found::new(columns, &row.get(at + 5)?, self.mark.as_ref());
        Ok(Some(Found {
            body,
            refusal: refusal.map(copies::text),
            ..found.unwrap_or(Found::nobody(row.get(0)?))
        }))
    }

    /// A body that is there must be the one that was frozen.
    fn whole(&self, mut found: Found, keys: &Keys<'_>) -> Option<Whole> {
        let Some(sealed) = &found.body else {
            let settled = found.sound && found.needs_no_body();
            return settled.then(|| Whole {
                found: found.resealed(keys),
                clear: None,
            });
        };
        let (file, store) = self.slots.as_ref()?;
        let slot = sealed.slot;
        let mut opens = keys
            .all()
            .filter_map(|key| unwrap(&**file, &key.wrap, store, slot));
        let data_key = opens.next()?;
        if sealed.alg != XCHACHA20_POLY1305 {
            return None;
        }
        // What authenticates is what was frozen, whatever the column with its digest says.
        let bound = body_bound(sealed.alg, &found.key, found.id, &found.task_code);
        let body = unseal(&data_key, &bound, &sealed.body).ok()?;
        let detail = match &found.columns[COLUMNS.len() - 1] {
            Value::Blob(detail) => {
                let bound = rejection_bound(&found.key, found.id, &found.task_code);
                unseal(&data_key, &bound, detail).ok()
            }
            _ => None,
        };
        // A file without its key is missed when the case is to be sent.
        let files = attachments::rows::of_case(&self.db, found.id).unwrap_or_default();
        let open = |file: SealedAttached| file.open(&found.key, &data_key).ok();
        let clear = Clear {
            slot,
            files: files.into_iter().filter_map(open).collect(),
            detail,
            body,
        };
        found.mend(&clear.body, keys.0);
        Some(Whole {
            clear: Some(clear),
            found,
        })
    }
}
