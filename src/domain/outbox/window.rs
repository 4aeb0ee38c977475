//! The part of the backlog that is in memory: a million cases may wait, some thousands are looked at.

use std::time::{Duration, Instant};

/// Pause after the store could not be read.
const PAUSE: Duration = Duration::from_secs(60);

/// A part of the backlog to be read from the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    /// Only cases filed after this one (its `seq`), in order of filing.
    pub after: u64,
    /// At most so many.
    pub limit: usize,
}

/// How far the backlog has been read.
pub(super) struct Window {
    limit: usize,
    /// Whatever waits up to here is or was in memory.
    loaded_to: u64,
    /// The store may hold more beyond.
    more: bool,
    /// Latest case that was told while the store still held earlier ones.
    skipped_to: u64,
    /// What had been told when the part on its way was asked for: it is in that part, or not in the store any more.
    asked_to: u64,
    asking: bool,
    not_before: Option<Instant>,
}

impl Window {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit: limit.max(1),
            loaded_to: 0,
            more: false,
            skipped_to: 0,
            asked_to: 0,
            asking: false,
            not_before: None,
        }
    }

    /// The store may hold cases that nobody has told of.
    pub(super) fn expect(&mut self) {
        self.more = true;
    }

    /// Whether a case that was filed or released now is taken in at once. Else it comes with its part of the backlog:
    /// an earlier case of the same person may still be in the store.
    pub(super) fn takes(&mut self, seq: u64, held: usize) -> bool {
        if seq <= self.loaded_to {
            return true;
        }
        self.more |= held >= self.limit;
        if self.more {
            self.skipped_to = self.skipped_to.max(seq);
            return false;
        }
        self.loaded_to = seq;
        true
    }

    /// What to read now, if anything. It must be answered with [`Window::loaded`] or [`Window::failed`].
    pub(super) fn poll(&mut self, held: usize, now: Instant) -> Option<Load> {
        if self.not_before.is_some_and(|at| at > now) || !self.wants(held) {
            return None;
        }
        self.asking = true;
        self.asked_to = self.skipped_to;
        Some(Load {
            after: self.loaded_to,
            limit: self.limit - held,
        })
    }

    /// When to ask again after a failure.
    pub(super) fn timeout(&self, held: usize) -> Option<Instant> {
        self.not_before.filter(|_| self.wants(held))
    }

    fn wants(&self, held: usize) -> bool {
        self.more && !self.asking && held <= self.limit / 2
    }

    /// A part was read. `last` is its last case, `full` that it had as many as asked for.
    pub(super) fn loaded(&mut self, last: Option<u64>, full: bool) {
        self.asking = false;
        self.not_before = None;
        self.loaded_to = self.loaded_to.max(last.unwrap_or(0));
        if !full {
            self.loaded_to = self.loaded_to.max(self.asked_to);
        }
        // What was filed while the store was being read may not be in this part.
        self.more = full || self.skipped_to > self.loaded_to;
    }

    pub(super) fn failed(&mut self, now: Instant) {
        self.asking = false;
        self.not_before = Some(now + PAUSE);
    }

    /// Whether the store may hold cases that are not in memory.
    pub(super) fn has_more(&self) -> bool {
        self.more
    }
}
