//! The waiting cases part by part, and those that are parked.

use std::time::Duration;

use rusqlite::Params;

use crate::case::{ClockClass, Key, PersonToken, Stamp, Waiting};
use crate::domain::clock::age;

use super::Store;
use super::fault::StoreFault;
use super::rows::number;
use super::writer::Desk;

/// Columns of a [`Waiting`], for [`Desk::cases`]. From the bodies to the cases, never the other way: a long history has no
/// bodies.
const COLUMNS: &str = "SELECT id, key, person, attempts, task_code,
    stored_wall, stored_class, stored_boot, stored_ms FROM bodies CROSS JOIN cases ON id = case_id";
/// Most parked cases that are told at start.
const PARKED_LIMIT: u32 = 4096;

impl Store {
    /// At most `limit` cases to send, in order of filing, from the first one after number `after` (0: from the oldest).
    /// The number is [`Waiting::seq`]. For how long they have waited is not said.
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn waiting(&self, after: u64, limit: u32) -> Result<Vec<Waiting>, StoreFault> {
        self.ask(move |desk| desk.waiting(after, limit as usize, None))
    }

    /// As [`Store::waiting`], with how long each has waited by `now`.
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn backlog(
        &self,
        after: u64,
        limit: usize,
        now: Stamp,
    ) -> Result<Vec<Waiting>, StoreFault> {
        self.ask(move |desk| desk.waiting(after, limit, Some(&now)))
    }

    /// As [`Store::backlog`] without waiting: `then` runs on the writer thread.
    ///
    /// # Errors
    /// [`StoreFault::Gone`] if the writer has ended; `then` is dropped.
    pub fn backlog_then(
        &self,
        after: u64,
        limit: usize,
        now: Stamp,
        then: impl FnOnce(Result<Vec<Waiting>, StoreFault>) + Send + 'static,
    ) -> Result<(), StoreFault> {
        self.tell(move |desk| then(desk.waiting(after, limit, Some(&now))))
    }

    /// Cases that are parked, in order of filing.
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn parked(&self, now: Stamp) -> Result<Vec<Waiting>, StoreFault> {
        self.ask(move |desk| {
            let these = "WHERE state = 'parked' ORDER BY case_id LIMIT ?1";
            desk.cases(these, [PARKED_LIMIT], Some(&now))
        })
    }
}

impl Desk {
    fn waiting(
        &mut self,
        after: u64,
        limit: usize,
        now: Option<&Stamp>,
    ) -> Result<Vec<Waiting>, StoreFault> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let these = "WHERE case_id > ?1 AND state IN ('ready', 'sending', 'overdue')
            ORDER BY case_id LIMIT ?2";
        self.cases(these, (after, limit), now)
    }

    fn cases(
        &mut self,
        these: &str,
        values: impl Params,
        now: Option<&Stamp>,
    ) -> Result<Vec<Waiting>, StoreFault> {
        self.noting(|desk| {
            let mut statement = desk.db.prepare_cached(&format!("{COLUMNS} {these}"))?;
            let mut rows = statement.query(values)?;
            let mut cases = Vec::new();
            while let Some(row) = rows.next()? {
                let class: String = row.get(6)?;
                let filed = Stamp {
                    wall_rfc3339: row.get(5)?,
                    clock_class: ClockClass::from_word(&class).unwrap_or(ClockClass::Unknown),
                    boot_id: row.get(7)?,
                    monotonic_ms: number(row.get(8)?)?,
                };
                cases.push(Waiting {
                    key: Key(row.get(1)?),
                    seq: number(row.get(0)?)?,
                    person: PersonToken(row.get(2)?),
                    attempts: row.get(3)?,
                    task_code: row.get(4)?,
                    waited: now
                        .and_then(|now| age(&filed, now))
                        .unwrap_or(Duration::ZERO),
                });
            }
            Ok(cases)
        })
    }
}
