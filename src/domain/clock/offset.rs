//! How far true time is from the boot clock, as an interval.

use serde::{Deserialize, Serialize};

/// Bound of a crystal's drift, parts per million: 4.3 s a day.
const DRIFT_PPM: i64 = 50;

/// True time (milliseconds since 1970) minus the boot clock (milliseconds since boot) lies in `lo_ms ..= hi_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offset {
    /// Least.
    pub lo_ms: i64,
    /// Most.
    pub hi_ms: i64,
    /// Boot clock when this was measured; the interval widens with the distance from it.
    pub at_ms: u64,
}

impl Offset {
    /// From one answer: it says the second `date_unix_s` (`Date`, RFC 9110 6.6.1: whole seconds, cut off), was asked for
    /// at `sent_ms` and received at `received_ms` of the boot clock. The server read its clock somewhere in between.
    #[must_use]
    pub fn of_answer(sent_ms: u64, received_ms: u64, date_unix_s: i64) -> Option<Self> {
        let date_ms = date_unix_s.checked_mul(1000)?;
        (sent_ms <= received_ms).then(|| Self {
            lo_ms: date_ms.saturating_sub_unsigned(received_ms),
            hi_ms: date_ms
                .saturating_add(1000)
                .saturating_sub_unsigned(sent_ms),
            at_ms: received_ms,
        })
    }

    /// The interval as it is worth at `boot_ms`, drift included.
    #[must_use]
    pub fn at(&self, boot_ms: u64) -> Self {
        let far = i64::try_from(boot_ms.abs_diff(self.at_ms)).unwrap_or(i64::MAX);
        let drift = (far / 1_000_000).saturating_mul(DRIFT_PPM)
            + (far % 1_000_000) * DRIFT_PPM / 1_000_000
            + 1;
        Self {
            lo_ms: self.lo_ms.saturating_sub(drift),
            hi_ms: self.hi_ms.saturating_add(drift),
            at_ms: boot_ms,
        }
    }

    /// Both measurements together; the later one alone if they contradict each other (the server's clock was set).
    #[must_use]
    pub fn with(&self, later: Self) -> Self {
        let now = self.at(later.at_ms);
        let (lo_ms, hi_ms) = (now.lo_ms.max(later.lo_ms), now.hi_ms.min(later.hi_ms));
        if lo_ms > hi_ms {
            return later;
        }
        Self {
            lo_ms,
            hi_ms,
            at_ms: later.at_ms,
        }
    }

    /// True time at `boot_ms`: the middle of the interval and how far it may be off, milliseconds.
    #[must_use]
    pub fn unix_ms(&self, boot_ms: u64) -> (i64, u64) {
        let now = self.at(boot_ms);
        let half = now.hi_ms.abs_diff(now.lo_ms).div_ceil(2);
        let middle = now.lo_ms.saturating_add_unsigned(half);
        (middle.saturating_add_unsigned(boot_ms), half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn one_answer_is_good_to_half_a_second_and_half_the_round_trip() {
        let offset = Offset::of_answer(10_000, 10_400, 1_800_000_000).expect("offset");
        let (middle, error) = offset.unix_ms(10_400);
        assert_eq!(middle, 1_800_000_000_000 + 700);
        assert!((700..=702).contains(&error), "{error}");
        assert_eq!(Offset::of_answer(2, 1, 0), None, "answered before asked");
        // A day later the crystal may be off by 4.3 s more.
        let (_, error) = offset.unix_ms(10_400 + 86_400_000);
        assert!((5_000..5_100).contains(&error), "{error}");
    }

    #[test]
    fn a_server_whose_clock_was_set_is_believed_anew() {
        let first = Offset::of_answer(0, 100, 1_800_000_000).expect("offset");
        let other = Offset::of_answer(1_000, 1_100, 1_800_003_600).expect("offset");
        assert_eq!(first.with(other), other);
    }

    proptest! {
        /// Whatever the delays and the drift within its bound: the truth is inside, and answers only narrow it.
        #[test]
        fn the_truth_is_always_inside(
            start_ms in 1_700_000_000_000i64..1_900_000_000_000,
            drift_ppm in -50i64..=50,
            answers in prop::collection::vec((1u64..3_600_000, 0u64..5_000, 0u64..5_000), 1..20),
        ) {
            let truth = |boot: u64| {
                let boot = i64::try_from(boot).expect("small");
                start_ms + boot + boot * drift_ppm / 1_000_000
            };
            let mut boot = 0;
            let mut known: Option<Offset> = None;
            for (pause, there, back) in answers {
                let sent = boot + pause;
                boot = sent + there + back;
                let date = truth(sent + there).div_euclid(1000);
                let one = Offset::of_answer(sent, boot, date).expect("offset");
                let joined = known.map_or(one, |k| k.with(one));
                prop_assert!(joined.hi_ms - joined.lo_ms <= one.hi_ms - one.lo_ms);
                known = Some(joined);
                let (middle, error) = joined.unix_ms(boot);
                prop_assert!(middle.abs_diff(truth(boot)) <= error + 1, "{middle} {error}");
            }
        }
    }
}
