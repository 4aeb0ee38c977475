//! The questions, in the order in which they are asked, and what counts as an answer.

use std::time::Duration;

use super::Kind;
use crate::wire::scanner::Dialect;
use crate::wire::{radar, sam, scanner};

/// One question.
pub struct Question {
    pub kind: Kind,
    /// Bits a second at which it is asked.
    pub rate: u32,
    /// Time for the answer.
    pub wait: Duration,
}

/// DLE EOT 1, 2 and 4: printer, cause of being off-line, paper. Answered at once whatever the printer does, and put on
/// paper by none (ESC/POS, real-time commands).
const PRINTER: [u8; 9] = [0x10, 0x04, 1, 0x10, 0x04, 2, 0x10, 0x04, 4];

const fn ask(kind: Kind, rate: u32, milliseconds: u64) -> Question {
    let wait = Duration::from_millis(milliseconds);
    Question { kind, rate, wait }
}

/// The radar tells ten times a second by itself. Printers, then readers, at the rates they come with, then at the others
/// they can be set to; engines at the rates they come with.
pub const QUESTIONS: &[Question] = &[
    ask(Kind::Radar, radar::BAUD_RATE, 350),
    ask(Kind::Printer, 115_200, 300),
    ask(Kind::Printer, 9600, 300),
    ask(Kind::Printer, 19_200, 300),
    ask(Kind::Printer, 38_400, 300),
    ask(Kind::Printer, 57_600, 300),
    ask(Kind::Reader, 115_200, 600),
    ask(Kind::Reader, 9600, 600),
    ask(Kind::Reader, 57_600, 600),
    ask(Kind::Reader, 38_400, 600),
    ask(Kind::Reader, 19_200, 600),
    ask(Kind::Scanner(Dialect::Newland), 9600, 300),
    ask(Kind::Scanner(Dialect::Grow), 9600, 300),
    ask(Kind::Scanner(Dialect::Ssi), 9600, 300),
    ask(Kind::Scanner(Dialect::Newland), 115_200, 300),
    ask(Kind::Scanner(Dialect::Grow), 115_200, 300),
];

impl Kind {
    /// What it is asked.
    pub(super) fn question(self) -> Vec<u8> {
        match self {
            Self::Reader => sam::Request::SamId.encode(),
            Self::Printer => PRINTER.to_vec(),
            Self::Scanner(dialect) => scanner::hello(dialect).to_vec(),
            Self::Radar => Vec::new(),
        }
    }

    /// Whether `heard` is its answer, and what it says of itself in it.
    pub(super) fn answer(self, heard: &[u8]) -> Option<Option<String>> {
        match self {
            Self::Reader => reader(heard),
            Self::Printer => is_printer(heard).then_some(None),
            Self::Scanner(dialect) => scanner::is_answer(dialect, heard).then_some(None),
            Self::Radar => radar::is_frame(heard).then_some(None),
        }
    }
}

/// Any whole answer of a module: one that refuses to say its identity, or is not well, is a reader all the same.
fn reader(heard: &[u8]) -> Option<Option<String>> {
    let (mut decoder, mut rest) = (sam::Decoder::default(), heard);
    while let Some(decoded) = decoder.poll(&mut rest) {
        if let sam::Decoded::Answer(frame) = decoded {
            return Some(sam::identity(frame.data));
        }
    }
    None
}

/// Three status bytes `0**1**10` in a row.
fn is_printer(heard: &[u8]) -> bool {
    let status = |byte: &u8| byte & 0b1001_0011 == 0b0001_0010;
    heard.windows(3).any(|three| three.iter().all(status))
}
