//! The exit of a printer that knows whether its receipt was taken (XFS4IoT: presented, then taken, or retracted).
//!
//! ```text
//!   empty ──sensor──▶ shown ──limit──▶ left ──next job──▶ due ──command──▶ clearing ──sensor──▶ empty
//!                       │                ▲                 ▲                  │ still there
//!                       └─ taken: empty  └ no retract ─────┴── retract        ▼
//!                                                                           stuck: told as blocked, tried again
//! ```

use std::time::{Duration, Instant};

use crate::status::Slot;
use crate::wire::escpos::{Code, Presenter, Proof};

/// For a retract or an eject.
const CLEARING: Duration = Duration::from_secs(8);
/// Between attempts to clear an exit that stays occupied.
const AGAIN: Duration = Duration::from_secs(60);

/// How a receipt is got rid of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Retract,
    Eject,
}

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    /// The sensor has not spoken yet.
    Unknown,
    Empty,
    /// For its person, until then.
    Shown(Instant),
    /// Over its time; lies there until something else is to be printed.
    Left,
    /// To be cleared as soon as a command can go out, until then.
    Due(Way, Instant),
    /// The command is out.
    Clearing(Way, Instant),
    /// Cannot be cleared, or did not clear; tried again then.
    Stuck(Instant),
}

/// What happened, for whoever tells it.
pub(super) type Told = (Option<u64>, Slot);

/// The exit. A printer without one has none of this.
#[derive(Clone, Debug)]
pub(super) struct Exit {
    presenter: Presenter,
    /// The exit is the proof of printing.
    proves: bool,
    limit: Duration,
    at: At,
    /// What the sensor said last.
    seen: bool,
    /// The job whose receipt lies there; unknown after a start.
    job: Option<u64>,
    /// The job whose receipt is being handed out.
    awaits: Option<u64>,
    /// The last job whose receipt was seen there.
    shown: Option<u64>,
    jammed: bool,
    /// A retract did nothing: it is not enabled in the printer's own settings, or broken.
    cannot_retract: bool,
    told: Slot,
}

impl Exit {
    pub(super) fn new(presenter: Presenter, proof: Proof, limit: Duration) -> Self {
        Self {
            presenter,
            proves: proof == Proof::Presented,
            limit,
            at: At::Unknown,
            seen: false,
            job: None,
            awaits: None,
            shown: None,
            jammed: false,
            cannot_retract: false,
            told: Slot::Unknown,
        }
    }

    /// The command that hands out this job's receipt goes out now.
    pub(super) fn hand_out(&mut self, job: u64) {
        // Where the sensor is the proof, paper that it has seen before proves nothing.
        if !(self.proves && self.seen) {
            self.awaits = Some(job);
        }
    }

    /// The job has ended; what comes to the exit from now on is not its whole receipt.
    pub(super) fn job_ended(&mut self) {
        self.awaits = None;
    }

    /// Whether the receipt of this job was seen at the exit.
    pub(super) fn has_shown(&self, job: u64) -> bool {
        self.shown == Some(job)
    }

    /// Whether nothing lies there.
    pub(super) fn is_free(&self) -> bool {
        matches!(self.at, At::Unknown | At::Empty) && !self.jammed
    }

    /// Whether no command and no waiting frees it: a person must.
    pub(super) fn is_stuck(&self) -> bool {
        matches!(self.at, At::Stuck(_)) || self.jammed
    }

    /// Whether something lies there and may soon not.
    pub(super) fn is_watched(&self) -> bool {
        !matches!(self.at, At::Unknown | At::Empty)
    }

    /// A full picture of the printer: whether the sensor sees paper, whether the path is jammed, whether a job prints.
    pub(super) fn sense(
        &mut self,
        seen: bool,
        jam: bool,
        prints: bool,
        now: Instant,
    ) -> Option<Told> {
        self.seen = seen;
        // A jam while nothing is on its way out is one of the roll.
        let here = self.is_watched() || self.awaits.is_some();
        self.jammed = jam && (self.jammed || here);
        if self.jammed {
            let job = self.job.or(self.awaits);
            return self.tell(job, Slot::Jammed);
        }
        match (seen, self.at) {
            // What hangs out while it is printed is not handed out yet.
            (true, At::Unknown | At::Empty) if prints && self.awaits.is_none() => None,
            (true, At::Unknown | At::Empty) => {
                self.job = self.awaits.take();
                self.shown = self.job;
                self.at = At::Shown(now + self.limit);
                self.tell(self.job, Slot::Presented)
            }
            (true, _) => self.tell_where(),
            // The jam is out, and what was in it with it.
            (false, _) if self.told == Slot::Jammed => self.empty(Slot::Empty),
            (false, At::Clearing(Way::Retract, _)) => self.empty(Slot::Retracted),
            (false, At::Clearing(Way::Eject, _)) => self.empty(Slot::Ejected),
            (false, At::Unknown) => self.empty(Slot::Empty),
            (false, At::Empty) => None,
            (false, At::Shown(_) | At::Left | At::Due(..) | At::Stuck(_)) => {
                self.empty(Slot::Taken)
            }
        }
    }

    /// After a jam: what lies there is told anew.
    fn tell_where(&mut self) -> Option<Told> {
        let slot = match self.at {
            At::Stuck(_) => Slot::Blocked,
            At::Left => Slot::LeftBehind,
            _ => Slot::Presented,
        };
        (self.told == Slot::Jammed)
            .then(|| self.tell(self.job, slot))
            .flatten()
    }

    /// Lets time pass.
    pub(super) fn tick(&mut self, now: Instant) -> Option<Told> {
        match self.at {
            At::Shown(until) if now >= until => self.time_is_up(now),
            At::Clearing(Way::Retract, until) if now >= until => {
                self.cannot_retract = true;
                match self.way() {
                    // Blocked until the sensor says otherwise: a person has to look.
                    Some(way) if self.told == Slot::Blocked => self.due(way, now),
                    _ => return self.time_is_up(now),
                }
                None
            }
            At::Clearing(Way::Eject, until) if now >= until => self.stick(now),
            At::Stuck(again) if now >= again => {
                self.cannot_retract = false;
                match self.way() {
                    Some(way) => self.due(way, now),
                    None => self.at = At::Stuck(now + AGAIN),
                }
                None
            }
            // No command can go out now: it is not to be called waiting for its person for hours.
            At::Due(_, until) if now >= until && self.told == Slot::Blocked => self.stick(now),
            At::Due(_, until) if now >= until => {
                self.at = At::Left;
                self.tell(self.job, Slot::LeftBehind)
            }
            _ => None,
        }
    }

    /// Its person is gone: the time is up now.
    pub(super) fn give_up(&mut self, now: Instant) -> Option<Told> {
        matches!(self.at, At::Shown(_))
            .then(|| self.time_is_up(now))
            .flatten()
    }

    fn time_is_up(&mut self, now: Instant) -> Option<Told> {
        match self.way() {
            Some(Way::Retract) => {
                self.due(Way::Retract, now);
                None
            }
            // Pushed out with nobody there it would lie on the floor; that is for when there is no other way.
            Some(Way::Eject) => {
                self.at = At::Left;
                self.tell(self.job, Slot::LeftBehind)
            }
            None => self.stick(now),
        }
    }

    fn stick(&mut self, now: Instant) -> Option<Told> {
        self.at = At::Stuck(now + AGAIN);
        self.tell(self.job, Slot::Blocked)
    }

    /// Something else is to be printed: what lies there goes first, where it can.
    pub(super) fn make_room(&mut self, now: Instant) {
        if let (At::Shown(_) | At::Left, Some(way)) = (self.at, self.way()) {
            self.due(way, now);
        }
    }

    /// The printer was away: whether the command reached it nobody knows, and it says nothing of the retract.
    pub(super) fn not_cleared(&mut self) {
        if let At::Clearing(way, until) = self.at {
            self.at = At::Due(way, until);
        }
    }

    fn due(&mut self, way: Way, now: Instant) {
        self.at = At::Due(way, now + CLEARING);
    }

    fn way(&self) -> Option<Way> {
        let has = |code: &Code| !code.is_none();
        if has(&self.presenter.retract) && !self.cannot_retract {
            Some(Way::Retract)
        } else {
            has(&self.presenter.eject).then_some(Way::Eject)
        }
    }

    /// The command that clears it, when it is due.
    pub(super) fn clear(&mut self, now: Instant) -> Option<Vec<u8>> {
        let At::Due(way, _) = self.at else {
            return None;
        };
        self.at = At::Clearing(way, now + CLEARING);
        let code = match way {
            Way::Retract => &self.presenter.retract,
            Way::Eject => &self.presenter.eject,
        };
        Some(code.bytes().to_vec())
    }

    /// Leftovers are done away with, and what lies there with them.
    pub(super) fn discarded(&mut self, now: Instant) {
        if let (true, Some(way)) = (self.is_watched(), self.way()) {
            self.at = At::Clearing(way, now + CLEARING);
        }
    }

    /// When something is to be done.
    pub(super) fn timeout(&self) -> Option<Instant> {
        match self.at {
            At::Shown(until) | At::Due(_, until) | At::Clearing(_, until) | At::Stuck(until) => {
                Some(until)
            }
            At::Unknown | At::Empty | At::Left => None,
        }
    }

    fn empty(&mut self, slot: Slot) -> Option<Told> {
        self.at = At::Empty;
        self.cannot_retract = false;
        let job = self.job.take();
        self.tell(job, slot)
    }

    fn tell(&mut self, job: Option<u64>, slot: Slot) -> Option<Told> {
        if self.jammed && slot != Slot::Jammed {
            // Said when the jam is out.
            return None;
        }
        let news = self.told != slot;
        self.told = slot;
        news.then_some((job, slot))
    }
}
