//! Targets, files, actions and what devices said of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::case::Digest;

use super::rollout::Rollout;

/// A file and the module it belongs to.
#[derive(Clone, Debug)]
pub struct Artifact {
    /// Type of the module, `os` or `content`.
    pub part: String,
    /// Name of the module.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What the server says the file is called: a device must not use it.
    pub filename: String,
    /// The bytes.
    pub bytes: Arc<[u8]>,
    /// SHA-256 that is told; the right one unless a test lies.
    pub sha256: String,
    /// `download` and `update` of the deployment.
    pub handling: (String, String),
    /// `maintenanceWindow`, where there is one.
    pub window: Option<String>,
    /// Metadata of the module.
    pub metadata: Vec<(String, String)>,
}

impl Artifact {
    /// A module of the type `os` with the file `bytes`.
    #[must_use]
    pub fn os(version: &str, bytes: &[u8]) -> Self {
        Self {
            part: "os".into(),
            name: "kiosk-os".into(),
            version: version.into(),
            filename: "../../../../tmp/escape.raucb".into(),
            bytes: bytes.into(),
            sha256: Digest::of(bytes).hex(),
            handling: ("attempt".into(), "attempt".into()),
            window: None,
            metadata: Vec::new(),
        }
    }
}

/// How far an action is, as the server sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The device must agree first.
    WaitsForConfirmation,
    /// Given to the device.
    Running,
    /// To be cancelled: the device must answer.
    Canceling,
    /// Cancelled.
    Canceled,
    /// The device said that it worked.
    Finished,
    /// The device said that it did not.
    Error,
}

impl Phase {
    /// Whether the device still has to do with it.
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(
            self,
            Self::WaitsForConfirmation | Self::Running | Self::Canceling
        )
    }
}

/// One thing that a device said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Feedback {
    /// `deploymentBase` or `cancelAction`.
    pub resource: String,
    /// `execution`.
    pub execution: String,
    /// `finished`.
    pub finished: String,
    /// First of `details`.
    pub detail: String,
}

/// One assignment to one target.
#[derive(Clone, Debug)]
pub struct Action {
    /// Id.
    pub id: u64,
    /// Target.
    pub target: String,
    /// What is to be installed.
    pub artifact: Artifact,
    /// How far it is.
    pub phase: Phase,
    /// Everything that was said of it.
    pub feedback: Vec<Feedback>,
    /// Rollout it belongs to, and which group of it.
    pub rollout: Option<(usize, usize)>,
}

/// One machine.
#[derive(Clone, Debug, Default)]
pub struct Target {
    /// Its token; none accepts any request.
    pub token: Option<String>,
    /// Its attributes, once it has told them.
    pub attributes: BTreeMap<String, String>,
    /// What the server believes to be installed: name and version.
    pub installed: Option<(String, String)>,
    /// Polls so far.
    pub polls: u64,
}

/// The server.
#[derive(Debug, Default)]
pub struct Server {
    /// Targets by id.
    pub targets: BTreeMap<String, Target>,
    /// Actions by id.
    pub actions: BTreeMap<u64, Action>,
    /// Rollouts in the order they were made.
    pub rollouts: Vec<Rollout>,
    /// Token that may speak for any target.
    pub gateway: Option<String>,
    /// `polling.sleep` in seconds.
    pub sleep_s: u64,
    /// `https://host[:port]` under which devices reach it, where something stands in front.
    pub address: Option<String>,
    /// New actions wait for the device's agreement.
    pub confirmation: bool,
    last: u64,
}

impl Server {
    /// An empty server whose devices poll every five minutes.
    #[must_use]
    pub fn new() -> Self {
        Self {
            sleep_s: 300,
            address: None,
            ..Self::default()
        }
    }

    /// Makes a target known.
    pub fn target(&mut self, id: &str, token: Option<&str>) {
        let token = token.map(str::to_owned);
        self.targets.insert(
            id.into(),
            Target {
                token,
                ..Target::default()
            },
        );
    }

    /// Assigns `artifact` to a target; an action that was open is to be cancelled first, as in hawkBit.
    pub fn assign(&mut self, target: &str, artifact: Artifact) -> u64 {
        self.assign_in(target, artifact, None)
    }

    pub(super) fn assign_in(
        &mut self,
        target: &str,
        artifact: Artifact,
        rollout: Option<(usize, usize)>,
    ) -> u64 {
        for action in self
            .actions
            .values_mut()
            .filter(|a| a.target == target && a.phase.is_active())
        {
            action.phase = Phase::Canceling;
        }
        self.last += 1;
        let phase = if self.confirmation {
            Phase::WaitsForConfirmation
        } else {
            Phase::Running
        };
        let action = Action {
            id: self.last,
            target: target.into(),
            artifact,
            phase,
            feedback: Vec::new(),
            rollout,
        };
        self.actions.insert(self.last, action);
        self.last
    }

    /// Wants an action cancelled; the device decides.
    pub fn cancel(&mut self, id: u64) {
        if let Some(action) = self.actions.get_mut(&id).filter(|a| a.phase.is_active()) {
            action.phase = Phase::Canceling;
        }
    }

    /// Closes an action without asking the device ("force quit"): what it says afterwards is answered with 410.
    pub fn force_quit(&mut self, id: u64) {
        if let Some(action) = self.actions.get_mut(&id) {
            action.phase = Phase::Canceled;
        }
    }

    /// The action that a target has to do with now: what is to be cancelled comes before what is new.
    pub(super) fn open(&self, target: &str) -> Option<&Action> {
        let mut open: Vec<&Action> = self
            .actions
            .values()
            .filter(|a| a.target == target && a.phase.is_active())
            .collect();
        open.sort_by_key(|action| (action.phase != Phase::Canceling, action.id));
        open.first().copied()
    }

    /// How many actions are in `phase`.
    #[must_use]
    pub fn count(&self, phase: Phase) -> usize {
        self.actions
            .values()
            .filter(|action| action.phase == phase)
            .count()
    }
}
