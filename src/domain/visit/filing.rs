//! From "submit" to paper in the hand: what was committed, what the platform said, what the printer did.

use std::time::{Duration, Instant};

use crate::case::{Acceptance, Answer, Key, ParkCause, Rejection, RetryCause};
use crate::domain::world::Line;
use crate::text::Text;

/// A committed case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FiledCase {
    /// Its key.
    pub key: Key,
    /// Number for the person.
    pub filing_number: String,
    /// Item.
    pub task_name: Text,
    /// What the platform said.
    pub fate: CaseFate,
}

/// What is known of a case at the platform.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum CaseFate {
    /// Nothing yet.
    #[default]
    Waiting,
    /// Tried, not taken yet; tried again later.
    Delayed,
    /// Taken.
    Accepted(Acceptance),
    /// Refused for good.
    Rejected(Rejection),
}

/// What became of the paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaperFate {
    /// Not begun.
    #[default]
    NotYet,
    /// Bytes are on their way.
    Printing,
    /// Proved by the printer; it lies there, or was taken and nobody knows.
    Printed,
    /// Printed, and seen to be taken.
    Taken,
    /// Printed, not taken in time, and drawn back into the machine.
    Retracted,
    /// Came out torn or not whole.
    Torn,
    /// Could not begin.
    NoPaper,
    /// The printer gave no proof: look at the slot.
    Unknown,
}

/// Where a filing stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filing {
    /// The cases, empty until they are committed.
    pub cases: Vec<FiledCase>,
    /// Names of the items, known before they are committed.
    pub names: Vec<Text>,
    /// The paper waits for the platform's word until then: a receipt with the case number spares a second trip.
    pub print_by: Option<Instant>,
    /// The print job.
    pub job: Option<u64>,
    /// The paper.
    pub paper: PaperFate,
    /// Filed at, for paper and page.
    pub time: Option<String>,
    /// Text of the QR code, on paper and page.
    pub proof: Option<String>,
}

impl Filing {
    /// Takes an answer of the platform. Returns whether it was about this filing.
    pub fn answered(&mut self, key: &Key, answer: &Answer) -> bool {
        let Some(case) = self.cases.iter_mut().find(|case| case.key == *key) else {
            return false;
        };
        if matches!(case.fate, CaseFate::Accepted(_) | CaseFate::Rejected(_)) {
            return true;
        }
        case.fate = match answer {
            Answer::Accepted(acceptance) => CaseFate::Accepted(acceptance.clone()),
            Answer::Rejected(rejection) => CaseFate::Rejected(rejection.clone()),
            Answer::InProgress { .. }
            | Answer::Parked(_)
            | Answer::Retry { .. }
            | Answer::LaneStopped(_) => CaseFate::Delayed,
        };
        true
    }

    /// Every case has had a word from the platform, good, bad or "later".
    #[must_use]
    pub fn all_heard(&self) -> bool {
        !self.cases.is_empty() && self.cases.iter().all(|case| case.fate != CaseFate::Waiting)
    }

    /// Every case is at the platform.
    #[must_use]
    pub fn all_accepted(&self) -> bool {
        !self.cases.is_empty()
            && self
                .cases
                .iter()
                .all(|case| matches!(case.fate, CaseFate::Accepted(_)))
    }

    /// The paper is not known to be in the person's hand, and no job is under way that may still bring it.
    #[must_use]
    pub fn may_print_again(&self) -> bool {
        let wanting = matches!(
            self.paper,
            PaperFate::Torn | PaperFate::NoPaper | PaperFate::Unknown | PaperFate::Retracted
        );
        wanting && self.job.is_none()
    }

    /// The paper's fate is known.
    #[must_use]
    pub fn paper_settled(&self) -> bool {
        !matches!(self.paper, PaperFate::NotYet | PaperFate::Printing)
    }
}

/// How long the paper waits for the platform when the line is not known to be down.
pub const WAIT_FOR_ANSWER: Duration = Duration::from_secs(3);

/// What an answer tells of the line; `None` when only the one case was to blame. Under a fault of this machine
/// (credentials, clock, certificate) or a busy platform no case gets through: to the person here that is no line.
#[must_use]
pub fn line_of(answer: &Answer) -> Option<Line> {
    match answer {
        Answer::Accepted(_)
        | Answer::Rejected(_)
        | Answer::InProgress { .. }
        | Answer::Parked(ParkCause::KeyReused) => Some(Line::Up),
        Answer::Parked(ParkCause::Malformed | ParkCause::Unreadable)
        | Answer::Retry {
            why: RetryCause::Malformed | RetryCause::AttachmentMissing | RetryCause::LocalFault,
            ..
        } => None,
        Answer::Retry { .. } | Answer::LaneStopped(_) => Some(Line::Down),
    }
}
