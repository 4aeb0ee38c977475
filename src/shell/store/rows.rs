//! Reading: what waits, what is there, how much.

use rusqlite::Row;

use crate::case::{
    Acceptance, CaseState, Digest, FilingNumber, Key, PersonToken, Rejection, Waiting,
};

use super::fault::StoreFault;
use super::writer::Desk;

/// A stored case without its body: no personal data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseRow {
    /// Its key.
    pub key: Key,
    /// Number for the person.
    pub filing_number: FilingNumber,
    /// 实施编码.
    pub task_code: String,
    /// Name of the item.
    pub task_name: String,
    /// Where it stands.
    pub state: CaseState,
    /// Attempts made.
    pub attempts: u32,
    /// Wall clock at filing, RFC 3339, if it was known.
    pub stored_wall: Option<String>,
    /// SHA-256 of the frozen bytes.
    pub digest: Digest,
    /// What the platform said when it took it.
    pub acceptance: Option<Acceptance>,
    /// Why the platform refused it.
    pub rejection: Option<Rejection>,
}

/// Cases by state, and ratings that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be sent.
    pub waiting: u64,
    /// Taken by the platform.
    pub accepted: u64,
    /// Refused for good.
    pub rejected: u64,
    /// Set apart for a technician.
    pub parked: u64,
    /// Ratings to be sent.
    pub ratings_waiting: u64,
}

pub(super) fn state(word: &str) -> Result<CaseState, StoreFault> {
    CaseState::from_word(word).ok_or_else(|| StoreFault::Corrupt("unknown state".into()))
}

pub(super) fn number(value: i64) -> Result<u64, StoreFault> {
    u64::try_from(value).map_err(|_| StoreFault::Corrupt("a number below zero".into()))
}

impl Desk {
    pub(super) fn waiting(&mut self) -> Result<Vec<Waiting>, StoreFault> {
        self.noting(|desk| {
            let mut statement = desk.db.prepare(
                "SELECT id, key, person, attempts, task_code FROM cases
                 WHERE state = 'ready' ORDER BY id",
            )?;
            let rows = statement.query_map([], |row| {
                Ok((
                    row.get(0)?,
                    row.get(1)?,
                    row.get::<_, [u8; 16]>(2)?,
                    row.get(3)?,
                    row.get(4)?,
                ))
            })?;
            rows.map(|row| {
                let (id, key, person, attempts, task_code) = row?;
                Ok(Waiting {
                    key: Key(key),
                    seq: number(id)?,
                    person: PersonToken(person),
                    attempts,
                    task_code,
                    waited: std::time::Duration::ZERO,
                })
            })
            .collect()
        })
    }

    pub(super) fn list(&mut self, limit: u32) -> Result<Vec<CaseRow>, StoreFault> {
        self.noting(|desk| {
            let mut statement = desk.db.prepare(
                "SELECT key, filing_number, task_code, task_name, state, attempts, stored_wall,
                    digest, sblsh, sblsh_short, query_code, accepted_at, promise_until,
                    rejected_code, rejected_detail
                 FROM cases ORDER BY id DESC LIMIT ?1",
            )?;
            let mut rows = statement.query([limit])?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                list.push(case_row(row)?);
            }
            Ok(list)
        })
    }

    pub(super) fn counts(&mut self) -> Result<Counts, StoreFault> {
        self.noting(|desk| {
            let mut counts = Counts::default();
            let mut statement = desk
                .db
                .prepare("SELECT state, count(*) FROM cases GROUP BY state")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let n = number(row.get(1)?)?;
                match state(&row.get::<_, String>(0)?)? {
                    CaseState::Ready => counts.waiting = n,
                    CaseState::Accepted => counts.accepted = n,
                    CaseState::Rejected => counts.rejected = n,
                    CaseState::Parked => counts.parked = n,
                }
            }
            counts.ratings_waiting = number(desk.db.query_row(
                "SELECT count(*) FROM ratings WHERE state = 'ready'",
                [],
                |row| row.get(0),
            )?)?;
            Ok(counts)
        })
    }

    /// Every body that is still there against its digest.
    pub(super) fn check_bodies(&self) -> Result<(), StoreFault> {
        let mut statement = self
            .db
            .prepare("SELECT key, body, digest FROM bodies JOIN cases ON case_id = id")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let body = zeroize::Zeroizing::new(row.get::<_, Vec<u8>>(1)?);
            if Digest::of(&body) != Digest(row.get(2)?) {
                let key: String = row.get(0)?;
                return Err(StoreFault::Corrupt(format!("body of {key}")));
            }
        }
        Ok(())
    }
}

fn case_row(row: &Row<'_>) -> Result<CaseRow, StoreFault> {
    let state = state(&row.get::<_, String>(4)?)?;
    let text = |i: usize| row.get::<_, String>(i);
    Ok(CaseRow {
        key: Key(row.get(0)?),
        filing_number: FilingNumber(row.get(1)?),
        task_code: row.get(2)?,
        task_name: row.get(3)?,
        state,
        attempts: row.get(5)?,
        stored_wall: row.get(6)?,
        digest: Digest(row.get(7)?),
        acceptance: match state {
            CaseState::Accepted => Some(Acceptance {
                sblsh: text(8)?,
                sblsh_short: text(9)?,
                query_code: text(10)?,
                accepted_at: text(11)?,
                promise_until: row.get(12)?,
            }),
            _ => None,
        },
        rejection: match state {
            CaseState::Rejected => Some(Rejection {
                code: text(13)?,
                detail: text(14)?,
            }),
            _ => None,
        },
    })
}
