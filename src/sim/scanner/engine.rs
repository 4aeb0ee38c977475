//! The engine without its line.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::sim::pty::Device;

/// From the trigger to a code that is there.
const READ_TIME: Duration = Duration::from_millis(60);
/// A late engine takes this much longer for everything.
const LATE: Duration = Duration::from_millis(700);
/// It gives up looking by itself.
const GIVES_UP: Duration = Duration::from_secs(4);
/// Between two readings of the same code in continuous mode.
const AGAIN: Duration = Duration::from_millis(400);
/// Between two bytes of an engine that sends them one by one.
const BYTE_GAP: Duration = Duration::from_millis(5);

/// Which family of engines it is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Family {
    /// Newland: unified commands, answers with an echo.
    Newland,
    /// Honeywell: answers nothing.
    Honeywell,
    /// Zebra SSI: codes in packets, wants them acknowledged.
    Ssi,
    /// Grow GM65: zone bits.
    Grow,
}

/// When it looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// When it is triggered, for one code.
    #[default]
    Trigger,
    /// Whenever something comes before it.
    Sense,
    /// Always, the same code again and again.
    Continuous,
}

/// What is wrong with it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ScannerFault {
    /// Nothing.
    #[default]
    None,
    /// Garbage between codes and answers, each piece with the engine's own end behind it.
    Noise,
    /// Everything comes late.
    Late,
    /// Bytes come one by one.
    Split,
    /// It neither answers nor reads.
    Silent,
}

/// The engine.
pub struct SimScanner {
    family: Family,
    mode: Mode,
    fault: ScannerFault,
    suffix: &'static [u8],
    /// Bytes of a command that is not whole yet.
    command: Vec<u8>,
    held: Option<Vec<u8>>,
    /// Triggered, and since when.
    triggered: Option<Instant>,
    /// The held code was read since it came, or since the last trigger.
    read: bool,
    next_read: Option<Instant>,
    out: VecDeque<(Instant, Vec<u8>)>,
}

impl SimScanner {
    /// An engine that sees nothing and was not triggered.
    #[must_use]
    pub fn new(family: Family) -> Self {
        Self {
            family,
            mode: Mode::Trigger,
            fault: ScannerFault::None,
            suffix: if family == Family::Ssi { b"" } else { b"\r" },
            command: Vec::new(),
            held: None,
            triggered: None,
            read: false,
            next_read: None,
            out: VecDeque::new(),
        }
    }

    /// Holds a code before it, until the next one or [`Self::take`].
    pub fn hold(&mut self, code: &[u8]) {
        self.held = Some(code.to_vec());
        self.read = false;
    }

    pub(super) fn take(&mut self) {
        self.held = None;
        self.next_read = None;
    }

    pub(super) fn set_mode(&mut self, mode: Mode) {
        self.mode = mode;
        self.read = false;
    }

    pub(super) fn set_suffix(&mut self, suffix: &'static [u8]) {
        self.suffix = suffix;
    }

    pub(super) fn set_fault(&mut self, fault: ScannerFault) {
        self.fault = fault;
    }

    pub(super) fn is_looking(&self) -> bool {
        self.mode != Mode::Trigger || self.triggered.is_some()
    }

    fn trigger(&mut self, on: bool, now: Instant) {
        self.triggered = on.then_some(now);
        if !on {
            self.next_read = None;
        } else if self.mode == Mode::Trigger {
            self.read = false;
        }
    }

    /// One whole command; what is none is dropped.
    fn obey(&mut self, command: &[u8], now: Instant) {
        let (on, answer) = match (self.family, command) {
            (Family::Newland, [0x7E, 0x01, b'0', b'0', b'0', b'0', b'#' | b'@', rest @ ..]) => {
                let text = rest.strip_suffix(&[0x3B, 0x03]).unwrap_or(rest);
                let on = match text {
                    b"SCNTRG1" => Some(true),
                    b"SCNTRG0" => Some(false),
                    _ => None,
                };
                let mut answer = vec![0x02, 0x01, b'0', b'0', b'0', b'0', command[6]];
                answer.extend(text);
                answer.push(if on.is_some() { 0x06 } else { 0x15 });
                answer.extend([0x3B, 0x03]);
                (on, answer)
            }
            (Family::Honeywell, [0x16, 0x54, 0x0D]) => (Some(true), Vec::new()),
            (Family::Honeywell, [0x16, 0x55, 0x0D]) => (Some(false), Vec::new()),
            (Family::Ssi, [0x04, opcode @ (0xE4 | 0xE5), 0x04, ..]) => {
                (Some(*opcode == 0xE4), packet(0xD0, &[]))
            }
            (Family::Grow, [0x7E, 0x00, 0x08, 0x01, 0x00, 0x02, on, ..]) => (
                Some(on & 1 == 1),
                vec![0x02, 0x00, 0x00, 0x01, 0x00, 0x33, 0x31],
            ),
            _ => return,
        };
        if let Some(on) = on {
            self.trigger(on, now);
        }
        self.send(answer, now + Duration::from_millis(3));
    }

    /// How long the command is that begins the bytes so far; `None` while that is not known.
    fn command_len(&self) -> Option<usize> {
        let bytes = &self.command;
        match self.family {
            Family::Newland => Some(bytes.windows(2).position(|two| two == [0x3B, 0x03])? + 2),
            Family::Honeywell => Some(bytes.iter().position(|byte| *byte == 0x0D)? + 1),
            Family::Ssi => Some(usize::from(*bytes.first()?) + 2),
            // Head, type, length of data, address, data, CRC; all commands here carry one byte.
            Family::Grow => Some(8 + usize::from(*bytes.get(3)?)),
        }
    }

    fn send(&mut self, bytes: Vec<u8>, at: Instant) {
        if bytes.is_empty() || self.fault == ScannerFault::Silent {
            return;
        }
        let mut at = if self.fault == ScannerFault::Late {
            at + LATE
        } else {
            at
        };
        if let Some((last, _)) = self.out.back() {
            at = at.max(*last);
        }
        if self.fault == ScannerFault::Split {
            for byte in bytes {
                self.out.push_back((at, vec![byte]));
                at += BYTE_GAP;
            }
        } else {
            self.out.push_back((at, bytes));
        }
    }

    /// Reads what is held, if it looks.
    fn look(&mut self, now: Instant) {
        if self.triggered.is_some_and(|since| now >= since + GIVES_UP) {
            self.triggered = None;
        }
        let looks = self.is_looking() && (!self.read || self.mode == Mode::Continuous);
        let Some(code) = self.held.clone().filter(|_| looks) else {
            self.next_read = None;
            return;
        };
        let at = *self.next_read.get_or_insert(now + READ_TIME);
        if now < at {
            return;
        }
        self.read = true;
        self.next_read = (self.mode == Mode::Continuous).then_some(now + AGAIN);
        self.triggered = None;
        if self.fault == ScannerFault::Noise {
            self.send([&[0x80, 0xFF, 0x02, 0x41][..], b"\r"].concat(), now);
        }
        let bytes = match self.family {
            Family::Ssi => {
                let mut data = vec![0x01];
                data.extend(&code);
                packet(0xF3, &data)
            }
            Family::Newland | Family::Honeywell | Family::Grow => [&code, self.suffix].concat(),
        };
        self.send(bytes, now);
    }
}

/// An SSI packet of the engine: length, opcode, source 00, status 00, data, and what makes the sum zero.
fn packet(opcode: u8, data: &[u8]) -> Vec<u8> {
    // Longer codes would need several packets.
    let data = &data[..data.len().min(250)];
    let mut bytes = vec![data.len() as u8 + 4, opcode, 0x00, 0x00];
    bytes.extend(data);
    let sum: u16 = bytes.iter().map(|byte| u16::from(*byte)).sum();
    bytes.extend((!sum).wrapping_add(1).to_be_bytes());
    bytes
}

impl Device for SimScanner {
    fn handle_input(&mut self, bytes: &[u8], now: Instant) {
        for byte in bytes {
            // A zero before a command wakes an engine that sleeps.
            if !(self.command.is_empty() && *byte == 0x00) {
                self.command.push(*byte);
            }
            if self.command_len() == Some(self.command.len()) {
                let command = std::mem::take(&mut self.command);
                self.obey(&command, now);
            } else if self.command.len() > 64 {
                self.command.clear();
            }
        }
    }

    fn poll_output(&mut self, now: Instant) -> Option<Vec<u8>> {
        self.look(now);
        self.out
            .pop_front_if(|(at, _)| *at <= now)
            .map(|(_, bytes)| bytes)
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let out = self.out.front().map(|(at, _)| *at);
        [out, self.next_read].into_iter().flatten().min()
    }

    fn unplugged(&mut self) {
        self.command.clear();
        self.out.clear();
        self.triggered = None;
        self.next_read = None;
    }
}
