//! How long ago something was.

use std::time::Duration;

use crate::case::Stamp;

use super::local::unix_of;

/// Time from `then` to `now`, at least: by the boot clock within a boot, else by two wall clocks that were both believed,
/// else only what this boot has run. `None` when the two stamps contradict each other.
#[must_use]
pub fn age(then: &Stamp, now: &Stamp) -> Option<Duration> {
    if then.boot_id == now.boot_id {
        let ms = now.monotonic_ms.checked_sub(then.monotonic_ms)?;
        return Some(Duration::from_millis(ms));
    }
    let ran = Duration::from_millis(now.monotonic_ms);
    let believed = |stamp: &Stamp| {
        let wall = stamp.wall_rfc3339.as_deref();
        wall.filter(|_| stamp.clock_class.is_checked())
            .and_then(unix_of)
    };
    let by_wall = match (believed(then), believed(now)) {
        (Some(then), Some(now)) => u64::try_from(now - then).ok().map(Duration::from_secs),
        _ => None,
    };
    Some(by_wall.map_or(ran, |wall| wall.max(ran)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::case::ClockClass;

    fn stamp(boot: &str, ms: u64, wall: Option<&str>, clock_class: ClockClass) -> Stamp {
        Stamp {
            wall_rfc3339: wall.map(str::to_owned),
            clock_class,
            boot_id: boot.into(),
            monotonic_ms: ms,
        }
    }

    #[test]
    fn the_wall_clock_counts_only_between_boots_and_only_when_believed() {
        use ClockClass::{Holdover, Trusted, Unknown};
        let (one, two) = ("2026-11-22T09:00:00+08:00", "2026-11-24T09:00:01+08:00");
        let days = Duration::from_secs(2 * 86_400 + 1);
        let ran = Duration::from_millis(7_000);
        for (then, now, expected) in [
            (
                stamp("a", 5, Some(two), Trusted),
                stamp("a", 9, Some(one), Trusted),
                Some(Duration::from_millis(4)),
            ),
            (
                stamp("a", 9, None, Unknown),
                stamp("a", 5, None, Unknown),
                None,
            ),
            (
                stamp("a", 5, Some(one), Trusted),
                stamp("b", 7_000, Some(two), Holdover),
                Some(days),
            ),
            (
                stamp("a", 5, Some(one), Unknown),
                stamp("b", 7_000, Some(two), Trusted),
                Some(ran),
            ),
            (
                stamp("a", 5, Some(two), Trusted),
                stamp("b", 7_000, Some(one), Trusted),
                Some(ran),
            ),
            (
                stamp("a", 5, None, Unknown),
                stamp("b", 7_000, None, Unknown),
                Some(ran),
            ),
        ] {
            assert_eq!(age(&then, &now), expected, "{then:?} {now:?}");
        }
    }
}
