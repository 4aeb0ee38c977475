//! What is tried with a module that does not answer, one rung after the other.
//!
//! Ask again, reset the module, open the port again, try the other bit rates (only while it never answered well on this
//! port: no module changes its rate by itself), have its power cut. From there on it is asked every few seconds, and the
//! whole way is gone again after a time that doubles. The request that would set another rate (60 nn) is never sent: the module keeps it over power-off.

use std::time::{Duration, Instant};

use super::{Outcome, PortWish, RETRY, ReaderEvent, Request, SamReader, Step};
use crate::status::Device;

/// From one round to the next, first and at most.
const ROUND: (Duration, Duration) = (Duration::from_secs(3), Duration::from_secs(60));
/// A port that was wished for and does not come is no longer waited for.
const WISH_LIMIT: Duration = Duration::from_secs(2);
/// Between two wishes to cut the power.
const BETWEEN_POWER_CYCLES: Duration = Duration::from_secs(600);
/// Bit rates that modules can be set to, in the order of the makers' own search.
const RATES: [u32; 5] = [115_200, 57_600, 38_400, 19_200, 9600];

/// What was tried last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rung {
    /// Nothing yet.
    Ground,
    Asked,
    Reset,
    Reopened,
    /// The rate with this index, the configured one being 0.
    Rate(usize),
    /// Every rate, and back at the configured one.
    RatesDone,
}

pub(super) struct Ladder {
    rung: Rung,
    round: Duration,
    /// After a round in vain: when the next may begin.
    next_round: Option<Instant>,
    /// It was online since the port was opened, other than by our own wish.
    was_online: bool,
    /// Rate of the configuration, and the one the port has.
    configured: u32,
    rate: u32,
    wish: Option<PortWish>,
    /// The port is being opened again because of a wish.
    reopening: bool,
    last_power_cycle: Option<Instant>,
}

impl Ladder {
    pub(super) fn new(rate: u32) -> Self {
        Self {
            rung: Rung::Ground,
            round: ROUND.0,
            next_round: None,
            was_online: false,
            configured: rate,
            rate,
            wish: None,
            reopening: false,
            last_power_cycle: None,
        }
    }

    /// The module answered everything it was asked.
    pub(super) fn well(&mut self) {
        self.rung = Rung::Ground;
        self.round = ROUND.0;
        self.next_round = None;
        self.was_online = true;
    }

    pub(super) fn port_opened(&mut self) {
        if !std::mem::take(&mut self.reopening) {
            self.port_lost();
        }
    }

    /// Whatever is there next may be another module.
    pub(super) fn port_lost(&mut self) {
        self.rung = Rung::Ground;
        self.round = ROUND.0;
        self.next_round = None;
        self.was_online = false;
        self.wish = None;
        self.reopening = false;
    }

    pub(super) fn wait_over(&mut self) {
        self.reopening = false;
    }

    /// True while it only waits for the next round.
    pub(super) fn rests(&self) -> bool {
        !self.reopening && self.rung == Rung::Ground
    }

    pub(super) fn poll_port(&mut self) -> Option<PortWish> {
        self.wish.take()
    }

    fn next_rung(&self, heard: bool) -> Option<Rung> {
        match self.rung {
            // A line that brings only rubbish was asked again already.
            Rung::Ground if !heard => Some(Rung::Asked),
            Rung::Ground | Rung::Asked => Some(Rung::Reset),
            Rung::Reset => Some(Rung::Reopened),
            Rung::Reopened if self.was_online => None,
            Rung::Reopened => Some(Rung::Rate(0)),
            Rung::Rate(at) if at + 1 < self.rates().count() => Some(Rung::Rate(at + 1)),
            Rung::Rate(_) => Some(Rung::RatesDone),
            Rung::RatesDone => None,
        }
    }

    fn rates(&self) -> impl Iterator<Item = u32> {
        let configured = self.configured;
        let others = RATES.into_iter().filter(move |rate| *rate != configured);
        std::iter::once(configured).chain(others)
    }

    /// Whether the power may be cut now; counts as done.
    pub(super) fn may_cut_power(&mut self, now: Instant) -> bool {
        let rested = |last| now.saturating_duration_since(last) >= BETWEEN_POWER_CYCLES;
        let may = self.last_power_cycle.is_none_or(rested);
        if may {
            self.last_power_cycle = Some(now);
        }
        may
    }
}

impl SamReader {
    /// The module was asked for its health or its identity and `outcome` was no answer: the next rung.
    pub(super) fn climb(&mut self, outcome: &Outcome, now: Instant) {
        self.away_since.get_or_insert(now);
        self.doubt_media();
        if self.ladder.rests() && self.ladder.next_round.is_some_and(|at| now < at) {
            return self.wait_down(RETRY, now);
        }
        if self.device != Device::PowerOff {
            self.set_device(Device::Offline);
        }
        let Some(rung) = self.ladder.next_rung(*outcome == Outcome::Broken) else {
            return self.give_up(now);
        };
        self.ladder.rung = rung;
        match rung {
            Rung::Ground | Rung::Asked => self.ask(Step::Hello, Request::Status, now),
            Rung::Reset => self.reset(now),
            Rung::Reopened => self.wish(PortWish::Reopen, now),
            Rung::Rate(at) => {
                let rate = self.ladder.rates().nth(at);
                self.set_rate(rate.unwrap_or(self.ladder.configured), now);
            }
            Rung::RatesDone => self.set_rate(self.ladder.configured, now),
        }
    }

    /// It answered: if that was at another rate than the configured one, that is worth knowing.
    pub(super) fn note_rate(&mut self) {
        if matches!(self.ladder.rung, Rung::Rate(_)) && self.ladder.rate != self.ladder.configured {
            let found = ReaderEvent::RateFound(self.ladder.rate);
            self.events.push_back(found);
            // What follows is about a module that is there.
            self.ladder.rung = Rung::Ground;
        }
    }

    fn set_rate(&mut self, rate: u32, now: Instant) {
        self.ladder.rate = rate;
        self.wish(PortWish::Rate(rate), now);
    }

    fn wish(&mut self, wish: PortWish, now: Instant) {
        self.ladder.wish = Some(wish);
        self.ladder.reopening = true;
        self.wait_down(WISH_LIMIT, now);
    }

    /// Everything was tried.
    fn give_up(&mut self, now: Instant) {
        self.set_device(Device::PowerOff);
        if self.ladder.may_cut_power(now) {
            self.events.push_back(ReaderEvent::PowerCycleWanted);
        }
        self.ladder.rung = Rung::Ground;
        self.ladder.next_round = Some(now + self.ladder.round);
        self.ladder.round = (self.ladder.round * 2).min(ROUND.1);
        self.wait_down(RETRY, now);
    }
}
