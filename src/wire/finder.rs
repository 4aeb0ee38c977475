//! Which device hangs on a port, and at what rate: asked with questions that do none of them any harm.
//!
//! One question after the other until one is answered, see [`questions`]. A printer is looked for before a card reader,
//! because it would print the reader's questions.

mod questions;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::fmt;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::scanner::Dialect;
use super::{Machine, PortWish};
use questions::{QUESTIONS, Question};

/// Most bytes of one answer that are looked at; what comes behind them is noise.
const HEARD_LIMIT: usize = 1024;

/// Bits a second to open the port with, in the first place.
pub const FIRST_RATE: u32 = QUESTIONS[0].rate;

/// What a device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ID card reader with a SAM.
    Reader,
    /// ESC/POS printer.
    Printer,
    /// QR or barcode engine of this dialect.
    Scanner(Dialect),
    /// Presence radar LD2410.
    Radar,
}

impl Kind {
    /// Its section in `kiosk.toml`.
    #[must_use]
    pub const fn section(self) -> &'static str {
        match self {
            Self::Reader => "reader",
            Self::Printer => "printer",
            Self::Scanner(_) => "scanner",
            Self::Radar => "radar",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.section())?;
        match self {
            Self::Scanner(dialect) => write!(f, " ({})", dialect.word()),
            _ => Ok(()),
        }
    }
}

/// Who answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// What it is.
    pub kind: Kind,
    /// Bits a second at which it answered.
    pub rate: u32,
    /// What it says of itself: the identity of a reader's SAM.
    pub id: Option<String>,
}

/// How the search on a port ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Somebody answered.
    Found(Answered),
    /// Nobody answered any question.
    Nobody,
    /// The port cannot be opened, or went away.
    NoPort,
}

/// The search on one port. It ends with one event and does nothing more.
#[derive(Default)]
pub struct Finder {
    /// Index of the question that is asked.
    at: usize,
    /// The port is open at the rate of this question and its bytes are out.
    waits_until: Option<Instant>,
    heard: Zeroizing<Vec<u8>>,
    transmit: Option<Vec<u8>>,
    wish: Option<PortWish>,
    /// The rate that was wished for last.
    rate: Option<u32>,
    events: VecDeque<Event>,
    ended: bool,
}

impl Finder {
    /// A search that has not begun. Its port is opened with [`FIRST_RATE`].
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Longest time that a search takes on an open port.
    #[must_use]
    pub fn longest() -> Duration {
        QUESTIONS.iter().map(|question| question.wait).sum()
    }

    fn question(&self) -> Option<&'static Question> {
        QUESTIONS.get(self.at).filter(|_| !self.ended)
    }

    /// Asks, or wishes for the rate to ask at.
    fn ask(&mut self, now: Instant) {
        let Some(question) = self.question() else {
            return self.end(Event::Nobody);
        };
        self.heard.clear();
        if self.rate.unwrap_or(FIRST_RATE) == question.rate {
            let bytes = question.kind.question();
            self.transmit = (!bytes.is_empty()).then_some(bytes);
            self.waits_until = Some(now + question.wait);
        } else {
            self.waits_until = None;
            self.rate = Some(question.rate);
            self.wish = Some(PortWish::Rate(question.rate));
        }
    }

    /// Ends the search if what was heard answers `question`.
    fn judge(&mut self, question: &Question) {
        if let Some(id) = question.kind.answer(&self.heard) {
            self.end(Event::Found(Answered {
                kind: question.kind,
                rate: question.rate,
                id,
            }));
        }
    }

    fn end(&mut self, event: Event) {
        if !self.ended {
            self.ended = true;
            self.waits_until = None;
            self.transmit = None;
            self.heard.clear();
            self.events.push_back(event);
        }
    }
}

impl Machine for Finder {
    type Event = Event;
    /// It is never told anything.
    type Command = Infallible;

    fn port_opened(&mut self, now: Instant) {
        self.ask(now);
    }

    fn port_lost(&mut self, _: Instant) {
        self.end(Event::NoPort);
    }

    fn command(&mut self, command: Infallible, _: Instant) {
        match command {}
    }

    fn handle_input(&mut self, bytes: &[u8], _: Instant) {
        let Some(question) = self.question().filter(|_| self.waits_until.is_some()) else {
            return;
        };
        let room = HEARD_LIMIT.saturating_sub(self.heard.len());
        self.heard
            .extend_from_slice(&bytes[..bytes.len().min(room)]);
        if !question.kind.is_heard_out() {
            self.judge(question);
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.waits_until.is_none_or(|at| at > now) {
            return;
        }
        if let Some(question) = self.question() {
            self.judge(question);
        }
        if !self.ended {
            self.at += 1;
            self.ask(now);
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmit.take()
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn poll_port(&mut self) -> Option<PortWish> {
        self.wish.take()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.waits_until
    }
}
