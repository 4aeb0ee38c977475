//! What a human has to know of the outbox.

use std::collections::VecDeque;

use crate::case::{Key, LaneFault, ParkCause};

/// Alarms kept until somebody takes them; older ones make room.
const LIMIT: usize = 64;

/// Something a human has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// The platform refuses this machine; no case is to blame.
    LaneStopped(LaneFault),
    /// It takes cases again.
    LaneResumed,
    /// A case is set apart, and its person's later cases wait behind it.
    Parked(Key, ParkCause),
    /// Somebody else answers in the platform's name. Said once until the platform itself is heard again.
    Portal,
    /// The platform calls malformed whatever it is sent: the two sides do not keep the same contract. Nothing is
    /// parked for it. Said once until it takes something again.
    NotUnderstood,
    /// A case has waited longer than it may. It is still sent.
    Overdue(Key),
}

/// The latest alarms that nobody has taken yet.
#[derive(Default)]
pub(super) struct Alarms {
    untaken: VecDeque<Alarm>,
    portal: bool,
    not_understood: bool,
}

impl Alarms {
    pub(super) fn raise(&mut self, alarm: Alarm) {
        match alarm {
            Alarm::Portal if std::mem::replace(&mut self.portal, true) => return,
            Alarm::NotUnderstood if std::mem::replace(&mut self.not_understood, true) => return,
            _ => {}
        }
        if self.untaken.len() == LIMIT {
            self.untaken.pop_front();
        }
        self.untaken.push_back(alarm);
    }

    /// The platform has said something final: what was said once may be said again.
    pub(super) fn settled(&mut self) {
        self.portal = false;
        self.not_understood = false;
    }

    pub(super) fn take(&mut self) -> Option<Alarm> {
        self.untaken.pop_front()
    }
}
