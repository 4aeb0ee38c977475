//! True time, and the wall clock of a machine without a battery.

use std::time::{Duration, Instant};

use kiosk::case::Stamp;
use kiosk::domain::clock::{Boots, Dating, Keeper, Local, Reading};

use super::books::Violation;

/// True time at the beginning of a life, milliseconds since 1970.
const BEGIN_MS: i64 = 1_790_000_000_000;
/// The firmware's build time.
const BUILT_MS: i64 = BEGIN_MS - 90 * DAY_MS as i64;
pub const MINUTE_MS: u64 = 60_000;
pub const HOUR_MS: u64 = 60 * MINUTE_MS;
pub const DAY_MS: u64 = 24 * HOUR_MS;

/// All clocks of one life. `ms` is true time since its beginning.
pub struct Clocks {
    base: Instant,
    pub ms: u64,
    boot: u64,
    boot_began_ms: u64,
    /// Wall clock minus true time.
    wall_error_ms: i64,
    synchronised: bool,
    keeper: Keeper,
    /// What is on disk.
    boots: Boots,
    /// Some events with their true time, to be dated at the end.
    noted: Vec<(Stamp, i64)>,
}

impl Clocks {
    pub fn new() -> Self {
        Self {
            base: Instant::now(),
            ms: 0,
            boot: 0,
            boot_began_ms: 0,
            wall_error_ms: 0,
            synchronised: false,
            keeper: Keeper::new(BUILT_MS),
            boots: Boots::default(),
            noted: Vec::new(),
        }
    }

    /// The monotonic clock that the policy sees.
    pub fn now(&self) -> Instant {
        self.base + Duration::from_millis(self.ms)
    }

    /// As milliseconds of this life, rounded up.
    pub fn ms_of(&self, at: Instant) -> u64 {
        let since = at.saturating_duration_since(self.base);
        u64::try_from(since.as_nanos().div_ceil(1_000_000)).unwrap()
    }

    pub fn true_ms(&self) -> i64 {
        BEGIN_MS.saturating_add_unsigned(self.ms)
    }

    pub fn boot(&self) -> u64 {
        self.boot
    }

    /// A new boot after a time without power. The wall clock is what the battery left of it.
    pub fn boot_again(&mut self, wall_error_ms: i64) {
        self.note();
        self.boot += 1;
        self.boot_began_ms = self.ms;
        self.wall_error_ms = wall_error_ms;
        self.synchronised = false;
        self.keeper = Keeper::new(BUILT_MS);
        if let Some(floor) = self.boots.last_trusted_ms() {
            self.keeper.raise_floor(floor);
        }
        self.note();
    }

    /// The wall clock jumps while the machine runs.
    pub fn jump(&mut self, by_ms: i64) {
        self.wall_error_ms = by_ms;
        self.synchronised = false;
    }

    /// A time source sets the wall clock.
    pub fn set(&mut self) {
        self.wall_error_ms = 0;
        self.synchronised = true;
    }

    /// The platform answered after `took_ms` and told the time in whole seconds.
    pub fn heard(&mut self, took_ms: u64) {
        let received = self.boot_ms();
        let date = (self.true_ms() - 1).div_euclid(1000);
        self.keeper
            .heard(received.saturating_sub(took_ms), received, date);
        self.note();
    }

    pub fn note(&mut self) {
        self.read();
        let (id, ms, offset) = (self.boot_id(), self.boot_ms(), self.keeper.offset());
        self.boots.note(&id, ms, offset);
    }

    /// What the machine believes now. A time that it calls checked must be right.
    pub fn stamp(&mut self) -> Result<Stamp, Violation> {
        let belief = self.read();
        let off = belief.unix_ms.map(|ms| ms.abs_diff(self.true_ms()));
        // Holdover drifts 4.3 s a day; nothing here runs longer than some weeks without the platform's word.
        if belief.class.is_checked() && off.is_none_or(|ms| ms > 5 * 60_000) {
            return Err(Violation::new(
                "a wrong time is believed",
                format!("{belief:?}"),
            ));
        }
        let stamp = Stamp {
            wall_rfc3339: belief
                .unix_ms
                .map(|ms| Local::of_unix(ms.div_euclid(1000)).rfc3339()),
            clock_class: belief.class,
            boot_id: self.boot_id(),
            monotonic_ms: self.boot_ms(),
        };
        if self.noted.len() < 200 {
            self.noted.push((stamp.clone(), self.true_ms()));
        }
        Ok(stamp)
    }

    /// Everything that was noted can be dated afterwards, and rightly. Returns how many have an exact date.
    pub fn date_all(&mut self) -> Result<u64, Violation> {
        self.note();
        let mut exact = 0;
        for (stamp, truth) in &self.noted {
            let dating = self.boots.date(&stamp.boot_id, stamp.monotonic_ms);
            let right = match dating {
                Dating::Exact { unix_ms, error_ms } => {
                    exact += 1;
                    unix_ms.abs_diff(*truth) <= error_ms + 1
                }
                Dating::Between {
                    after_ms,
                    before_ms,
                } => {
                    after_ms.is_none_or(|after| after <= *truth)
                        && before_ms.is_none_or(|before| *truth <= before)
                }
            };
            if !right {
                let detail = format!("{dating:?} is not {truth}");
                return Err(Violation::new("dated wrongly", detail));
            }
        }
        Ok(exact)
    }

    fn read(&mut self) -> kiosk::domain::clock::Belief {
        let reading = Reading {
            boot_ms: self.boot_ms(),
            wall_ms: self.true_ms() + self.wall_error_ms,
            synchronised: self.synchronised,
        };
        self.keeper.read(reading)
    }

    fn boot_ms(&self) -> u64 {
        self.ms - self.boot_began_ms
    }

    fn boot_id(&self) -> String {
        format!("boot-{}", self.boot)
    }
}
