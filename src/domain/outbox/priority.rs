//! Which waiting case goes first.

use std::time::{Duration, Instant};

use crate::item::Item;

use super::settings::Settings;

/// Ratings that have waited so long go although cases wait.
const RATINGS_AT_LEAST_EVERY: Duration = Duration::from_secs(3600);

/// Whether ratings may be sent now: after every case that waits, but not never.
#[must_use]
pub fn ratings_may_go(cases_waiting: usize, since_last: Duration) -> bool {
    cases_waiting == 0 || since_last >= RATINGS_AT_LEAST_EVERY
}

/// How urgent a case is. Order: the most urgent first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Its item may only be filed until a day that the law sets: the platform must have it by then.
    Deadline,
    /// Any other.
    Ordinary,
}

impl Priority {
    /// Of a case of the item with this code, or of the bundle it is a part of. An item with yearly days of filing
    /// (`window`) has a last day; an item that is not in the catalogue any more is ordinary.
    #[must_use]
    pub fn of(items: &[Item], task_code: &str) -> Self {
        let is_of = |item: &&Item| {
            item.task_code == task_code || item.cases.iter().any(|part| part.task_code == task_code)
        };
        let mut items = items.iter().filter(is_of);
        if items.any(|item| item.window.is_some()) {
            Self::Deadline
        } else {
            Self::Ordinary
        }
    }

    /// What cases are sorted by: the earliest rank goes first. It never changes while a case waits, so whatever waits
    /// grows old enough to pass everything that comes later: nobody starves.
    pub(super) fn rank(self, settings: &Settings, filed: Instant) -> Instant {
        match self {
            Self::Deadline => filed,
            Self::Ordinary => filed + settings.deadline_lead,
        }
    }

    /// Age from which a waiting case is overdue. It is sent all the same; nothing is ever dropped for its age.
    #[must_use]
    pub fn overdue_after(self, settings: &Settings) -> Duration {
        match self {
            Self::Deadline => settings.deadline_overdue,
            Self::Ordinary => settings.ordinary_overdue,
        }
    }
}
