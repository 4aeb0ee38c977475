//! Leftovers of a broken job never print for the next person.
//!
//! Printers keep the rest of a receipt when paper runs out and print it after the refill; many refuse
//! DLE ENQ 2 in that state. So the buffers are cleared at once, and again once the printer is back; whatever came
//! out in between is cut off before anything else is printed, and a presenter draws it back or pushes it out.

use std::time::{Duration, Instant};

use crate::wire::escpos::Profile;
use crate::wire::escpos::commands::{CLEAR_BUFFERS, INITIALISE, TRANSMIT_PAPER, discard};

/// Marks behind the cleaning. More than a job ever has under way, so that the last answers are the cleaning's own.
const MARKS: u8 = 8;
/// Time for leftovers to print and for the cut.
const CLEANING: Duration = Duration::from_secs(15);
/// Silence after the last mark; with a printer that answers none, the time given to the cut.
const SETTLE: Duration = Duration::from_millis(400);
/// Time given to a printer that answers no marks.
const BLIND: Duration = Duration::from_secs(5);
/// After a cleaning that nothing confirmed.
const RETRY: Duration = Duration::from_secs(30);

/// What is known about the printer's buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Buffer {
    /// Nothing of anybody is in it.
    Clean,
    /// May hold a part of a job; `owed` bytes of a command are missing. Nothing is tried before `not_before`.
    Dirty {
        owed: usize,
        not_before: Option<Instant>,
    },
    /// Cleaning; so many marks are unanswered.
    Cleaning { marks: u8, until: Instant },
    /// All marks came; stragglers are awaited.
    Settling { until: Instant },
}

impl Buffer {
    /// Dirty, to be cleaned as soon as the printer is ready.
    pub(super) fn dirty(owed: usize) -> Self {
        Self::Dirty {
            owed,
            not_before: None,
        }
    }

    /// Starts the cleaning if there is something to clean: commands to send in one piece.
    ///
    /// A printer that still waits for the rest of an image gets it as zeros; others ignore zeros.
    pub(super) fn start(&mut self, profile: &Profile, now: Instant) -> Option<Vec<u8>> {
        let Self::Dirty { owed, not_before } = *self else {
            return None;
        };
        if not_before.is_some_and(|at| now < at) {
            return None;
        }
        let mut bytes = vec![0; owed];
        bytes.extend(CLEAR_BUFFERS);
        bytes.extend(INITIALISE);
        bytes.extend(discard(profile));
        *self = if profile.proof.has_marks() {
            (0..MARKS).for_each(|_| bytes.extend(TRANSMIT_PAPER));
            Self::Cleaning {
                marks: MARKS,
                until: now + CLEANING,
            }
        } else {
            Self::Settling { until: now + BLIND }
        };
        Some(bytes)
    }

    /// A mark was answered.
    pub(super) fn processed(&mut self, now: Instant) {
        match self {
            Self::Cleaning { marks: 2.., .. } => {
                if let Self::Cleaning { marks, .. } = self {
                    *marks -= 1;
                }
            }
            Self::Cleaning { .. } | Self::Settling { .. } => {
                *self = Self::Settling {
                    until: now + SETTLE,
                };
            }
            Self::Clean | Self::Dirty { .. } => {}
        }
    }

    /// Lets time pass. `true` when the buffer has just become clean. What answered no mark may have taken the whole
    /// cleaning for dots of an image of which bytes were lost: the next one ends the longest there is.
    pub(super) fn tick(&mut self, profile: &Profile, now: Instant) -> bool {
        match *self {
            Self::Settling { until } if now >= until => {
                *self = Self::Clean;
                true
            }
            Self::Cleaning { until, .. } if now >= until => {
                *self = Self::Dirty {
                    owed: profile.longest_command(),
                    not_before: Some(now + RETRY),
                };
                false
            }
            _ => false,
        }
    }

    /// A fault came in the way of the cleaning.
    pub(super) fn disturb(&mut self) {
        if matches!(self, Self::Cleaning { .. } | Self::Settling { .. }) {
            *self = Self::dirty(0);
        }
    }

    pub(super) fn timeout(&self) -> Option<Instant> {
        match *self {
            Self::Cleaning { until, .. } | Self::Settling { until } => Some(until),
            Self::Clean | Self::Dirty { .. } => None,
        }
    }
}
