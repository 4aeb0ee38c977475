//! What closes the machine from outside: an open door, a forced case, a power cut.

use std::time::{Duration, Instant};

/// Mains power has to stand this long before visits begin again: power that has just come back often goes once more.
pub const MAINS_HOLD: Duration = Duration::from_secs(10);

/// Why nobody is served, worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Closure {
    /// The case was forced; stays until a technician clears it.
    Tampered,
    /// The machine runs from its UPS.
    MainsLost,
    /// The door of the case is open.
    DoorOpen,
    /// The fleet agent is about to restart the machine into another version.
    Updating,
}

impl Closure {
    /// Its word in what the firmware tells of itself.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Tampered => "tampered",
            Self::MainsLost => "mainsLost",
            Self::DoorOpen => "doorOpen",
            Self::Updating => "updating",
        }
    }
}

/// What the sensors of the case say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Guard {
    /// The service door is open.
    pub door_open: bool,
    /// The case was forced and nobody has cleared it.
    pub tampered: bool,
    /// The tamper contact says so now.
    pub forced: bool,
    /// The fleet agent wishes that no further visit begins.
    pub stand_by: bool,
    mains_lost: bool,
    mains_back: Option<Instant>,
}

impl Guard {
    /// Why no visit may begin.
    #[must_use]
    pub fn closure(&self) -> Option<Closure> {
        if self.tampered {
            Some(Closure::Tampered)
        } else if self.mains_lost {
            Some(Closure::MainsLost)
        } else if self.door_open {
            Some(Closure::DoorOpen)
        } else {
            self.stand_by.then_some(Closure::Updating)
        }
    }

    /// Mains power went or came; whether that is news.
    pub fn mains(&mut self, there: bool, now: Instant) -> bool {
        let was_there = !self.mains_lost || self.mains_back.is_some();
        if there && self.mains_lost && self.mains_back.is_none() {
            self.mains_back = Some(now);
        }
        if !there {
            self.mains_lost = true;
            self.mains_back = None;
        }
        was_there != there
    }

    /// Forgets a power cut that is over for long enough.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.poll_timeout().is_some_and(|at| at <= now) {
            self.mains_lost = false;
            self.mains_back = None;
        }
    }

    /// When [`Self::handle_timeout`] is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        Some(self.mains_back? + MAINS_HOLD)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn power_that_goes_again_within_the_hold_opens_nothing() {
        let begin = Instant::now();
        let second = |s| begin + Duration::from_secs(s);
        let mut guard = Guard::default();
        assert!(!guard.mains(true, begin), "it was never gone");
        assert_eq!((guard.closure(), guard.poll_timeout()), (None, None));
        assert!(guard.mains(false, begin));
        assert!(!guard.mains(false, begin));
        assert_eq!(guard.closure(), Some(Closure::MainsLost));
        assert!(guard.mains(true, second(5)));
        assert!(!guard.mains(true, second(6)), "the hold is not prolonged");
        assert_eq!(guard.poll_timeout(), Some(second(15)));
        assert!(guard.mains(false, second(14)));
        guard.handle_timeout(second(60));
        assert_eq!(guard.closure(), Some(Closure::MainsLost));
        assert!(guard.mains(true, second(60)));
        guard.handle_timeout(second(69));
        assert_eq!(guard.closure(), Some(Closure::MainsLost));
        guard.handle_timeout(second(70));
        assert_eq!((guard.closure(), guard.poll_timeout()), (None, None));
    }

    #[test]
    fn the_worst_reason_is_told() {
        let mut guard = Guard {
            stand_by: true,
            ..Guard::default()
        };
        assert_eq!(guard.closure(), Some(Closure::Updating));
        guard.door_open = true;
        assert_eq!(guard.closure(), Some(Closure::DoorOpen));
        guard.mains(false, Instant::now());
        assert_eq!(guard.closure(), Some(Closure::MainsLost));
        guard.tampered = true;
        assert_eq!(guard.closure(), Some(Closure::Tampered));
    }
}
