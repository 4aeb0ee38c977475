//! The waiting cases part by part, and those that are parked.

use std::time::Duration;

use rusqlite::Params;

use crate::case::{ClockClass, Key, PersonToken, Stamp, Waiting};
use crate::domain::clock::age;

use super::Store;
use super::fault::StoreFault;
use super::rows::number;
use super::writer::Desk;

/// Columns of a [`Waiting`], for [`Desk::cases`].
const COLUMNS: &str = "SELECT id, key, person, attempts, task_code,
    stored_wall, stored_class, stored_boot, stored_ms FROM cases";
/// Most parked cases that are told at start.
const PARKED_LIMIT: u32 = 4096;

impl Store {
    /// At most `limit` cases that wait to be sent, filed after the one with sequence number `after`, in order of
    /// filing. `now` tells how long they have waited.
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn backlog(
        &self,
        after: u64,
        limit: usize,
        now: Stamp,
    ) -> Result<Vec<Waiting>, StoreFault> {
        self.ask(move |desk| desk.backlog(after, limit, &now))
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
        self.tell(move |desk| then(desk.backlog(after, limit, &now)))
    }

    /// Cases that are parked, in order of filing.
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn parked(&self, now: Stamp) -> Result<Vec<Waiting>, StoreFault> {
        self.ask(move |desk| {
            desk.cases(
                "WHERE state = 'parked' ORDER BY id LIMIT ?1",
                [PARKED_LIMIT],
                &now,
            )
        })
    }
}

impl Desk {
    fn backlog(
        &mut self,
        after: u64,
        limit: usize,
        now: &Stamp,
    ) -> Result<Vec<Waiting>, StoreFault> {
        let after = i64::try_from(after).unwrap_or(i64::MAX);
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let these = "WHERE state = 'ready' AND id > ?1 ORDER BY id LIMIT ?2";
        self.cases(these, (after, limit), now)
    }

    fn cases(
        &mut self,
        these: &str,
        values: impl Params,
        now: &Stamp,
    ) -> Result<Vec<Waiting>, StoreFault> {
        self.noting(|desk| {
            let mut statement = desk.db.prepare(&format!("{COLUMNS} {these}"))?;
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
                    waited: age(&filed, now).unwrap_or(Duration::ZERO),
                });
            }
            Ok(cases)
        })
    }
}
