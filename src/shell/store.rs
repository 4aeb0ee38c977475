//! The store: one SQLite file, one thread that writes, one connection.
//!
//! A case is in the file and flushed before anybody hears of it. Write-ahead log with
//! `synchronous=FULL`: of SQLite's modes the cheapest that keeps every committed row through a power
//! cut (sqlite.org/pragma.html#pragma_synchronous). The file is locked for this process alone.
//!
//! What is personal is sealed row by row (`store/seal.rs`), each row with a key of its own (`store/key_slots.rs`), which
//! is destroyed when the platform has the case.

mod answers;
mod attachments;
mod backlog;
mod bodies;
mod chain;
mod claims;
mod doubt;
mod fault;
pub mod files;
mod filing;
mod freed;
mod key_slots;
mod machine_key;
mod mark;
mod numbers;
pub mod objects;
mod open;
mod place;
mod prints;
mod ratings;
mod raw;
mod refused;
pub mod report;
mod room;
mod rows;
mod run;
mod salvage;
mod schema;
mod seal;
mod slot_map;
mod tally;
mod walk;
mod writer;

use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use zeroize::Zeroizing;

use crate::case::{Answer, CaseState, Draft, Epoch, Key, Link, Machine, Stamp, Waiting};

pub use answers::Attempt;
pub use fault::StoreFault;
pub use filing::{BUNDLE_LIMIT, Filed};
pub use machine_key::KeySource;
pub use open::{Config, MAX_PAGES, OnDamage, Opened, Random, os_random};
pub use ratings::{RATING_LIMIT, RATINGS_WAITING_LIMIT};
pub use refused::REFUSED_LIMIT;
pub use room::Inside;
pub use rows::{CaseRow, Counts};
pub use seal::SealFault;

use answers::{Change, Entry, Then};
use writer::{Desk, Job};

/// Jobs that may wait for the writer; more than a machine can ask for at once.
const QUEUE: usize = 64;

/// Handle of the store; clones share one writer thread. The last one dropped closes the file cleanly.
///
/// Every call waits for its own commit. Those that end in `_then` return at once and run the function
/// on the writer thread after the commit: it must be short and must not call the store and wait.
#[derive(Clone)]
pub struct Store {
    writer: Arc<Writer>,
}

struct Writer {
    jobs: Option<SyncSender<Job>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Drop for Writer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        let Ok(mut thread) = self.thread.lock() else {
            return;
        };
        if let Some(thread) = thread.take()
            && thread.thread().id() != thread::current().id()
        {
            // A writer that panicked has nothing left to close.
            let _ = thread.join();
        }
    }
}

impl Store {
    /// Opens the store at `config.path`, or makes one. A damaged file is set aside and what can be read
    /// of it is taken over; this never refuses to start because of what is in the file.
    ///
    /// # Errors
    /// [`StoreFault::Busy`] if another process holds the file, [`StoreFault::Unfit`] if SQLite does not
    /// take a setting that durability rests on, [`StoreFault::Full`] or [`StoreFault::Io`] of the disk.
    pub fn open(config: Config) -> Result<Opened, StoreFault> {
        let (desk, report) = open::open(config)?;
        let (jobs, inbox) = sync_channel::<Job>(QUEUE);
        let thread = thread::Builder::new()
            .name("store".into())
            .spawn(move || writer::run(desk, &inbox))
            .map_err(|error| StoreFault::Io(error.to_string()))?;
        let writer = Writer {
            jobs: Some(jobs),
            thread: Mutex::new(Some(thread)),
        };
        Ok(Opened {
            store: Self {
                writer: Arc::new(writer),
            },
            fresh: report.fresh,
            set_aside: report.set_aside,
            fault: report.fault,
            salvaged: report.salvaged,
            lost: report.lost,
            returned: report.returned,
            troubles: report.troubles,
        })
    }

    fn put(&self, job: Job) -> Result<(), StoreFault> {
        let jobs = self.writer.jobs.as_ref().ok_or(StoreFault::Gone)?;
        jobs.send(job).map_err(|_| StoreFault::Gone)
    }

    fn tell(&self, job: impl FnOnce(&mut Desk) + Send + 'static) -> Result<(), StoreFault> {
        self.put(Job::Call(Box::new(job)))
    }

    fn ask<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Desk) -> Result<T, StoreFault> + Send + 'static,
    ) -> Result<T, StoreFault> {
        let (reply, answer) = sync_channel(1);
        self.tell(move |desk| {
            // If nobody waits any more the work is done all the same.
            let _ = reply.send(job(desk));
        })?;
        answer.recv().map_err(|_| StoreFault::Gone)?
    }

    /// Puts a change to others that share its commit.
    fn enter(&self, key: Key, change: Change, then: Then) -> Result<(), StoreFault> {
        self.put(Job::Entry(Box::new(Entry { key, change, then })))
    }

    fn change(&self, key: &Key, change: Change) -> Result<CaseState, StoreFault> {
        let (reply, answer) = sync_channel(1);
        let then = Box::new(move |state| drop(reply.send(state)));
        self.enter(key.clone(), change, then)?;
        answer.recv().map_err(|_| StoreFault::Gone)?
    }

    /// Files all drafts (one, or the parts of a 一件事) in one transaction and returns after it is on disk.
    /// An error other than [`StoreFault::InDoubt`] means that none of them is filed, for good.
    ///
    /// A case filed with the line up ([`Draft::offline`] false) counts as sent from the start; one filed offline is ready
    /// until [`Store::body_to_send`].
    ///
    /// # Errors
    /// [`StoreFault::TooLarge`] for a body over [`crate::case::BODY_LIMIT`] or more than [`BUNDLE_LIMIT`]
    /// drafts, [`StoreFault::Full`], [`StoreFault::Io`], [`StoreFault::Corrupt`]. [`StoreFault::InDoubt`] if the disk
    /// failed at the commit and does not answer now: the same drafts, filed again, get the same keys.
    pub fn file(&self, drafts: Vec<Draft>, stamp: Stamp) -> Result<Vec<Filed>, StoreFault> {
        self.ask(move |desk| desk.file(drafts, &stamp))
    }

    /// As [`Store::file`] without waiting: `then` runs on the writer thread.
    ///
    /// # Errors
    /// [`StoreFault::Gone`] if the writer has ended; `then` is dropped.
    pub fn file_then(
        &self,
        drafts: Vec<Draft>,
        stamp: Stamp,
        then: impl FnOnce(Result<Vec<Filed>, StoreFault>) + Send + 'static,
    ) -> Result<(), StoreFault> {
        self.tell(move |desk| then(desk.file(drafts, &stamp)))
    }

    /// The frozen bytes of a case or a rating. They are authenticated and checked against their digest first.
    ///
    /// # Errors
    /// [`StoreFault::NotFound`] if there is no such key or its body is gone (accepted),
    /// [`StoreFault::Unreadable`] if this one row cannot be opened.
    pub fn body(&self, key: &Key) -> Result<Zeroizing<Vec<u8>>, StoreFault> {
        let key = key.clone();
        self.ask(move |desk| desk.body(&key))
    }

    /// As [`Store::body`], for a case that is sent now: before its first attempt it is marked as [`CaseState::Sending`]
    /// on disk, later attempts need no mark.
    ///
    /// # Errors
    /// As [`Store::body`], [`StoreFault::NotFound`] also if it does not wait any more, or of writing.
    pub fn body_to_send(&self, key: &Key) -> Result<Zeroizing<Vec<u8>>, StoreFault> {
        if self.change(key, Change::Leaves)?.waits() {
            self.body(key)
        } else {
            Err(StoreFault::NotFound)
        }
    }

    /// Writes down what an attempt came to, and the new state. On acceptance the body and the person's
    /// token are deleted in the same transaction; what remains has no personal data.
    ///
    /// # Errors
    /// [`StoreFault::NotFound`], or of writing. The answer is then asked for again by the next attempt.
    pub fn record(
        &self,
        key: &Key,
        answer: &Answer,
        attempt: Attempt,
    ) -> Result<CaseState, StoreFault> {
        self.change(key, Change::Answered(Box::new((answer.clone(), attempt))))
    }

    /// As [`Store::record`] without waiting. Answers that come close together share one commit; none is held back for
    /// another.
    ///
    /// # Errors
    /// [`StoreFault::Gone`] if the writer has ended; `then` is dropped.
    pub fn record_then(
        &self,
        key: Key,
        answer: Answer,
        attempt: Attempt,
        then: impl FnOnce(Result<CaseState, StoreFault>) + Send + 'static,
    ) -> Result<(), StoreFault> {
        self.enter(
            key,
            Change::Answered(Box::new((answer, attempt))),
            Box::new(then),
        )
    }

    /// As [`Store::record`] for several answers in one commit. One that cannot be written does not spoil the others.
    ///
    /// # Errors
    /// [`StoreFault::Gone`]; what became of each answer is in its place of the list.
    pub fn record_many(
        &self,
        answers: Vec<(Key, Answer, Attempt)>,
    ) -> Result<Vec<Result<CaseState, StoreFault>>, StoreFault> {
        self.ask(move |desk| {
            let changes: Vec<_> = answers
                .into_iter()
                .map(|(key, answer, attempt)| (key, Change::Answered(Box::new((answer, attempt)))))
                .collect();
            let all: Vec<_> = changes.iter().map(|(key, change)| (key, change)).collect();
            Ok(desk.enter_all(&all))
        })
    }

    /// The legal deadline of a case has passed without an acceptance. It is still sent.
    ///
    /// # Errors
    /// [`StoreFault::NotFound`], or of writing.
    pub fn deadline_passed(&self, key: &Key) -> Result<CaseState, StoreFault> {
        self.change(key, Change::DeadlinePassed)
    }

    /// As [`Store::deadline_passed`] without waiting. Those that come close together share one commit.
    ///
    /// # Errors
    /// [`StoreFault::Gone`] if the writer has ended; `then` is dropped.
    pub fn deadline_passed_then(
        &self,
        key: Key,
        then: impl FnOnce(Result<CaseState, StoreFault>) + Send + 'static,
    ) -> Result<(), StoreFault> {
        self.enter(key, Change::DeadlinePassed, Box::new(then))
    }

    /// A technician lets a parked case be sent again. Other states stay as they are.
    ///
    /// # Errors
    /// [`StoreFault::NotFound`], or of writing.
    pub fn release(&self, key: &Key) -> Result<CaseState, StoreFault> {
        self.change(key, Change::Released)
    }

    /// One case.
    ///
    /// # Errors
    /// [`StoreFault::NotFound`], or of reading.
    pub fn case(&self, key: &Key) -> Result<CaseRow, StoreFault> {
        let key = key.clone();
        self.ask(move |desk| desk.case(&key))
    }

    /// The newest `limit` cases, newest first.
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn list(&self, limit: u32) -> Result<Vec<CaseRow>, StoreFault> {
        self.ask(move |desk| desk.list(limit))
    }

    /// The last sequence of an epoch and the end of its chain, as they were kept at filing; 0 and the chain's beginning if
    /// nothing was filed in it. A case that was lost since does not change them.
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn chain_end(&self, machine: &Machine, epoch: &Epoch) -> Result<(u64, Link), StoreFault> {
        let (machine, epoch) = (machine.clone(), epoch.clone());
        self.ask(move |desk| desk.chain_end(&machine, &epoch))
    }

    /// How many cases are in which state.
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn counts(&self) -> Result<Counts, StoreFault> {
        self.ask(|desk| desk.counts())
    }

    /// Keeps a rating (好差评) until it is sent. `body` is UTF-8 JSON made by the caller.
    ///
    /// # Errors
    /// [`StoreFault::TooLarge`] over [`RATING_LIMIT`] bytes, [`StoreFault::Full`] if
    /// [`RATINGS_WAITING_LIMIT`] wait already, or of writing.
    pub fn rate(&self, body: Vec<u8>) -> Result<Key, StoreFault> {
        let body = Zeroizing::new(body);
        self.ask(move |desk| desk.rate(&body))
    }

    /// Ratings to send, in order; each stands for itself (no two share a person token).
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn ratings_waiting(&self) -> Result<Vec<Waiting>, StoreFault> {
        self.ask(|desk| desk.ratings_waiting())
    }

    /// Writes down the answer to a rating. A rating that was accepted is deleted.
    ///
    /// # Errors
    /// [`StoreFault::NotFound`], or of writing.
    pub fn record_rating(&self, key: &Key, answer: &Answer) -> Result<CaseState, StoreFault> {
        let (key, answer) = (key.clone(), answer.clone());
        self.ask(move |desk| desk.record_rating(&key, &answer))
    }

    /// Destroys the keys of accepted cases that are still there and moves the log into the file. The store does that by
    /// itself in quiet moments and when it is closed.
    ///
    /// # Errors
    /// [`StoreFault`] of writing.
    pub fn tidy(&self) -> Result<(), StoreFault> {
        self.ask(|desk| desk.tidy())
    }

    /// SQLite's own check of the whole file (`quick_check`), the counts, every row, every body that is still there, and the
    /// chains.
    ///
    /// # Errors
    /// [`StoreFault::Corrupt`], [`StoreFault::Unreadable`] or [`StoreFault::Missing`] with the first finding.
    pub fn verify(&self) -> Result<(), StoreFault> {
        self.ask(|desk| desk.verify())
    }
}

#[cfg(test)]
mod tests;
