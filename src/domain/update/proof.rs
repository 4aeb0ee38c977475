//! What a new version must show before anybody says that the update has worked.

use super::Now;
use super::settings::Settings;
use super::state::Before;
use crate::fleet::report::Report;

/// One thing that is not shown yet.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// The firmware says nothing, or nothing new.
    Silent,
    /// It shows no page.
    NoPage,
    /// Its loop stands still, or it began anew a moment ago.
    Unsteady,
    /// Something is lacking that was not before.
    Lacks(String),
    /// It cannot read its outbox.
    Outbox,
    /// The platform was not reached, though it was before.
    Line,
}

impl Doubt {
    /// One line of English for the operator.
    #[must_use]
    pub fn line(&self) -> String {
        match self {
            Self::Silent => "the firmware says nothing".into(),
            Self::NoPage => "the firmware shows no page".into(),
            Self::Unsteady => "the firmware does not run steadily".into(),
            Self::Lacks(lack) => format!("lacking since the update: {lack}"),
            Self::Outbox => "the outbox cannot be read".into(),
            Self::Line => "the platform is not reached".into(),
        }
    }
}

/// The firmware as first seen in the run that is being watched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watch {
    /// When this run of the firmware began, milliseconds of the boot.
    began_ms: u64,
    /// When it was first seen, and how many turns its loop had made.
    first: (u64, u64),
    /// When its turns last grew, and to how many.
    grew: (u64, u64),
}

/// Turns of a loop that grow no more for this long stand still, milliseconds.
const STILL_MS: u64 = 20_000;

impl Watch {
    /// Takes in a fresh report.
    #[must_use]
    pub fn look(before: Option<Self>, report: &Report) -> Self {
        let seen = (report.boot_ms, report.turns);
        match before {
            Some(watch)
                if watch.began_ms == report.began_boot_ms && report.turns >= watch.grew.1 =>
            {
                Self {
                    grew: if report.turns > watch.grew.1 {
                        seen
                    } else {
                        watch.grew
                    },
                    ..watch
                }
            }
            _ => Self {
                began_ms: report.began_boot_ms,
                first: seen,
                grew: seen,
            },
        }
    }

    fn is_steady(&self, settings: &Settings, now: &Now) -> bool {
        let steady_ms = u64::from(settings.steady_s) * 1000;
        self.grew.1 > self.first.1
            && now.boot_ms.saturating_sub(self.first.0) >= steady_ms
            && now.boot_ms.saturating_sub(self.grew.0) <= STILL_MS
    }
}

/// What is not shown yet, worst first; nothing when all is proved. `since_ms` is when proving began in this boot.
#[must_use]
pub fn doubts(
    report: Option<&Report>,
    watch: Option<&Watch>,
    before: Option<&Before>,
    settings: &Settings,
    since_ms: u64,
    now: &Now,
) -> Vec<Doubt> {
    let Some(report) = report.filter(|report| report.is_fresh(&now.boot, now.boot_ms)) else {
        return vec![Doubt::Silent];
    };
    let mut doubts = Vec::new();
    if report.page.is_empty() {
        doubts.push(Doubt::NoPage);
    }
    if !watch.is_some_and(|watch| watch.is_steady(settings, now)) {
        doubts.push(Doubt::Unsteady);
    }
    // Where nobody knows how it was before, everything that is lacking counts: success is said on proof alone.
    let known = |lack: &&String| before.is_some_and(|before| before.lacks.contains(lack));
    let new = report.lacks.iter().filter(|lack| !known(lack));
    doubts.extend(new.cloned().map(Doubt::Lacks));
    if report.outbox.is_none() {
        doubts.push(Doubt::Outbox);
    }
    let reached = report.line == "up" || report.answered_boot_ms.is_some();
    // Held against the update unless the place is known to have had no line before it.
    let excused = settings.offline || before.is_some_and(|before| !before.line_up);
    let graced = now.boot_ms.saturating_sub(since_ms) >= u64::from(settings.offline_grace_s) * 1000;
    let known = reached || (excused && graced);
    if !known {
        doubts.push(Doubt::Line);
    }
    doubts
}
