//! Where an update stands. Written down before anything is done about it.

use serde::{Deserialize, Serialize};

use crate::fleet::report::Report;

use super::order::{Bundle, Order, Origin, Running};
use super::patience::Patience;

/// Everything that must be known over a restart until the action is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// What was ordered.
    pub order: Order,
    /// What ran before.
    pub from: Running,
    /// Version in the bundle.
    pub to: String,
    /// [`Bundle::manifest`].
    #[serde(default)]
    pub manifest: String,
    /// Boot in which it was installed; another one is the proof of a restart.
    pub boot: String,
    /// How the machine was before; none when the firmware never said.
    pub before: Option<Before>,
}

/// How the machine was before the restart.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Before {
    /// What was lacking.
    pub lacks: Vec<String>,
    /// Whether the platform could be reached.
    pub line_up: bool,
}

impl Before {
    /// What a report says of it.
    #[must_use]
    pub fn of(report: &Report) -> Self {
        Self {
            lacks: report.lacks.clone(),
            line_up: report.line == "up" || report.answered_boot_ms.is_some(),
        }
    }
}

/// How an action ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The new version runs and has proved itself.
    Good,
    /// The old version runs again.
    RolledBack,
    /// The machine did not restart; the old version runs on.
    NeverRebooted,
    /// It was not installed because it must not be.
    Refused,
    /// It could not be installed.
    Failed,
    /// The server took the order back.
    Cancelled,
}

impl Outcome {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::RolledBack => "rolledBack",
            Self::NeverRebooted => "neverRebooted",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }
}

/// A closed action, told until the server has taken it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The action's id.
    pub action: String,
    /// Who ordered it.
    pub origin: Origin,
    /// Name of the module.
    pub name: String,
    /// Its version.
    pub version: String,
    /// How it ended.
    pub outcome: Outcome,
    /// Why, in English for an engineer.
    pub why: String,
    /// The cancellation that is answered with it.
    pub stop: Option<String>,
}

/// Where it stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "camelCase")]
pub enum State {
    /// Nothing is ordered.
    #[default]
    Idle,
    /// The server wants to know whether the machine agrees.
    Confirming {
        /// The action.
        action: String,
    },
    /// Ordered; its hour has not come.
    Waiting {
        /// What.
        order: Order,
        /// Since when.
        wait: Patience,
    },
    /// On its way.
    Downloading {
        /// What.
        order: Order,
        /// Attempts whose bytes were wrong.
        spoilt: u32,
        /// Since when.
        wait: Patience,
    },
    /// Here and of the right hash; its hour has not come.
    Downloaded {
        /// What.
        order: Order,
        /// What it says of itself.
        bundle: Bundle,
    },
    /// Being written to the other slot.
    Installing {
        /// What.
        trial: Trial,
        /// Times it was begun.
        begun: u32,
        /// Cancellation that came meanwhile.
        stop: Option<String>,
    },
    /// In the other slot; waits until nobody is at the machine.
    Installed {
        /// What.
        trial: Trial,
    },
    /// The firmware is asked to take no further visit.
    StandingBy {
        /// What.
        trial: Trial,
        /// Since when.
        wait: Patience,
    },
    /// A restart was asked for.
    Rebooting {
        /// What.
        trial: Trial,
        /// Boot in which it was.
        asked_in: String,
        /// When, milliseconds of that boot.
        asked_ms: u64,
        /// How often.
        asked: u32,
    },
    /// The new version runs and must show that it can.
    Proving {
        /// What.
        trial: Trial,
        /// The boot that counts.
        boot: String,
        /// Since when, milliseconds of that boot.
        since_ms: u64,
        /// Boots of the new version so far.
        boots: u32,
    },
    /// The new version could not; the old one is to come back.
    RollingBack {
        /// What.
        trial: Trial,
        /// Boot in which a restart was last asked for; empty before.
        asked_in: String,
        /// When, milliseconds of that boot.
        asked_ms: u64,
        /// How often.
        asked: u32,
        /// Why.
        why: String,
    },
    /// Installed and not wanted any more: the slot that runs is to stay the first.
    Withdrawing {
        /// What.
        trial: Trial,
        /// How it is going to end.
        outcome: Outcome,
        /// Why.
        why: String,
        /// The cancellation that is answered with it.
        stop: Option<String>,
        /// Times it was tried.
        tried: u32,
    },
    /// Over; the server is to be told.
    Closing {
        /// How.
        ended: Ended,
        /// Times the server would not take it, though it answered.
        refused: u32,
    },
}

impl State {
    /// Its word for journal and status.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Confirming { .. } => "confirming",
            Self::Waiting { .. } => "waiting",
            Self::Downloading { .. } => "downloading",
            Self::Downloaded { .. } => "downloaded",
            Self::Installing { .. } => "installing",
            Self::Installed { .. } => "installed",
            Self::StandingBy { .. } => "standingBy",
            Self::Rebooting { .. } => "rebooting",
            Self::Proving { .. } => "proving",
            Self::RollingBack { .. } => "rollingBack",
            Self::Withdrawing { .. } => "withdrawing",
            Self::Closing { .. } => "closing",
        }
    }

    /// What is on order.
    #[must_use]
    pub fn order(&self) -> Option<&Order> {
        match self {
            Self::Waiting { order, .. }
            | Self::Downloading { order, .. }
            | Self::Downloaded { order, .. } => Some(order),
            Self::Installing { trial, .. }
            | Self::Installed { trial }
            | Self::StandingBy { trial, .. }
            | Self::Rebooting { trial, .. }
            | Self::Proving { trial, .. }
            | Self::RollingBack { trial, .. }
            | Self::Withdrawing { trial, .. } => Some(&trial.order),
            Self::Idle | Self::Confirming { .. } | Self::Closing { .. } => None,
        }
    }

    /// Id of the action it is about.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        match self {
            Self::Confirming { action } => Some(action),
            Self::Closing { ended, .. } => Some(&ended.action),
            other => other.order().map(|order| order.action.as_str()),
        }
    }
}

/// What is written down: the state, and how the last action ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Where it stands.
    #[serde(default)]
    pub now: State,
    /// The last action that was closed.
    #[serde(default)]
    pub last: Option<Ended>,
}
