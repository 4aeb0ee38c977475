//! Taking over what can still be read of a damaged file, row by row.

use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags, params_from_iter};

use crate::case::Digest;

use super::fault::StoreFault;
use super::writer::Desk;

/// Unreadable places in a row after which the rest is given up: a damaged page holds a few rows.
const HOLES_LIMIT: u32 = 4_096;

/// Columns of a case that move as they are. `body` and `digest` are the first two.
const COLUMNS: &str =
    "body, digest, id, epoch, seq, key, filing_number, person, task_code, task_name,
    state, attempts, stored_wall, stored_class, stored_boot, stored_ms, sblsh, sblsh_short,
    query_code, accepted_at, promise_until, rejected_code, rejected_detail";
const COLUMN_COUNT: usize = 23;

/// What was taken over.
#[derive(Default)]
pub(super) struct Taken {
    /// Cases.
    pub(super) cases: usize,
    /// Epoch of the damaged file, if it could be read.
    pub(super) epoch: Option<String>,
}

/// Copies every readable case of `aside` whose body matches its digest. The damaged file is only read.
///
/// # Errors
/// Only of writing the new file; damage in the old one is skipped.
pub(super) fn salvage(desk: &mut Desk, aside: &Path) -> Result<Taken, StoreFault> {
    let Ok(old) = Connection::open_with_flags(
        aside,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    ) else {
        return Ok(Taken::default());
    };
    let mut taken = Taken {
        cases: 0,
        epoch: old
            .query_row("SELECT epoch FROM meta", [], |row| row.get(0))
            .ok(),
    };
    let marks = vec!["?"; COLUMN_COUNT].join(", ");
    let insert = format!("INSERT OR IGNORE INTO cases ({COLUMNS}) VALUES ({marks})");
    let transaction = desk.db.transaction()?;
    let (mut after, mut holes) = (0_i64, 0_u32);
    while holes < HOLES_LIMIT {
        match next_row(&old, after) {
            Ok(None) => break,
            Ok(Some(row)) => {
                let Value::Integer(id) = row[2] else { break };
                (after, holes) = (id, 0);
                if sound(&row) {
                    match transaction.execute(&insert, params_from_iter(row)) {
                        Ok(n) => taken.cases += n,
                        // A full disk: what is copied so far is worth more than no start at all.
                        Err(_) => break,
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

fn next_row(old: &Connection, after: i64) -> rusqlite::Result<Option<Vec<Value>>> {
    let sql = format!("SELECT {COLUMNS} FROM cases WHERE id > ?1 ORDER BY id LIMIT 1");
    let mut statement = old.prepare(&sql)?;
    let mut rows = statement.query([after])?;
    rows.next()?
        .map(|row| (0..COLUMN_COUNT).map(|i| row.get(i)).collect())
        .transpose()
}

/// A body that is there must be the one that was frozen; what is gone was accepted.
fn sound(row: &[Value]) -> bool {
    match (&row[0], &row[1]) {
        (Value::Blob(body), Value::Blob(digest)) => Digest::of(body).0[..] == digest[..],
        (Value::Null, Value::Blob(_)) => row[10] == Value::Text("accepted".into()),
        _ => false,
    }
}
