//! Delays: exponential with full jitter, and what a server may ask for.

use std::time::Duration;

/// Numbers of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Upper end of the first delay; doubles with every attempt.
    pub base: Duration,
    /// No delay is longer, whatever a server asks for.
    pub cap: Duration,
    /// Most cases on their way at once.
    pub in_flight: usize,
    /// Attempts in a row without the platform after which one case probes for all.
    pub breaker_after: u32,
    /// The first attempt after a start or an outage comes within this time, so that a district's machines
    /// do not all come at once.
    pub first_probe_spread: Duration,
    /// How often a stopped lane is tried.
    pub lane_probe: Duration,
}

impl Default for Settings {
    /// 2 s to 15 min, 4 at once, breaker after 5, no spread, a stopped lane every 5 min.
    fn default() -> Self {
        Self {
            base: Duration::from_secs(2),
            cap: Duration::from_secs(15 * 60),
            in_flight: 4,
            breaker_after: 5,
            first_probe_spread: Duration::ZERO,
            lane_probe: Duration::from_secs(5 * 60),
        }
    }
}

/// Shortest delay after a failure: full jitter may draw nothing, and nothing is a busy loop.
pub(super) const LEAST: Duration = Duration::from_millis(100);

/// Delay after attempt `attempts` (from 1): uniform in 0 … `base · 2^(attempts-1)`, never over `cap`.
/// `Retry-After` is a lower bound, but the cap holds: a bad server must not silence a machine for a year.
pub(super) fn delay(
    settings: &Settings,
    rng: &mut fastrand::Rng,
    attempts: u32,
    retry_after_s: Option<u32>,
) -> Duration {
    let doublings = attempts.saturating_sub(1).min(20);
    let ceiling = settings
        .base
        .saturating_mul(1 << doublings)
        .min(settings.cap);
    let jitter = spread(rng, ceiling).max(LEAST);
    let asked = retry_after_s.map_or(Duration::ZERO, |s| {
        Duration::from_secs(s.into()) + spread(rng, settings.base)
    });
    jitter.max(asked).min(settings.cap)
}

/// Uniform in 0 … `most`, in milliseconds.
pub(super) fn spread(rng: &mut fastrand::Rng, most: Duration) -> Duration {
    let most = u64::try_from(most.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(rng.u64(0..=most))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_to_the_cap_and_fill_their_range() {
        let settings = Settings::default();
        let mut rng = fastrand::Rng::with_seed(1);
        for attempts in [1, 2, 5, 9, 10, 11, 1_000, u32::MAX] {
            let ceiling = settings
                .cap
                .min(settings.base * (1 << (attempts - 1).min(20)));
            let drawn: Vec<_> = (0..500)
                .map(|_| delay(&settings, &mut rng, attempts, None))
                .collect();
            assert!(drawn.iter().all(|d| *d <= ceiling && *d >= LEAST));
            assert!(drawn.iter().any(|d| *d > ceiling * 9 / 10), "{attempts}");
            assert!(drawn.iter().any(|d| *d < ceiling / 5), "{attempts}");
        }
    }

    #[test]
    fn retry_after_is_honoured_up_to_the_cap() {
        let settings = Settings::default();
        let mut rng = fastrand::Rng::with_seed(1);
        let asked = delay(&settings, &mut rng, 1, Some(60));
        assert!(asked >= Duration::from_secs(60) && asked <= Duration::from_secs(62));
        assert_eq!(delay(&settings, &mut rng, 1, Some(u32::MAX)), settings.cap);
    }
}
