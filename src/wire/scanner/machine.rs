//! The machine: looks when it is told to, says hello when it rests, and tells each code once.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use encoding_rs::GB18030;
use zeroize::Zeroizing;

use super::dialect::{Dialect, SSI_ACK};
use super::frame::{Framer, Framing, Piece};
use super::{Command, Event, Refusal};
use crate::case::Private;
use crate::status::Device;
use crate::wire::Machine;

/// The end of a code without a suffix.
const SILENCE: Duration = Duration::from_millis(80);
/// A code whose suffix has not come by now is lost.
const SUFFIX_WITHIN: Duration = Duration::from_secs(1);
/// An engine answers within this time.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
/// Between two hellos to an engine that rests.
const HELLO_EVERY: Duration = Duration::from_secs(30);
/// An engine gives up looking by itself; it is started again this often.
const START_EVERY: Duration = Duration::from_secs(3);
/// A code that is held before the engine is read again and again; the same one is told once in this time.
const SAME_WITHIN: Duration = Duration::from_millis(1500);
/// Commands without an answer after which an engine has no power.
const UNANSWERED_LIMIT: u8 = 2;
/// Most events kept for a driver that does not fetch them.
const EVENT_LIMIT: usize = 16;

/// The machine of one scanner.
pub struct Scanner {
    dialect: Dialect,
    framing: Framing,
    framer: Framer,
    open: bool,
    reading: bool,
    device: Device,
    unanswered: u8,
    /// When the engine is started or greeted next.
    speak_at: Option<Instant>,
    /// When an answer is missed.
    answer_by: Option<Instant>,
    /// When what has come so far ends.
    ends_at: Option<Instant>,
    last: Option<(Private, Instant)>,
    transmit: VecDeque<Vec<u8>>,
    events: VecDeque<Event>,
}

impl Scanner {
    /// A scanner that rests and of which nothing is known.
    #[must_use]
    pub fn new(dialect: Dialect, framing: Framing) -> Self {
        Self {
            dialect,
            framing,
            framer: Framer::new(dialect, framing),
            open: false,
            reading: false,
            device: Device::Unknown,
            unanswered: 0,
            speak_at: None,
            answer_by: None,
            ends_at: None,
            last: None,
            transmit: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// Starts or stops the engine; both are its hello.
    fn speak(&mut self, now: Instant) {
        if !self.open {
            return;
        }
        let (bytes, again) = if self.reading {
            (self.dialect.start(), START_EVERY)
        } else {
            (self.dialect.stop(), HELLO_EVERY)
        };
        self.transmit.push_back(bytes.to_vec());
        self.speak_at = Some(now + again);
        if self.dialect.answers() {
            self.answer_by.get_or_insert(now + ANSWER_WITHIN);
        }
    }

    fn status(&mut self, device: Device) {
        if self.device != device {
            self.device = device;
            self.tell(Event::Status(device));
        }
    }

    fn tell(&mut self, event: Event) {
        if self.events.len() == EVENT_LIMIT {
            self.events.pop_front();
        }
        self.events.push_back(event);
    }

    fn piece(&mut self, piece: Piece, now: Instant) {
        self.unanswered = 0;
        self.answer_by = None;
        self.status(Device::Online);
        match piece {
            Piece::Answer => {}
            Piece::Code(bytes) => self.code(&bytes, now),
            Piece::Packet(bytes) => {
                self.transmit.push_back(SSI_ACK.to_vec());
                self.code(&bytes, now);
            }
            Piece::Refused(refusal) if self.reading => self.tell(Event::Refused(refusal)),
            Piece::Refused(_) => {}
        }
    }

    /// A code that nobody asked for is dropped: the engine may have been set to look all day.
    fn code(&mut self, bytes: &[u8], now: Instant) {
        if !self.reading {
            return;
        }
        let Some(text) = text(bytes) else {
            return self.tell(Event::Refused(Refusal::NotText));
        };
        let same = |(last, at): &(Private, Instant)| *last == text && now < *at + SAME_WITHIN;
        let is_news = !self.last.as_ref().is_some_and(same);
        self.last = Some((text.clone(), now));
        if is_news {
            self.tell(Event::Code(text));
        }
    }

    fn take(&mut self, feed: impl FnOnce(&mut Framer, &mut dyn FnMut(Piece)), now: Instant) {
        let mut pieces = Vec::new();
        feed(&mut self.framer, &mut |piece| pieces.push(piece));
        for piece in pieces {
            self.piece(piece, now);
        }
        let wait = match self.framing {
            Framing::Suffix => SUFFIX_WITHIN,
            Framing::Silence => SILENCE,
        };
        self.ends_at = self.framer.is_unfinished().then_some(now + wait);
    }
}

/// UTF-8, else GB18030; `None` for neither.
fn text(bytes: &[u8]) -> Option<Private> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Some(Private::from(text));
    }
    let decoded = GB18030.decode_without_bom_handling_and_without_replacement(bytes)?;
    Some(Private::new(decoded.into_owned()))
}

impl Machine for Scanner {
    type Event = Event;
    type Command = Command;

    fn port_opened(&mut self, now: Instant) {
        self.open = true;
        self.unanswered = 0;
        if !self.dialect.answers() {
            // An open port is all that can be known of it.
            self.status(Device::Online);
        }
        self.speak(now);
    }

    fn port_lost(&mut self, _: Instant) {
        self.open = false;
        self.framer.clear();
        self.transmit.clear();
        (self.speak_at, self.answer_by, self.ends_at) = (None, None, None);
        self.last = None;
        self.status(Device::NoDevice);
    }

    fn command(&mut self, command: Command, now: Instant) {
        let Command::SetReading(reading) = command;
        if self.reading != reading {
            self.reading = reading;
            // What was shown to the engine before belongs to nobody any more.
            self.last = None;
            self.framer.clear();
            self.ends_at = None;
            self.speak(now);
        }
    }

    fn handle_input(&mut self, bytes: &[u8], now: Instant) {
        // Late bytes of a port that is gone: a packet would be acknowledged into nowhere.
        if !self.open {
            return;
        }
        // A portion at a time, so that what is found in it stays few.
        for portion in bytes.chunks(1024) {
            self.take(
                |framer, tell| framer.take(&Zeroizing::new(portion.to_vec()), tell),
                now,
            );
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        let due = |at: Option<Instant>| at.is_some_and(|at| at <= now);
        if due(self.ends_at) {
            self.take(|framer, tell| framer.silence(tell), now);
        }
        if due(self.answer_by) {
            self.answer_by = None;
            self.unanswered = self.unanswered.saturating_add(1);
            if self.unanswered >= UNANSWERED_LIMIT {
                self.status(Device::PowerOff);
            }
            self.speak(now);
        }
        if due(self.speak_at) {
            self.speak(now);
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmit.pop_front()
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        [self.speak_at, self.answer_by, self.ends_at]
            .into_iter()
            .flatten()
            .min()
    }
}
