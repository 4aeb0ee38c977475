//! The platform's own book: SQLite, one row for each key a device ever used, kept for good.

mod attachments;
mod corrections;
mod machines;
mod rows;

use std::fmt;
use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};

pub(super) use self::attachments::Begun;
#[cfg(test)]
pub(super) use self::attachments::UNNAMED_KEPT_S;
use self::rows::{STATUS, record, status, statuses};
use super::rules::{Body, Person};
use crate::case::{Acceptance, Digest, Rejection};
use crate::shell::platform::{CaseState, CaseStatus, KeyRecord, date};

/// Most cases of one day and item: the number has four digits.
const DAY_MAX: i64 = 9999;
/// Letters and digits that are not taken for one another.
const PLAIN: &[u8] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";
const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS cases(
  id INTEGER PRIMARY KEY, device TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, body BLOB NOT NULL,
  filing_number TEXT NOT NULL, task_code TEXT NOT NULL, task_name TEXT NOT NULL,
  cert_type TEXT NOT NULL, cert_no TEXT NOT NULL, received INTEGER NOT NULL, day TEXT NOT NULL,
  sblsh TEXT UNIQUE, acceptance TEXT, rejection TEXT, state TEXT, state_at INTEGER, corrects TEXT, filing_date TEXT,
  UNIQUE(device, key), CHECK((sblsh IS NULL) = (acceptance IS NULL)), CHECK((sblsh IS NULL) != (rejection IS NULL)));
CREATE INDEX IF NOT EXISTS cases_person ON cases(cert_no, cert_type);
CREATE INDEX IF NOT EXISTS cases_number ON cases(filing_number);
CREATE INDEX IF NOT EXISTS cases_day ON cases(task_code, day);
CREATE TABLE IF NOT EXISTS ratings(
  id INTEGER PRIMARY KEY, device TEXT NOT NULL, key TEXT NOT NULL, digest TEXT NOT NULL, body BLOB NOT NULL,
  UNIQUE(device, key));";

/// A case in the platform's book.
#[derive(Clone, PartialEq, Eq)]
pub struct StoredCase {
    /// Idempotency key.
    pub key: String,
    /// Machine that sent it.
    pub device: String,
    /// `Content-Digest` it came with.
    pub digest: String,
    /// Body, byte for byte.
    pub body: Vec<u8>,
    /// Number on the machine's receipt.
    pub filing_number: String,
    /// What the machine was told.
    pub acceptance: Acceptance,
    /// Where it stands.
    pub status: CaseStatus,
}

impl fmt::Debug for StoredCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "StoredCase({}, {:?})",
            self.acceptance.sblsh, self.status.state
        )
    }
}

/// What comes of a `PUT` or `POST` under a key.
#[derive(Debug)]
pub(super) enum Put<T> {
    /// Written now.
    New(T),
    /// The same bytes were here before; the same outcome.
    Repeat(T),
    /// Other bytes were here before.
    OtherBody,
    /// These attachments (digests) are not here whole.
    Lacks(Vec<Digest>),
    /// The day's numbers are used up.
    Full,
}

/// A case that comes in.
pub(super) struct Incoming<'a> {
    pub(super) device: &'a str,
    pub(super) key: &'a str,
    pub(super) digest: &'a str,
    pub(super) bytes: &'a [u8],
    pub(super) body: &'a Body,
}

pub(super) struct Store {
    db: Connection,
    pace_s: Option<u32>,
    promise_days: Option<u16>,
}

/// Taken or refused.
pub(super) type Outcome = Result<Acceptance, Rejection>;

impl Store {
    /// Opens or makes the book at `path`; without a path it lives in memory.
    pub(super) fn open(
        path: Option<&Path>,
        pace_s: Option<u32>,
        promise_days: Option<u16>,
    ) -> rusqlite::Result<Self> {
        let db = match path {
            Some(path) => Connection::open(path)?,
            None => Connection::open_in_memory()?,
        };
        db.pragma_update(None, "journal_mode", "WAL")?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.execute_batch(SCHEMA)?;
        corrections::migrate(&db)?;
        db.execute_batch(attachments::SCHEMA)?;
        db.execute_batch(machines::SCHEMA)?;
        Ok(Self {
            db,
            pace_s,
            promise_days,
        })
    }

    /// Takes or refuses a case: key, judgement and case row in one transaction. `judge` is told whether the person
    /// has an open case for the same item.
    pub(super) fn put(
        &mut self,
        case: &Incoming<'_>,
        judge: impl FnOnce(bool) -> Option<Rejection>,
        now: i64,
    ) -> anyhow::Result<Put<Outcome>> {
        let (pace_s, promise_days) = (self.pace_s, self.promise_days);
        let write = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        if let Some(record) = record(&write, case.device, case.key)? {
            return Ok(match (record.acceptance, record.rejection) {
                _ if record.digest != case.digest => Put::OtherBody,
                (Some(acceptance), _) => Put::Repeat(Ok(acceptance)),
                (None, Some(rejection)) => Put::Repeat(Err(rejection)),
                (None, None) => anyhow::bail!("a key without an outcome"),
            });
        }
        let (body, day) = (case.body, date::iso_day(now));
        let lacking = attachments::lacking(&write, case.device, &body.attachments)?;
        if !lacking.is_empty() {
            return Ok(Put::Lacks(lacking));
        }
        let open = statuses(
            &write,
            "cert_type = ?1 AND cert_no = ?2 AND task_code = ?3",
            &[
                &body.applicant.cert_type,
                &body.applicant.cert_no,
                &body.task_code,
            ],
            pace_s,
            now,
        )?
        .iter()
        .any(|status| status.state.is_open());
        let filed = corrections::filing_date(&write, case, now)?;
        let refusal = filed.as_ref().err().cloned().or_else(|| judge(open));
        let outcome = match refusal {
            Some(rejection) => Err(rejection),
            None => {
                let taken: i64 = write.query_row(
                    "SELECT count(*) FROM cases WHERE task_code = ?1 AND day = ?2 AND sblsh IS NOT NULL",
                    [&body.task_code, &day],
                    |row| row.get(0),
                )?;
                if taken >= DAY_MAX {
                    return Ok(Put::Full);
                }
                Ok(accept(&body.task_code, &day, taken + 1, promise_days, now))
            }
        };
        write.execute(
            "INSERT INTO cases(device, key, digest, body, filing_number, task_code, task_name, cert_type, cert_no,
             received, day, sblsh, acceptance, rejection, corrects, filing_date)
             VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                case.device,
                case.key,
                case.digest,
                case.bytes,
                body.filing_number,
                body.task_code,
                if body.task_name.is_empty() { &body.task_code } else { &body.task_name },
                body.applicant.cert_type,
                body.applicant.cert_no,
                now,
                day,
                outcome.as_ref().ok().map(|a| &a.sblsh),
                outcome.as_ref().ok().map(serde_json::to_string).transpose()?,
                outcome.as_ref().err().map(serde_json::to_string).transpose()?,
                body.corrects,
                filed.ok(),
            ],
        )?;
        attachments::refer(
            &write,
            case.device,
            &body.attachments,
            write.last_insert_rowid(),
        )?;
        write.commit()?;
        Ok(Put::New(outcome))
    }

    /// Keeps a rating.
    pub(super) fn rate(
        &mut self,
        device: &str,
        key: &str,
        digest: &str,
        body: &[u8],
    ) -> rusqlite::Result<Put<()>> {
        let write = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let known: Option<String> = write
            .query_row(
                "SELECT digest FROM ratings WHERE device = ?1 AND key = ?2",
                [device, key],
                |row| row.get(0),
            )
            .optional()?;
        match known {
            Some(known) if known == digest => return Ok(Put::Repeat(())),
            Some(_) => return Ok(Put::OtherBody),
            None => {}
        }
        write.execute(
            "INSERT INTO ratings(device, key, digest, body) VALUES(?1, ?2, ?3, ?4)",
            params![device, key, digest, body],
        )?;
        write.commit()?;
        Ok(Put::New(()))
    }

    /// What is held under a device's key.
    pub(super) fn record(&self, device: &str, key: &str) -> anyhow::Result<Option<KeyRecord>> {
        record(&self.db, device, key)
    }

    /// Newest case with this filing number.
    pub(super) fn by_filing_number(
        &self,
        number: &str,
        now: i64,
    ) -> rusqlite::Result<Option<CaseStatus>> {
        let all = statuses(&self.db, "filing_number = ?1", &[number], self.pace_s, now)?;
        Ok(all.into_iter().next())
    }

    /// Case with this number, if `query_code` is its own.
    pub(super) fn by_sblsh(
        &self,
        sblsh: &str,
        query_code: &str,
        now: i64,
    ) -> rusqlite::Result<Option<CaseStatus>> {
        let matches = "sblsh = ?1 AND json_extract(acceptance, '$.query_code') = ?2";
        let all = statuses(&self.db, matches, &[sblsh, query_code], self.pace_s, now)?;
        Ok(all.into_iter().next())
    }

    /// Cases of a person, newest first.
    pub(super) fn of_person(&self, person: &Person, now: i64) -> rusqlite::Result<Vec<CaseStatus>> {
        let matches = "cert_type = ?1 AND cert_no = ?2";
        let who = [person.cert_type.as_str(), &person.cert_no];
        statuses(&self.db, matches, &who, self.pace_s, now)
    }

    /// Puts a case into a state, as an officer does; false if there is no such case.
    pub(super) fn set_state(
        &self,
        sblsh: &str,
        state: CaseState,
        now: i64,
    ) -> anyhow::Result<bool> {
        let word = serde_json::to_string(&state)?;
        let changed = self.db.execute(
            "UPDATE cases SET state = ?2, state_at = ?3 WHERE sblsh = ?1",
            params![sblsh, word, now],
        )?;
        Ok(changed == 1)
    }

    /// How many cases were taken.
    pub(super) fn count(&self) -> rusqlite::Result<u64> {
        let sql = "SELECT count(*) FROM cases WHERE sblsh IS NOT NULL";
        let count: i64 = self.db.query_row(sql, [], |row| row.get(0))?;
        Ok(count.unsigned_abs())
    }

    /// Every case that was taken, oldest first.
    pub(super) fn all(&self, now: i64) -> anyhow::Result<Vec<StoredCase>> {
        let mut read = self.db.prepare(&format!(
            "SELECT {STATUS}, key, device, digest, body, filing_number, acceptance
             FROM cases WHERE sblsh IS NOT NULL ORDER BY id"
        ))?;
        let rows = read.query_map([], |row| {
            let acceptance: String = row.get(11)?;
            let case = (
                row.get(6)?,
                row.get(7)?,
                row.get(8)?,
                row.get(9)?,
                row.get(10)?,
            );
            Ok((status(row, self.pace_s, now)?, case, acceptance))
        })?;
        let mut cases = Vec::new();
        for row in rows {
            let (status, (key, device, digest, body, filing_number), acceptance) = row?;
            cases.push(StoredCase {
                key,
                device,
                digest,
                body,
                filing_number,
                acceptance: serde_json::from_str(&acceptance)?,
                status,
            });
        }
        Ok(cases)
    }

    /// Bodies of all ratings, oldest first.
    pub(super) fn ratings(&self) -> rusqlite::Result<Vec<Vec<u8>>> {
        let mut read = self.db.prepare("SELECT body FROM ratings ORDER BY id")?;
        read.query_map([], |row| row.get(0))?.collect()
    }
}

fn accept(
    task_code: &str,
    day: &str,
    number: i64,
    promise_days: Option<u16>,
    now: i64,
) -> Acceptance {
    let day = day.replace('-', "");
    let query_code = (0..8).map(|_| char::from(PLAIN[fastrand::usize(..PLAIN.len())]));
    Acceptance {
        sblsh: format!("{task_code}{day}{number:04}"),
        sblsh_short: format!("{day}{number:04}"),
        query_code: query_code.collect(),
        accepted_at: date::rfc3339(now),
        promise_until: promise_days.map(|days| date::iso_day(now + i64::from(days) * 86_400)),
    }
}
