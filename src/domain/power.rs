//! How often a device that hangs may be cut from its power and given it back.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::{Duration, Instant};

use crate::pins::Part;

/// A device that needs it more often has a fault that no relay mends.
const MOST: usize = 3;
/// Within this time.
const WINDOW: Duration = Duration::from_secs(3600);

/// Wishes for a power-cycle, and those that were granted.
#[derive(Debug, Default)]
pub struct PowerCycles {
    wished: BTreeSet<Part>,
    granted: BTreeMap<Part, VecDeque<Instant>>,
}

impl PowerCycles {
    /// A device's driver has tried everything else.
    pub fn wish(&mut self, part: Part) {
        self.wished.insert(part);
    }

    /// The device answers again: nothing is wished for it any more.
    pub fn forget(&mut self, part: Part) {
        self.wished.remove(&part);
    }

    /// Every wish that stands, and whether it is granted; none stands after this. Not to be asked during a print.
    pub fn judge(&mut self, now: Instant) -> Vec<(Part, bool)> {
        let wished = std::mem::take(&mut self.wished);
        wished
            .into_iter()
            .map(|part| (part, self.grants(part, now)))
            .collect()
    }

    fn grants(&mut self, part: Part, now: Instant) -> bool {
        let granted = self.granted.entry(part).or_default();
        while granted.front().is_some_and(|at| now >= *at + WINDOW) {
            granted.pop_front();
        }
        let grants = granted.len() < MOST;
        if grants {
            granted.push_back(now);
        }
        grants
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_in_any_hour_for_each_part() {
        let begin = Instant::now();
        let minute = |m: u64| begin + Duration::from_secs(60 * m);
        let mut cycles = PowerCycles::default();
        let mut wish = |part, at| {
            cycles.wish(part);
            cycles.wish(part);
            cycles.judge(at)
        };
        for at in [0, 10, 20] {
            assert_eq!(wish(Part::Reader, minute(at)), [(Part::Reader, true)]);
        }
        assert_eq!(wish(Part::Reader, minute(59)), [(Part::Reader, false)]);
        assert_eq!(wish(Part::Printer, minute(59)), [(Part::Printer, true)]);
        assert_eq!(wish(Part::Reader, minute(60)), [(Part::Reader, true)]);
        assert_eq!(wish(Part::Reader, minute(61)), [(Part::Reader, false)]);
        assert_eq!(wish(Part::Reader, minute(70)), [(Part::Reader, true)]);
        assert!(cycles.judge(minute(71)).is_empty());
    }
}
