//! The presence radar LD2410: frames of what it sees, ten a second, without being asked.
//!
//! `F4 F3 F2 F1`, length (u16, little-endian), type 01 or 02, `AA`, state, distances and energies, `55 00`,
//! `F8 F7 F6 F5` (facts: mgiesen/LD2410 and the maker's protocol of serial communication).

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::{Duration, Instant};

use crate::status::Device;
use crate::wire::Machine;
use crate::wire::gauge::{self, Judged, Named, Verdict};

/// Bits a second of the sensor as it comes from the works.
pub const BAUD_RATE: u32 = 256_000;

const HEADER: [u8; 4] = [0xF4, 0xF3, 0xF2, 0xF1];
const TAIL: [u8; 4] = [0xF8, 0xF7, 0xF6, 0xF5];
/// Shortest and longest data: a basic frame, and an engineering frame with all gates and room to spare.
const DATA_LEN: (usize, usize) = (13, 64);
/// Bytes taken in at once, so that the buffer stays small whatever the driver hands over.
const PORTION: usize = 256;
/// Nobody has to be seen for this long before anybody is said to have left.
const HOLD_OFF: Duration = Duration::from_secs(2);
/// A radar that says nothing for this long has no power.
const SILENCE: Duration = Duration::from_secs(3);
/// Most events kept for a driver that does not fetch them.
const EVENT_LIMIT: usize = 16;

/// What the radar tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Health.
    Status(Device),
    /// Whether somebody stands before the machine. Told once it is known and then at every change; a radar that is
    /// silent or gone sees nobody.
    Presence(bool),
}

impl Named for Event {
    fn word(&self) -> &'static str {
        match self {
            Self::Status(device) => device.word(),
            Self::Presence(true) => "present",
            Self::Presence(false) => "notPresent",
        }
    }
}

impl Judged for Event {
    fn verdict(&self) -> Verdict {
        match self {
            Self::Status(device) => gauge::of_device(*device),
            Self::Presence(_) => Verdict::None,
        }
    }
}

/// The machine of one radar.
#[derive(Debug, Default)]
pub struct Radar {
    open: bool,
    decoder: Decoder,
    device: Device,
    present: Option<bool>,
    /// When a radar that says nothing is silent for too long.
    silent_at: Option<Instant>,
    /// When somebody who is no longer seen has left.
    leaves_at: Option<Instant>,
    events: VecDeque<Event>,
}

impl Radar {
    /// A radar of which nothing is known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn status(&mut self, device: Device) {
        if self.device != device {
            self.device = device;
            self.tell(Event::Status(device));
        }
    }

    fn presence(&mut self, present: bool) {
        self.leaves_at = None;
        if self.present != Some(present) {
            self.present = Some(present);
            self.tell(Event::Presence(present));
        }
    }

    fn tell(&mut self, event: Event) {
        if self.events.len() == EVENT_LIMIT {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    /// One whole frame: somebody, nobody, or a state that this firmware does not know.
    fn frame(&mut self, sees: Option<bool>, now: Instant) {
        self.status(Device::Online);
        self.silent_at = Some(now + SILENCE);
        match sees {
            Some(true) => self.presence(true),
            Some(false) if self.present == Some(true) => {
                self.leaves_at.get_or_insert(now + HOLD_OFF);
            }
            Some(false) => self.presence(false),
            None => {}
        }
    }
}

impl Machine for Radar {
    type Event = Event;
    /// It is never told anything.
    type Command = Infallible;

    fn port_opened(&mut self, now: Instant) {
        self.open = true;
        self.decoder = Decoder::default();
        self.silent_at = Some(now + SILENCE);
    }

    fn port_lost(&mut self, _: Instant) {
        self.open = false;
        self.decoder = Decoder::default();
        self.silent_at = None;
        self.status(Device::NoDevice);
        self.presence(false);
    }

    fn command(&mut self, command: Infallible, _: Instant) {
        match command {}
    }

    fn handle_input(&mut self, bytes: &[u8], now: Instant) {
        // Late bytes of a port that is gone would bring the radar back to life.
        if !self.open {
            return;
        }
        for portion in bytes.chunks(PORTION) {
            self.decoder.take(portion);
            while let Some(sees) = self.decoder.next() {
                self.frame(sees, now);
            }
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.leaves_at.is_some_and(|at| at <= now) {
            self.presence(false);
        }
        if self.silent_at.is_some_and(|at| at <= now) {
            self.silent_at = None;
            self.status(Device::PowerOff);
            self.presence(false);
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        None
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        [self.silent_at, self.leaves_at].into_iter().flatten().min()
    }
}

/// Whether a whole frame of a radar stands in `bytes`.
pub(super) fn is_frame(bytes: &[u8]) -> bool {
    let mut decoder = Decoder::default();
    decoder.take(bytes);
    decoder.next().is_some()
}

/// Finds frames in any noise. Holds at most one unfinished frame beside the portion it was given last.
#[derive(Debug, Default)]
struct Decoder {
    bytes: Vec<u8>,
    /// What is before this is done with.
    at: usize,
}

impl Decoder {
    fn take(&mut self, portion: &[u8]) {
        self.bytes.drain(..self.at);
        self.at = 0;
        self.bytes.extend_from_slice(portion);
    }

    /// What the next whole frame sees; `None` when there is no whole frame.
    fn next(&mut self) -> Option<Option<bool>> {
        loop {
            let rest = &self.bytes[self.at..];
            let Some(begin) = rest.iter().position(|byte| *byte == HEADER[0]) else {
                self.at = self.bytes.len();
                return None;
            };
            self.at += begin;
            match frame(&rest[begin..]) {
                Found::Frame(len, sees) => {
                    self.at += len;
                    return Some(sees);
                }
                Found::Unfinished => return None,
                // Not even one byte of it is trusted: the true header may stand inside.
                Found::Noise => self.at += 1,
            }
        }
    }
}

enum Found {
    /// Its length, and whether somebody is seen in it.
    Frame(usize, Option<bool>),
    Unfinished,
    Noise,
}

/// Looks at bytes that begin with the first byte of a header.
fn frame(bytes: &[u8]) -> Found {
    let known = bytes.len().min(HEADER.len());
    if bytes[..known] != HEADER[..known] {
        return Found::Noise;
    }
    let Some(&[low, high]) = bytes.get(4..6) else {
        return Found::Unfinished;
    };
    let len = usize::from(u16::from_le_bytes([low, high]));
    if !(DATA_LEN.0..=DATA_LEN.1).contains(&len) {
        return Found::Noise;
    }
    let whole = HEADER.len() + 2 + len + TAIL.len();
    let Some(bytes) = bytes.get(..whole) else {
        return Found::Unfinished;
    };
    let data = &bytes[6..6 + len];
    let good = bytes.ends_with(&TAIL)
        && matches!(data[0], 1 | 2)
        && data[1] == 0xAA
        && data.ends_with(&[0x55, 0x00]);
    if !good {
        return Found::Noise;
    }
    Found::Frame(
        whole,
        match data[2] {
            0 => Some(false),
            1..=3 => Some(true),
            // Newer sensors name states of their self-calibration here.
            _ => None,
        },
    )
}

#[cfg(test)]
mod tests;
