//! The scanner's recordings: a code becomes letters, the same code the same letters.
//!
//! Engines' answers and codes share the line without a common frame. What stands where an answer does, by the engine's
//! table, stays; so do control characters, which end codes. Everything else is a code's.

use encoding_rs::GB18030;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::line::Input;
use super::people::salt;
use super::stream::{divide, joined};
use super::{Recorded, Setup, Veil};
use crate::config::Dialect;
use crate::wire::scanner::{Command, Event, Scanner, Settings};

/// Longest answer of an engine, in bytes.
const ANSWER: usize = 64;
/// Never in a text: neither in UTF-8 nor in GB18030.
const NO_TEXT: u8 = 0xFF;

impl Setup for Settings {
    type Machine = Scanner;
    const DEVICE: &'static str = "scanner";

    fn machine(&self) -> Scanner {
        Scanner::new(self.dialect, self.framing)
    }

    fn veil(&self) -> Box<dyn Veil> {
        Box::new(CodeVeil {
            dialect: self.dialect,
            salt: salt(),
        })
    }
}

impl Recorded for Scanner {
    fn write(command: &Command) -> Value {
        let Command::SetReading(on) = command;
        json!({ "read": on })
    }

    fn read(command: &Value) -> Result<Command, String> {
        let on = command["read"].as_bool().ok_or("no read")?;
        Ok(Command::SetReading(on))
    }

    fn describe(event: &Event) -> String {
        match event {
            Event::Code(code) => format!("Code({})", code.reveal()),
            event => format!("{event:?}"),
        }
    }
}

struct CodeVeil {
    dialect: Dialect,
    salt: Zeroizing<[u8; 32]>,
}

impl Veil for CodeVeil {
    fn draw(&mut self, inputs: &mut [&mut Input], all: bool) -> bool {
        // Silence ends what has come, and so does everything but more bytes.
        let more = matches!(inputs.last(), Some(Input::Bytes(_)));
        if more && !all {
            return false;
        }
        let drawn = self.stream(&joined(inputs));
        divide(&drawn, inputs);
        true
    }
}

impl CodeVeil {
    /// As long as `stream`.
    fn stream(&self, stream: &[u8]) -> Vec<u8> {
        let mut drawn = stream.to_vec();
        let mut code = Vec::new();
        let mut at = 0;
        while at < stream.len() {
            let len = answer(self.dialect, &stream[at..]);
            if len > 0 {
                self.packet(&mut drawn[at..at + len]);
                at += len;
                continue;
            }
            code.push(at);
            if matches!(stream[at], b'\r' | b'\n') {
                self.code(&std::mem::take(&mut code), &mut drawn);
            }
            at += 1;
        }
        self.code(&code, &mut drawn);
        drawn
    }

    /// The bytes at these places, which are one code, become letters. Each depends on all before it, so that codes that
    /// are the same or begin the same stay so, and on what nobody knows.
    fn code(&self, places: &[usize], drawn: &mut [u8]) {
        let bytes: Vec<u8> = places.iter().map(|at| drawn[*at]).collect();
        let code = Zeroizing::new(bytes);
        let mut hash = Sha256::new().chain_update(self.salt.as_slice());
        let mut is_text = text(&code);
        for (at, byte) in places.iter().zip(code.iter()) {
            hash.update([*byte]);
            if byte.is_ascii_control() {
                continue;
            }
            let [first, ..]: [u8; 32] = hash.clone().finalize().into();
            drawn[*at] = b'a' + first % 26;
            if !std::mem::replace(&mut is_text, true) {
                drawn[*at] = NO_TEXT;
            }
        }
    }

    /// An answer stays. A packet with a code in it is one whose sum has to be right again.
    fn packet(&self, packet: &mut [u8]) {
        if self.dialect != Dialect::Ssi || packet[1] != 0xF3 {
            return;
        }
        let end = packet.len() - 2;
        let places: Vec<usize> = (5..end).collect();
        self.code(&places, packet);
        let check = (!sum(&packet[..end])).wrapping_add(1);
        packet[end..].copy_from_slice(&check.to_be_bytes());
    }
}

fn text(code: &[u8]) -> bool {
    std::str::from_utf8(code).is_ok()
        || GB18030
            .decode_without_bom_handling_and_without_replacement(code)
            .is_some()
}

fn sum(bytes: &[u8]) -> u16 {
    bytes
        .iter()
        .fold(0, |sum, byte| sum.wrapping_add(u16::from(*byte)))
}

/// How long the answer is that these bytes begin with; 0 when they begin with none.
fn answer(dialect: Dialect, bytes: &[u8]) -> usize {
    let found = match dialect {
        Dialect::Honeywell => None,
        // Echo of a command, and how it went.
        Dialect::Newland => bytes
            .strip_prefix(b"\x02\x010000")
            .and_then(|rest| rest.windows(2).position(|two| two == [0x3B, 0x03]))
            .filter(|at| *at > 0 && matches!(bytes[at + 5], 0x05 | 0x06 | 0x15))
            .map(|at| at + 8),
        // Length of the data, the data, two bytes of check.
        Dialect::Grow => match bytes {
            [0x02, 0x00, 0x00, len, ..] if *len > 0 => Some(usize::from(*len) + 6),
            _ => None,
        },
        // Length, opcode, source; the sum of all with the last two bytes is zero.
        Dialect::Ssi => match bytes {
            [len, 0xD0 | 0xD1 | 0xF3 | 0xF6, 0x00 | 0x04, ..] if *len >= 4 => {
                let len = usize::from(*len);
                let check = bytes.get(len..len + 2).and_then(<[u8]>::as_array);
                let check = check.map(|check| u16::from_be_bytes(*check));
                return match check {
                    Some(check) if sum(&bytes[..len]).wrapping_add(check) == 0 => len + 2,
                    _ => 0,
                };
            }
            _ => None,
        },
    };
    found
        .filter(|len| *len <= ANSWER.min(bytes.len()))
        .unwrap_or(0)
}
