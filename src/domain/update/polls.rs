//! When the server is asked again: spread out, patient, and never all at once after an outage.

use std::time::Duration;

/// No server is asked more often than this.
const LEAST: Duration = Duration::from_secs(5);
/// No server makes us wait longer than this (a day: the longest that hawkBit allows).
const MOST: Duration = Duration::from_secs(86_400);
/// First delay after a failure; doubled with each.
const BASE: Duration = Duration::from_secs(30);
/// Longest delay after a failure, unless the server asks for more.
const CAP: Duration = Duration::from_secs(1_800);

/// The schedule of polls. Times are milliseconds of one clock that never stands still.
#[derive(Clone, Debug)]
pub struct Polls {
    rng: fastrand::Rng,
    usual: Duration,
    next_ms: u64,
    failures: u32,
}

impl Polls {
    /// Begins at `now_ms`. `usual` is what is waited where the server does not say; the first poll comes somewhere in the first
    /// of these intervals, but within five minutes: a whole county whose power is back must not ask in the same second.
    #[must_use]
    pub fn new(usual: Duration, mut rng: fastrand::Rng, now_ms: u64) -> Self {
        let usual = usual.clamp(LEAST, MOST);
        let first = millis(spread(&mut rng, usual.min(Duration::from_secs(300))));
        Self {
            rng,
            usual,
            next_ms: now_ms.saturating_add(first),
            failures: 0,
        }
    }

    /// Whether it is time.
    #[must_use]
    pub fn is_due(&self, now_ms: u64) -> bool {
        now_ms >= self.next_ms
    }

    /// When it is.
    #[must_use]
    pub fn next_ms(&self) -> u64 {
        self.next_ms
    }

    /// Ask as soon as is polite: something is to be said or was waited for.
    pub fn soon(&mut self, now_ms: u64) {
        if self.failures == 0 {
            self.next_ms = self.next_ms.min(now_ms.saturating_add(millis(LEAST)));
        }
    }

    /// The server answered and asks to be left alone for `sleep`. A tenth more or less keeps machines from falling into step.
    pub fn answered(&mut self, sleep: Option<Duration>, now_ms: u64) {
        self.failures = 0;
        let sleep = sleep.unwrap_or(self.usual).clamp(LEAST, MOST);
        let tenth = sleep / 10;
        let wait = sleep - tenth + spread(&mut self.rng, tenth * 2);
        self.next_ms = now_ms.saturating_add(millis(wait));
    }

    /// It did not, or not well. Exponential with full jitter, from half of the least delay up; what the server asks for
    /// (`Retry-After`) is a lower bound, with the same jitter on top.
    pub fn failed(&mut self, retry_after: Option<Duration>, now_ms: u64) {
        self.failures = self.failures.saturating_add(1);
        let doublings = (self.failures - 1).min(16);
        let ceiling = BASE.saturating_mul(1 << doublings).min(CAP);
        let jitter = spread(&mut self.rng, ceiling);
        let wait = match retry_after {
            Some(asked) => asked.min(MOST).max(LEAST) + jitter.max(spread(&mut self.rng, BASE)),
            None => jitter.max(LEAST),
        };
        self.next_ms = now_ms.saturating_add(millis(wait));
    }
}

/// Uniform in 0 … `most`.
fn spread(rng: &mut fastrand::Rng, most: Duration) -> Duration {
    Duration::from_millis(rng.u64(0..=millis(most)))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn polls(seed: u64) -> Polls {
        Polls::new(
            Duration::from_secs(300),
            fastrand::Rng::with_seed(seed),
            1_000,
        )
    }

    #[test]
    fn polls_keep_to_what_the_server_says_within_a_tenth() {
        for seed in 0..200 {
            let mut polls = polls(seed);
            assert!(polls.next_ms() <= 301_000);
            for (sleep, least, most) in [
                (Some(300), 270, 330),
                (Some(1), 4, 6),
                (None, 270, 330),
                (Some(999_999), 77_760, 95_040),
            ] {
                polls.answered(sleep.map(Duration::from_secs), 0);
                assert!(
                    (least * 1000..=most * 1000).contains(&polls.next_ms()),
                    "{sleep:?} {}",
                    polls.next_ms()
                );
            }
        }
    }

    #[test]
    fn failures_wait_longer_and_retry_after_is_a_lower_bound_with_an_end() {
        let mut longest = 0;
        for seed in 0..200 {
            let mut polls = polls(seed);
            for n in 1..40 {
                polls.failed(None, 0);
                assert!(
                    polls.next_ms() >= 5_000 && polls.next_ms() <= 1_800_000,
                    "{n}"
                );
                longest = longest.max(polls.next_ms());
                polls.soon(0);
            }
            polls.failed(Some(Duration::from_secs(7_200)), 0);
            assert!((7_200_000..=9_000_000).contains(&polls.next_ms()));
            polls.failed(Some(Duration::MAX), 0);
            assert!(polls.next_ms() <= 88_200_000);
            polls.answered(None, 0);
            polls.soon(0);
            assert_eq!(polls.next_ms(), 5_000);
        }
        assert!(longest > 1_700_000, "the range is used: {longest}");
    }
}
