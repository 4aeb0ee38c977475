//! Where a case stands in the outbox, and what is known of one that waits.

use std::time::Duration;

use super::answer::Answer;
use super::mint::Key;

/// State of a stored case. One function changes it: [`CaseState::after`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseState {
    /// Committed here, to be sent; nothing of it has left this machine yet.
    Ready,
    /// May have left this machine: it can no longer be taken back here. Sent until the platform says something final.
    Sending,
    /// The legal deadline for handing it over has passed without an acceptance. Still sent; an alarm for the office.
    Overdue,
    /// The platform took it. Final.
    Accepted,
    /// The platform refused it for good. Final for sending; the body stays for the office.
    Rejected,
    /// Not sent until a technician releases it.
    Parked,
}

/// What can happen to a stored case.
#[derive(Clone, Copy, Debug)]
pub enum Turn<'a> {
    /// Its first byte is about to leave this machine.
    Leaves,
    /// An attempt ended with this.
    Answered(&'a Answer),
    /// The legal deadline for handing it over has passed.
    DeadlinePassed,
    /// A technician lets a parked case be sent again.
    Released,
}

impl CaseState {
    /// All states, in the order of a case's life.
    pub const ALL: [Self; 6] = [
        Self::Ready,
        Self::Sending,
        Self::Overdue,
        Self::Accepted,
        Self::Rejected,
        Self::Parked,
    ];

    /// The state after something happened. Total: what is final stays.
    ///
    /// A parked case may still learn that an earlier attempt had arrived. A released one counts as having left: it was
    /// parked because of an answer.
    #[must_use]
    pub fn after(self, turn: Turn<'_>) -> Self {
        match (self, turn) {
            (Self::Accepted | Self::Rejected, _) => self,
            (_, Turn::Answered(Answer::Accepted(_))) => Self::Accepted,
            (_, Turn::Answered(Answer::Rejected(_))) => Self::Rejected,
            (_, Turn::Answered(Answer::Parked(_))) => Self::Parked,
            (Self::Parked, Turn::Released) => Self::Sending,
            (Self::Parked, _) => self,
            (Self::Ready | Self::Sending, Turn::DeadlinePassed) => Self::Overdue,
            // Whatever was answered, there was something to answer to.
            (Self::Ready, Turn::Leaves | Turn::Answered(_)) => Self::Sending,
            (Self::Ready | Self::Sending | Self::Overdue, _) => self,
        }
    }

    /// Whether it is still to be sent.
    #[must_use]
    pub fn waits(self) -> bool {
        matches!(self, Self::Ready | Self::Sending | Self::Overdue)
    }

    /// Word in the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Sending => "sending",
            Self::Overdue => "overdue",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Parked => "parked",
        }
    }

    /// Reads the word of the store.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|s| s.word() == word)
    }
}

/// Stands for a person where only the order of that person's cases matters: a keyed hash, not an ID number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PersonToken(pub [u8; 16]);

/// A case that waits to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its key.
    pub key: Key,
    /// Order of filing on this machine, rising for ever.
    pub seq: u64,
    /// Whose it is.
    pub person: PersonToken,
    /// Attempts made so far.
    pub attempts: u32,
    /// Code of its item.
    pub task_code: String,
    /// How long it has waited already, as far as that is known.
    pub waited: Duration,
}

#[cfg(test)]
mod tests {
    use super::super::{Acceptance, LaneFault, ParkCause, Rejection, RetryCause};
    use super::*;

    #[test]
    fn table_of_states_and_what_happens() {
        use CaseState::{Accepted, Overdue, Parked, Ready, Rejected, Sending};
        let answers = [
            Answer::Accepted(Acceptance {
                sblsh: "1".into(),
                sblsh_short: "1".into(),
                query_code: "1".into(),
                accepted_at: "1".into(),
                promise_until: None,
            }),
            Answer::Rejected(Rejection {
                code: "DUPLICATE".into(),
                detail: "x".into(),
            }),
            Answer::Parked(ParkCause::KeyReused),
            Answer::InProgress {
                retry_after_s: None,
            },
            Answer::Retry {
                why: RetryCause::TimedOut,
                retry_after_s: None,
            },
            Answer::LaneStopped(LaneFault::Clock),
        ];
        let mut turns: Vec<Turn<'_>> = answers.iter().map(Turn::Answered).collect();
        turns.extend([Turn::Leaves, Turn::DeadlinePassed, Turn::Released]);
        // accepted, rejected, key reused, in progress, retry, lane stopped | leaves, deadline passed, released
        #[rustfmt::skip]
        let table = [
            (Ready,    [Accepted, Rejected, Parked, Sending, Sending, Sending, Sending, Overdue, Ready]),
            (Sending,  [Accepted, Rejected, Parked, Sending, Sending, Sending, Sending, Overdue, Sending]),
            (Overdue,  [Accepted, Rejected, Parked, Overdue, Overdue, Overdue, Overdue, Overdue, Overdue]),
            (Accepted, [Accepted; 9]),
            (Rejected, [Rejected; 9]),
            (Parked,   [Accepted, Rejected, Parked, Parked, Parked, Parked, Parked, Parked, Sending]),
        ];
        assert_eq!(table.map(|(from, _)| from), CaseState::ALL);
        for (from, to) in table {
            for (turn, to) in turns.iter().zip(to) {
                assert_eq!(from.after(*turn), to, "{from:?} {turn:?}");
            }
            assert_eq!(CaseState::from_word(from.word()), Some(from));
        }
        let waiting: Vec<_> = CaseState::ALL.into_iter().filter(|s| s.waits()).collect();
        assert_eq!(waiting, [Ready, Sending, Overdue]);
    }
}
