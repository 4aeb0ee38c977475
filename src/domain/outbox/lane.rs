//! The way to the platform as a whole: open, probed by one case at a time, or stopped.

use std::time::{Duration, Instant};

use crate::case::LaneFault;

use super::retry::delay;
use super::settings::Settings;

/// Health of the way to the platform. A circuit breaker: open lanes are wide, others let one probe pass.
pub(super) struct Lane {
    /// Attempts in a row that did not reach the platform.
    missed: u32,
    mode: Mode,
    last_miss: Option<Instant>,
    /// The platform asked not to be troubled before.
    asked: Option<Instant>,
}

enum Mode {
    Open,
    /// One case at a time, not before this instant.
    Probing(Instant),
    /// One case at a time, not before this instant, with an alarm standing.
    Stopped(LaneFault, Instant),
}

impl Lane {
    /// Unknown after a start: one case goes first.
    pub(super) fn starting(first: Instant) -> Self {
        Self {
            missed: 0,
            mode: Mode::Probing(first),
            last_miss: None,
            asked: None,
        }
    }

    pub(super) fn width(&self, open: usize) -> usize {
        match self.mode {
            Mode::Open => open,
            Mode::Probing(_) | Mode::Stopped(..) => 1,
        }
    }

    pub(super) fn not_before(&self) -> Option<Instant> {
        match self.mode {
            Mode::Open => None,
            Mode::Probing(at) | Mode::Stopped(_, at) => Some(at),
        }
    }

    pub(super) fn is_probing(&self) -> bool {
        !matches!(self.mode, Mode::Open)
    }

    pub(super) fn fault(&self) -> Option<LaneFault> {
        match self.mode {
            Mode::Stopped(fault, _) => Some(fault),
            Mode::Open | Mode::Probing(_) => None,
        }
    }

    /// The platform answered. True if the lane was not open before.
    pub(super) fn reached(&mut self) -> bool {
        self.missed = 0;
        self.last_miss = None;
        self.asked = None;
        let was_probing = self.is_probing();
        self.mode = Mode::Open;
        was_probing
    }

    /// An attempt did not reach a working platform. What a server asks for counts for the next probe too.
    pub(super) fn missed(
        &mut self,
        settings: &Settings,
        rng: &mut fastrand::Rng,
        retry_after_s: Option<u32>,
        now: Instant,
    ) {
        self.missed = self.missed.saturating_add(1);
        self.last_miss = Some(now);
        self.asked = retry_after_s.map(|s| now + Duration::from_secs(s.into()).min(settings.cap));
        match &mut self.mode {
            Mode::Open if self.missed < settings.breaker_after => {}
            Mode::Open | Mode::Probing(_) => {
                let probe = now + delay(settings, rng, self.missed, retry_after_s);
                self.mode = Mode::Probing(probe);
            }
            // No proof that the fault is gone: the alarm stands.
            Mode::Stopped(_, at) => *at = now + settings.lane_probe,
        }
    }

    pub(super) fn stop(&mut self, fault: LaneFault, probe: Instant) {
        self.mode = Mode::Stopped(fault, probe);
    }

    /// Somebody has just filed and stands there: worth an early probe, but not in a row.
    pub(super) fn nudge(&mut self, now: Instant, pause: Duration) {
        if let Mode::Probing(at) = &mut self.mode {
            let rested = self.last_miss.map_or(now, |last| now.max(last + pause));
            *at = (*at).min(self.asked.map_or(rested, |asked| rested.max(asked)));
        }
    }

    /// A hint that the network is back. True if the lane was probing and now does so at `at` at the latest.
    pub(super) fn hint(&mut self, by: Instant) -> bool {
        match &mut self.mode {
            Mode::Probing(at) => {
                *at = (*at).min(self.asked.map_or(by, |asked| by.max(asked)));
                true
            }
            Mode::Stopped(..) => true,
            Mode::Open => false,
        }
    }
}
