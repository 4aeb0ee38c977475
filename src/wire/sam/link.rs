//! One request at a time on the line: waiting, asking again, and never taking a late answer for the next one's.

use std::time::{Duration, Instant};

use super::{
    frame::{Answer, Decoded, Decoder},
    request::Request,
    status::{Class, Sw3},
};

/// Without a byte for this long, an answer that has begun is broken off.
pub(super) const GAP: Duration = Duration::from_millis(200);
/// The line counts as quiet after this long without a byte.
pub(super) const QUIET: Duration = Duration::from_millis(150);
/// A line that never falls quiet is used all the same after this long.
pub(super) const NOISE_LIMIT: Duration = Duration::from_secs(2);
/// How often a request is sent again.
pub(super) const RESENDS: u8 = 2;

/// How a request ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answer(Answer),
    /// No usable answer, although it was asked again where that is allowed.
    Silent,
    /// An answer came that cannot be used, to a request that has a time of its own and is not sent again: "find".
    Broken,
}

impl Outcome {
    pub(super) fn answer(&self) -> Option<&Answer> {
        match self {
            Self::Answer(answer) => Some(answer),
            Self::Silent | Self::Broken => None,
        }
    }

    pub(super) fn sw3(&self) -> Option<Sw3> {
        self.answer().map(|answer| answer.sw3)
    }
}

#[derive(Clone, Copy)]
enum State {
    Free,
    /// Waits for the line to fall quiet before sending.
    Draining {
        give_up: Instant,
    },
    Waiting {
        deadline: Instant,
        /// A broken answer was seen: asking again waits only for quiet, not for the deadline.
        broken: bool,
    },
}

pub(super) struct Link {
    decoder: Decoder,
    state: State,
    request: Request,
    resends_left: u8,
    /// An answer may still be on its way, or noise was heard.
    dirty: bool,
    last_byte: Option<Instant>,
    transmit: Option<Vec<u8>>,
    last_find: Option<Instant>,
}

impl Link {
    pub(super) fn new() -> Self {
        Self {
            decoder: Decoder::default(),
            state: State::Free,
            request: Request::Status,
            resends_left: 0,
            dirty: false,
            last_byte: None,
            transmit: None,
            last_find: None,
        }
    }

    /// When the last "find" was sent, over whatever happened to the port.
    pub(super) fn last_find(&self) -> Option<Instant> {
        self.last_find
    }

    /// The port was opened or lost: nothing is awaited any more. Bytes of the time before may still come.
    pub(super) fn reset(&mut self) {
        *self = Self {
            dirty: true,
            last_find: self.last_find,
            ..Self::new()
        };
    }

    pub(super) fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.transmit.take()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        match self.state {
            State::Free => None,
            State::Draining { give_up } => {
                Some(self.quiet_at().map_or(give_up, |at| at.min(give_up)))
            }
            State::Waiting { deadline, broken } => {
                let gap = match self.last_byte {
                    Some(last) if self.decoder.has_partial() => Some(last + GAP),
                    Some(last) if broken => Some(last + QUIET),
                    _ => None,
                };
                Some(gap.map_or(deadline, |at| at.min(deadline)))
            }
        }
    }

    /// Asks `request`. The one before must have ended or is given up.
    pub(super) fn start(&mut self, request: Request, now: Instant) {
        self.request = request;
        self.resends_left = RESENDS;
        self.dirty |= !matches!(self.state, State::Free);
        self.send_when_quiet(now);
    }

    pub(super) fn handle_input(&mut self, mut bytes: &[u8], now: Instant) -> Option<Outcome> {
        if bytes.is_empty() {
            return None;
        }
        self.last_byte = Some(now);
        if !matches!(self.state, State::Waiting { .. }) {
            self.dirty = true;
            return None;
        }
        loop {
            let taken = self.decoder.push(bytes);
            bytes = &bytes[taken..];
            if let Some(outcome) = self.decode(now) {
                // Nothing may follow an answer until the next request.
                self.dirty |= !bytes.is_empty() || self.decoder.has_partial();
                return Some(outcome);
            }
            if bytes.is_empty() {
                return None;
            }
        }
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> Option<Outcome> {
        match self.state {
            State::Free => None,
            State::Draining { give_up } => {
                if now >= give_up || self.quiet_at().is_none_or(|at| now >= at) {
                    self.send(now);
                }
                None
            }
            State::Waiting { deadline, broken } => {
                let silence = self
                    .last_byte
                    .map(|last| now.saturating_duration_since(last));
                let gap = silence.is_some_and(|silence| silence >= GAP);
                while gap && self.decoder.give_up_partial() {
                    if let Some(outcome) = self.decode(now) {
                        return Some(outcome);
                    }
                    self.mark_broken();
                }
                if now >= deadline {
                    self.dirty = true;
                    if self.request.may_repeat_after_silence() {
                        return self.resend(now);
                    }
                    return Some(self.end(Outcome::Silent));
                }
                let quiet = silence.is_some_and(|silence| silence >= QUIET);
                if broken && quiet && !self.decoder.has_partial() {
                    return self.resend(now);
                }
                None
            }
        }
    }

    fn decode(&mut self, now: Instant) -> Option<Outcome> {
        while let Some(found) = self.decoder.poll() {
            match found {
                Decoded::Broken => self.mark_broken(),
                // Late or foreign: the awaited one is still to come, and another may follow it.
                Decoded::Answer(answer) if !self.request.accepts(&answer) => self.dirty = true,
                Decoded::Answer(answer) if answer.sw3.class() == Class::SendAgain => {
                    return self.resend(now);
                }
                Decoded::Answer(answer) => return Some(self.end(Outcome::Answer(answer))),
            }
        }
        None
    }

    fn mark_broken(&mut self) {
        if let State::Waiting { broken, .. } = &mut self.state {
            *broken = true;
        }
    }

    fn resend(&mut self, now: Instant) -> Option<Outcome> {
        if self.request == Request::Find {
            return Some(self.end(Outcome::Broken));
        }
        if self.resends_left == 0 {
            return Some(self.end(Outcome::Silent));
        }
        self.resends_left -= 1;
        self.dirty = true;
        self.send_when_quiet(now);
        None
    }

    fn end(&mut self, outcome: Outcome) -> Outcome {
        // After asking twice there may be two answers.
        self.dirty |= self.resends_left < RESENDS || outcome.answer().is_none();
        self.state = State::Free;
        outcome
    }

    fn send_when_quiet(&mut self, now: Instant) {
        self.transmit = None;
        if self.dirty && self.last_byte.is_none() {
            // Nothing heard yet since the port was opened or the request was sent: listen for a moment.
            self.last_byte = Some(now);
        }
        if self.dirty && self.quiet_at().is_some_and(|at| now < at) {
            self.decoder.clear();
            self.state = State::Draining {
                give_up: now + NOISE_LIMIT,
            };
        } else {
            self.send(now);
        }
    }

    fn send(&mut self, now: Instant) {
        self.decoder.clear();
        self.dirty = false;
        self.last_byte = None;
        self.transmit = Some(self.request.encode());
        if self.request == Request::Find {
            self.last_find = Some(now);
        }
        self.state = State::Waiting {
            deadline: now + self.request.timeout(),
            broken: false,
        };
    }

    fn quiet_at(&self) -> Option<Instant> {
        self.last_byte.map(|last| last + QUIET)
    }
}
