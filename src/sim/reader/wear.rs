//! A reader that grows old: finds that miss, readings that take longer.

use std::time::Duration;

/// Reading takes no longer than this, however worn.
const LONGEST: Duration = Duration::from_secs(4);

pub(super) struct Wear {
    pub(super) miss_per_mille: u16,
    pub(super) growth: Duration,
    readings: u32,
    /// State of a xorshift generator; the same reader wears the same way each time.
    seed: u32,
}

impl Default for Wear {
    fn default() -> Self {
        Self {
            miss_per_mille: 0,
            growth: Duration::ZERO,
            readings: 0,
            seed: 0x2F6E_2B1D,
        }
    }
}

impl Wear {
    /// Whether this find misses the card.
    pub(super) fn misses(&mut self) -> bool {
        self.seed ^= self.seed << 13;
        self.seed ^= self.seed >> 17;
        self.seed ^= self.seed << 5;
        self.seed % 1000 < u32::from(self.miss_per_mille)
    }

    /// How long this reading takes, that of a new reader being `time`.
    pub(super) fn reading(&mut self, time: Duration) -> Duration {
        let longer = self.growth.saturating_mul(self.readings);
        self.readings = self.readings.saturating_add(1);
        time.max(LONGEST.min(time + longer))
    }
}
