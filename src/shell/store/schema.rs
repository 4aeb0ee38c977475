//! Tables, and how older files become current ones.
//!
//! Steps go forward only and only add: a machine that falls back to its other slot must still read
//! the file that the newer firmware left. Every statement names its columns for the same reason.

use rusqlite::Connection;

use super::fault::StoreFault;

/// One step per version of the file (`PRAGMA user_version`). A released step never changes.
const STEPS: &[&str] = &["
CREATE TABLE meta (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    machine TEXT NOT NULL,
    store BLOB NOT NULL,          -- 16 random bytes, the same as in the file of key slots
    key_check BLOB NOT NULL,      -- sealed with the machine's key: tells another key from damage
    next_rating INTEGER NOT NULL,
    starts INTEGER NOT NULL,      -- runs so far
    doubts INTEGER NOT NULL,      -- commits so far that had to be looked up again
    clean INTEGER NOT NULL,       -- 1 only between a clean stop and the next start
    -- What a clean stop knew, so that the next start counts nothing:
    used_slots BLOB,
    ready INTEGER, sending INTEGER, overdue INTEGER, accepted INTEGER, rejected INTEGER, parked INTEGER
) STRICT;
CREATE TABLE epochs (
    first INTEGER PRIMARY KEY,    -- row of the first case, which has sequence number 1
    epoch TEXT NOT NULL           -- two random characters
) STRICT;
-- Nothing personal in clear. No index: a key leads to its row through its epoch.
CREATE TABLE cases (
    id INTEGER PRIMARY KEY,       -- order of filing, over all epochs
    state TEXT NOT NULL,
    key TEXT NOT NULL,
    person BLOB,                  -- keyed hash, for order only; gone after acceptance
    task_code TEXT NOT NULL,
    task_name TEXT NOT NULL,
    digest BLOB NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    stored_wall TEXT,
    stored_class TEXT NOT NULL,
    stored_boot TEXT NOT NULL,
    stored_ms INTEGER NOT NULL,
    sblsh TEXT, sblsh_short TEXT,
    query_code BLOB,              -- sealed with the machine's key
    accepted_at TEXT, promise_until TEXT,
    rejected_code TEXT,
    rejected_detail BLOB          -- sealed with the key of the body
) STRICT;
-- Apart from the cases: what is here is not accepted yet, so what waits is found without an index.
CREATE TABLE bodies (
    case_id INTEGER PRIMARY KEY,
    alg INTEGER NOT NULL,         -- 1: XChaCha20-Poly1305
    slot INTEGER NOT NULL,        -- where its key is
    body BLOB NOT NULL            -- frozen bytes, sealed; gone after acceptance
) STRICT;
CREATE TABLE attempts (
    case_id INTEGER NOT NULL,
    n INTEGER NOT NULL,
    wall TEXT, class TEXT NOT NULL, boot TEXT NOT NULL, ms INTEGER NOT NULL,
    http_status INTEGER,
    server_date TEXT,
    problem TEXT,
    outcome TEXT NOT NULL,
    PRIMARY KEY (case_id, n)
) STRICT, WITHOUT ROWID;
CREATE TABLE ratings (
    id INTEGER PRIMARY KEY,       -- the number in its key
    state TEXT NOT NULL,
    key TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    digest BLOB NOT NULL,
    alg INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    body BLOB NOT NULL
) STRICT;
", "
-- Attachments of cases that have a body. The files lie in a folder beside the database.
CREATE TABLE objects (
    case_id INTEGER NOT NULL,
    n INTEGER NOT NULL,           -- place in the body's list of attachments
    name TEXT NOT NULL,           -- of the file: SHA-256 of its encrypted bytes
    bytes INTEGER NOT NULL,       -- length of its content
    alg INTEGER NOT NULL,         -- 1: XChaCha20-Poly1305
    key BLOB NOT NULL,            -- of the file, sealed with the key of the body
    PRIMARY KEY (case_id, n)
) STRICT, WITHOUT ROWID;
", "
-- Of a refused case: the key of the case that corrects it, or 'put-away'; nothing while its person is still to be told.
ALTER TABLE cases ADD COLUMN told TEXT;
-- Key of the refused case that this one corrects.
ALTER TABLE cases ADD COLUMN corrects TEXT;
-- Only refused cases are in it, so that a filing does not touch it and a million others do not matter.
CREATE INDEX cases_refused ON cases (person) WHERE state = 'rejected';
", "
-- Over the columns that are not sealed (store/mark.rs). An older firmware changes a row without a new mark: then it goes.
ALTER TABLE cases ADD COLUMN mark BLOB;
CREATE TRIGGER cases_unmarked AFTER UPDATE OF state, key, person, task_code, task_name, digest, attempts,
    stored_wall, stored_class, stored_boot, stored_ms, sblsh, sblsh_short, query_code, accepted_at, promise_until,
    rejected_code, rejected_detail ON cases WHEN OLD.mark IS NOT NULL AND NEW.mark IS OLD.mark
BEGIN UPDATE cases SET mark = NULL WHERE id = NEW.id; END;
-- The chain over the cases of an epoch (case/chain.rs): its end after case number seq, and how many of its cases are known
-- not to be here any more. NULL: no case yet, or all by an older firmware.
ALTER TABLE epochs ADD COLUMN seq INTEGER;
ALTER TABLE epochs ADD COLUMN head BLOB;
ALTER TABLE epochs ADD COLUMN gone INTEGER NOT NULL DEFAULT 0;
", "
-- Receipts ordered from the printer, before the first byte goes out. The number is the job's.
CREATE TABLE prints (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,            -- of the first case of the filing
    copy INTEGER NOT NULL,        -- 0, then the number that stands on the copy
    wall TEXT, class TEXT NOT NULL, boot TEXT NOT NULL, ms INTEGER NOT NULL,
    outcome TEXT                  -- NULL while it is under way
) STRICT;
-- What never began may be ordered again under the same number.
CREATE UNIQUE INDEX prints_once ON prints (key, copy) WHERE outcome IS NOT 'not-started';
"];

/// Version that this firmware writes.
pub(super) const CURRENT: u32 = STEPS.len() as u32;

/// Accepted cases that keep their numbers here: a year of a busy machine. The platform has them all.
pub(super) const HISTORY_LIMIT: u64 = 100_000;

/// Drops the `surplus` oldest accepted cases with their attempts; returns how many. Nothing that still waits is touched,
/// and never the newest case, whose number the next one follows.
pub(super) fn prune(connection: &mut Connection, surplus: u64) -> Result<u64, StoreFault> {
    let transaction = connection.transaction()?;
    let oldest =
        "SELECT id FROM cases WHERE state = 'accepted' AND id < (SELECT max(id) FROM cases)
         ORDER BY id LIMIT ?1";
    let surplus = i64::try_from(surplus).unwrap_or(i64::MAX);
    transaction.execute(
        &format!(
            "UPDATE epochs SET gone = gone + (SELECT count(*) FROM ({oldest}) AS old WHERE old.id >= epochs.first
                AND old.id < ifnull((SELECT min(first) FROM epochs AS later WHERE later.first > epochs.first), {})
             )",
            i64::MAX
        ),
        [surplus],
    )?;
    transaction.execute(
        &format!("DELETE FROM attempts WHERE case_id IN ({oldest})"),
        [surplus],
    )?;
    let gone = transaction.execute(
        &format!("DELETE FROM cases WHERE id IN ({oldest})"),
        [surplus],
    )?;
    transaction.commit()?;
    Ok(gone as u64)
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

/// The trigger of the second step, for tests that change a row as damage does.
#[cfg(test)]
pub(super) const TRIGGER: &str =
    "CREATE TRIGGER cases_unmarked AFTER UPDATE OF state, key, person, task_code, task_name, digest, attempts,
    stored_wall, stored_class, stored_boot, stored_ms, sblsh, sblsh_short, query_code, accepted_at, promise_until,
    rejected_code, rejected_detail ON cases WHEN OLD.mark IS NOT NULL AND NEW.mark IS OLD.mark
BEGIN UPDATE cases SET mark = NULL WHERE id = NEW.id; END;";
