//! Tables, and how older files become current ones.
//!
//! Steps go forward only and only add: a machine that falls back to its other slot must still read
//! the file that the newer firmware left.

use rusqlite::{Connection, OptionalExtension};

use super::fault::StoreFault;

/// One step per version of the file (`PRAGMA user_version`). A released step never changes.
const STEPS: &[&str] = &["
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    machine TEXT NOT NULL,
    epoch TEXT NOT NULL,          -- two random characters
    next_seq INTEGER NOT NULL,    -- next sequence number of the epoch
    next_rating INTEGER NOT NULL,
    salt BLOB NOT NULL,           -- of the person tokens
    clean INTEGER NOT NULL        -- 1 only between a clean stop and the next start
) STRICT;
CREATE TABLE cases (
    id INTEGER PRIMARY KEY,       -- order of filing, over all epochs
    epoch TEXT NOT NULL,
    seq INTEGER NOT NULL,         -- gap-free within its epoch
    key TEXT NOT NULL UNIQUE,
    filing_number TEXT NOT NULL,
    person BLOB,                  -- salted hash, for order only; gone after acceptance
    task_code TEXT NOT NULL,
    task_name TEXT NOT NULL,
    digest BLOB NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    stored_wall TEXT,
    stored_class TEXT NOT NULL,
    stored_boot TEXT NOT NULL,
    stored_ms INTEGER NOT NULL,
    sblsh TEXT, sblsh_short TEXT, query_code TEXT, accepted_at TEXT, promise_until TEXT,
    rejected_code TEXT, rejected_detail TEXT,
    UNIQUE (epoch, seq)
) STRICT;
-- Apart from the cases, so that deleting a body gives whole pages back.
CREATE TABLE bodies (
    case_id INTEGER PRIMARY KEY REFERENCES cases (id),
    body BLOB NOT NULL            -- frozen bytes; gone after acceptance
) STRICT;
CREATE INDEX cases_ready ON cases (id) WHERE state = 'ready';
CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    case_id INTEGER NOT NULL REFERENCES cases (id),
    n INTEGER NOT NULL,
    wall TEXT, class TEXT NOT NULL, boot TEXT NOT NULL, ms INTEGER NOT NULL,
    http_status INTEGER,
    server_date TEXT,
    outcome TEXT NOT NULL
) STRICT;
CREATE INDEX attempts_case ON attempts (case_id);
CREATE TABLE ratings (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    body BLOB NOT NULL,
    digest BLOB NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0
) STRICT;
"];

/// Version that this firmware writes.
pub(super) const CURRENT: u32 = STEPS.len() as u32;

/// Accepted cases that keep their numbers here: a year of a busy machine. The platform has them all.
pub(super) const HISTORY_LIMIT: u32 = 100_000;

/// Drops the oldest accepted cases over `keep`, with their attempts. Nothing that still waits is touched.
pub(super) fn prune(connection: &mut Connection, keep: u32) -> Result<(), StoreFault> {
    let transaction = connection.transaction()?;
    let last: Option<i64> = transaction
        .query_row(
            "SELECT id FROM cases WHERE state = 'accepted' ORDER BY id DESC LIMIT 1 OFFSET ?1",
            [keep],
            |row| row.get(0),
        )
        .optional()?;
    if let Some(last) = last {
        transaction.execute(
            "DELETE FROM attempts WHERE case_id IN
                (SELECT id FROM cases WHERE state = 'accepted' AND id <= ?1)",
            [last],
        )?;
        transaction.execute(
            "DELETE FROM cases WHERE state = 'accepted' AND id <= ?1",
            [last],
        )?;
    }
    transaction.commit()?;
    Ok(())
}

/// Brings the file to the current version, all steps in one transaction. A newer file is left as it is.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreFault> {
    let transaction = connection.transaction()?;
    let version: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = usize::try_from(version).unwrap_or(usize::MAX);
    for step in STEPS.iter().skip(done) {
        transaction.execute_batch(step)?;
    }
    if version < CURRENT {
        transaction.pragma_update(None, "user_version", CURRENT)?;
    }
    transaction.commit()?;
    Ok(())
}
