//! A card reader that behaves, behind a path that opens like a serial port.
//!
//! Written from the published tables of the protocol and the cards, not from the firmware's own encoder.

use std::{
    io,
    path::Path,
    time::{Duration, Instant},
};

mod card;
mod device;
mod fault;
mod wear;
mod words;

#[cfg(test)]
mod line_tests;
#[cfg(test)]
mod tests;

pub use card::{CardError, CardFile, CardKind};
pub use device::SimReader;
pub use fault::{ReaderFault, ReaderSetting};
pub use words::ReaderAct;

use super::pty::PtyDevice;

/// A simulated reader on a pseudo terminal. Ends on drop.
pub struct ReaderSim(PtyDevice<SimReader>);

impl ReaderSim {
    /// Starts a reader without a card behind a symbolic link at `link`.
    pub fn start(link: &Path) -> io::Result<Self> {
        PtyDevice::start(link, SimReader::default()).map(Self)
    }

    /// Lays a card on the reader; the one that lay there is gone.
    pub fn lay(&self, card: CardFile) {
        self.0.with(|reader| reader.lay(card));
    }

    /// Waits until a card is looked for, from now on and at most so long: one that lies there before a firmware looks for
    /// the first time is taken for one left behind.
    pub fn wait_until_watched(&self, limit: Duration) {
        let end = Instant::now() + limit;
        self.0.with(SimReader::forget_watch);
        while !self.0.with(|reader| reader.is_watched()) && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Takes the card away.
    pub fn take(&self) {
        self.0.with(SimReader::take);
    }

    /// Pulls the plug.
    pub fn unplug(&self) -> io::Result<()> {
        self.0.unplug()
    }

    /// Plugs it in again at the same path.
    pub fn replug(&self) -> io::Result<()> {
        self.0.replug()
    }

    /// From now on the reader has this fault.
    pub fn set_fault(&self, fault: ReaderFault) {
        self.0.with(|reader| reader.set_fault(fault));
    }

    /// How long the reader takes to read a card.
    pub fn set_read_time(&self, time: Duration) {
        self.set(ReaderSetting::ReadTime(time));
    }

    /// From now on it is like this.
    pub fn set(&self, setting: ReaderSetting) {
        self.0.with(|reader| reader.set(setting));
    }

    /// Does what a word says.
    pub fn act(&self, act: ReaderAct) -> io::Result<()> {
        match act {
            ReaderAct::Unplug => return self.unplug(),
            ReaderAct::Replug => return self.replug(),
            ReaderAct::PowerCycle => self.0.with(|reader| reader.power_cycle(Instant::now())),
            ReaderAct::Fault(fault) => self.set_fault(fault),
            ReaderAct::Set(setting) => self.set(setting),
        }
        Ok(())
    }
}
