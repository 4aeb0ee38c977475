//! From what devices say to what the machine can do: in service, degraded, out of service, and what is lacking.
//!
//! A plug that comes loose says nothing for a moment and is well again; only what lasts is lacking. What a device states
//! of itself (no paper, cover open) counts at once.

mod lack;
mod note;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

pub use lack::{Grade, Lack, markdown};
pub use note::{DeviceNote, PartNote};

/// Silence and absence count after this long.
const APPEARS: Duration = Duration::from_secs(2);
/// Nothing is called well before it has been well for this long.
const GOES: Duration = Duration::from_secs(1);

/// What the machine can do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Service {
    /// Everything.
    #[default]
    In,
    /// Something is lacking, people are still served.
    Degraded,
    /// Nobody is served.
    Out,
}

impl Service {
    /// Its word in journal and files.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::In => "inService",
            Self::Degraded => "degraded",
            Self::Out => "outOfService",
        }
    }
}

/// One lack: whether it counts, and since when the devices say otherwise.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    counts: bool,
    otherwise_since: Option<Instant>,
}

/// What is lacking, in the time it takes to be sure.
#[derive(Clone, Debug, Default)]
pub struct Health {
    known: BTreeMap<Lack, Known>,
}

impl Health {
    /// What the devices say is lacking at `now`; gives what counts or no longer counts from now on.
    pub fn look(&mut self, said: &[Lack], now: Instant) -> Vec<(Lack, bool)> {
        let mut moved = Vec::new();
        for lack in Lack::ALL {
            let said = said.contains(&lack);
            if !said && !self.known.contains_key(&lack) {
                continue;
            }
            let known = self.known.entry(lack).or_default();
            if said == known.counts {
                known.otherwise_since = None;
            } else {
                let since = *known.otherwise_since.get_or_insert(now);
                if now >= since + patience(lack, said) {
                    *known = Known {
                        counts: said,
                        otherwise_since: None,
                    };
                    moved.push((lack, said));
                }
            }
            if !said && !known.counts {
                self.known.remove(&lack);
            }
        }
        moved
    }

    /// When [`Self::look`] is due although nothing is said.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        let due = |(lack, known): (&Lack, &Known)| {
            let since = known.otherwise_since?;
            Some(since + patience(*lack, !known.counts))
        };
        self.known.iter().filter_map(due).min()
    }

    /// What counts as lacking, worst first.
    #[must_use]
    pub fn lacks(&self) -> Vec<Lack> {
        let counting = self.known.iter().filter(|(_, known)| known.counts);
        let mut lacks: Vec<Lack> = counting.map(|(lack, _)| *lack).collect();
        lacks.sort_by_key(|lack| (std::cmp::Reverse(lack.grade()), *lack));
        lacks
    }

    /// What the machine can do.
    #[must_use]
    pub fn service(&self) -> Service {
        match self.lacks().first().map(|lack| lack.grade()) {
            None | Some(Grade::Attention) => Service::In,
            Some(Grade::Degraded) => Service::Degraded,
            Some(Grade::Out) => Service::Out,
        }
    }
}

fn patience(lack: Lack, comes: bool) -> Duration {
    match (comes, lack.is_silence()) {
        (true, true) => APPEARS,
        (true, false) => Duration::ZERO,
        (false, _) => GOES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loose_plug_counts_when_it_lasts_and_what_a_device_states_counts_at_once() {
        let (mut health, now) = (Health::default(), Instant::now());
        let at = |ms| now + Duration::from_millis(ms);
        assert!(health.look(&[Lack::ReaderGone], at(0)).is_empty());
        assert_eq!(health.next_deadline(), Some(at(2_000)));
        assert!(health.look(&[], at(1_900)).is_empty(), "back in time");
        assert_eq!(health.next_deadline(), None);
        assert!(health.look(&[Lack::ReaderGone], at(3_000)).is_empty());
        let moved = health.look(&[Lack::ReaderGone, Lack::PaperOut], at(5_000));
        assert_eq!(moved, [(Lack::ReaderGone, true), (Lack::PaperOut, true)]);
        assert_eq!(health.service(), Service::Degraded);
        assert!(health.look(&[], at(5_100)).is_empty());
        assert_eq!(health.next_deadline(), Some(at(6_100)));
        assert_eq!(health.look(&[], at(6_100)).len(), 2);
        assert_eq!((health.service(), health.lacks()), (Service::In, vec![]));
        assert_eq!(health.next_deadline(), None);
    }

    #[test]
    fn a_flapping_device_is_not_called_well() {
        let (mut health, now) = (Health::default(), Instant::now());
        health.look(&[Lack::CoverOpen], now);
        for ms in (100..60_000).step_by(500) {
            let said: &[Lack] = if ms / 500 % 2 == 0 {
                &[]
            } else {
                &[Lack::CoverOpen]
            };
            assert!(
                health
                    .look(said, now + Duration::from_millis(ms))
                    .is_empty()
            );
        }
        assert_eq!(health.lacks(), [Lack::CoverOpen]);
    }

    #[test]
    fn the_worst_comes_first_and_decides() {
        let (mut health, now) = (Health::default(), Instant::now());
        health.look(&[Lack::PaperLow], now);
        assert_eq!(health.service(), Service::In);
        health.look(&[Lack::PaperLow, Lack::CoverOpen, Lack::DoorOpen], now);
        let worst = [Lack::DoorOpen, Lack::CoverOpen, Lack::PaperLow];
        assert_eq!(health.lacks(), worst);
        assert_eq!(health.service(), Service::Out);
    }
}
