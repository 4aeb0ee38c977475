//! What happens to an update, and what it asks for.

use super::order::{Bundle, Order, Running};
use super::state::Ended;
use crate::fleet::report::Report;

/// Now, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// Name of this boot.
    pub boot: String,
    /// Milliseconds of it.
    pub boot_ms: u64,
    /// Minute of the local day, 0–1439; none while the wall clock is not believed.
    pub minute: Option<u16>,
}

/// Why a bundle is not here, or is not to be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FetchFault {
    /// The line or the server: again later, with what is here already.
    Again(String),
    /// All bytes are here and they are the wrong ones; they were thrown away.
    Spoilt,
    /// Too little room on the disk, bytes that are missing.
    NoRoom(u64),
    /// The server does not have it (any more).
    Gone,
    /// The bytes are right and no bundle for this machine: signature, compatibility, format.
    Unfit(String),
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(
    clippy::large_enum_variant,
    reason = "one at a time, handed on and not kept"
)]
pub enum Event {
    /// The agent has started: what runs.
    Started(Running),
    /// The server's deployment, or one from a stick, was read. Again at every poll while it is on.
    Offered(Order),
    /// The server asks whether the machine agrees to `action`.
    Asked {
        /// The action.
        action: String,
    },
    /// A technician agreed (or not) to the action that waits for it.
    Answered(bool),
    /// The server wants `action` stopped.
    CancelAsked {
        /// Id of the cancellation.
        stop: String,
        /// The action.
        action: String,
    },
    /// The server was asked and has nothing open for this machine.
    NothingOpen,
    /// The server will hear nothing more about `action` (404, 410).
    Gone {
        /// The action.
        action: String,
    },
    /// The download ended.
    Fetched {
        /// The action.
        action: String,
        /// What the bundle says of itself.
        result: Result<Bundle, FetchFault>,
    },
    /// RAUC, or who handles content, has come to a verdict.
    Installed {
        /// The action.
        action: String,
        /// Why not.
        result: Result<(), String>,
    },
    /// The running slot was marked good.
    MarkedGood(Result<(), String>),
    /// The running slot was marked bad.
    MarkedBad(Result<(), String>),
    /// The running slot was made the first one again.
    Kept(Result<(), String>),
    /// The firmware's report was read; none when there is none.
    Reported(Option<Report>),
    /// The server took the end of `action`.
    Told {
        /// The action.
        action: String,
    },
    /// The server has not taken the end of `action`.
    NotTold {
        /// The action.
        action: String,
        /// It answered and would not; otherwise it was not reached, or was in trouble.
        refused: bool,
    },
    /// Time has passed.
    Tick,
}

/// How far a running action is (`execution` of DDI feedback).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Progress {
    /// Waits for its hour.
    Scheduled,
    /// The download has begun.
    Download,
    /// It is here.
    Downloaded,
    /// Being installed, or waiting to restart.
    Proceeding,
}

/// Something to be done. What it leads to comes back as an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Answer the server's question about `action`.
    Confirm {
        /// The action.
        action: String,
        /// Yes or no.
        yes: bool,
    },
    /// Tell the server how far `action` is; may be lost.
    Tell {
        /// The action.
        action: String,
        /// How far.
        progress: Progress,
        /// One line for the operator.
        line: String,
    },
    /// Fetch, compare the hash, look into the bundle.
    Fetch(Order),
    /// Stop fetching.
    StopFetch,
    /// Install what was fetched, the bundle of this [`Bundle::manifest`].
    Install(Order, String),
    /// Mark the running slot good.
    MarkGood,
    /// Mark the running slot bad, so that the other one starts next.
    MarkBad,
    /// Make the running slot the first one again.
    KeepRunning,
    /// Restart the machine.
    Reboot,
    /// Throw away what was fetched.
    DropFiles,
    /// Tell the server that what it cancels is not done here; asked again where that is lost.
    AcceptCancel {
        /// Id of the cancellation.
        stop: String,
    },
    /// Tell the server that a cancellation comes too late.
    RejectCancel {
        /// Id of the cancellation.
        stop: String,
        /// Why.
        why: &'static str,
    },
    /// Tell the server the end; must not be lost.
    Close(Ended),
}
