//! A printer that stays silent, or says that it is broken: having its power cut is the last thing that may help.

use std::time::{Duration, Instant};

use super::{Event, Printer};
use crate::status::Device;

/// So long it may ail: a cleaning, a hot head or somebody at its switch may pass.
const ILL: Duration = Duration::from_secs(30);
/// Between two wishes to cut the power.
const BETWEEN: Duration = Duration::from_secs(600);

/// Since when it ails, and what was wished for.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Ailing {
    since: Option<Instant>,
    wished: Option<Instant>,
}

impl Ailing {
    /// Whether its power should be cut now; counts as wished for.
    pub(super) fn wishes(&mut self, ails: bool, now: Instant) -> bool {
        if !ails {
            self.since = None;
            return false;
        }
        self.since.get_or_insert(now);
        let due = self.due().is_some_and(|due| now >= due);
        if due {
            self.wished = Some(now);
        }
        due
    }

    /// When it is to be wished for.
    pub(super) fn due(&self) -> Option<Instant> {
        let ill = self.since? + ILL;
        Some(self.wished.map_or(ill, |wished| ill.max(wished + BETWEEN)))
    }
}

impl Printer {
    /// Whether it is silent or broken with no job under way, whose deadlines come first.
    pub(super) fn ails(&self) -> bool {
        self.job.is_none()
            && matches!(
                self.reported.device,
                Device::PowerOff | Device::HardwareError
            )
    }

    /// Has its power cut where nothing else is left.
    pub(super) fn look_after(&mut self, now: Instant) {
        if self.ailing.wishes(self.ails(), now) {
            self.tell(Event::PowerCycleWanted);
        }
    }
}
