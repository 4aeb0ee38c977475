//! When to send which waiting case: pure policy, no clock, no network.
//!
//! Delivery is at least once, under one key per case; the platform makes it exactly once. Cases of one
//! person go in order and one at a time. A dead line is probed by one case, not by all of them.
//!
//! Use: tell it what is parked ([`Outbox::hold`]) and that there is a store ([`Outbox::expect_backlog`]), read the
//! parts of the backlog it asks for ([`Outbox::poll_load`]), [`Outbox::add`] what is filed, take [`Outbox::poll_send`] until it is empty, give every
//! key that was taken exactly one [`Outbox::answered`] (a transport that gives up answers `TimedOut`), come back at
//! [`Outbox::poll_timeout`] and ask again.

mod alarm;
mod lane;
mod priority;
mod queue;
mod retry;
mod settings;
mod window;

use std::collections::BTreeMap;
use std::time::Instant;

use crate::case::{Answer, Key, LaneFault, ParkCause, RetryCause, Waiting};

use alarm::Alarms;
use lane::Lane;
use queue::{Entry, Queue};
use window::Window;

pub use alarm::Alarm;
pub use priority::{Priority, ratings_may_go};
pub use settings::Settings;
pub use window::Load;

/// What an answer makes of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The platform has it. Never sent again.
    Accepted,
    /// Refused for good. Never sent again.
    Rejected,
    /// Set apart until a technician releases it (added again).
    Parked,
    /// It is proved that repetition does not help. The shell must keep that and then answer
    /// [`Answer::Parked`] with this cause, or a fault of its own if it cannot.
    Park(ParkCause),
    /// Goes on waiting.
    Waiting,
    /// No such case here: a late answer to one that is done.
    NotHeld,
}

/// What the outbox is doing as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LaneState {
    /// Nothing waits.
    Idle,
    /// Cases are on their way or about to be.
    Sending,
    /// Cases wait for the line or for a busy platform.
    Waiting {
        /// First failure of this spell.
        since: Instant,
    },
    /// A fault of this machine stops everything.
    Stopped(LaneFault),
}

/// The policy. Holds keys and numbers, no bodies.
pub struct Outbox {
    settings: Settings,
    rng: fastrand::Rng,
    queue: Queue,
    window: Window,
    lane: Lane,
    trouble_since: Option<Instant>,
    alarms: Alarms,
    /// Cases that the platform has settled since the start.
    settled: u64,
    /// Probes since the start.
    probes: u64,
    /// Attempts that must be repeated, by cause, since the start.
    repeats: BTreeMap<RetryCause, u64>,
}

impl Outbox {
    /// An outbox with nothing in it. The first case goes within `settings.first_probe_spread` of `now`, alone, unless a
    /// person files it.
    #[must_use]
    pub fn new(settings: Settings, seed: u64, now: Instant) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let lane = Lane::starting(now + retry::spread(&mut rng, settings.first_probe_spread));
        Self {
            rng,
            queue: Queue::default(),
            window: Window::new(settings.window),
            lane,
            trouble_since: None,
            alarms: Alarms::default(),
            settled: 0,
            probes: 0,
            repeats: BTreeMap::new(),
            settings,
        }
    }

    /// The store may hold cases from before: asks for them ([`Outbox::poll_load`]).
    pub fn expect_backlog(&mut self) {
        self.window.expect();
    }

    /// Takes a case that was filed or released just now. One for which there is no room comes later with its part of
    /// the backlog; a key that is already here is left as it is.
    pub fn add(&mut self, waiting: Waiting, priority: Priority, now: Instant) {
        if self.window.takes(waiting.seq, self.queue.len()) {
            self.enter(waiting, priority, now);
            self.lane.nudge(now, self.settings.base);
        }
    }

    /// A parked case, told at start: later cases of its person wait until it is added again.
    pub fn hold(&mut self, parked: &Waiting) {
        self.queue.park(parked.person, parked.seq);
    }

    /// The part of the backlog to read now. It must be answered with [`Outbox::loaded`] or [`Outbox::not_loaded`].
    pub fn poll_load(&mut self, now: Instant) -> Option<Load> {
        self.window.poll(self.queue.len(), now)
    }

    /// What was read, in order of filing; `full` when it is as many as were asked for.
    pub fn loaded(&mut self, part: Vec<(Waiting, Priority)>, full: bool, now: Instant) {
        self.window.loaded(part.last().map(|(w, _)| w.seq), full);
        for (waiting, priority) in part {
            self.enter(waiting, priority, now);
        }
    }

    /// The store could not be read.
    pub fn not_loaded(&mut self, now: Instant) {
        self.window.failed(now);
    }

    /// The next case to send now, if any. It is on its way until [`Outbox::answered`].
    pub fn poll_send(&mut self, now: Instant) -> Option<Key> {
        let room = self.queue.on_the_way() < self.lane.width(self.settings.in_flight);
        if !room || self.lane.not_before().is_some_and(|at| at > now) {
            return None;
        }
        let probe = self.lane.is_probing();
        let entry = self.queue.pick(probe, now)?;
        entry.attempts = entry.attempts.saturating_add(1);
        if probe {
            self.probes += 1;
            entry.turn = self.probes;
        }
        Some(entry.key.clone())
    }

    /// When to ask again, if time alone can change the answers.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        let room = self.queue.on_the_way() < self.lane.width(self.settings.in_flight);
        let due = self.queue.next_due().filter(|_| room);
        let send = due.map(|due| self.lane.not_before().map_or(due, |at| at.max(due)));
        let load = self.window.timeout(self.queue.len());
        [send, load, self.queue.next_overdue()]
            .into_iter()
            .flatten()
            .min()
    }

    /// What an attempt came to.
    pub fn answered(&mut self, key: &Key, answer: &Answer, now: Instant) -> Verdict {
        let Some(seq) = self.queue.seq_of(key) else {
            return Verdict::NotHeld;
        };
        self.lane_learns(answer, now);
        match answer {
            Answer::Accepted(_) => self.done(seq, Verdict::Accepted),
            Answer::Rejected(_) => self.done(seq, Verdict::Rejected),
            Answer::Parked(cause) => {
                if let Some(entry) = self.queue.remove(seq) {
                    self.queue.park(entry.person, seq);
                }
                self.alarms.raise(Alarm::Parked(key.clone(), *cause));
                Verdict::Parked
            }
            Answer::Retry { why, .. } => {
                *self.repeats.entry(*why).or_default() += 1;
                if *why == RetryCause::Malformed && self.is_proved(seq) {
                    return Verdict::Park(ParkCause::Malformed);
                }
                self.delay(seq, answer, now)
            }
            Answer::InProgress { .. } | Answer::LaneStopped(_) => self.delay(seq, answer, now),
        }
    }

    /// A hint that the network is back: what waits for the line is tried soon (spread over the fleet).
    pub fn line_up(&mut self, now: Instant) {
        let spread = retry::spread(&mut self.rng, self.settings.first_probe_spread);
        if !self.lane.hint(now + spread) {
            self.queue.wake(now + spread);
        }
    }

    /// Takes the oldest alarm.
    pub fn poll_alarm(&mut self, now: Instant) -> Option<Alarm> {
        if let Some(alarm) = self.alarms.take() {
            return Some(alarm);
        }
        self.queue.take_overdue(now).map(Alarm::Overdue)
    }

    /// What the outbox is doing.
    #[must_use]
    pub fn state(&self) -> LaneState {
        if let Some(fault) = self.lane.fault() {
            LaneState::Stopped(fault)
        } else if self.queue.len() == 0 {
            LaneState::Idle
        } else if let Some(since) = self.trouble_since {
            LaneState::Waiting { since }
        } else {
            LaneState::Sending
        }
    }

    /// How many cases in memory are not done, those on their way included.
    #[must_use]
    pub fn waiting_len(&self) -> usize {
        self.queue.len()
    }

    /// Whether the store may hold more than is in memory.
    #[must_use]
    pub fn has_more(&self) -> bool {
        self.window.has_more()
    }

    /// How many attempts had to be repeated for this cause since the start.
    #[must_use]
    pub fn repeats(&self, why: RetryCause) -> u64 {
        self.repeats.get(&why).copied().unwrap_or(0)
    }

    fn enter(&mut self, waiting: Waiting, priority: Priority, now: Instant) {
        if self.queue.holds(&waiting.key, waiting.seq) {
            return;
        }
        let filed = now.checked_sub(waiting.waited).unwrap_or(now);
        let entry = Entry {
            key: waiting.key,
            person: waiting.person,
            attempts: waiting.attempts,
            due: now,
            for_line: false,
            rank: priority.rank(&self.settings, filed),
            overdue_at: Some(filed + priority.overdue_after(&self.settings)),
            turn: 0,
            proofs: 0,
            settled_then: 0,
        };
        self.queue.insert(waiting.seq, entry);
    }

    fn done(&mut self, seq: u64, verdict: Verdict) -> Verdict {
        self.settled += 1;
        self.alarms.settled();
        self.queue.remove(seq);
        verdict
    }

    /// The platform called this case malformed. That is its own fault only while others get through: if none does,
    /// the two sides do not understand each other, and parking everything would help nobody.
    fn is_proved(&mut self, seq: u64) -> bool {
        let settled = self.settled;
        let Some(entry) = self.queue.entry(seq) else {
            return false;
        };
        if entry.proofs == 0 {
            entry.settled_then = settled;
        }
        entry.proofs = entry.proofs.saturating_add(1);
        if entry.proofs < self.settings.proofs {
            return false;
        }
        let (person, others_pass) = (entry.person, settled > entry.settled_then);
        let proved = others_pass || !self.queue.has_others(person);
        if !proved {
            self.alarms.raise(Alarm::NotUnderstood);
        }
        proved
    }

    fn lane_learns(&mut self, answer: &Answer, now: Instant) {
        let was = self.lane.fault();
        let reached = match answer {
            Answer::LaneStopped(fault) => {
                self.lane.stop(*fault, now + self.settings.lane_probe);
                if was != Some(*fault) {
                    self.alarms.raise(Alarm::LaneStopped(*fault));
                }
                self.trouble_since.get_or_insert(now);
                return;
            }
            // This machine's own trouble with one case says nothing of the line.
            Answer::Retry {
                why: RetryCause::LocalFault,
                ..
            }
            | Answer::Parked(ParkCause::Unreadable | ParkCause::Malformed) => return,
            Answer::Retry { why, retry_after_s } => {
                if *why == RetryCause::Portal {
                    self.alarms.raise(Alarm::Portal);
                }
                self.trouble_since.get_or_insert(now);
                // The platform itself spoke, of this case.
                if matches!(why, RetryCause::Malformed | RetryCause::AttachmentMissing) {
                    true
                } else {
                    let (settings, rng) = (&self.settings, &mut self.rng);
                    self.lane.missed(settings, rng, *retry_after_s, now);
                    false
                }
            }
            Answer::InProgress { .. } => true,
            Answer::Accepted(_) | Answer::Rejected(_) | Answer::Parked(ParkCause::KeyReused) => {
                self.trouble_since = None;
                true
            }
        };
        if reached && self.lane.reached() {
            if was.is_some() {
                self.alarms.raise(Alarm::LaneResumed);
            }
            self.queue.wake(now);
        }
    }

    /// When a case that goes on waiting is due again.
    fn delay(&mut self, seq: u64, answer: &Answer, now: Instant) -> Verdict {
        use RetryCause::{AttachmentMissing, LocalFault, Malformed, ServerBusy};
        let (for_line, after) = match answer {
            Answer::Retry { why, retry_after_s } => (
                !matches!(why, ServerBusy | Malformed | AttachmentMissing | LocalFault),
                *retry_after_s,
            ),
            Answer::InProgress { retry_after_s } => (false, *retry_after_s),
            _ => (true, None),
        };
        let Some(entry) = self.queue.entry(seq) else {
            return Verdict::NotHeld;
        };
        let (attempts, proofs) = (entry.attempts, entry.proofs);
        // While the lane probes, its own clock spaces the attempts, and probes take turns.
        let mut delay = if for_line && self.lane.is_probing() {
            retry::LEAST
        } else {
            retry::delay(&self.settings, &mut self.rng, attempts, after)
        };
        // The first proof may be a passing fault; the later ones are taken with time in between.
        if proofs > 1 {
            delay = delay.max(self.settings.proof_pause);
        }
        self.queue.wait(seq, now + delay, for_line);
        Verdict::Waiting
    }
}

#[cfg(test)]
mod tests;
