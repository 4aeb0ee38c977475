//! Taking over what can still be read of a damaged file, row by row.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use crate::case::Digest;

use super::fault::StoreFault;
use super::open::Place;
use super::writer::Desk;

/// Unreadable places in a row after which the rest is given up: a damaged page holds a few rows.
const HOLES_LIMIT: u32 = 4_096;

/// Columns of a case, moved as they are.
const COLUMNS: [&str; 22] = [
    "id",
    "digest",
    "state",
    "epoch",
    "seq",
    "key",
    "filing_number",
    "person",
    "task_code",
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
    /// Epoch of the damaged file, if it could be read.
    pub(super) epoch: Option<String>,
}

struct Found {
    id: i64,
    body: Option<Value>,
    columns: Vec<Value>,
}

/// Copies every readable case of `aside` whose body matches its digest. The damaged file is only read;
/// its attempt log and its ratings stay there.
///
/// # Errors
/// Only of writing the new file; damage in the old one is skipped.
pub(super) fn salvage(desk: &mut Desk, place: &Place, aside: &Path) -> Result<Taken, StoreFault> {
    let Ok(old) = place.database(aside, OpenFlags::SQLITE_OPEN_READ_ONLY) else {
        return Ok(Taken::default());
    };
    let mut taken = Taken {
        cases: 0,
        epoch: old
            .query_row("SELECT epoch FROM meta", [], |row| row.get(0))
            .ok(),
    };
    let mut transaction = desk.db.transaction()?;
    let (mut after, mut holes) = (0_i64, 0_u32);
    while holes < HOLES_LIMIT {
        match next(&old, after) {
            Ok(None) => break,
            // A page whose numbers are not in order would be walked round and round.
            Ok(Some(found)) if found.id <= after => {
                after = after.saturating_add(1);
                holes += 1;
            }
            Ok(Some(found)) => {
                (after, holes) = (found.id, 0);
                if !sound(&found) {
                    continue;
                }
                let mut both = transaction.savepoint()?;
                match copy(&both, found) {
                    Ok(n) => {
                        both.commit()?;
                        taken.cases += n;
                    }
                    Err(_) => {
                        // A full disk: what is copied so far is worth more than no start at all.
                        both.rollback()?;
                        break;
                    }
                }
            }
            Err(_) => {
                after = after.saturating_add(1);
                holes += 1;
            }
        }
    }
    transaction.commit()?;
    Ok(taken)
}

fn next(old: &Connection, after: i64) -> rusqlite::Result<Option<Found>> {
    let mut statement = old.prepare(&format!(
        "SELECT {}, body FROM cases LEFT JOIN bodies ON case_id = id
         WHERE id > ?1 ORDER BY id LIMIT 1",
        COLUMNS.join(", ")
    ))?;
    let mut rows = statement.query([after])?;
    let Some(row) = rows.next()? else {
        return Ok(None);
    };
    let columns = (0..COLUMNS.len())
        .map(|i| row.get(i))
        .collect::<Result<_, _>>()?;
    Ok(Some(Found {
        id: row.get(0)?,
        body: row.get(COLUMNS.len())?,
        columns,
    }))
}

fn copy(new: &Connection, found: Found) -> rusqlite::Result<usize> {
    let marks = ["?"; COLUMNS.len()].join(", ");
    // A case that is there already came over in a run that was cut off.
    let insert = format!(
        "INSERT OR IGNORE INTO cases ({}) VALUES ({marks})",
        COLUMNS.join(", ")
    );
    let n = new.execute(&insert, params_from_iter(found.columns))?;
    if n == 1
        && let Some(body) = found.body
    {
        new.execute(
            "INSERT INTO bodies (case_id, body) VALUES (?1, ?2)",
            (found.id, body),
        )?;
    }
    Ok(n)
}

/// A body that is there must be the one that was frozen; what is gone was accepted.
fn sound(found: &Found) -> bool {
    match (&found.body, &found.columns[1]) {
        (Some(Value::Blob(body)), Value::Blob(digest)) => Digest::of(body).0[..] == digest[..],
        (None, Value::Blob(_)) => found.columns[2] == Value::Text("accepted".into()),
        _ => false,
    }
}
