//! When a certificate is renewed: from two thirds of its life on, and after it too, because expired certificates are what
//! fleets die of.

use std::time::{Duration, Instant};

/// Servers let an expired certificate be renewed for this long.
pub const AFTER_EXPIRY_S: u64 = 366 * 86_400;
/// First pause after a renewal that failed; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(15 * 60);
/// Longest pause.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

/// Term of a certificate, Unix seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// First second.
    pub not_before_s: u64,
    /// Last second.
    pub not_after_s: u64,
}

/// How a certificate stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Nothing to do before this time, Unix seconds.
    At(u64),
    /// Two thirds of its life are over.
    Now,
    /// It has expired and can still be renewed.
    Expired,
    /// It has expired so long ago that only a new order helps.
    TooLate,
}

impl Term {
    /// When it is first renewed, Unix seconds.
    #[must_use]
    pub fn renew_s(&self) -> u64 {
        let life = self.not_after_s.saturating_sub(self.not_before_s);
        self.not_before_s
            .saturating_add(life / 3 * 2 + life % 3 * 2 / 3)
    }

    /// How it stands at `now_s`, Unix seconds.
    #[must_use]
    pub fn due(&self, now_s: u64) -> Due {
        if now_s > self.not_after_s.saturating_add(AFTER_EXPIRY_S) {
            Due::TooLate
        } else if now_s > self.not_after_s {
            Due::Expired
        } else if now_s >= self.renew_s() {
            Due::Now
        } else {
            Due::At(self.renew_s())
        }
    }
}

/// The renewals of one process: when it is tried, and after how long again.
#[derive(Clone, Debug)]
pub struct Renewals {
    failed: u32,
    not_before: Option<Instant>,
    /// Spreads the machines of a district: each waits a part of up to a quarter more.
    seed: u64,
}

impl Renewals {
    /// Nothing was tried yet. `seed` is another number for every machine.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            failed: 0,
            not_before: None,
            seed,
        }
    }

    /// Whether to renew now. `now_s` is the believed wall clock; nobody renews by a clock that nobody believes, but for
    /// a server that says that the certificate is of no use any more.
    #[must_use]
    pub fn wants(&self, term: Term, now: Instant, now_s: Option<u64>) -> bool {
        let waits = self.not_before.is_some_and(|at| now < at);
        let due = now_s.is_some_and(|now_s| matches!(term.due(now_s), Due::Now | Due::Expired));
        due && !waits
    }

    /// It was done.
    pub fn renewed(&mut self) {
        self.failed = 0;
        self.not_before = None;
    }

    /// It was not done; tried again later. How long from now.
    pub fn failed(&mut self, now: Instant) -> Duration {
        let pause = FIRST.saturating_mul(1 << self.failed.min(16)).min(LONGEST);
        let pause = pause
            + pause
                .mul_f64(fastrand::Rng::with_seed(self.seed ^ u64::from(self.failed)).f64() / 4.0);
        self.failed = self.failed.saturating_add(1);
        self.not_before = Some(now + pause);
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: u64 = 86_400;
    const TERM: Term = Term {
        not_before_s: 1_000_000_000,
        not_after_s: 1_000_000_000 + 730 * DAY,
    };

    #[test]
    fn renewed_from_two_thirds_on_and_for_a_year_after_its_end() {
        let at = |days: u64| TERM.due(TERM.not_before_s + days * DAY);
        assert_eq!(at(0), Due::At(TERM.renew_s()));
        assert_eq!(at(486), Due::At(TERM.renew_s()));
        assert_eq!(at(487), Due::Now);
        assert_eq!(at(730), Due::Now);
        assert_eq!(at(731), Due::Expired);
        assert_eq!(at(730 + 366), Due::Expired);
        assert_eq!(at(730 + 367), Due::TooLate);
        // Before its term, and a term that ends before it begins.
        assert_eq!(TERM.due(0), Due::At(TERM.renew_s()));
        assert_eq!(
            Term {
                not_before_s: 9,
                not_after_s: 3
            }
            .due(4),
            Due::Expired
        );
    }

    #[test]
    fn a_renewal_that_fails_is_tried_for_months_without_a_storm() {
        let (mut renewals, mut now) = (Renewals::new(7), Instant::now());
        let mut now_s = TERM.renew_s();
        let mut tries = 0;
        while now_s < TERM.not_after_s {
            if renewals.wants(TERM, now, Some(now_s)) {
                tries += 1;
                renewals.failed(now);
            }
            now += Duration::from_secs(3600);
            now_s += 3600;
        }
        assert!((180..=260).contains(&tries), "{tries}");
        renewals.renewed();
        assert!(renewals.wants(TERM, now, Some(TERM.not_after_s + 5)));
        assert!(!renewals.wants(TERM, now, None), "by no clock");
        assert!(!renewals.wants(TERM, now, Some(TERM.not_before_s)), "early");
    }

    #[test]
    fn machines_of_a_district_do_not_come_back_at_once() {
        let pauses: std::collections::BTreeSet<_> = (0..100)
            .map(|seed| Renewals::new(seed).failed(Instant::now()))
            .collect();
        assert!(pauses.len() > 90);
        assert!(
            pauses
                .iter()
                .all(|pause| *pause >= FIRST && *pause <= FIRST * 5 / 4)
        );
    }
}
