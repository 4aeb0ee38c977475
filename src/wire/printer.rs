//! A receipt printer: its status, and jobs that end with what is proven about them.
//!
//! ```text
//!            command Print            clear round, clean          all chunks out
//!   (no job) ────────────▶ check ────────────────────▶ sending ────────────────▶ proving
//!                            │ not ready                 │ fault, lost              │ proof: process id │ marks
//!                            ▼                           ▼                          ▼                   ▼
//!                        NotStarted                 Interrupted                  cutting            confirming
//! ```
//! A printer with a presenter ends a job only when its exit has seen the receipt; what becomes of it there is told by
//! [`Event::Slot`], and nothing is printed behind a receipt that still lies there (`exit`).
//!
//! A fault between proving and proof interrupts; a deadline there ends in `Unknown`; proof is never taken back.

mod ailing;
mod clean;
mod exit;
mod feed;
mod greeting;
mod hold;
mod job;
mod machine;
mod poll;
mod progress;
mod pump;
mod reader;
mod status;

use serde::{Deserialize, Serialize};
use std::time::Duration;

use super::escpos::Profile;
use super::gauge::{self, Judged, Named, Verdict};
use crate::receipt::Receipt;
use crate::status::{Paper, Slot};

pub(super) use self::greeting::{hello, is_answer};
pub use self::job::Outcome;
pub use self::machine::Printer;
pub use self::reader::{Reply, ReplyReader};
pub use self::status::{Bits, Status};

/// What the machine must know about the printer at hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The model.
    pub profile: Profile,
    /// Line speed in bits a second (8N1), for pacing.
    pub baud: u32,
    /// Paper that is surely left when the near-end sensor begins to speak, in millimetres; every receipt printed from
    /// then on is taken off it. 0 forbids printing then.
    pub low_remainder_mm: u32,
    /// How long a receipt at the exit waits for its person, where the printer knows of it.
    pub take_limit: Duration,
}

/// What the printer can be told.
#[derive(Clone, Debug)]
pub enum Command {
    /// Print one receipt. Ends with exactly one [`Event::Finished`] of this number.
    Print {
        /// Number of the job, from the caller.
        job: u64,
        /// What to print.
        receipt: Receipt,
    },
    /// Give up the job of this number if it is not all sent yet. Another job is not touched.
    Cancel {
        /// Number of the job.
        job: u64,
    },
    /// Whoever the receipt at the exit is for has gone: its time is up now.
    GiveUpReceipt,
}

/// What the printer tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// The state has changed.
    Status(Status),
    /// The job has ended.
    Finished {
        /// Its number.
        job: u64,
        /// How.
        outcome: Outcome,
    },
    /// What became of the receipt at the exit, and of which job it is, where that is known.
    Slot(Option<u64>, Slot),
    /// It stays silent or broken, and no job is under way: its power should be cut for some seconds.
    PowerCycleWanted,
}

/// Why a job was not started or not finished, for the engineer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// The port is not there.
    #[error("no printer")]
    NoPrinter,
    /// The port was lost under way.
    #[error("connection lost")]
    Lost,
    /// The printer stopped answering.
    #[error("printer does not answer")]
    NoAnswer,
    /// Another job is under way.
    #[error("another job is under way")]
    Busy,
    /// No paper.
    #[error("paper out")]
    PaperOut,
    /// The receipt is longer than what is surely left of the roll.
    #[error("too little paper left")]
    PaperLow,
    /// Paper jam, or a recoverable error where the model tells no more.
    #[error("paper jam")]
    Jam,
    /// Cover open.
    #[error("cover open")]
    CoverOpen,
    /// Cutter error.
    #[error("cutter error")]
    Cutter,
    /// Unrecoverable error.
    #[error("printer fault")]
    Fault,
    /// Off-line for no stated reason.
    #[error("printer off-line")]
    Offline,
    /// Answers status questions but works nothing off.
    #[error("printer does not go on")]
    Stalled,
    /// Leftovers of an earlier job could not be cleared.
    #[error("leftovers of an earlier job are not cleared")]
    NotClean,
    /// An earlier receipt lies at the exit and cannot be got rid of.
    #[error("an earlier receipt is still at the exit")]
    ExitOccupied,
    /// [`Command::Cancel`].
    #[error("cancelled")]
    Cancelled,
    /// The receipt exceeds a limit of the profile.
    #[error("receipt cannot be encoded")]
    Unprintable,
}

impl Reason {
    /// Its word in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NoPrinter => "no-printer",
            Self::Lost => "lost",
            Self::NoAnswer => "no-answer",
            Self::Busy => "busy",
            Self::PaperOut => "paper-out",
            Self::PaperLow => "paper-low",
            Self::Jam => "jam",
            Self::CoverOpen => "cover-open",
            Self::Cutter => "cutter",
            Self::Fault => "fault",
            Self::Offline => "offline",
            Self::Stalled => "stalled",
            Self::NotClean => "not-clean",
            Self::ExitOccupied => "exit-occupied",
            Self::Cancelled => "cancelled",
            Self::Unprintable => "unprintable",
        }
    }
}

impl Named for Command {
    fn word(&self) -> &'static str {
        match self {
            Self::Print { .. } => "print",
            Self::Cancel { .. } => "cancel",
            Self::GiveUpReceipt => "giveUpReceipt",
        }
    }
}

impl Named for Event {
    fn word(&self) -> &'static str {
        match self {
            Self::Status(status) => match status.paper {
                Paper::Out | Paper::Jammed => status.paper.word(),
                _ => status.device.word(),
            },
            Self::Finished { outcome, .. } => match outcome {
                Outcome::Printed => "printed",
                Outcome::NotStarted(_) => "notStarted",
                Outcome::Interrupted(_) => "interrupted",
                Outcome::Unknown => "unknown",
            },
            Self::Slot(_, slot) => slot.word(),
            Self::PowerCycleWanted => "powerCycleWanted",
        }
    }
}

impl Judged for Event {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Status(status) => match (status.paper, gauge::of_device(status.device)) {
                (Paper::Out | Paper::Jammed, _) => Verdict::Fault(status.paper.word()),
                (_, verdict) => verdict,
            },
            Self::Finished { outcome, .. } => match outcome {
                Outcome::Printed => Verdict::Well,
                // Whatever kept it from starting has said so itself.
                Outcome::NotStarted(_) => Verdict::None,
                Outcome::Interrupted(_) | Outcome::Unknown => Verdict::Fault(self.word()),
            },
            // A jam there is in the status as well; that people leave their receipts is no fault of the printer.
            Self::Slot(..) | Self::PowerCycleWanted => Verdict::None,
        }
    }
}
