//! The waiting cases in memory, in the order in which they may go.
//!
//! Each person has at most one place in the queue, that of the first waiting case. A later case that is more urgent
//! lends its rank to the ones before it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use crate::case::{Key, PersonToken};

/// A waiting case.
pub(super) struct Entry {
    pub(super) key: Key,
    pub(super) person: PersonToken,
    pub(super) attempts: u32,
    /// Not sent before.
    pub(super) due: Instant,
    /// The delay is the line's fault: it ends when the line is back.
    pub(super) for_line: bool,
    /// Place among those that are due.
    pub(super) rank: Instant,
    /// Overdue from then on; `None` when that was said.
    pub(super) overdue_at: Option<Instant>,
    /// Number of the last probe it was, 0 for none in this outage.
    pub(super) turn: u64,
    /// Times the platform called it malformed.
    pub(super) proofs: u8,
    /// Count of cases that the platform had settled at the first proof.
    pub(super) settled_then: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// In `sleeping` until this instant.
    Sleeping(Instant, u64),
    /// In `ripe` with this rank.
    Ripe(Instant, u64),
}

#[derive(Default)]
struct Person {
    waiting: BTreeSet<u64>,
    parked: BTreeSet<u64>,
    on_the_way: Option<u64>,
    place: Option<Place>,
}

#[derive(Default)]
pub(super) struct Queue {
    entries: BTreeMap<u64, Entry>,
    numbers: BTreeMap<Key, u64>,
    people: BTreeMap<PersonToken, Person>,
    sleeping: BTreeSet<(Instant, u64)>,
    ripe: BTreeSet<(Instant, u64)>,
    on_the_way: usize,
    /// When `ripe` was last brought up to date.
    ripened: Option<Instant>,
    /// Nothing becomes overdue before this instant.
    overdue_from: Option<Instant>,
}

impl Queue {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn on_the_way(&self) -> usize {
        self.on_the_way
    }

    pub(super) fn holds(&self, key: &Key, seq: u64) -> bool {
        self.numbers.contains_key(key) || self.entries.contains_key(&seq)
    }

    pub(super) fn seq_of(&self, key: &Key) -> Option<u64> {
        self.numbers.get(key).copied()
    }

    pub(super) fn entry(&mut self, seq: u64) -> Option<&mut Entry> {
        self.entries.get_mut(&seq)
    }

    /// Whether cases of somebody else wait too.
    pub(super) fn has_others(&self, person: PersonToken) -> bool {
        let theirs = |p: &Person| p.waiting.len();
        self.entries.len() > self.people.get(&person).map_or(0, theirs)
    }

    pub(super) fn insert(&mut self, seq: u64, entry: Entry) {
        let person = entry.person;
        self.unplace(person);
        self.numbers.insert(entry.key.clone(), seq);
        self.overdue_from = [self.overdue_from, entry.overdue_at]
            .into_iter()
            .flatten()
            .min();
        self.entries.insert(seq, entry);
        let theirs = self.people.entry(person).or_default();
        theirs.parked.remove(&seq);
        theirs.waiting.insert(seq);
        self.place(person);
    }

    /// Done: not waiting any more.
    pub(super) fn remove(&mut self, seq: u64) -> Option<Entry> {
        let entry = self.entries.remove(&seq)?;
        self.numbers.remove(&entry.key);
        if self.entries.is_empty() {
            self.overdue_from = None;
        }
        self.unplace(entry.person);
        if let Some(theirs) = self.people.get_mut(&entry.person) {
            theirs.waiting.remove(&seq);
            if theirs.on_the_way == Some(seq) {
                theirs.on_the_way = None;
                self.on_the_way -= 1;
            }
        }
        self.place(entry.person);
        Some(entry)
    }

    /// A parked case stands before the later ones of its person.
    pub(super) fn park(&mut self, person: PersonToken, seq: u64) {
        self.unplace(person);
        self.people.entry(person).or_default().parked.insert(seq);
        self.place(person);
    }

    /// The attempt is over and the case waits until `due`.
    pub(super) fn wait(&mut self, seq: u64, due: Instant, for_line: bool) {
        let Some(entry) = self.entries.get_mut(&seq) else {
            return;
        };
        entry.due = due;
        entry.for_line = for_line;
        let person = entry.person;
        self.unplace(person);
        if let Some(theirs) = self.people.get_mut(&person)
            && theirs.on_the_way == Some(seq)
        {
            theirs.on_the_way = None;
            self.on_the_way -= 1;
        }
        self.place(person);
    }

    /// The case to send now: the one of the first rank, or, for a probe, the one that has not probed for longest.
    pub(super) fn pick(&mut self, probe: bool, now: Instant) -> Option<&mut Entry> {
        self.ripen(now);
        let seq = if probe {
            let turn = |&(rank, seq): &(Instant, u64)| {
                let turn = self.entries.get(&seq).map_or(0, |entry| entry.turn);
                (turn, rank, seq)
            };
            self.ripe.iter().map(turn).min()?.2
        } else {
            self.ripe.first()?.1
        };
        let person = self.entries.get(&seq)?.person;
        self.unplace(person);
        self.people.get_mut(&person)?.on_the_way = Some(seq);
        self.on_the_way += 1;
        self.entries.get_mut(&seq)
    }

    /// When the next case is due; an instant of the past if one is due already.
    pub(super) fn next_due(&self) -> Option<Instant> {
        match (self.ripe.is_empty(), self.ripened) {
            (false, Some(at)) => Some(at),
            _ => self.sleeping.first().map(|(due, _)| *due),
        }
    }

    /// The line is back: nothing waits for it any longer than until `at`, and probes are over.
    pub(super) fn wake(&mut self, at: Instant) {
        for (seq, entry) in &mut self.entries {
            entry.turn = 0;
            if entry.for_line && entry.due > at {
                if self.sleeping.remove(&(entry.due, *seq)) {
                    self.sleeping.insert((at, *seq));
                    if let Some(theirs) = self.people.get_mut(&entry.person) {
                        theirs.place = Some(Place::Sleeping(at, *seq));
                    }
                }
                entry.due = at;
            }
        }
    }

    /// Takes one case that has become overdue; said once for each.
    pub(super) fn take_overdue(&mut self, now: Instant) -> Option<Key> {
        self.overdue_from.filter(|from| *from <= now)?;
        let overdue = |entry: &&mut Entry| entry.overdue_at.is_some_and(|at| at <= now);
        let Some(entry) = self.entries.values_mut().find(overdue) else {
            self.overdue_from = self.entries.values().filter_map(|e| e.overdue_at).min();
            return None;
        };
        entry.overdue_at = None;
        Some(entry.key.clone())
    }

    /// When to look for overdue cases again.
    pub(super) fn next_overdue(&self) -> Option<Instant> {
        self.overdue_from
    }

    fn ripen(&mut self, now: Instant) {
        self.ripened = Some(now);
        while let Some(&(due, seq)) = self.sleeping.first() {
            if due > now {
                break;
            }
            self.sleeping.pop_first();
            let Some(person) = self.entries.get(&seq).map(|entry| entry.person) else {
                continue;
            };
            if let Some(theirs) = self.people.get_mut(&person) {
                let ranks = theirs
                    .waiting
                    .iter()
                    .filter_map(|seq| self.entries.get(seq));
                let rank = ranks.map(|entry| entry.rank).min().unwrap_or(due);
                theirs.place = Some(Place::Ripe(rank, seq));
                self.ripe.insert((rank, seq));
            }
        }
    }

    fn unplace(&mut self, person: PersonToken) {
        let place = self.people.get_mut(&person).and_then(|p| p.place.take());
        match place {
            Some(Place::Sleeping(due, seq)) => self.sleeping.remove(&(due, seq)),
            Some(Place::Ripe(rank, seq)) => self.ripe.remove(&(rank, seq)),
            None => false,
        };
    }

    /// Puts the person's first case into the queue, unless one is on its way or a parked one stands before it.
    fn place(&mut self, person: PersonToken) {
        let Some(theirs) = self.people.get_mut(&person) else {
            return;
        };
        if theirs.waiting.is_empty() && theirs.parked.is_empty() {
            self.people.remove(&person);
            return;
        }
        let Some(&first) = theirs.waiting.first() else {
            return;
        };
        let behind = theirs.parked.first().is_some_and(|parked| *parked < first);
        if theirs.on_the_way.is_none()
            && !behind
            && let Some(entry) = self.entries.get(&first)
        {
            theirs.place = Some(Place::Sleeping(entry.due, first));
            self.sleeping.insert((entry.due, first));
        }
    }
}
