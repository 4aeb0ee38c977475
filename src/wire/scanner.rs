//! QR and barcode engines on a serial port: told when to look, and what they read.
//!
//! Answers of an engine and codes share the line. Codes are people's: they are wiped and never shown by `Debug`.

mod dialect;
mod frame;
mod machine;
#[cfg(test)]
mod tests;

pub use dialect::Dialect;
pub use frame::{CODE_LIMIT, Framing};
pub use machine::Scanner;

use serde::{Deserialize, Serialize};

use crate::case::Private;
use crate::status::Device;
use crate::wire::gauge::{self, Judged, Named, Verdict};

/// Which engine, and how its codes end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Its commands.
    pub dialect: Dialect,
    /// The end of its codes.
    pub framing: Framing,
}

/// What an engine of this dialect answers and nobody else minds.
pub(super) fn hello(dialect: Dialect) -> &'static [u8] {
    dialect.stop()
}

/// Whether an engine of this dialect has answered in `bytes`.
pub(super) fn is_answer(dialect: Dialect, bytes: &[u8]) -> bool {
    (0..bytes.len()).any(|at| matches!(dialect.reply(&bytes[at..]), dialect::Reply::Answer(_)))
}

/// What the scanner can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Look for codes, or rest. A scanner that was told nothing rests.
    SetReading(bool),
}

/// What the scanner tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Health.
    Status(Device),
    /// A code was read while it was looked for.
    Code(Private),
    /// Something was read that cannot be used.
    Refused(Refusal),
}

/// Why a code cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Longer than [`CODE_LIMIT`].
    TooLong,
    /// Neither UTF-8 nor GB18030.
    NotText,
    /// Its end did not come.
    Cut,
}

impl Named for Command {
    fn word(&self) -> &'static str {
        match self {
            Self::SetReading(true) => "read",
            Self::SetReading(false) => "rest",
        }
    }
}

impl Named for Event {
    fn word(&self) -> &'static str {
        match self {
            Self::Status(device) => device.word(),
            Self::Code(_) => "code",
            Self::Refused(_) => "refused",
        }
    }
}

impl Judged for Event {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Status(device) => gauge::of_device(*device),
            Self::Code(_) | Self::Refused(_) => Verdict::None,
        }
    }
}
