//! Reading: what is there, how much.

use rusqlite::Row;

use crate::case::{Acceptance, CaseState, Digest, FilingNumber, Key, Rejection};

use super::bodies::{query_code_bound, rejection_bound};
use super::fault::StoreFault;
use super::mark;
use super::numbers;
use super::seal::unseal;
use super::walk::Way;
use super::writer::Desk;

/// Columns of a [`CaseRow`], for [`Desk::case_row`]; those that the mark is over stand behind them. The key slot only where
/// it is needed: a body that cannot be read must not hide its case.
const COLUMNS: &str = "id, key, task_code, task_name, state, attempts, stored_wall, digest,
    sblsh, sblsh_short, query_code, accepted_at, promise_until, rejected_code, rejected_detail,
    CASE state WHEN 'rejected' THEN (SELECT slot FROM bodies WHERE case_id = id) END";
const MARKED_AT: usize = 16;

fn select(condition: &str) -> String {
    format!(
        "SELECT {COLUMNS}, {} FROM cases WHERE {condition}",
        mark::columns()
    )
}

/// A stored case without its body: no personal data but what a refusal may say.
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
    /// What the platform said when it took it. The query code is empty if the machine's key was changed since.
    pub acceptance: Option<Acceptance>,
    /// Why the platform refused it. The text is empty if it cannot be read any more.
    pub rejection: Option<Rejection>,
}

/// Cases by state, and ratings that wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// To be sent, overdue ones among them.
    pub waiting: u64,
    /// To be sent, and the legal deadline has passed.
    pub overdue: u64,
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
    pub(super) fn list(&mut self, limit: u32) -> Result<Vec<CaseRow>, StoreFault> {
        self.noting(|desk| {
            let newest = select("id <= ?1 ORDER BY id DESC LIMIT ?2");
            desk.walk(Way::Down, i64::MAX, limit as usize, &newest, Self::case_row)
        })
    }

    pub(super) fn case(&mut self, key: &Key) -> Result<CaseRow, StoreFault> {
        self.noting(|desk| {
            let id = numbers::row_of(&desk.db, key)?;
            let mut statement = desk.db.prepare_cached(&select("id = ?1 AND key = ?2"))?;
            let mut rows = statement.query((id, &key.0))?;
            desk.case_row(rows.next()?.ok_or(StoreFault::NotFound)?)
        })
    }

    fn case_row(&self, row: &Row<'_>) -> Result<CaseRow, StoreFault> {
        mark::check(&self.key.mark, row, MARKED_AT)?;
        let key = Key(row.get(1)?);
        let state = state(&row.get::<_, String>(4)?)?;
        Ok(CaseRow {
            filing_number: numbers::filing_number(&key)?,
            task_code: row.get(2)?,
            task_name: row.get(3)?,
            state,
            attempts: row.get(5)?,
            stored_wall: row.get(6)?,
            digest: Digest(row.get(7)?),
            acceptance: match state {
                CaseState::Accepted => Some(self.acceptance(&key, row)?),
                _ => None,
            },
            rejection: match state {
                CaseState::Rejected => Some(self.rejection(&key, row)?),
                _ => None,
            },
            key,
        })
    }

    fn acceptance(&self, key: &Key, row: &Row<'_>) -> Result<Acceptance, StoreFault> {
        let sealed: Vec<u8> = row.get(10)?;
        let code = unseal(&self.key.keep, &query_code_bound(key), &sealed);
        Ok(Acceptance {
            sblsh: row.get(8)?,
            sblsh_short: row.get(9)?,
            query_code: code.map_or_else(|_| String::new(), |bytes| text(&bytes)),
            accepted_at: row.get(11)?,
            promise_until: row.get(12)?,
        })
    }

    fn rejection(&self, key: &Key, row: &Row<'_>) -> Result<Rejection, StoreFault> {
        let (id, task_code): (i64, String) = (row.get(0)?, row.get(2)?);
        let (sealed, slot): (Option<Vec<u8>>, Option<u32>) = (row.get(14)?, row.get(15)?);
        let data_key = slot.and_then(|slot| self.slots.key(slot));
        let detail = sealed.zip(data_key).and_then(|(sealed, data_key)| {
            unseal(&data_key, &rejection_bound(key, id, &task_code), &sealed).ok()
        });
        Ok(Rejection {
            code: row.get(13)?,
            detail: detail.map_or_else(String::new, |bytes| text(&bytes)),
        })
    }

    pub(super) fn counts(&mut self) -> Result<Counts, StoreFault> {
        self.noting(|desk| {
            let tally = desk.tally()?;
            let ratings_waiting = desk
                .db
                .prepare_cached("SELECT count(*) FROM ratings WHERE state = 'sending'")?
                .query_row([], |row| row.get(0))?;
            let of = |state| tally.of(state);
            Ok(Counts {
                waiting: CaseState::ALL
                    .into_iter()
                    .filter(|s| s.waits())
                    .map(of)
                    .sum(),
                overdue: of(CaseState::Overdue),
                accepted: of(CaseState::Accepted),
                rejected: of(CaseState::Rejected),
                parked: of(CaseState::Parked),
                ratings_waiting: number(ratings_waiting)?,
            })
        })
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
