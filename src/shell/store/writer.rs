//! What the writer thread owns.

use rusqlite::Connection;

use crate::case::Machine;

use super::fault::StoreFault;
use super::open::Random;

/// A piece of work for the writer thread.
pub(super) type Job = Box<dyn FnOnce(&mut Desk) + Send>;

/// The connection and what numbers are made from.
pub(super) struct Desk {
    pub(super) db: Connection,
    pub(super) machine: Machine,
    pub(super) random: Random,
    /// Quota of the file, pages.
    pub(super) max_pages: u32,
    /// Damage was seen: this run does not end clean, so that the next start checks the file.
    pub(super) suspect: bool,
}

impl Desk {
    /// Remembers damage on its way to the caller.
    pub(super) fn noting<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        let result = work(self);
        self.suspect |= matches!(result, Err(StoreFault::Corrupt(_)));
        result
    }

    /// Takes something new only while a sixteenth of the quota is left: on a full file SQLite cannot even
    /// write down an answer, and then nothing would ever leave again.
    pub(super) fn admit(&self) -> Result<(), StoreFault> {
        if self.free_pages()? > self.reserve() {
            Ok(())
        } else {
            Err(StoreFault::Full)
        }
    }

    /// The attempt log may use half of the reserve; the other half is for new states.
    pub(super) fn room_for_log(&self) -> Result<bool, StoreFault> {
        Ok(self.free_pages()? > self.reserve() / 2)
    }

    fn reserve(&self) -> u32 {
        (self.max_pages / 16).max(8)
    }

    fn free_pages(&self) -> Result<u32, StoreFault> {
        let pages = |pragma| -> Result<u32, StoreFault> {
            Ok(self.db.query_row(pragma, [], |row| row.get(0))?)
        };
        let used = pages("PRAGMA page_count")?.saturating_sub(pages("PRAGMA freelist_count")?);
        Ok(self.max_pages.saturating_sub(used))
    }

    pub(super) fn draw<const N: usize>(&mut self) -> Result<[u8; N], StoreFault> {
        let mut bytes = [0_u8; N];
        (self.random)(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn tidy(&mut self) -> Result<(), StoreFault> {
        self.noting(|desk| {
            let busy: i64 = desk
                .db
                .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
            if busy == 0 {
                Ok(())
            } else {
                Err(StoreFault::Busy)
            }
        })
    }

    pub(super) fn verify(&mut self) -> Result<(), StoreFault> {
        self.noting(|desk| {
            quick_check(&desk.db)?;
            desk.check_bodies()
        })
    }

    /// Ends the run. Whatever fails here only costs a check at the next start.
    pub(super) fn close(mut self) {
        if !self.suspect && self.tidy().is_ok() {
            let _ = self.db.execute("UPDATE meta SET clean = 1", []);
        }
    }
}

/// `PRAGMA quick_check`: structure of every page, not the content of rows.
pub(super) fn quick_check(db: &Connection) -> Result<(), StoreFault> {
    let finding: String = db.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
    if finding == "ok" {
        Ok(())
    } else {
        Err(StoreFault::Corrupt(finding))
    }
}
