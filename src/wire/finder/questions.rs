//! The questions, in the order in which they are asked, and what counts as an answer.

use std::time::Duration;

use super::Kind;
use crate::wire::scanner::Dialect;
use crate::wire::{printer, radar, sam, scanner};

/// One question.
pub struct Question {
    pub kind: Kind,
    /// Bits a second at which it is asked.
    pub rate: u32,
    /// Time for the answer.
    pub wait: Duration,
}

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
            Self::Printer => printer::hello(),
            Self::Scanner(dialect) => scanner::hello(dialect).to_vec(),
            Self::Radar => Vec::new(),
        }
    }

    /// Whether its answer is known as such only when the time for it is over. A printer's has no frame: it is few bytes,
    /// and the first few of one that talks on and on may look like it.
    pub(super) fn is_heard_out(self) -> bool {
        self == Self::Printer
    }

    /// Whether `heard` is its answer, and what it says of itself in it.
    pub(super) fn answer(self, heard: &[u8]) -> Option<Option<String>> {
        match self {
            Self::Reader => reader(heard),
            Self::Printer => printer::is_answer(heard).then_some(None),
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
