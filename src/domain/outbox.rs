//! When to send which waiting case: pure policy, no clock, no network.
//!
//! Delivery is at least once, under one key per case; the platform makes it exactly once. Cases of one
//! person go in order and one at a time. A dead line is probed by one case, not by all of them.
//!
//! Use: [`Outbox::add`] what waits, take [`Outbox::poll_send`] until it is empty, give every key that was
//! taken exactly one [`Outbox::answered`] (a transport that gives up answers `TimedOut`), come back at
//! [`Outbox::poll_timeout`] and ask `poll_send` again.

mod lane;
mod retry;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Instant;

use crate::case::{Answer, Key, LaneFault, PersonToken, RetryCause, Waiting};

use lane::Lane;
pub use retry::Settings;

/// Alarms kept until somebody takes them; older ones make room.
const ALARMS_LIMIT: usize = 64;

/// What an answer makes of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The platform has it. Never sent again.
    Accepted,
    /// Refused for good. Never sent again.
    Rejected,
    /// Set apart until a technician releases it (added again).
    Parked,
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

/// Something a human has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// The platform refuses this machine; no case is to blame.
    LaneStopped(LaneFault),
    /// It takes cases again.
    LaneResumed,
    /// The platform knows this key with other bytes: the case is parked.
    KeyReused(Key),
}

struct Entry {
    key: Key,
    person: PersonToken,
    attempts: u32,
    due: Instant,
    /// The delay is the line's fault: it ends when the line is back.
    for_line: bool,
}

/// The policy. Holds keys and numbers, no bodies.
pub struct Outbox {
    settings: Settings,
    rng: fastrand::Rng,
    entries: BTreeMap<u64, Entry>,
    numbers: BTreeMap<Key, u64>,
    people: BTreeMap<PersonToken, BTreeSet<u64>>,
    /// First case of every person who has none on the way, by time.
    queue: BTreeSet<(Instant, u64)>,
    on_the_way: BTreeMap<PersonToken, u64>,
    lane: Lane,
    trouble_since: Option<Instant>,
    alarms: VecDeque<Alarm>,
}

impl Outbox {
    /// An empty outbox. The first case goes within `settings.first_probe_spread` of `now`, alone.
    #[must_use]
    pub fn new(settings: Settings, seed: u64, now: Instant) -> Self {
        let mut rng = fastrand::Rng::with_seed(seed);
        let lane = Lane::starting(now + retry::spread(&mut rng, settings.first_probe_spread));
        Self {
            settings,
            rng,
            entries: BTreeMap::new(),
            numbers: BTreeMap::new(),
            people: BTreeMap::new(),
            queue: BTreeSet::new(),
            on_the_way: BTreeMap::new(),
            lane,
            trouble_since: None,
            alarms: VecDeque::new(),
        }
    }

    /// Takes a case that waits: at start from the store, later right after it was filed. A key that is
    /// already here is left as it is.
    pub fn add(&mut self, waiting: Waiting, now: Instant) {
        if self.numbers.contains_key(&waiting.key) || self.entries.contains_key(&waiting.seq) {
            return;
        }
        self.numbers.insert(waiting.key.clone(), waiting.seq);
        self.take_from_queue(waiting.person);
        self.people
            .entry(waiting.person)
            .or_default()
            .insert(waiting.seq);
        let person = waiting.person;
        self.entries.insert(
            waiting.seq,
            Entry {
                key: waiting.key,
                person,
                attempts: waiting.attempts,
                due: now,
                for_line: false,
            },
        );
        self.put_into_queue(person);
        self.lane.nudge(now, self.settings.base);
    }

    /// The next case to send now, if any. It is on its way until [`Outbox::answered`].
    pub fn poll_send(&mut self, now: Instant) -> Option<Key> {
        let (due, seq) = *self.queue.first()?;
        let room = self.on_the_way.len() < self.lane.width(self.settings.in_flight);
        if !room || due > now || self.lane.not_before().is_some_and(|at| at > now) {
            return None;
        }
        self.queue.pop_first();
        let entry = self.entries.get_mut(&seq)?;
        entry.attempts = entry.attempts.saturating_add(1);
        self.on_the_way.insert(entry.person, seq);
        Some(entry.key.clone())
    }

    /// When to ask [`Outbox::poll_send`] again, if time alone can change its answer.
    #[must_use]
    pub fn poll_timeout(&self) -> Option<Instant> {
        if self.on_the_way.len() >= self.lane.width(self.settings.in_flight) {
            return None;
        }
        let (due, _) = *self.queue.first()?;
        Some(self.lane.not_before().map_or(due, |at| at.max(due)))
    }

    /// What an attempt came to.
    pub fn answered(&mut self, key: &Key, answer: &Answer, now: Instant) -> Verdict {
        let Some(&seq) = self.numbers.get(key) else {
            return Verdict::NotHeld;
        };
        let Some(entry) = self.entries.get(&seq) else {
            return Verdict::NotHeld;
        };
        let (person, attempts) = (entry.person, entry.attempts);
        self.take_from_queue(person);
        if self.on_the_way.get(&person) == Some(&seq) {
            self.on_the_way.remove(&person);
        }
        self.lane_learns(answer, now);
        let verdict = match answer {
            Answer::Accepted(_) => Verdict::Accepted,
            Answer::Rejected(_) => Verdict::Rejected,
            Answer::KeyReused => {
                self.alarm(Alarm::KeyReused(key.clone()));
                Verdict::Parked
            }
            Answer::InProgress { .. } | Answer::Retry { .. } | Answer::LaneStopped(_) => {
                Verdict::Waiting
            }
        };
        if verdict == Verdict::Waiting {
            self.delay(seq, attempts, answer, now);
        } else {
            self.forget(seq, key, person);
        }
        self.put_into_queue(person);
        verdict
    }

    /// A hint that the network is back: what waits for the line is tried at once (spread over the fleet).
    pub fn line_up(&mut self, now: Instant) {
        let spread = retry::spread(&mut self.rng, self.settings.first_probe_spread);
        if !self.lane.hint(now + spread) {
            self.wake(now + spread);
        }
    }

    /// Takes the oldest alarm.
    pub fn poll_alarm(&mut self) -> Option<Alarm> {
        self.alarms.pop_front()
    }

    /// What the outbox is doing.
    #[must_use]
    pub fn state(&self) -> LaneState {
        if let Some(fault) = self.lane.fault() {
            LaneState::Stopped(fault)
        } else if self.entries.is_empty() {
            LaneState::Idle
        } else if let Some(since) = self.trouble_since {
            LaneState::Waiting { since }
        } else {
            LaneState::Sending
        }
    }

    /// How many cases are not done, those on their way included.
    #[must_use]
    pub fn waiting_len(&self) -> usize {
        self.entries.len()
    }

    fn lane_learns(&mut self, answer: &Answer, now: Instant) {
        let was = self.lane.fault();
        let reached = match answer {
            Answer::LaneStopped(fault) => {
                self.lane.stop(*fault, now + self.settings.lane_probe);
                if was != Some(*fault) {
                    self.alarm(Alarm::LaneStopped(*fault));
                }
                self.trouble_since.get_or_insert(now);
                return;
            }
            Answer::Retry { why, .. } => {
                self.trouble_since.get_or_insert(now);
                matches!(why, RetryCause::ServerBusy | RetryCause::Malformed)
            }
            Answer::InProgress { .. } => true,
            Answer::Accepted(_) | Answer::Rejected(_) | Answer::KeyReused => {
                self.trouble_since = None;
                true
            }
        };
        if !reached {
            self.lane.missed(&self.settings, &mut self.rng, now);
        } else if self.lane.reached() {
            if was.is_some() {
                self.alarm(Alarm::LaneResumed);
            }
            self.wake(now);
        }
    }

    /// When a case that goes on waiting is due again.
    fn delay(&mut self, seq: u64, attempts: u32, answer: &Answer, now: Instant) {
        let (for_line, after) = match answer {
            Answer::Retry { why, retry_after_s } => (
                !matches!(why, RetryCause::ServerBusy | RetryCause::Malformed),
                *retry_after_s,
            ),
            Answer::InProgress { retry_after_s } => (false, *retry_after_s),
            _ => (true, None),
        };
        // While the lane probes, its own clock spaces the attempts, and the case goes to the end of the
        // queue: one case that never gets through must not be the only probe for ever.
        let delay = if for_line && self.lane.is_probing() {
            retry::LEAST
        } else {
            retry::delay(&self.settings, &mut self.rng, attempts, after)
        };
        if let Some(entry) = self.entries.get_mut(&seq) {
            entry.due = now + delay;
            entry.for_line = for_line;
        }
    }

    /// The line is back: nothing waits for it any longer than until `at`.
    fn wake(&mut self, at: Instant) {
        for (seq, entry) in &mut self.entries {
            if entry.for_line && entry.due > at {
                if self.queue.remove(&(entry.due, *seq)) {
                    self.queue.insert((at, *seq));
                }
                entry.due = at;
            }
        }
    }

    fn forget(&mut self, seq: u64, key: &Key, person: PersonToken) {
        self.entries.remove(&seq);
        self.numbers.remove(key);
        if let Some(theirs) = self.people.get_mut(&person) {
            theirs.remove(&seq);
            if theirs.is_empty() {
                self.people.remove(&person);
            }
        }
    }

    fn first_of(&self, person: PersonToken) -> Option<(Instant, u64)> {
        let seq = *self.people.get(&person)?.first()?;
        Some((self.entries.get(&seq)?.due, seq))
    }

    fn take_from_queue(&mut self, person: PersonToken) {
        if let Some(first) = self.first_of(person) {
            self.queue.remove(&first);
        }
    }

    fn put_into_queue(&mut self, person: PersonToken) {
        if !self.on_the_way.contains_key(&person)
            && let Some(first) = self.first_of(person)
        {
            self.queue.insert(first);
        }
    }

    fn alarm(&mut self, alarm: Alarm) {
        if self.alarms.len() == ALARMS_LIMIT {
            self.alarms.pop_front();
        }
        self.alarms.push_back(alarm);
    }
}

#[cfg(test)]
mod tests;
