//! The one place that reads clocks: a monotonic one for deadlines, a wall clock for what people read.
//!
//! What the wall clock is worth is decided by [`crate::domain::clock`]. Both clocks can be moved by hand, so that a
//! visit script plays ninety seconds of silence without waiting.

mod boots;
pub(crate) mod kernel;

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::case::{ClockClass, Stamp};
use crate::domain::clock::{Belief, Keeper, Local, Offset, Reading};

pub use boots::BootBook;

/// 2026-01-01T00:00:00Z: a machine built later cannot honestly say an earlier time.
///
/// A board without a battery wakes in 1970 or at its image's date; until time is set, it has no wall clock.
pub const WALL_FLOOR_UNIX_S: u64 = 1_767_225_600;

/// Clocks of one process. Clones share what was moved by hand and what was heard of the time.
#[derive(Clone, Debug)]
pub struct Clock {
    started: Instant,
    boot_id: Arc<str>,
    wall: Wall,
    /// Nanoseconds added by hand (584 years fit).
    offset_ns: Arc<AtomicU64>,
    /// Seconds by which the wall clock alone was set wrong by hand.
    wall_error_s: Arc<AtomicI64>,
    keeper: Arc<Mutex<Keeper>>,
}

#[derive(Clone, Copy, Debug)]
enum Wall {
    System,
    /// Says this time when the process starts and runs on from there, as if a time source had set it.
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
        let floor_ms = i64::try_from(WALL_FLOOR_UNIX_S * 1000).unwrap_or(i64::MAX);
        Self {
            started: Instant::now(),
            boot_id: kernel::boot_id().into(),
            wall,
            offset_ns: Arc::new(AtomicU64::new(0)),
            wall_error_s: Arc::new(AtomicI64::new(0)),
            keeper: Arc::new(Mutex::new(Keeper::new(floor_ms))),
        }
    }

    /// Monotonic now, for deadlines.
    #[must_use]
    pub fn now(&self) -> Instant {
        Instant::now() + self.offset_by_hand()
    }

    /// Milliseconds since boot, suspend included; of a clock for scripts, since it was made.
    #[must_use]
    pub fn boot_ms(&self) -> u64 {
        match self.wall {
            Wall::System => kernel::boot_ms() + millis(self.offset_by_hand()),
            Wall::StartedAt(_) => millis(self.since_start()),
        }
    }

    /// Random name of this run of the kernel.
    #[must_use]
    pub fn boot_id(&self) -> &str {
        &self.boot_id
    }

    /// Moves both clocks forward at once, without sleeping. For scripts and tests.
    pub fn advance(&self, by: Duration) {
        let ns = u64::try_from(by.as_nanos()).unwrap_or(u64::MAX);
        self.offset_ns.fetch_add(ns, Ordering::SeqCst);
    }

    /// Sets the wall clock alone wrong by so many seconds, as an empty battery does. For scripts and tests.
    pub fn set_wall_error(&self, seconds: i64) {
        self.wall_error_s.store(seconds, Ordering::SeqCst);
        // The battery was empty before the machine woke: what was known of the time is forgotten too.
        if seconds != 0 {
            let mut keeper = self.keeper();
            *keeper = Keeper::new(keeper.floor_ms());
        }
    }

    /// Seconds since 1970 without the error set by [`Clock::set_wall_error`]: what a clock elsewhere says.
    #[must_use]
    pub fn true_unix_seconds(&self) -> u64 {
        let since = self.true_wall().duration_since(UNIX_EPOCH);
        since.map_or(0, |d| d.as_secs())
    }

    /// The platform told the time: an answer asked for at `sent_ms` of the boot clock and received now says
    /// `date_unix_s`, in whole seconds.
    pub fn heard(&self, sent_ms: u64, date_unix_s: i64) {
        let received_ms = self.boot_ms();
        self.keeper().heard(sent_ms, received_ms, date_unix_s);
    }

    /// No earlier time is believed any more, milliseconds since 1970.
    pub fn raise_floor(&self, floor_ms: i64) {
        self.keeper().raise_floor(floor_ms);
    }

    /// True time of this boot, as far as it was heard.
    #[must_use]
    pub fn offset(&self) -> Option<Offset> {
        self.belief();
        self.keeper().offset()
    }

    /// How far what the next functions say is believed.
    #[must_use]
    pub fn class(&self) -> ClockClass {
        self.belief().class
    }

    /// Time of day, `None` while it cannot be right.
    #[must_use]
    pub fn wall(&self) -> Option<SystemTime> {
        let ms = u64::try_from(self.belief().unix_ms?).ok()?;
        Some(UNIX_EPOCH + Duration::from_millis(ms))
    }

    /// Seconds since 1970, `None` while they cannot be right.
    #[must_use]
    pub fn unix_seconds(&self) -> Option<u64> {
        u64::try_from(self.belief().unix_ms?.div_euclid(1000)).ok()
    }

    /// Seconds since 1970 that are certainly over: the believed time where somebody stands behind it, else the floor.
    #[must_use]
    pub fn least_unix_seconds(&self) -> u64 {
        let belief = self.belief();
        let known = belief.unix_ms.filter(|_| belief.class.is_checked());
        let least_ms = known.unwrap_or_else(|| self.keeper().floor_ms());
        u64::try_from(least_ms.div_euclid(1000)).unwrap_or(0)
    }

    /// Seconds since 1970 to judge certificates by and to sign with: never before the floor.
    #[must_use]
    pub fn certificate_seconds(&self) -> i64 {
        let reading = self.reading();
        self.keeper().for_certificates_ms(reading).div_euclid(1000)
    }

    /// Time of day in UTC+8, `None` while it cannot be right.
    #[must_use]
    pub fn local(&self) -> Option<Local> {
        local(self.belief())
    }

    /// `2026-03-05T09:07:00+08:00` (RFC 3339), `None` while it cannot be right.
    #[must_use]
    pub fn rfc3339(&self) -> Option<String> {
        self.local().map(|local| local.rfc3339())
    }

    /// `(year, month 1–12, day 1–31)` in UTC+8.
    #[must_use]
    pub fn today(&self) -> Option<(i32, u8, u8)> {
        self.local().map(|l| (l.year, l.month, l.day))
    }

    /// `HH:MM` in UTC+8 for the page header, empty while it cannot be right.
    #[must_use]
    pub fn hh_mm(&self) -> String {
        self.local().map(|l| l.hh_mm()).unwrap_or_default()
    }

    /// What is known of the time now, for what is kept.
    #[must_use]
    pub fn stamp(&self) -> Stamp {
        let belief = self.belief();
        Stamp {
            wall_rfc3339: local(belief).map(|local| local.rfc3339()),
            clock_class: belief.class,
            boot_id: self.boot_id.to_string(),
            monotonic_ms: self.boot_ms(),
        }
    }

    fn belief(&self) -> Belief {
        let reading = self.reading();
        self.keeper().read(reading)
    }

    fn reading(&self) -> Reading {
        let by_hand = self.wall_error_s.load(Ordering::SeqCst);
        let wall_ms = match self.true_wall().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).map_or(i64::MIN, |ms| -ms),
        };
        Reading {
            boot_ms: self.boot_ms(),
            wall_ms: wall_ms.saturating_add(by_hand.saturating_mul(1000)),
            synchronised: by_hand == 0
                && match self.wall {
                    Wall::System => kernel::is_synchronised(),
                    Wall::StartedAt(_) => true,
                },
        }
    }

    fn keeper(&self) -> MutexGuard<'_, Keeper> {
        self.keeper.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn offset_by_hand(&self) -> Duration {
        Duration::from_nanos(self.offset_ns.load(Ordering::SeqCst))
    }

    fn since_start(&self) -> Duration {
        self.now().saturating_duration_since(self.started)
    }

    fn true_wall(&self) -> SystemTime {
        match self.wall {
            Wall::System => SystemTime::now() + self.offset_by_hand(),
            Wall::StartedAt(start) => start + self.since_start(),
        }
    }
}

fn local(belief: Belief) -> Option<Local> {
    Some(Local::of_unix(belief.unix_ms?.div_euclid(1000)))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
