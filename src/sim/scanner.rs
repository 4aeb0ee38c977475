//! A QR and barcode engine that behaves, behind a path that opens like a serial port.
//!
//! Written from the published tables of four families, not from the firmware's commands.

mod engine;
#[cfg(test)]
mod tests;

use std::io;
use std::path::Path;

pub use engine::{Family, Mode, ScannerFault, SimScanner};

use super::pty::PtyDevice;

/// A simulated scanner on a pseudo terminal. Ends on drop.
pub struct ScannerSim(PtyDevice<SimScanner>);

impl ScannerSim {
    /// Starts an engine of `family` that sees nothing behind a symbolic link at `link`.
    ///
    /// # Errors
    /// No pseudo terminal can be had, or the link cannot be made.
    pub fn start(link: &Path, family: Family) -> io::Result<Self> {
        PtyDevice::start(link, SimScanner::new(family)).map(Self)
    }

    /// Holds a code before it, until the next one or [`Self::take`].
    pub fn hold(&self, code: &[u8]) {
        self.0.with(|engine| engine.hold(code));
    }

    /// Takes the code away.
    pub fn take(&self) {
        self.0.with(SimScanner::take);
    }

    /// When it looks.
    pub fn set_mode(&self, mode: Mode) {
        self.0.with(|engine| engine.set_mode(mode));
    }

    /// What it sends behind a code; nothing for an engine whose suffix is off.
    pub fn set_suffix(&self, suffix: &'static [u8]) {
        self.0.with(|engine| engine.set_suffix(suffix));
    }

    /// From now on the engine has this fault.
    pub fn set_fault(&self, fault: ScannerFault) {
        self.0.with(|engine| engine.set_fault(fault));
    }

    /// Whether it looks now.
    #[must_use]
    pub fn is_looking(&self) -> bool {
        self.0.with(|engine| engine.is_looking())
    }

    /// Pulls the plug.
    ///
    /// # Errors
    /// The link cannot be removed.
    pub fn unplug(&self) -> io::Result<()> {
        self.0.unplug()
    }

    /// Plugs it in again at the same path.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn replug(&self) -> io::Result<()> {
        self.0.replug()
    }
}
