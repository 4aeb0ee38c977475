//! The runs of the kernel, and what they tell of when something happened.
//!
//! An event is kept with the name of its boot and the boot clock. Once true time is heard in that boot, even after the
//! event, the event has a date; if it never is, the boots before and after it leave an interval.

use serde::{Deserialize, Serialize};

use super::offset::Offset;

/// Boots that are remembered; what is older is long since sent.
const KEPT: usize = 500;

/// One run of the kernel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boot {
    /// `/proc/sys/kernel/random/boot_id`.
    pub id: String,
    /// Boot clock of the first note, milliseconds.
    pub first_ms: u64,
    /// Boot clock of the last note, milliseconds.
    pub last_ms: u64,
    /// True time that had certainly passed when this boot began, milliseconds since 1970.
    pub trusted_before_ms: Option<i64>,
    /// True time in this boot, if it was ever heard.
    pub offset: Option<Offset>,
}

/// All that are remembered, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Boots {
    boots: Vec<Boot>,
}

/// When something happened, milliseconds since 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dating {
    /// Then, give or take.
    Exact {
        /// The best guess.
        unix_ms: i64,
        /// How far it may be off, either way.
        error_ms: u64,
    },
    /// Between two instants, as far as they are known.
    Between {
        /// Not before.
        after_ms: Option<i64>,
        /// Not after.
        before_ms: Option<i64>,
    },
}

impl Boots {
    /// Notes where the present boot stands. Called at start and every few minutes; `offset` is what the keeper knows.
    pub fn note(&mut self, id: &str, boot_ms: u64, offset: Option<Offset>) {
        if self.boots.last().is_none_or(|boot| boot.id != id) {
            let trusted_before_ms = self.last_trusted_ms();
            self.boots.push(Boot {
                id: id.to_owned(),
                first_ms: boot_ms,
                last_ms: boot_ms,
                trusted_before_ms,
                offset: None,
            });
            let old = self.boots.len().saturating_sub(KEPT);
            self.boots.drain(..old);
        }
        if let Some(boot) = self.boots.last_mut() {
            boot.last_ms = boot.last_ms.max(boot_ms);
            boot.offset = offset.or(boot.offset);
        }
    }

    /// True time that has certainly passed by now: the floor of the next boot. Milliseconds since 1970.
    #[must_use]
    pub fn last_trusted_ms(&self) -> Option<i64> {
        let boot = self.boots.last()?;
        boot.end_ms().or_else(|| boot.trusted_after(boot.last_ms))
    }

    /// When the event at `boot_ms` of the boot `id` happened.
    #[must_use]
    pub fn date(&self, id: &str, boot_ms: u64) -> Dating {
        let Some(at) = self.boots.iter().rposition(|boot| boot.id == id) else {
            return Dating::Between {
                after_ms: None,
                before_ms: None,
            };
        };
        let boot = &self.boots[at];
        if let Some(offset) = boot.offset {
            let (unix_ms, error_ms) = offset.unix_ms(boot_ms);
            return Dating::Exact { unix_ms, error_ms };
        }
        Dating::Between {
            after_ms: boot.trusted_after(boot_ms),
            before_ms: self.before(at, boot_ms),
        }
    }

    /// The latest instant for an event of boot `at`: the start of the next boot that knew the time, less what ran in
    /// between.
    fn before(&self, at: usize, boot_ms: u64) -> Option<i64> {
        let mut ran = self.boots[at].last_ms.saturating_sub(boot_ms);
        for boot in &self.boots[at + 1..] {
            match boot.offset {
                Some(offset) => {
                    let began = offset.at(0).hi_ms;
                    return Some(began.saturating_sub_unsigned(ran));
                }
                None => ran = ran.saturating_add(boot.last_ms),
            }
        }
        None
    }
}

impl Boot {
    /// True time at its last note, at least.
    fn end_ms(&self) -> Option<i64> {
        let offset = self.offset?.at(self.last_ms);
        Some(offset.lo_ms.saturating_add_unsigned(self.last_ms))
    }

    /// True time at `boot_ms` of a boot that never heard it, at least: the boot clock counts from the boot's beginning.
    fn trusted_after(&self, boot_ms: u64) -> Option<i64> {
        Some(self.trusted_before_ms?.saturating_add_unsigned(boot_ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: i64 = 1_800_000_000_000;
    const HOUR: u64 = 3_600_000;

    fn known(offset_ms: i64, at_ms: u64) -> Option<Offset> {
        Some(Offset {
            lo_ms: offset_ms - 500,
            hi_ms: offset_ms + 500,
            at_ms,
        })
    }

    #[test]
    fn within_a_boot_an_event_is_dated_once_the_time_is_heard() {
        let mut boots = Boots::default();
        boots.note("a", 1_000, None);
        assert_eq!(
            boots.date("a", 1_500),
            Dating::Between {
                after_ms: None,
                before_ms: None
            }
        );
        boots.note("a", HOUR, known(T, HOUR));
        let Dating::Exact { unix_ms, error_ms } = boots.date("a", 1_500) else {
            panic!("not dated");
        };
        assert!(unix_ms.abs_diff(T + 1_500) <= error_ms && error_ms < 1_000);
    }

    #[test]
    fn a_boot_that_never_heard_the_time_lies_between_its_neighbours() {
        let mut boots = Boots::default();
        boots.note("a", HOUR, known(T, HOUR));
        boots.note("b", 10, None);
        boots.note("b", 5 * HOUR, None);
        boots.note("c", 2 * HOUR, None);
        boots.note("d", 100, known(T + 30 * HOUR as i64, 100));
        let Dating::Between {
            after_ms: Some(after),
            before_ms: Some(before),
        } = boots.date("b", HOUR)
        else {
            panic!("no interval");
        };
        // An hour of boot a, an hour of b; d began 30 h after a did, and 4 h of b and 2 h of c lie before it.
        assert!(after.abs_diff(T + 2 * HOUR as i64) < 1_000);
        assert!(before.abs_diff(T + 24 * HOUR as i64) < 1_000);
    }

    #[test]
    fn the_floor_survives_boots_without_time_and_only_rises() {
        let mut boots = Boots::default();
        assert_eq!(boots.last_trusted_ms(), None);
        boots.note("a", HOUR, known(T, HOUR));
        let first = boots.last_trusted_ms().expect("trusted");
        assert!(first.abs_diff(T + HOUR as i64) < 1_000);
        for n in 0..600 {
            let before = boots.last_trusted_ms().expect("trusted");
            boots.note(&format!("b{n}"), 1, None);
            boots.note(&format!("b{n}"), 1_000, None);
            assert_eq!(boots.last_trusted_ms(), Some(before + 1_000));
        }
        assert_eq!(boots.boots.len(), KEPT);
        assert!(matches!(
            boots.date("a", 0),
            Dating::Between { after_ms: None, .. }
        ));
    }
}
