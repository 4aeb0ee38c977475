//! A mark over the columns of a case that are not sealed, so that a bit that changed there is seen.
//!
//! The first eight bytes of SHA-256 over a key of the machine and the columns. A row without a mark is of an older
//! firmware, or one has changed it (a trigger of the schema takes the mark off then), and is believed.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row};
use sha2::{Digest as _, Sha256};

use super::fault::StoreFault;
use super::seal::Secret;

/// The columns it is over. Those that are added to the table later are not: an older firmware would not know of them.
pub(super) const MARKED: [&str; 19] = [
    "id",
    "state",
    "key",
    "person",
    "task_code",
    "task_name",
    "digest",
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

/// The mark of a row with these values of [`MARKED`].
pub(super) fn of<'a>(key: &Secret, values: impl Iterator<Item = ValueRef<'a>>) -> [u8; 8] {
    let mut hash = Sha256::new_with_prefix(&key[..]);
    for value in values {
        let (kind, bytes): (u8, &[u8]) = match value {
            ValueRef::Null => (0, &[]),
            ValueRef::Integer(n) => {
                hash.update([1]);
                hash.update(n.to_le_bytes());
                continue;
            }
            ValueRef::Real(_) => (2, &[]),
            ValueRef::Text(text) => (3, text),
            ValueRef::Blob(blob) => (4, blob),
        };
        hash.update([kind]);
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    }
    let mut mark = [0; 8];
    mark.copy_from_slice(&hash.finalize()[..8]);
    mark
}

/// Whether `mark` is none or that of the row.
pub(super) fn fits<'a>(
    key: &Secret,
    values: impl Iterator<Item = ValueRef<'a>>,
    mark: ValueRef<'_>,
) -> bool {
    match mark {
        ValueRef::Null => true,
        ValueRef::Blob(mark) => of(key, values) == mark,
        _ => false,
    }
}

/// As [`fits`], of a row that was read in another way.
pub(super) fn fits_values(key: &Secret, values: &[Value], mark: &Value) -> bool {
    fits(key, values.iter().map(ValueRef::from), mark.into())
}

/// Columns of a row that [`whole`] can look at, to stand behind others in a `SELECT`.
pub(super) fn columns() -> String {
    format!("{}, mark", MARKED.join(", "))
}

/// Whether a row is as it was written; [`columns`] begin at `first`.
pub(super) fn whole(key: &Secret, row: &Row<'_>, first: usize) -> bool {
    let values = (first..first + MARKED.len()).map(|n| row.get_ref(n).unwrap_or(ValueRef::Null));
    let mark = row.get_ref(first + MARKED.len()).unwrap_or(ValueRef::Null);
    fits(key, values, mark)
}

/// As [`whole`], as an error.
pub(super) fn check(key: &Secret, row: &Row<'_>, first: usize) -> Result<(), StoreFault> {
    if whole(key, row, first) {
        return Ok(());
    }
    Err(StoreFault::Corrupt("a row is not as it was written".into()))
}

/// Marks a row as it is now.
pub(super) fn renew(db: &Connection, key: &Secret, id: i64) -> Result<(), StoreFault> {
    let select = format!("SELECT {} FROM cases WHERE id = ?1", MARKED.join(", "));
    let mark = db.prepare_cached(&select)?.query_row([id], |row| {
        let values = (0..MARKED.len()).map(|n| row.get_ref(n).unwrap_or(ValueRef::Null));
        Ok(of(key, values))
    })?;
    db.prepare_cached("UPDATE cases SET mark = ?2 WHERE id = ?1")?
        .execute((id, mark))?;
    Ok(())
}

/// Numbers of the rows that are not as they were written, at most `limit`.
pub(super) fn strange(db: &Connection, key: &Secret, limit: usize) -> Result<Vec<i64>, StoreFault> {
    let mut statement = db.prepare(&format!("SELECT {} FROM cases", columns()))?;
    let mut rows = statement.query([])?;
    let mut strange = Vec::new();
    while let Some(row) = rows.next()? {
        if !whole(key, row, 0) {
            strange.push(row.get(0)?);
        }
        if strange.len() >= limit {
            break;
        }
    }
    Ok(strange)
}
