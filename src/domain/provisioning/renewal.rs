//! When a certificate is renewed: from two thirds of its life on, and after it too, because expired certificates are what
//! fleets die of.

use std::time::{Duration, Instant};

/// Servers let an expired certificate be renewed for this long.
pub const AFTER_EXPIRY_S: u64 = 366 * 86_400;
/// First pause after a renewal that failed; each further one is twice as long.
const FIRST: Duration = Duration::from_secs(15 * 60);
/// Least pause after one that worked.
const LEAST: Duration = Duration::from_secs(3600);
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

/// Why a certificate is renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Two thirds of its life are over, or all of it.
    Term,
    /// A server does not take it, whatever its term and the clock say.
    Refused,
}

impl Why {
    /// Its word in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Term => "term",
            Self::Refused => "refused",
        }
    }
}

/// The renewals of one process: when it is tried, and after how long again.
#[derive(Clone, Debug)]
pub struct Renewals {
    failed: u32,
    /// Renewals in a row that a refusal asked for, without the server having taken one of them since.
    useless: u32,
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
            useless: 0,
            not_before: None,
            seed,
        }
    }

    /// Whether to renew now, and why. `least_s` is a time that is certainly over, Unix seconds: what the wall clock says where
    /// somebody stands behind it, else its floor; so no machine renews by a clock that nobody believes. `refused` says that
    /// a server did not take the certificate when it was shown last.
    #[must_use]
    pub fn wants(&self, term: Term, now: Instant, least_s: u64, refused: bool) -> Option<Why> {
        if self.not_before.is_some_and(|at| now < at) {
            return None;
        }
        match term.due(least_s) {
            Due::Now | Due::Expired => Some(Why::Term),
            Due::TooLate => None,
            Due::At(_) => refused.then_some(Why::Refused),
        }
    }

    /// It was done. How long from now nothing is tried, whatever the new certificate says: a desk that gives certificates which
    /// are over at once, or none that the server takes, is not asked for a thousand of them.
    pub fn renewed(&mut self, why: Why, now: Instant) -> Duration {
        self.failed = 0;
        let pause = LEAST.saturating_mul(1 << self.useless.min(16)).min(LONGEST);
        match why {
            Why::Term => self.useless = 0,
            Why::Refused => self.useless = self.useless.saturating_add(1),
        }
        self.wait(pause, now)
    }

    /// It was not done; tried again later, and not before `asked` where the server said how long. How long from now.
    pub fn failed(&mut self, now: Instant, asked: Option<Duration>) -> Duration {
        let pause = FIRST.saturating_mul(1 << self.failed.min(16)).min(LONGEST);
        self.failed = self.failed.saturating_add(1);
        let asked = asked.unwrap_or_default().min(LONGEST);
        self.wait(pause.max(asked), now)
    }

    /// The server has taken the certificate that is in use.
    pub fn accepted(&mut self) {
        self.useless = 0;
    }

    fn wait(&mut self, pause: Duration, now: Instant) -> Duration {
        let turn = u64::from(self.failed) << 8 ^ u64::from(self.useless);
        let part = fastrand::Rng::with_seed(self.seed ^ turn).f64() / 4.0;
        let pause = pause + pause.mul_f64(part);
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
            if renewals.wants(TERM, now, now_s, false).is_some() {
                tries += 1;
                renewals.failed(now, None);
            }
            now += Duration::from_secs(3600);
            now_s += 3600;
        }
        assert!((180..=260).contains(&tries), "{tries}");
        let wants = |now_s| Renewals::new(7).wants(TERM, now, now_s, false);
        assert_eq!(wants(TERM.not_after_s + 5), Some(Why::Term));
        assert_eq!(wants(TERM.not_before_s), None, "early, or by no clock");
    }

    #[test]
    fn a_certificate_that_the_server_refuses_is_renewed_by_no_clock_but_not_after_its_year() {
        let (renewals, now) = (Renewals::new(7), Instant::now());
        let least_s = TERM.not_before_s;
        assert_eq!(renewals.wants(TERM, now, least_s, true), Some(Why::Refused));
        let late = TERM.not_after_s + AFTER_EXPIRY_S + 1;
        assert_eq!(renewals.wants(TERM, now, late, true), None);
    }

    #[test]
    fn a_desk_whose_certificates_help_nothing_is_asked_more_and_more_seldom() {
        let (mut renewals, mut now) = (Renewals::new(7), Instant::now());
        let mut pauses = Vec::new();
        for _ in 0..8 {
            assert_eq!(renewals.wants(TERM, now, 0, true), Some(Why::Refused));
            pauses.push(renewals.renewed(Why::Refused, now));
            assert_eq!(renewals.wants(TERM, now, 0, true), None, "at once");
            now += pauses[pauses.len() - 1];
        }
        assert!(pauses[0] >= LEAST && pauses[7] >= LONGEST, "{pauses:?}");
        renewals.accepted();
        assert!(renewals.renewed(Why::Refused, now) < LEAST * 2);
        // Over as soon as it came.
        let pause = renewals.renewed(Why::Term, now);
        let wants = |at| renewals.wants(TERM, at, TERM.not_after_s, false);
        assert_eq!(wants(now + pause / 2), None);
        assert_eq!(wants(now + pause), Some(Why::Term));
    }

    #[test]
    fn a_server_that_asks_for_patience_gets_it() {
        let mut renewals = Renewals::new(7);
        let hour = Duration::from_secs(3600);
        assert!(renewals.failed(Instant::now(), Some(hour)) >= hour);
        let for_ever = Some(Duration::from_secs(u64::MAX));
        assert!(renewals.failed(Instant::now(), for_ever) <= LONGEST * 5 / 4);
    }

    #[test]
    fn machines_of_a_district_do_not_come_back_at_once() {
        let pauses: std::collections::BTreeSet<_> = (0..100)
            .map(|seed| Renewals::new(seed).failed(Instant::now(), None))
            .collect();
        assert!(pauses.len() > 90);
        assert!(
            pauses
                .iter()
                .all(|pause| *pause >= FIRST && *pause <= FIRST * 5 / 4)
        );
    }

    proptest::proptest! {
        /// Whatever desk, server and clock do, and in whatever order: between two tries lies the first pause.
        #[test]
        fn no_two_tries_are_close(turns in proptest::collection::vec((0_u64..90_000, 0_u8..5, 0_u64..900), 1..200), seed: u64) {
            let (mut renewals, mut now) = (Renewals::new(seed), Instant::now());
            let mut last: Option<Instant> = None;
            for (wait_s, what, days) in turns {
                now += Duration::from_secs(wait_s);
                let now_s = TERM.not_before_s + days * DAY;
                let Some(why) = renewals.wants(TERM, now, now_s, what % 2 == 0) else { continue };
                proptest::prop_assert!(last.is_none_or(|last| now >= last + FIRST));
                last = Some(now);
                match what {
                    0 | 1 => _ = renewals.renewed(why, now),
                    2 => _ = renewals.failed(now, None),
                    3 => _ = renewals.failed(now, Some(Duration::from_secs(wait_s))),
                    _ => {
                        renewals.accepted();
                        renewals.renewed(why, now);
                    }
                }
            }
        }
    }
}
