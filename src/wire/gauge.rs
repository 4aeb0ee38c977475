//! What passes on a device's port, counted, and the last of it kept: for whoever asks why a device is as it is.
//!
//! No content is kept: kinds, lengths and times. It costs a few additions a call and no memory but the ring's.

mod trail;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::Machine;
use super::tap::{Given, Tap, Told};
use trail::{Ring, What};

pub use trail::Trail;

/// A device that fails again and again leaves one trail in this time.
const BETWEEN_TRAILS: Duration = Duration::from_secs(60);

/// A command's or event's name, without its content.
pub trait Named {
    /// The name, from a closed list.
    fn word(&self) -> &'static str;
}

impl Named for std::convert::Infallible {
    fn word(&self) -> &'static str {
        match *self {}
    }
}

/// What an event says of the device's health.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    None,
    /// It is well.
    Well,
    /// It is not, in one word.
    Fault(&'static str),
}

/// An event that may be a fault.
pub trait Judged: Named {
    /// What it says of the device's health.
    fn verdict(&self) -> Verdict;
}

/// Verdict on a device's state.
#[must_use]
pub fn of_device(device: crate::status::Device) -> Verdict {
    use crate::status::Device;
    match device {
        Device::Online => Verdict::Well,
        Device::Unknown | Device::DeviceBusy => Verdict::None,
        Device::Offline
        | Device::PowerOff
        | Device::NoDevice
        | Device::HardwareError
        | Device::UserError => Verdict::Fault(device.word()),
    }
}

/// Since the start of the firmware.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// How often the port was opened.
    pub opened: u64,
    /// How often it went away.
    pub lost: u64,
    /// Bytes from the device.
    pub bytes_in: u64,
    /// Bytes for the device.
    pub bytes_out: u64,
    /// What the machine was told to do.
    pub commands: u64,
    /// What the machine told.
    pub events: u64,
    /// Deadlines that passed.
    pub timeouts: u64,
    /// Events that say that something is wrong.
    pub faults: u64,
}

/// The counters and the ring of one device. Clones are the same one.
#[derive(Clone, Default)]
pub struct Gauge(Arc<Mutex<Inner>>);

#[derive(Default)]
struct Inner {
    counts: Counts,
    ring: Ring,
    now: Option<Instant>,
    /// Whether the port was open last; nothing is known before it was tried.
    open: Option<bool>,
    /// The fault that was told and has not gone.
    standing: Option<&'static str>,
    last_trail: Option<Instant>,
    trail: Option<Trail>,
}

impl Gauge {
    /// The counters now.
    #[must_use]
    pub fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// What passed before a fault: once for each fault, and not more often than once a minute.
    #[must_use]
    pub fn take_trail(&self) -> Option<Trail> {
        self.lock().trail.take()
    }

    /// Numbers are whole whatever became of a thread that held them.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Machine> Tap<M> for Gauge
where
    M::Command: Named,
    M::Event: Judged,
{
    fn given(&mut self, given: &Given<'_, M::Command>, now: Instant) {
        self.lock().given(given, now);
    }

    fn told(&mut self, told: &Told<'_, M::Event>) {
        match told {
            Told::Nothing(_) => {}
            Told::Bytes(bytes) => self.lock().sent(bytes.len()),
            Told::Event(event) => self.lock().event(*event),
            Told::Wish(_) => self.lock().note(What::Wish),
        }
    }
}

impl Inner {
    fn given<C: Named>(&mut self, given: &Given<'_, C>, now: Instant) {
        self.now = Some(now);
        match given {
            Given::Opened => {
                self.counts.opened += 1;
                self.open = Some(true);
                self.note(What::Opened);
            }
            // A port that stays away is tried again and again: that is one loss.
            Given::Lost if self.open == Some(false) => {}
            Given::Lost => {
                self.counts.lost += 1;
                self.open = Some(false);
                self.note(What::Lost);
            }
            Given::Command(command) => {
                self.counts.commands += 1;
                self.note(What::Command(command.word()));
            }
            Given::Bytes(bytes) => {
                self.counts.bytes_in += bytes.len() as u64;
                self.note(What::received(bytes.len()));
            }
            Given::Timeout { .. } => {
                self.counts.timeouts += 1;
                self.note(What::Timeout);
            }
        }
    }

    fn sent(&mut self, bytes: usize) {
        self.counts.bytes_out += bytes as u64;
        self.note(What::sent(bytes));
    }

    fn event<E: Judged>(&mut self, event: &E) {
        self.counts.events += 1;
        self.note(What::Event(event.word()));
        match event.verdict() {
            Verdict::None => {}
            Verdict::Well => self.standing = None,
            Verdict::Fault(word) => {
                self.counts.faults += 1;
                self.fault(word);
            }
        }
    }

    fn fault(&mut self, word: &'static str) {
        let Some(now) = self.now else { return };
        let told = self.standing.replace(word) == Some(word);
        let too_soon = self
            .last_trail
            .is_some_and(|last| now < last + BETWEEN_TRAILS);
        if !told && !too_soon {
            self.last_trail = Some(now);
            self.trail = Some(self.ring.trail(word, now));
        }
    }

    fn note(&mut self, what: What) {
        // A machine tells nothing before it was given anything.
        if let Some(now) = self.now {
            self.ring.push(what, now);
        }
    }
}

#[cfg(test)]
mod tests;
