//! Where a case stands in the outbox, and what is known of one that waits.

use std::time::Duration;

use super::answer::Answer;
use super::mint::Key;

/// State of a stored case. One function changes it: [`CaseState::after`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CaseState {
    /// Committed here, to be sent until the platform says something final.
    Ready,
    /// The platform took it. Final.
    Accepted,
    /// The platform refused it for good. Final for sending; the body stays for the office.
    Rejected,
    /// Not sent until a technician releases it.
    Parked,
}

impl CaseState {
    /// The state after an answer. Total: what is final stays.
    ///
    /// A parked case may still learn that an earlier attempt had arrived.
    #[must_use]
    pub fn after(self, answer: &Answer) -> Self {
        match (self, answer) {
            (Self::Accepted | Self::Rejected, _) => self,
            (_, Answer::Accepted(_)) => Self::Accepted,
            (_, Answer::Rejected(_)) => Self::Rejected,
            (_, Answer::Parked(_)) => Self::Parked,
            (
                Self::Ready | Self::Parked,
                Answer::InProgress { .. } | Answer::Retry { .. } | Answer::LaneStopped(_),
            ) => self,
        }
    }

    /// Word in the store.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::Parked => "parked",
        }
    }

    /// Reads the word of the store.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Ready, Self::Accepted, Self::Rejected, Self::Parked]
            .into_iter()
            .find(|s| s.word() == word)
    }
}

/// Stands for a person where only the order of that person's cases matters: a salted hash, not an ID number.
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
    fn table_of_states_and_answers() {
        use CaseState::{Accepted, Parked, Ready, Rejected};
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
        let table = [
            (Ready, [Accepted, Rejected, Parked, Ready, Ready, Ready]),
            (Accepted, [Accepted; 6]),
            (Rejected, [Rejected; 6]),
            (Parked, [Accepted, Rejected, Parked, Parked, Parked, Parked]),
        ];
        for (from, to) in table {
            for (answer, to) in answers.iter().zip(to) {
                assert_eq!(from.after(answer), to, "{from:?} {answer:?}");
            }
            assert_eq!(CaseState::from_word(from.word()), Some(from));
        }
    }
}
