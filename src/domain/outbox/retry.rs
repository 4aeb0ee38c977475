//! Delays: exponential with full jitter, and what a server may ask for.

use std::time::Duration;

use super::settings::Settings;

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
