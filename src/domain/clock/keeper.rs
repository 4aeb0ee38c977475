//! What time it is and how far that is believed, within one boot.

use crate::case::ClockClass;

use super::offset::Offset;

/// A clock further ahead of the floor than this is wrong, milliseconds: twenty years.
pub const HORIZON_MS: i64 = 20 * 365 * 86_400_000;
/// The platform's word counts as fresh for so long, milliseconds. It is asked every ten minutes.
const FRESH_MS: u64 = 3_600_000;

/// The clocks at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// `CLOCK_BOOTTIME`, milliseconds.
    pub boot_ms: u64,
    /// Wall clock, milliseconds since 1970.
    pub wall_ms: i64,
    /// The kernel's time source says that the wall clock is disciplined.
    pub synchronised: bool,
}

/// What is believed at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Belief {
    /// Milliseconds since 1970; `None` when the wall clock cannot be right and nothing else is known.
    pub unix_ms: Option<i64>,
    /// How far that is believed.
    pub class: ClockClass,
}

/// Keeps time over one boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keeper {
    floor_ms: i64,
    /// From the platform's word, else from the disciplined wall clock.
    offset: Option<Offset>,
    /// Boot clock when a source was heard last.
    heard_ms: u64,
}

impl Keeper {
    /// A keeper that has heard nothing yet. No time below `floor_ms` is believed: the firmware's build time, the last
    /// trusted time that was kept, whichever is later.
    #[must_use]
    pub fn new(floor_ms: i64) -> Self {
        Self {
            floor_ms,
            offset: None,
            heard_ms: 0,
        }
    }

    /// Raises the floor; it never sinks.
    pub fn raise_floor(&mut self, floor_ms: i64) {
        if self.is_believable(floor_ms) {
            self.floor_ms = floor_ms;
        }
    }

    /// The least time that is believed, milliseconds since 1970.
    #[must_use]
    pub fn floor_ms(&self) -> i64 {
        self.floor_ms
    }

    /// What is known of true time in this boot, for dating what happened in it.
    #[must_use]
    pub fn offset(&self) -> Option<Offset> {
        self.offset
    }

    /// The platform told the time in an answer, see [`Offset::of_answer`]. A platform that is years off is not believed.
    pub fn heard(&mut self, sent_ms: u64, received_ms: u64, date_unix_s: i64) {
        let Some(offset) = Offset::of_answer(sent_ms, received_ms, date_unix_s) else {
            return;
        };
        if self.is_believable(date_unix_s.saturating_mul(1000)) {
            self.learn(offset);
        }
    }

    /// What is believed now. A disciplined wall clock is taken note of, so that losing its source is no loss.
    pub fn read(&mut self, reading: Reading) -> Belief {
        let believable = self.is_believable(reading.wall_ms);
        let fresh =
            self.offset.is_some() && reading.boot_ms.saturating_sub(self.heard_ms) < FRESH_MS;
        if reading.synchronised && believable && !fresh {
            let offset_ms = reading.wall_ms.saturating_sub_unsigned(reading.boot_ms);
            // A wall clock that is disciplined is right to a second; what is told to people is cut to seconds anyhow.
            self.learn(Offset {
                lo_ms: offset_ms - 500,
                hi_ms: offset_ms + 500,
                at_ms: reading.boot_ms,
            });
        }
        match self.offset {
            Some(offset) => {
                let age = reading.boot_ms.saturating_sub(self.heard_ms);
                let (middle, error) = offset.unix_ms(reading.boot_ms);
                // The wall clock itself, where nothing contradicts it: it does not jump between two measurements.
                let agrees = believable && middle.abs_diff(reading.wall_ms) <= error;
                Belief {
                    unix_ms: Some(if agrees { reading.wall_ms } else { middle }),
                    class: if age < FRESH_MS {
                        ClockClass::Trusted
                    } else {
                        ClockClass::Holdover
                    },
                }
            }
            None => Belief {
                unix_ms: believable.then_some(reading.wall_ms),
                class: ClockClass::Unknown,
            },
        }
    }

    /// Time to judge certificates by: the believed one, else the floor, which no certificate in use begins after.
    #[must_use]
    pub fn for_certificates_ms(&mut self, reading: Reading) -> i64 {
        self.read(reading).unix_ms.unwrap_or(self.floor_ms)
    }

    fn learn(&mut self, offset: Offset) {
        self.heard_ms = offset.at_ms;
        self.offset = Some(self.offset.map_or(offset, |known| known.with(offset)));
    }

    fn is_believable(&self, unix_ms: i64) -> bool {
        (self.floor_ms..=self.floor_ms.saturating_add(HORIZON_MS)).contains(&unix_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOOR: i64 = 1_767_225_600_000;
    const NOW: i64 = FLOOR + 30 * 86_400_000;
    const YEAR: i64 = 365 * 86_400_000;

    fn at(boot_ms: u64, wall_ms: i64, synchronised: bool) -> Reading {
        Reading {
            boot_ms,
            wall_ms,
            synchronised,
        }
    }

    #[test]
    fn a_wall_clock_is_shown_within_its_bounds_and_trusted_only_when_disciplined() {
        for (wall, synchronised, unix, class) in [
            (NOW, true, Some(NOW), ClockClass::Trusted),
            (NOW, false, Some(NOW), ClockClass::Unknown),
            (NOW - 20 * YEAR, false, None, ClockClass::Unknown),
            (NOW + 21 * YEAR, true, None, ClockClass::Unknown),
            (0, true, None, ClockClass::Unknown),
        ] {
            let belief = Keeper::new(FLOOR).read(at(5_000, wall, synchronised));
            assert_eq!((belief.unix_ms, belief.class), (unix, class), "{wall}");
        }
    }

    #[test]
    fn the_platforms_word_mends_any_wall_clock_and_outlives_its_jumps() {
        let mut keeper = Keeper::new(FLOOR);
        keeper.heard(1_000, 1_200, NOW / 1000);
        for jump in [-20 * YEAR, 3 * 3_600_000, 30 * 86_400_000, 0] {
            let belief = keeper.read(at(61_200, NOW + 60_000 + jump, false));
            let unix = belief.unix_ms.expect("known");
            assert!(unix.abs_diff(NOW + 60_500) <= 700, "{jump}: {unix}");
            assert_eq!(belief.class, ClockClass::Trusted);
        }
    }

    #[test]
    fn without_its_source_it_holds_over() {
        let mut keeper = Keeper::new(FLOOR);
        keeper.read(at(1_000, NOW, true));
        let belief = keeper.read(at(1_000 + 2 * 3_600_000, 0, false));
        assert_eq!(belief.class, ClockClass::Holdover);
        let unix = belief.unix_ms.expect("known");
        assert!(unix.abs_diff(NOW + 2 * 3_600_000) < 1_500);
    }

    #[test]
    fn a_platform_that_is_years_off_is_not_believed() {
        let mut keeper = Keeper::new(FLOOR);
        for date in [0, i64::MAX, i64::MIN, (FLOOR + 21 * YEAR) / 1000] {
            keeper.heard(0, 1, date);
            assert_eq!(keeper.offset(), None);
        }
        keeper.raise_floor(FLOOR - 1);
        assert_eq!(keeper.floor_ms(), FLOOR);
        keeper.raise_floor(NOW);
        assert_eq!(keeper.floor_ms(), NOW);
        assert_eq!(keeper.for_certificates_ms(at(0, 12, false)), NOW);
    }
}
