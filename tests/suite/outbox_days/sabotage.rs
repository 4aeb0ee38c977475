//! Machines and platforms with one thing broken on purpose, which the books must notice.

use kiosk::case::{Acceptance, Answer, RetryCause};

/// What is broken on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sabotage {
    None,
    /// The platform does not look at keys.
    PlatformWithoutKeys,
    /// Each attempt goes under a key of its own.
    NewKeyPerAttempt,
    /// No answer is taken for a good answer.
    TimeoutIsSuccess,
    /// Each attempt is written anew.
    FrozenAnew,
    /// Cases of one person are not known to be.
    PersonsMixed,
    /// A stopped lane is taken for a dead line.
    StopIgnored,
    /// What is refused is not written down.
    RejectedForgotten,
    /// What was sent is kept in a file beside the store.
    BodiesLogged,
    /// All that waits is held in memory.
    WholeBacklog,
}

impl Sabotage {
    /// What the policy of a broken machine is told.
    pub fn misheard(self, answer: Answer) -> Answer {
        match (self, answer) {
            (Self::StopIgnored, Answer::LaneStopped(_)) => Answer::Retry {
                why: RetryCause::Unreachable,
                retry_after_s: None,
            },
            (_, answer) => answer,
        }
    }

    /// What a broken machine takes an answer for.
    pub fn bent(self, answer: &Answer) -> Answer {
        match (self, answer) {
            (
                Self::TimeoutIsSuccess,
                Answer::Retry {
                    why: RetryCause::TimedOut,
                    ..
                },
            ) => Answer::Accepted(Acceptance {
                sblsh: "S".into(),
                sblsh_short: "S".into(),
                query_code: "S".into(),
                accepted_at: "2026-11-22".into(),
                promise_until: None,
            }),
            _ => answer.clone(),
        }
    }
}
