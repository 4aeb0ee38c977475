//! Who gets in by a one-time code: each code once, near enough in time, and fewer and fewer tries a minute.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::technician::{CodeKey, Step};

/// Wrong codes that cost no time: fingers slip.
const FREE: u32 = 3;
/// The first delay; each further wrong code doubles it.
const DELAY: Duration = Duration::from_secs(30);
/// The longest delay.
const LONGEST: Duration = Duration::from_secs(3600);
/// Steps to either side that are taken by a clock that a time source stands behind (RFC 6238, 5.2).
const NEAR: u64 = 1;
/// And by one that nobody has checked: ten minutes. At the longest delay somebody who guesses needs two years for an even
/// chance at one of its 41 codes.
const FAR: u64 = 20;
/// Steps that are remembered as used, more than any window holds.
const USED: usize = 128;

/// The time a code is judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Seconds since 1970.
    pub unix_s: u64,
    /// A time source stands behind it.
    pub checked: bool,
}

/// What came of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Judged {
    /// It opens.
    Good,
    /// It does not.
    Wrong,
    /// It was not looked at; for so long none is.
    Wait(Duration),
}

/// What is kept of the tries, on disk, from one to the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Gate {
    /// Wrong codes since the last good one.
    wrong: u32,
    /// Steps whose code was used, the latest last.
    used: Vec<u64>,
}

impl Gate {
    /// What is kept when the file of an earlier run cannot be understood: whoever spoiled it gains nothing.
    #[must_use]
    pub fn suspicious() -> Self {
        Self {
            wrong: FREE + 4,
            used: Vec::new(),
        }
    }

    /// How long after the last wrong code no other is looked at.
    #[must_use]
    pub fn delay(&self) -> Duration {
        match self.wrong.checked_sub(FREE) {
            None => Duration::ZERO,
            Some(more) => DELAY.saturating_mul(1 << more.min(16)).min(LONGEST),
        }
    }

    /// Judges a code that comes `since` the last wrong one, or since the start of this run, which counts as one: pulling the
    /// plug shortens nothing. The gate must be kept before anybody hears what came of it.
    pub fn judge(&mut self, key: &CodeKey, code: &str, time: Time, since: Duration) -> Judged {
        let left = self.delay().saturating_sub(since);
        if left > Duration::ZERO {
            return Judged::Wait(left);
        }
        let reach = if time.checked { NEAR } else { FAR };
        let near = Step::of(time.unix_s).around(reach);
        // All of them are looked at, so that the time it takes tells nothing.
        let good = near
            .filter(|step| key.is_code(code, *step))
            .collect::<Vec<_>>();
        match good.iter().find(|step| !self.used.contains(&step.0)) {
            Some(step) => {
                self.wrong = 0;
                self.used.push(step.0);
                let most = self.used.len().saturating_sub(USED);
                self.used.drain(..most);
                Judged::Good
            }
            None => {
                self.wrong = self.wrong.saturating_add(1);
                Judged::Wrong
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_780_000_000;
    const LONG: Duration = Duration::from_secs(100_000);

    fn key() -> CodeKey {
        CodeKey::from_bytes(b"12345678901234567890").expect("a key")
    }

    fn at(unix_s: u64, checked: bool) -> Time {
        Time { unix_s, checked }
    }

    fn code(unix_s: u64) -> String {
        key().code(Step::of(unix_s))
    }

    #[test]
    fn a_code_opens_once_and_near_its_time() {
        let mut gate = Gate::default();
        let mut tries = |code: &str, time| gate.judge(&key(), code, time, LONG);
        assert_eq!(tries(&code(NOW), at(NOW, true)), Judged::Good);
        assert_eq!(tries(&code(NOW), at(NOW, true)), Judged::Wrong, "used");
        assert_eq!(
            tries(&code(NOW - 30), at(NOW, true)),
            Judged::Good,
            "an earlier one"
        );
        assert_eq!(tries(&code(NOW + 30), at(NOW, true)), Judged::Good);
        assert_eq!(
            tries(&code(NOW + 60), at(NOW, true)),
            Judged::Wrong,
            "too far"
        );
        assert_eq!(
            tries(&code(NOW + 600), at(NOW, false)),
            Judged::Good,
            "nobody checked"
        );
        assert_eq!(tries(&code(NOW + 630), at(NOW, false)), Judged::Wrong);
        assert_eq!(
            tries(&code(NOW + 600), at(NOW + 600, true)),
            Judged::Wrong,
            "used"
        );
    }

    #[test]
    fn wrong_codes_cost_more_and_more_and_a_good_one_forgives() {
        let mut gate = Gate::default();
        let mut delays = Vec::new();
        for _ in 0..14 {
            assert_eq!(
                gate.judge(&key(), "000000", at(NOW, true), LONG),
                Judged::Wrong
            );
            delays.push(gate.delay().as_secs());
        }
        assert_eq!(delays[..6], [0, 0, 30, 60, 120, 240]);
        assert_eq!(delays[13], 3600);
        let soon = Duration::from_secs(10);
        let refused = gate.judge(&key(), &code(NOW), at(NOW, true), soon);
        assert_eq!(
            refused,
            Judged::Wait(Duration::from_secs(3590)),
            "even a good one"
        );
        let restarted: Gate =
            serde_json::from_str(&serde_json::to_string(&gate).expect("kept")).expect("read");
        assert_eq!(restarted.delay(), LONGEST);
        assert_eq!(
            gate.judge(&key(), &code(NOW), at(NOW, true), LONG),
            Judged::Good
        );
        assert_eq!(gate.delay(), Duration::ZERO);
        assert!(Gate::suspicious().delay() >= Duration::from_secs(120));
    }

    proptest! {
        #[test]
        fn whatever_is_tried_no_step_opens_twice_and_little_is_remembered(
            tries in prop::collection::vec((0_u64..40, 0_u64..40, any::<bool>()), 1..300),
        ) {
            let mut gate = Gate::default();
            let mut opened = std::collections::BTreeSet::new();
            for (step, now, checked) in tries {
                let time = at(NOW + now * 30, checked);
                let of = Step::of(NOW + step * 30);
                if gate.judge(&key(), &key().code(of), time, LONG) == Judged::Good {
                    prop_assert!(opened.insert(of), "{of:?} twice");
                    let reach = if checked { NEAR } else { FAR };
                    prop_assert!(step.abs_diff(now) <= reach);
                }
                prop_assert!(gate.used.len() <= USED);
            }
        }
    }
}
