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
/// After a reset that was not answered the line is listened to for this long: a late "done" could not be told from the
/// "well" asked for next.
pub(super) const AFTER_RESET: Duration = Duration::from_secs(1);
/// After a late answer the module counts as slow until so many answers came quickly.
const SLOW_FOR: u8 = 32;
/// How often a request is sent again.
pub(super) const RESENDS: u8 = 2;

/// How a request ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Answer(Answer),
    /// No answer, although it was asked again where that is allowed.
    Silent,
    /// Answers came that cannot be used, although it was asked again where that is allowed.
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
        sent: Instant,
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
    /// So many quick answers in a row are needed until the module no longer counts as slow.
    slow: u8,
    /// How long the line must be quiet before the next request.
    quiet: Duration,
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
            // Nobody is called silent before they were given the time of a slow one once.
            slow: 1,
            quiet: QUIET,
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
            State::Waiting {
                deadline, broken, ..
            } => {
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
        self.dirty |= !matches!(self.state, State::Free);
        // No answer about a card can be taken for one about health: nothing has to be waited for.
        if request == Request::Status && self.request.is_about_card() {
            self.dirty = false;
        }
        self.quiet = QUIET;
        if self.request == Request::Reset && self.dirty {
            self.quiet = AFTER_RESET;
            self.last_byte = Some(now);
        }
        self.request = request;
        self.resends_left = RESENDS;
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
        let outcome = self.decode(&mut bytes, now);
        // Nothing may follow an answer until the next request.
        let done = !matches!(self.state, State::Waiting { .. });
        self.dirty |= done && (!bytes.is_empty() || self.decoder.has_partial());
        if done {
            self.decoder.clear();
        }
        outcome
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
            State::Waiting {
                deadline, broken, ..
            } => {
                let silence = self
                    .last_byte
                    .map(|last| now.saturating_duration_since(last));
                let gap = silence.is_some_and(|silence| silence >= GAP);
                while gap && self.decoder.give_up_partial() {
                    if let Some(outcome) = self.decode(&mut &[][..], now) {
                        return Some(outcome);
                    }
                    self.mark_broken();
                }
                if now >= deadline && self.decoder.has_partial() && self.wait_longer(now) {
                    return None;
                }
                if now >= deadline {
                    self.dirty = true;
                    let outcome = if broken {
                        Outcome::Broken
                    } else {
                        Outcome::Silent
                    };
                    if self.request.may_repeat_after_silence() {
                        return self.resend(outcome, now);
                    }
                    return Some(self.end(outcome));
                }
                let quiet = silence.is_some_and(|silence| silence >= QUIET);
                if broken && quiet && !self.decoder.has_partial() {
                    return self.resend(Outcome::Broken, now);
                }
                None
            }
        }
    }

    /// Takes findings until one ends the request.
    fn decode(&mut self, input: &mut &[u8], now: Instant) -> Option<Outcome> {
        while matches!(self.state, State::Waiting { .. }) {
            let answer = match self.decoder.poll(input)? {
                Decoded::Answer(frame) => frame.to_answer(),
                Decoded::Broken => {
                    self.mark_broken();
                    continue;
                }
                Decoded::TimedOut if self.request.is_about_card() => {
                    return Some(self.end(Outcome::Broken));
                }
                Decoded::TimedOut => {
                    self.late();
                    continue;
                }
            };
            if !self.request.accepts(&answer) {
                self.late();
            } else if answer.sw3.class() == Class::SendAgain {
                return self.resend(Outcome::Broken, now);
            } else {
                self.measure(now);
                return Some(self.end(Outcome::Answer(answer)));
            }
        }
        None
    }

    /// An answer to what was asked before: the awaited one is still to come, and another may follow it. The module is
    /// not silent, only slow.
    fn late(&mut self) {
        self.dirty = true;
        self.slow = SLOW_FOR;
        if let State::Waiting { sent, .. } = self.state {
            self.wait_longer(sent);
        }
    }

    /// Gives the module all the time that the request may take; false when that is over by `now`.
    fn wait_longer(&mut self, now: Instant) -> bool {
        let State::Waiting { sent, deadline, .. } = &mut self.state else {
            return false;
        };
        *deadline = *sent + self.request.timeout();
        now < *deadline
    }

    fn measure(&mut self, now: Instant) {
        if let (State::Waiting { sent, .. }, Some(quick)) = (self.state, self.request.quick()) {
            self.slow = if now.saturating_duration_since(sent) > quick {
                SLOW_FOR
            } else {
                self.slow.saturating_sub(1)
            };
        }
    }

    fn mark_broken(&mut self) {
        if let State::Waiting { broken, .. } = &mut self.state {
            *broken = true;
        }
    }

    /// Asks again, or ends with `outcome` where that is not allowed any more.
    fn resend(&mut self, outcome: Outcome, now: Instant) -> Option<Outcome> {
        if self.request == Request::Find || self.resends_left == 0 {
            return Some(self.end(outcome));
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
        let quick = self.request.quick().filter(|_| self.slow == 0);
        self.state = State::Waiting {
            sent: now,
            deadline: now + quick.unwrap_or(self.request.timeout()),
            broken: false,
        };
    }

    fn quiet_at(&self) -> Option<Instant> {
        self.last_byte.map(|last| last + self.quiet)
    }
}
