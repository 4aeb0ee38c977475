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

use crate::case::Private;
use crate::status::Device;

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
