//! The thread that writes: takes one job after the other, and what can share a commit together.

use std::collections::BTreeSet;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use rusqlite::{Connection, Transaction};

use crate::case::Machine;

use super::answers::Entry;
use super::attachments::Attachments;
use super::doubt::Doubt;
use super::fault::StoreFault;
use super::key_slots::KeySlots;
use super::machine_key::MachineKey;
use super::mark;
use super::numbers::{self, Next};
use super::open::{OnDamage, Random};
use super::place::Place;
use super::schema;
use super::tally::Tally;

/// Most changes in one commit.
const GROUP: usize = 64;
/// Commits between two looks at the free pages, while there are many.
const UNLOOKED: u32 = 16;
/// Most pages that one commit takes: a bundle of bodies at their limit, or [`GROUP`] answers.
const COMMIT_PAGES: u32 = 5_000;
/// Accepted cases dropped at once when there are too many.
const PRUNED_AT_ONCE: u64 = 1_000;

/// A piece of work for the writer thread.
pub(super) enum Job {
    /// A change of a case. Those that lie in the inbox one after the other share a commit; none waits for another.
    Entry(Box<Entry>),
    /// Anything else.
    Call(Box<dyn FnOnce(&mut Desk) + Send>),
}

/// How a transaction is committed; tests put a failing way here.
pub(super) type Commit = fn(Transaction<'_>) -> rusqlite::Result<()>;

/// The connection, the keys, and what numbers are made from.
pub(super) struct Desk {
    pub(super) db: Connection,
    pub(super) place: Place,
    pub(super) machine: Machine,
    pub(super) key: MachineKey,
    pub(super) slots: KeySlots,
    pub(super) attachments: Attachments,
    pub(super) random: Random,
    pub(super) commit: Commit,
    /// Counted along; nothing when that was lost.
    pub(super) tally: Option<Tally>,
    /// Rows that may or may not be on the disk.
    pub(super) doubt: Option<Doubt>,
    /// Damage was seen: this run does not end clean, so that the next start checks the file.
    pub(super) suspect: bool,
    /// Rows of cases that were found damaged, and who is told of a new one.
    pub(super) damaged: BTreeSet<i64>,
    pub(super) on_damage: OnDamage,
    /// No case of a new epoch lies below this row: a store that could not be read had those before.
    pub(super) first_row: i64,
    /// The disk failed and the connection is gone; tried again with every job.
    pub(super) adrift: bool,
    /// Numbers were given out that the slots do not tell yet.
    pub(super) unnoted: bool,
    /// Numbers of the next case, after a filing that went well. Otherwise the database is asked.
    pub(super) ahead: Option<Next>,
    /// Commits that find room without a look.
    pub(super) plenty: u32,
    /// Something was written since the last tidying.
    pub(super) untidy: bool,
    /// Quiet time after which the store tidies up by itself.
    pub(super) tidy_after: Duration,
}

/// Works until every handle of the store is gone.
pub(super) fn run(mut desk: Desk, inbox: &Receiver<Job>) {
    let mut next = None;
    while let Some(job) = next.take().or_else(|| desk.wait(inbox)) {
        match job {
            Job::Call(call) => call(&mut desk),
            Job::Entry(first) => {
                let mut group = vec![*first];
                while group.len() < GROUP && next.is_none() {
                    match inbox.try_recv() {
                        Ok(Job::Entry(entry)) => group.push(*entry),
                        Ok(other) => next = Some(other),
                        Err(_) => break,
                    }
                }
                desk.enter(group);
            }
        }
        desk.upkeep();
    }
    desk.close();
}

impl Desk {
    fn wait(&mut self, inbox: &Receiver<Job>) -> Option<Job> {
        if self.untidy {
            match inbox.recv_timeout(self.tidy_after) {
                Ok(job) => return Some(job),
                Err(RecvTimeoutError::Disconnected) => return None,
                // What could not be tidied now is tidied after the next writing, or at the end.
                Err(RecvTimeoutError::Timeout) => drop(self.tidy()),
            }
        }
        inbox.recv().ok()
    }

    /// After a job, when nobody waits for its answer any more. What fails here is tried again after the next job: spent
    /// keys stay marked as spent, and filing makes keys itself if there are none.
    fn upkeep(&mut self) {
        self.note_numbers();
        if self.slots.due() {
            let _ = self.destroy_spent();
        }
        let _ = self.slots.stock(&mut self.random);
    }

    fn destroy_spent(&mut self) -> Result<(), StoreFault> {
        self.slots.header.filed = self.filed()?;
        self.slots.renew(&mut self.random)?;
        self.attachments.remove_gone()
    }

    /// Cases filed so far, over all epochs.
    pub(super) fn filed(&self) -> Result<u64, StoreFault> {
        let next = numbers::next(&self.db)?;
        Ok(u64::try_from(next.id - 1).unwrap_or(0))
    }

    /// Remembers damage on its way to the caller.
    pub(super) fn noting<T>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        if self.adrift {
            self.reopen()?;
        }
        let result = work(self);
        self.suspect |= matches!(result, Err(StoreFault::Corrupt(_)));
        result
    }

    /// A row that is not as it was written is passed over, told once, and mended by the next start.
    pub(super) fn note_damage(&mut self, row: i64) {
        self.suspect = true;
        if self.damaged.insert(row) {
            (self.on_damage)(u64::try_from(row).unwrap_or(0));
        }
    }

    /// As [`Self::noting`], and once more with an emptied log if the disk is full: what leaves must not be held up by a log
    /// whose rows have room in the file.
    pub(super) fn with_room<T>(
        &mut self,
        mut work: impl FnMut(&mut Self) -> Result<T, StoreFault>,
    ) -> Result<T, StoreFault> {
        self.noting(|desk| match work(desk) {
            Err(StoreFault::Full) if desk.empty_log().is_ok() => work(desk),
            result => result,
        })
    }

    /// Moves the log into the file.
    pub(super) fn empty_log(&self) -> Result<(), StoreFault> {
        // Not cut off: a log that keeps its length costs one flush a commit, one that grows costs two.
        self.checkpoint("PRAGMA wal_checkpoint(PASSIVE)")
    }

    /// As [`Self::empty_log`], and begins a new log. After a power cut, before anything is written: SQLite would go on with
    /// the same log (the same salts, sqlite.org/fileformat2.html#walformat), and after another cut nobody could tell what
    /// the first one left in it from what was committed behind a bad place.
    pub(super) fn begin_log(&self) -> Result<(), StoreFault> {
        self.checkpoint("PRAGMA wal_checkpoint(TRUNCATE)")
    }

    fn checkpoint(&self, sql: &str) -> Result<(), StoreFault> {
        let busy: i64 = self.db.query_row(sql, [], |row| row.get(0))?;
        if busy == 0 {
            Ok(())
        } else {
            Err(StoreFault::Busy)
        }
    }

    /// Takes something new only while a sixteenth of the quota is left: on a full file SQLite cannot even
    /// write down an answer, and then nothing would ever leave again.
    pub(super) fn admit(&mut self) -> Result<(), StoreFault> {
        if self.has_more_than(self.reserve())? {
            Ok(())
        } else {
            Err(StoreFault::Full)
        }
    }

    /// The attempt log may use half of the reserve; the other half is for new states.
    pub(super) fn room_for_log(&mut self) -> Result<bool, StoreFault> {
        self.has_more_than(self.reserve() / 2)
    }

    /// Whether more pages than these are free before the next commit.
    fn has_more_than(&mut self, pages: u32) -> Result<bool, StoreFault> {
        if self.plenty > 0 {
            self.plenty -= 1;
            return Ok(true);
        }
        let free = self.free_pages()?;
        if free > self.reserve() + UNLOOKED * COMMIT_PAGES {
            self.plenty = UNLOOKED - 1;
        }
        Ok(free > pages)
    }

    fn reserve(&self) -> u32 {
        (self.place.max_pages / 16).max(32)
    }

    fn free_pages(&self) -> Result<u32, StoreFault> {
        let pages = |pragma| -> Result<u32, StoreFault> {
            let mut statement = self.db.prepare_cached(pragma)?;
            Ok(statement.query_row([], |row| row.get(0))?)
        };
        let used = pages("PRAGMA page_count")?.saturating_sub(pages("PRAGMA freelist_count")?);
        Ok(self.place.max_pages.saturating_sub(used))
    }

    pub(super) fn draw<const N: usize>(&mut self) -> Result<[u8; N], StoreFault> {
        let mut bytes = [0_u8; N];
        (self.random)(&mut bytes)?;
        Ok(bytes)
    }

    pub(super) fn tally(&mut self) -> Result<Tally, StoreFault> {
        if self.tally.is_none() {
            self.tally = Some(Tally::count(&self.db)?);
        }
        Ok(self.tally.unwrap_or_default())
    }

    pub(super) fn prune(&mut self) -> Result<(), StoreFault> {
        let accepted = self.tally()?.of(crate::case::CaseState::Accepted);
        let surplus = accepted.saturating_sub(schema::HISTORY_LIMIT);
        if surplus > 0 {
            let gone = schema::prune(&mut self.db, surplus.min(PRUNED_AT_ONCE))?;
            if let Some(tally) = &mut self.tally {
                tally.pruned(gone);
            }
        }
        Ok(())
    }

    /// Destroys the keys of what is accepted, removes its files, shortens the history, moves the log into the file.
    pub(super) fn tidy(&mut self) -> Result<(), StoreFault> {
        self.noting(|desk| {
            desk.destroy_spent()?;
            desk.prune()?;
            desk.empty_log()?;
            desk.untidy = false;
            Ok(())
        })
    }

    pub(super) fn verify(&mut self) -> Result<(), StoreFault> {
        self.noting(|desk| {
            quick_check(&desk.db)?;
            let (counted, kept) = (Tally::count_all(&desk.db)?, desk.tally()?);
            if counted != kept {
                return Err(StoreFault::Corrupt(format!("{kept:?} but {counted:?}")));
            }
            check_marks(&desk.db, &desk.key)?;
            desk.check_bodies()?;
            desk.check_chains()
        })
    }

    /// Ends the run. Whatever fails here only costs a check at the next start.
    pub(super) fn close(mut self) {
        if !self.suspect && self.tidy().is_ok() {
            let _ = self.say_clean();
        }
    }

    fn say_clean(&mut self) -> Result<(), StoreFault> {
        let counts = self.tally()?.columns();
        let set = Tally::COLUMNS
            .split(", ")
            .zip(counts)
            .map(|(column, count)| format!(", {column} = {count}"));
        let sql = format!(
            "UPDATE meta SET clean = 1, used_slots = ?1{}",
            set.collect::<String>()
        );
        self.db.execute(&sql, [self.slots.used()])?;
        // After the database, so that "closed" here and "not clean" there is only ever a copy of an earlier day.
        self.slots.header.closed = self.slots.header.starts;
        self.slots.flush()
    }
}

/// Whether every row of a case is as it was written.
pub(super) fn check_marks(db: &Connection, key: &MachineKey) -> Result<(), StoreFault> {
    match mark::strange(db, &key.mark, 1)?[..] {
        [] => Ok(()),
        [row, ..] => Err(StoreFault::Corrupt(format!(
            "the row of case {row} is not as it was written"
        ))),
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
