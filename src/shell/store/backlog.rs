//! The waiting cases part by part, and those that are parked.

use std::time::Duration;

use rusqlite::Row;

use crate::case::{ClockClass, Key, PersonToken, Stamp, Waiting};
use crate::domain::clock::age;

use super::Store;
use super::fault::StoreFault;
use super::mark;
use super::rows::{number, state};
use super::walk::Way;
use super::writer::Desk;

/// Columns of a [`Waiting`], for [`Desk::cases`]. From the bodies to the cases, never the other way: a long history has no
/// bodies.
const COLUMNS: &str =
    "case_id, key, person, attempts, task_code, stored_wall, stored_class, stored_boot, stored_ms";
const MARKED_AT: usize = 9;
/// Most parked cases that are told at start.
const PARKED_LIMIT: usize = 4096;

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
        self.ask(move |desk| desk.cases("= 'parked'", 0, PARKED_LIMIT, Some(&now)))
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
        self.cases("IN ('ready', 'sending', 'overdue')", after, limit, now)
    }

    fn cases(
        &mut self,
        states: &str,
        after: i64,
        limit: usize,
        now: Option<&Stamp>,
    ) -> Result<Vec<Waiting>, StoreFault> {
        // A row whose state is no word is found here too, or nobody would ever look at it.
        let sql = format!(
            "SELECT {COLUMNS}, {} FROM bodies CROSS JOIN cases ON id = case_id WHERE case_id >= ?1
             AND (state {states} OR state NOT IN ('ready', 'sending', 'overdue', 'accepted', 'rejected', 'parked'))
             ORDER BY case_id LIMIT ?2",
            mark::columns()
        );
        self.noting(|desk| {
            desk.walk(
                Way::Up,
                after.saturating_add(1),
                limit,
                &sql,
                |desk, row| desk.waiting_row(row, now),
            )
        })
    }

    fn waiting_row(&self, row: &Row<'_>, now: Option<&Stamp>) -> Result<Waiting, StoreFault> {
        mark::check(&self.key.mark, row, MARKED_AT)?;
        state(&row.get::<_, String>(MARKED_AT + 1)?)?;
        let class: String = row.get(6)?;
        let filed = Stamp {
            wall_rfc3339: row.get(5)?,
            clock_class: ClockClass::from_word(&class).unwrap_or(ClockClass::Unknown),
            boot_id: row.get(7)?,
            monotonic_ms: number(row.get(8)?)?,
        };
        Ok(Waiting {
            key: Key(row.get(1)?),
            seq: number(row.get(0)?)?,
            person: PersonToken(row.get(2)?),
            attempts: row.get(3)?,
            task_code: row.get(4)?,
            waited: now
                .and_then(|now| age(&filed, now))
                .unwrap_or(Duration::ZERO),
        })
    }
}
