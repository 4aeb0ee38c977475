//! What a machine counts: per item and day 查询, 办理, 成功 and 失败, and beside them visits, receipts, paper and lacks.
//!
//! Everything is derived here from what the core hears and wants, so that nothing else has to count. No figure names a
//! person, a case or a time of day. Not kept here: the shell adds up what is handed on.

mod figures;
mod heed;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::case::Key;
use crate::item::Day;
use crate::wire::escpos::Profile;

pub use figures::{Cards, Cases, Figures, ITEMS_MAX, Item, OTHER, Receipts, Row, Visits};

/// Days that are kept; older ones are forgotten.
pub const DAYS_MAX: usize = 400;
/// Cases on their way whose item is remembered; what is settled beyond that counts for [`OTHER`].
const WAYS_MAX: usize = 10_000;

/// Figures by local date (UTC+8); those of `None` fell on a day that nobody knows, while the clock was not believed.
pub type Days = BTreeMap<Option<Day>, Figures>;

/// Counts. What was counted is handed on with [`Tally::take`] and not kept.
#[derive(Debug, Default)]
pub struct Tally {
    /// How long a receipt is; without it paper is not counted.
    profile: Option<Profile>,
    /// Today, while the clock is believed.
    day: Option<Day>,
    begun: bool,
    counted: Days,
    /// Item of each case on its way.
    ways: BTreeMap<Key, String>,
    /// Cases that are committed and not yet named with their item.
    fresh: BTreeSet<Key>,
    /// Paper of each job under way, millimetres.
    lengths: BTreeMap<u64, u32>,
    visit: Visit,
}

/// What happened in the visit so far.
#[derive(Debug, Default)]
struct Visit {
    filed: bool,
    left: bool,
}

impl Tally {
    /// A tally that knows the printer by `profile`.
    #[must_use]
    pub fn new(profile: Option<Profile>) -> Self {
        Self {
            profile,
            ..Self::default()
        }
    }

    /// What was counted since this was asked last; empty when nothing was.
    #[must_use]
    pub fn take(&mut self) -> Days {
        std::mem::take(&mut self.counted)
    }

    fn today(&mut self) -> &mut Figures {
        self.counted.entry(self.day).or_default()
    }
}
