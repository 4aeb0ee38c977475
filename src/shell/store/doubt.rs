//! A commit whose last step failed: what is true is found out, not guessed.
//!
//! When the flush of a commit fails, SQLite takes the rows back in memory, but their frames may lie whole in the log: after
//! a power cut they would be taken up again, and a person who was told "not filed" would be filed twice. So the log is
//! emptied and a further commit is made: it begins the log with another salt, and what came before can never be taken up
//! again (sqlite.org/walformat.html, "Recovery"). Then what is in the tables is the truth.

use rusqlite::{Connection, OptionalExtension};

use crate::case::{Digest, Stamp};

use super::fault::StoreFault;
use super::filing::{Filed, Row};
use super::open;
use super::writer::Desk;

/// Rows of which it is not known whether they are on the disk. Kept, so that the same drafts get the same keys and bytes.
pub(super) struct Doubt {
    pub(super) print: Digest,
    pub(super) stamp: Stamp,
    pub(super) rows: Vec<Row>,
}

impl Doubt {
    pub(super) fn filed(&self) -> Vec<Filed> {
        self.rows.iter().map(|row| row.filed.clone()).collect()
    }
}

impl Desk {
    /// The last step of filing failed: true cases, a certain fault, or [`StoreFault::InDoubt`].
    pub(super) fn after_failed_commit(
        &mut self,
        doubt: Doubt,
        fault: StoreFault,
    ) -> Result<Vec<Filed>, StoreFault> {
        self.suspect = true;
        self.tally = None;
        // A full disk refuses the write itself: the frame that says "committed" comes last and is not there.
        if fault == StoreFault::Full {
            self.give_back(&doubt.rows);
            return Err(fault);
        }
        match self.settle(&doubt) {
            Ok(true) => {
                self.keep_files(&doubt.rows);
                Ok(doubt.filed())
            }
            Ok(false) => {
                self.give_back(&doubt.rows);
                Err(fault)
            }
            Err(_) => {
                self.doubt = Some(doubt);
                Err(StoreFault::InDoubt(fault.to_string()))
            }
        }
    }

    /// Before anything else is filed: what became of the rows that were left in doubt. Their cases if they are on the disk
    /// and these are the same drafts; else they stay in [`Desk::doubt`] only for the same drafts.
    pub(super) fn settle_older_doubt(
        &mut self,
        print: Digest,
    ) -> Result<Option<Vec<Filed>>, StoreFault> {
        let Some(doubt) = self.doubt.take() else {
            return Ok(None);
        };
        let same = doubt.print == print;
        match self.settle(&doubt) {
            Ok(true) => {
                self.keep_files(&doubt.rows);
                Ok(same.then(|| doubt.filed()))
            }
            Ok(false) if same => {
                self.doubt = Some(doubt);
                Ok(None)
            }
            Ok(false) => {
                self.give_back(&doubt.rows);
                Ok(None)
            }
            Err(fault) => {
                self.doubt = Some(doubt);
                Err(StoreFault::InDoubt(fault.to_string()))
            }
        }
    }

    /// Whether the rows are in the database, for good: asked on this connection, then on a new one.
    fn settle(&mut self, doubt: &Doubt) -> Result<bool, StoreFault> {
        match settled(&self.db, doubt) {
            Ok(there) => Ok(there),
            Err(_) => {
                self.reopen()?;
                settled(&self.db, doubt)
            }
        }
    }

    pub(super) fn reopen(&mut self) -> Result<(), StoreFault> {
        self.adrift = true;
        // The file is locked for one connection: the old one has to go first.
        drop(std::mem::replace(
            &mut self.db,
            Connection::open_in_memory()?,
        ));
        self.db = open::connect(&self.place)?;
        self.adrift = false;
        Ok(())
    }
}

fn settled(db: &Connection, doubt: &Doubt) -> Result<bool, StoreFault> {
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if busy != 0 {
        return Err(StoreFault::Busy);
    }
    db.execute("UPDATE meta SET doubts = doubts + 1", [])?;
    let mut there = db.prepare("SELECT 1 FROM cases WHERE id = ?1 AND key = ?2")?;
    for row in &doubt.rows {
        let id = i64::try_from(row.filed.seq).unwrap_or(i64::MAX);
        let found: Option<i64> = there
            .query_row((id, &row.filed.key.0), |row| row.get(0))
            .optional()?;
        if found.is_none() {
            return Ok(false);
        }
    }
    Ok(true)
}
