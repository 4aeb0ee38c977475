//! The card reader's recordings: which of its bytes are a person's, and what stands in their place.
//!
//! Everything is a person's that is not known to be the module's own: preambles, lengths, results, and the module's
//! identity. A whole answer keeps its length and keeps its check byte right, or as wrong as it was; what lies between
//! answers is blotted out.

use std::time::Duration;

use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::line::Input;
use super::people::{ADDRESS, People, TEXT};
use super::stream::{divide, joined};
use super::{Recorded, Setup, Veil};
use crate::wire::sam::{ReaderCommand, ReaderEvent, SamConfig, SamReader};

/// Begins every answer, by the published frame.
const PREAMBLE: [u8; 5] = [0xAA, 0xAA, 0xAA, 0x96, 0x69];
/// Preamble and length.
const HEADER: usize = 7;
/// Shortest and longest that the length counts.
const LENGTH: (usize, usize) = (4, 2400);
/// What some makers' readers send instead of an answer, behind the preamble.
const TIMED_OUT: [u8; 5] = [0x00, 0x05, 0x05, 0x05, 0x05];
/// Stands for bytes of which nothing is known.
const BLOT: u8 = 0x20;

impl Setup for SamConfig {
    type Machine = SamReader;
    const DEVICE: &'static str = "reader";

    fn is_usable(&self) -> bool {
        self.poll_interval <= Duration::from_secs(3600)
    }

    fn machine(&self) -> SamReader {
        SamReader::new(self.clone())
    }

    fn veil(&self) -> Box<dyn Veil> {
        Box::new(CardVeil(People::new()))
    }
}

impl Recorded for SamReader {
    fn write(command: &ReaderCommand) -> Value {
        match command {
            ReaderCommand::SetPolling(on) => json!({ "poll": on }),
            ReaderCommand::Reset => json!("reset"),
        }
    }

    fn read(command: &Value) -> Result<ReaderCommand, String> {
        match (command.as_str(), command["poll"].as_bool()) {
            (Some("reset"), _) => Ok(ReaderCommand::Reset),
            (_, Some(on)) => Ok(ReaderCommand::SetPolling(on)),
            _ => Err("neither poll nor reset".into()),
        }
    }

    fn describe(event: &ReaderEvent) -> String {
        match event {
            ReaderEvent::CardRead(document) => format!(
                "CardRead({}, {}, {}, {}, {})",
                document.kind.word(),
                document.display_name(),
                document.number,
                document.current_address(),
                document.photo.len(),
            ),
            event => format!("{event:?}"),
        }
    }
}

struct CardVeil(People);

impl Veil for CardVeil {
    fn draw(&mut self, inputs: &mut [&mut Input], all: bool) -> bool {
        // The machine forgets what has begun when the port goes or comes.
        let cut = matches!(inputs.last(), Some(Input::Opened | Input::Lost));
        let mut stream = joined(inputs);
        let Some(pieces) = pieces(&stream, all || cut) else {
            return false;
        };
        for piece in pieces {
            piece.draw(&mut stream, &mut self.0);
        }
        divide(&stream, inputs);
        true
    }
}

/// From where to before where in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Piece {
    /// Preamble, length, or what a maker sends instead of an answer: stays.
    Plain,
    /// Between answers, or of an answer that was cut off.
    Noise(usize, usize),
    /// A whole answer by its length, whatever its check byte.
    Whole(usize, usize),
}

/// The pieces of the stream; none while the last has no end and may get one.
fn pieces(stream: &[u8], all: bool) -> Option<Vec<Piece>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    loop {
        let Some(begin) = preamble(stream, at) else {
            let unfinished =
                (1..PREAMBLE.len()).any(|len| stream[at..].ends_with(&PREAMBLE[..len]));
            pieces.push(Piece::Noise(at, stream.len()));
            return (all || !unfinished).then_some(pieces);
        };
        pieces.push(Piece::Noise(at, begin));
        pieces.push(Piece::Plain);
        let Some(&[high, low]) = stream.get(begin + PREAMBLE.len()..begin + HEADER) else {
            return all.then_some(pieces);
        };
        let length = usize::from(high) << 8 | usize::from(low);
        let body = begin + HEADER;
        let end = body + length;
        let next = preamble(stream, begin + 1).unwrap_or(stream.len());
        at = match stream.get(begin + PREAMBLE.len()..body + 3) {
            Some(maker) if maker == TIMED_OUT => body + 3,
            // A beginning that was lost, with the next one in the place of its length.
            _ if !(LENGTH.0..=LENGTH.1).contains(&length) => body.min(next),
            // Another answer begins before this one can be whole.
            _ if next < end && next < stream.len() => {
                pieces.push(Piece::Noise(body.min(next), next));
                next
            }
            _ if end <= stream.len() => {
                pieces.push(Piece::Whole(begin, end));
                end
            }
            _ if all => body,
            _ => return None,
        };
    }
}

fn preamble(stream: &[u8], from: usize) -> Option<usize> {
    let rest = stream.get(from..)?;
    let at = rest.windows(PREAMBLE.len()).position(|w| w == PREAMBLE)?;
    Some(from + at)
}

impl Piece {
    fn draw(self, stream: &mut [u8], people: &mut People) {
        match self {
            Self::Plain => {}
            Self::Noise(from, to) => {
                for byte in &mut stream[from..to] {
                    // What a preamble is made of stays, and so does what cables make of nothing.
                    if !matches!(*byte, 0xAA | 0x96 | 0x69 | 0x00 | 0xFF) {
                        *byte = BLOT;
                    }
                }
            }
            Self::Whole(begin, end) => {
                let answer = &mut stream[begin + PREAMBLE.len()..end];
                let sum = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| sum ^ byte);
                let wrong = sum(answer);
                let (answer, check) = answer.split_at_mut(answer.len() - 1);
                // Length, SW1, SW2, SW3.
                let (_, data) = answer.split_at_mut(5);
                draw_data(data, wrong == 0, people);
                check[0] = sum(answer) ^ wrong;
            }
        }
    }
}

/// `good`: the check byte was right, so the machine may have taken it.
fn draw_data(data: &mut [u8], good: bool, people: &mut People) {
    // The module's identity.
    if good && data.len() == 16 {
        return;
    }
    if good && let Some(text) = text_of(data) {
        let card = Zeroizing::new(data.to_vec());
        let (lengths, rest) = data.split_at_mut(text);
        let (text, pictures) = rest.split_at_mut(TEXT);
        people.stand_in(&card[lengths.len()..], text);
        pictures.fill(BLOT);
        return;
    }
    if good && !data.is_empty() && data.len().is_multiple_of(ADDRESS) {
        let addresses = data.chunks_mut(ADDRESS);
        return addresses.for_each(|address| people.move_house(address));
    }
    data.fill(BLOT);
}

/// Where the text of a reading begins, by the lengths in front of it; with or without those of a fingerprint.
fn text_of(data: &[u8]) -> Option<usize> {
    let length = |at: usize| {
        let &[high, low] = data.get(at..at + 2)?.as_array()?;
        Some(usize::from(u16::from_be_bytes([high, low])))
    };
    if length(0)? != TEXT {
        return None;
    }
    let without = 4 + TEXT + length(2)?;
    let with = without + 2 + length(4)?;
    match data.len() {
        len if len == without => Some(4),
        len if len == with => Some(6),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
