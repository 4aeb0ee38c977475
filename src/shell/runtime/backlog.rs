//! What waits is taken from the store a window at a time: a machine that was offline for months has more than memory
//! should hold.

use crate::case::Waiting;
use crate::shell::store::{Store, StoreFault};

/// Cases held at once.
const WINDOW: u32 = 1024;

/// How far the store has been read.
pub(super) struct Backlog {
    store: Store,
    /// Number of the last case that was taken.
    taken: u64,
    /// There are more behind it.
    more: bool,
}

impl Backlog {
    pub(super) fn new(store: Store) -> Self {
        Self {
            store,
            taken: 0,
            more: true,
        }
    }

    /// The next cases to be held, when only `held` are left of those before.
    ///
    /// # Errors
    /// Of reading; the same cases come with the next call.
    pub(super) fn refill(&mut self, held: usize) -> Result<Vec<Waiting>, StoreFault> {
        if !self.more || held >= WINDOW as usize / 2 {
            return Ok(Vec::new());
        }
        let cases = self.store.waiting(self.taken, WINDOW)?;
        self.more = cases.len() == WINDOW as usize;
        self.taken = cases.last().map_or(self.taken, |last| last.seq);
        Ok(cases)
    }

    /// Whether a case that was just filed comes later, with those before it: the cases of one person go in order.
    pub(super) fn comes_later(&self, case: &Waiting) -> bool {
        self.more && case.seq > self.taken
    }
}
