//! Receipts ordered from the printer: on disk before the first byte goes out, so that no restart prints one again.

use super::Store;
use super::fault::StoreFault;
use super::schema;
use super::writer::Desk;
use crate::case::{Key, Stamp};
use crate::domain::kiosk::{Claim, PrintOutcome};

impl Store {
    /// Claims the receipt of the filing whose first case has this key, and runs `then` on the writer thread once the
    /// claim is on disk. The first print of a filing can be claimed once; `again` claims a copy and numbers it. What
    /// ended as not started counts as never claimed. `None`: it was printed before.
    ///
    /// # Errors
    /// [`StoreFault::Gone`] if the writer has ended; `then` is dropped.
    pub fn claim_print_then(
        &self,
        key: Key,
        again: bool,
        stamp: Stamp,
        then: impl FnOnce(Result<Option<Claim>, StoreFault>) + Send + 'static,
    ) -> Result<(), StoreFault> {
        self.tell(move |desk| then(desk.claim_print(&key, again, &stamp)))
    }

    /// Writes down how a claimed print ended. Without this word it counts as unknown after the next start.
    ///
    /// # Errors
    /// [`StoreFault::Gone`] if the writer has ended.
    pub fn print_ended(&self, job: u64, outcome: PrintOutcome) -> Result<(), StoreFault> {
        // A disk that does not take it leaves the print unknown, which is true.
        self.tell(move |desk| drop(desk.print_ended(job, outcome)))
    }

    /// At start: prints that were claimed and never ended are unknown from now on. How many there were.
    ///
    /// # Errors
    /// [`StoreFault`] of writing.
    pub fn settle_prints(&self) -> Result<u64, StoreFault> {
        self.ask(|desk| {
            let unknown = PrintOutcome::Unknown.word();
            desk.with_room(|desk| {
                let sql = "UPDATE prints SET outcome = ?1 WHERE outcome IS NULL";
                Ok(desk.db.execute(sql, [unknown])? as u64)
            })
        })
    }
}

impl Desk {
    fn claim_print(
        &mut self,
        key: &Key,
        again: bool,
        stamp: &Stamp,
    ) -> Result<Option<Claim>, StoreFault> {
        self.untidy = true;
        self.with_room(|desk| {
            let commit = desk.commit;
            let transaction = desk.db.transaction()?;
            let last: Option<u32> = transaction
                .prepare_cached(
                    "SELECT max(copy) FROM prints WHERE key = ?1 AND outcome IS NOT 'not-started'",
                )?
                .query_row([&key.0], |row| row.get(0))?;
            let copy = match last {
                None => 0,
                Some(last) if again => last + 1,
                Some(_) => return Ok(None),
            };
            transaction
                .prepare_cached(
                    "INSERT INTO prints (key, copy, wall, class, boot, ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                )?
                .execute((
                    &key.0,
                    copy,
                    &stamp.wall_rfc3339,
                    stamp.clock_class.word(),
                    &stamp.boot_id,
                    i64::try_from(stamp.monotonic_ms).unwrap_or(i64::MAX),
                ))?;
            let job = u64::try_from(transaction.last_insert_rowid()).unwrap_or(0);
            transaction
                .prepare_cached("DELETE FROM prints WHERE id <= ?1")?
                .execute([job.saturating_sub(schema::HISTORY_LIMIT)])?;
            commit(transaction)?;
            Ok(Some(Claim { job, copy }))
        })
    }

    fn print_ended(&mut self, job: u64, outcome: PrintOutcome) -> Result<(), StoreFault> {
        self.untidy = true;
        self.with_room(|desk| {
            desk.db
                .prepare_cached("UPDATE prints SET outcome = ?2 WHERE id = ?1")?
                .execute((job, outcome.word()))?;
            Ok(())
        })
    }
}
