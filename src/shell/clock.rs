//! The one place that reads clocks: a monotonic one for deadlines, a wall clock for what people read.
//!
//! Both can be moved by hand, so that a visit script plays ninety seconds of silence without waiting.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// 2026-01-01T00:00:00Z: a machine built later cannot honestly say an earlier time.
///
/// A board without a battery wakes in 1970 or at its image's date; until time is set, it has no wall clock.
pub const WALL_FLOOR_UNIX_S: u64 = 1_767_225_600;

/// China Standard Time is UTC+8 all year (no daylight saving since 1991).
const UTC_OFFSET_S: i64 = 8 * 3600;

/// Clocks of one process. Clones share the offset given to [`Clock::advance`].
#[derive(Clone, Debug)]
pub struct Clock {
    started: Instant,
    wall: Wall,
    /// Nanoseconds added by hand (584 years fit).
    offset_ns: Arc<AtomicU64>,
    /// Seconds by which the wall clock alone was set wrong by hand.
    wall_error_s: Arc<AtomicI64>,
}

#[derive(Clone, Copy, Debug)]
enum Wall {
    System,
    /// Says this time when the process starts and runs on from there.
    StartedAt(SystemTime),
}

impl Default for Clock {
    fn default() -> Self {
        Self::system()
    }
}

impl Clock {
    /// The machine's own clocks.
    #[must_use]
    pub fn system() -> Self {
        Self::new(Wall::System)
    }

    /// A wall clock that says `wall` now and runs on: scripts print the same date on every day.
    /// A time before [`WALL_FLOOR_UNIX_S`] plays a machine whose clock was never set.
    #[must_use]
    pub fn starting_at(wall: SystemTime) -> Self {
        Self::new(Wall::StartedAt(wall))
    }

    fn new(wall: Wall) -> Self {
        Self {
            started: Instant::now(),
            wall,
            offset_ns: Arc::new(AtomicU64::new(0)),
            wall_error_s: Arc::new(AtomicI64::new(0)),
        }
    }

    /// Monotonic now, for deadlines.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::now() + self.offset()
    }

    /// Time since this clock was made, in milliseconds.
    #[must_use]
    pub fn uptime_ms(&self) -> u64 {
        let up = self.now().saturating_duration_since(self.started);
        u64::try_from(up.as_millis()).unwrap_or(u64::MAX)
    }

    /// Moves both clocks forward at once, without sleeping. For scripts and tests.
    pub fn advance(&self, by: Duration) {
        let ns = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.offset_ns.fetch_add(ns, Ordering::SeqCst);
    }

    /// Sets the wall clock alone wrong by so many seconds, as an empty battery does. For scripts and tests.
    pub fn set_wall_error(&self, seconds: i64) {
        self.wall_error_s.store(seconds, Ordering::SeqCst);
    }

    /// Seconds since 1970 without the error set by [`Clock::set_wall_error`]: what a clock elsewhere says.
    #[must_use]
    pub fn true_unix_seconds(&self) -> u64 {
        unix_s(self.true_wall())
    }

    /// Wall clock, `None` while it cannot be right.
    #[must_use]
    pub fn wall(&self) -> Option<SystemTime> {
        let wall = self.raw_wall();
        (unix_s(wall) >= WALL_FLOOR_UNIX_S).then_some(wall)
    }

    /// Seconds since 1970, for signatures; `None` while the wall clock cannot be right.
    #[must_use]
    pub fn unix_seconds(&self) -> Option<u64> {
        self.wall().map(unix_s)
    }

    /// Wall clock in UTC+8, `None` while it cannot be right.
    #[must_use]
    pub fn local(&self) -> Option<Local> {
        self.wall().map(Local::of)
    }

    /// `2026-03-05T09:07:00+08:00` (RFC 3339), `None` while the wall clock cannot be right.
    #[must_use]
    pub fn rfc3339(&self) -> Option<String> {
        self.local().map(|local| local.rfc3339())
    }

    /// `(year, month 1–12, day 1–31)` in UTC+8.
    #[must_use]
    pub fn today(&self) -> Option<(i32, u8, u8)> {
        self.local().map(|l| (l.year, l.month, l.day))
    }

    /// `HH:MM` in UTC+8 for the page header, empty while the wall clock cannot be right.
    #[must_use]
    pub fn hh_mm(&self) -> String {
        self.local().map(|l| l.hh_mm()).unwrap_or_default()
    }

    fn offset(&self) -> Duration {
        Duration::from_nanos(self.offset_ns.load(Ordering::SeqCst))
    }

    fn raw_wall(&self) -> SystemTime {
        let wall = self.true_wall();
        let error = self.wall_error_s.load(Ordering::SeqCst);
        let by = Duration::from_secs(error.unsigned_abs());
        let wrong = if error < 0 {
            wall.checked_sub(by)
        } else {
            wall.checked_add(by)
        };
        wrong.unwrap_or(UNIX_EPOCH)
    }

    fn true_wall(&self) -> SystemTime {
        match self.wall {
            Wall::System => SystemTime::now() + self.offset(),
            Wall::StartedAt(start) => start + self.now().saturating_duration_since(self.started),
        }
    }
}

/// Whole seconds since 1970; earlier times are 0.
fn unix_s(wall: SystemTime) -> u64 {
    wall.duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs())
}

/// A moment as people in China read it (UTC+8).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Local {
    /// Year.
    pub year: i32,
    /// Month, 1–12.
    pub month: u8,
    /// Day, 1–31.
    pub day: u8,
    /// Hour, 0–23.
    pub hour: u8,
    /// Minute, 0–59.
    pub minute: u8,
    /// Second, 0–59.
    pub second: u8,
}

impl Local {
    /// The moment of `wall`; times before 1970 count as 1970.
    #[must_use]
    pub fn of(wall: SystemTime) -> Self {
        let s = i64::try_from(unix_s(wall)).unwrap_or(i64::MAX / 2) + UTC_OFFSET_S;
        let (year, month, day) = civil_from_days(s.div_euclid(86_400));
        let of_day = s.rem_euclid(86_400);
        let part = |v: i64| u8::try_from(v).unwrap_or(0);
        Self {
            year,
            month,
            day,
            hour: part(of_day / 3600),
            minute: part(of_day / 60 % 60),
            second: part(of_day % 60),
        }
    }

    /// `2026-03-05T09:07:00+08:00`.
    #[must_use]
    pub fn rfc3339(&self) -> String {
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}+08:00",
            self.year, self.month, self.day, self.hour, self.minute, self.second
        )
    }

    /// `2026-03-05 09:07`, for receipts.
    #[must_use]
    pub fn date_hh_mm(&self) -> String {
        format!(
            "{:04}-{:02}-{:02} {}",
            self.year,
            self.month,
            self.day,
            self.hh_mm()
        )
    }

    /// `09:07`.
    #[must_use]
    pub fn hh_mm(&self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }
}

/// Gregorian date of a day counted from 1970-01-01.
///
/// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`.
fn civil_from_days(days: i64) -> (i32, u8, u8) {
    let z = days + 719_468; // 0000-03-01, so that the leap day ends a year
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    let year = yoe + era * 400 + i64::from(month <= 2);
    (
        i32::try_from(year).unwrap_or(i32::MAX),
        u8::try_from(month).unwrap_or(1),
        u8::try_from(day).unwrap_or(1),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_set_wrong_leaves_deadlines_alone() {
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(WALL_FLOOR_UNIX_S + 60));
        let (before, right) = (clock.now(), clock.true_unix_seconds());
        clock.clone().set_wall_error(-20 * 31_557_600);
        assert_eq!(clock.wall(), None, "a year before this machine was built");
        clock.set_wall_error(20 * 31_557_600);
        assert!(clock.unix_seconds() >= Some(right + 20 * 31_557_600));
        assert!(clock.true_unix_seconds() - right < 60);
        assert!(clock.now() - before < Duration::from_secs(60));
    }

    fn at(unix: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(unix)
    }

    #[test]
    fn local_time_is_eight_hours_ahead_and_rolls_over_midnight_and_years() {
        // 1700000000 = 2023-11-14T22:13:20Z.
        assert_eq!(
            Local::of(at(1_700_000_000)).rfc3339(),
            "2023-11-15T06:13:20+08:00"
        );
        assert_eq!(
            Local::of(at(1_767_225_599)).rfc3339(),
            "2026-01-01T07:59:59+08:00"
        );
        assert_eq!(Local::of(at(0)).rfc3339(), "1970-01-01T08:00:00+08:00");
        // 2024-02-28T16:00:00Z is the leap day in China.
        assert_eq!(
            Local::of(at(1_709_136_000)).date_hh_mm(),
            "2024-02-29 00:00"
        );
    }

    #[test]
    fn every_day_of_800_years_follows_the_one_before() {
        let leap = |y: i32| y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);
        let (mut y, mut m, mut d) = (1970, 1u8, 1u8);
        for days in 0..292_194 {
            assert_eq!(civil_from_days(days), (y, m, d));
            let last = match m {
                2 if leap(y) => 29,
                2 => 28,
                4 | 6 | 9 | 11 => 30,
                _ => 31,
            };
            if d < last {
                d += 1;
            } else if m < 12 {
                (m, d) = (m + 1, 1);
            } else {
                (y, m, d) = (y + 1, 1, 1);
            }
        }
    }

    #[test]
    fn a_clock_that_was_never_set_has_no_wall_time() {
        let clock = Clock::starting_at(at(12));
        assert_eq!(clock.wall(), None);
        assert_eq!(clock.unix_seconds(), None);
        assert_eq!(clock.rfc3339(), None);
        assert_eq!(clock.today(), None);
        assert_eq!(clock.hh_mm(), "");
    }

    #[test]
    fn advance_moves_both_clocks_of_all_clones() {
        let clock = Clock::starting_at(at(1_772_672_820)); // 2026-03-05T09:07:00+08:00
        let other = clock.clone();
        let before = clock.now();
        assert_eq!(other.hh_mm(), "09:07");
        other.advance(Duration::from_secs(3600));
        assert!(clock.now() - before >= Duration::from_secs(3600));
        assert!(clock.uptime_ms() >= 3_600_000);
        assert_eq!(clock.hh_mm(), "10:07");
        assert_eq!(clock.today(), Some((2026, 3, 5)));
    }

    #[test]
    fn the_system_clock_agrees_with_its_own_parts() {
        let clock = Clock::system();
        if let (Some(seconds), Some(wall)) = (clock.unix_seconds(), clock.wall()) {
            assert!(unix_s(wall).abs_diff(seconds) <= 1);
        }
        assert!(clock.now() >= clock.started);
    }
}
