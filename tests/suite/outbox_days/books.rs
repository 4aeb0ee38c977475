//! The reference: what became of every case, kept the slow and obvious way, and the promises checked against it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kiosk::case::{CaseState, Key};
use kiosk::domain::outbox::Settings;

/// A promise that was broken.
#[derive(Debug)]
pub struct Violation {
    pub rule: &'static str,
    detail: String,
    pub at_ms: u64,
}

impl Violation {
    pub fn new(rule: &'static str, detail: impl Into<String>) -> Self {
        Self {
            rule,
            detail: detail.into(),
            at_ms: 0,
        }
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (day, ms) = (self.at_ms / 86_400_000, self.at_ms % 86_400_000);
        write!(f, "{} on day {day} at {ms} ms: {}", self.rule, self.detail)
    }
}

type Checked = Result<(), Violation>;

fn broken<T>(rule: &'static str, key: &Key) -> Result<T, Violation> {
    Err(Violation::new(rule, key.0.clone()))
}

/// What happened in some days.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(BTreeMap<&'static str, u64>);

/// Everything that some thousand days must have seen.
const MUST_HAPPEN: &[&str] = &[
    "filed",
    "accepted",
    "rejected",
    "parked",
    "released",
    "not filed, disk full",
    "answer lost",
    "request lost",
    "late copy",
    "power cut",
    "restart",
    "clock jump",
    "clock set",
    "lane stopped",
    "portal",
    "busy",
    "overdue",
    "backlog beyond the window",
    "dated exactly",
];

impl Tally {
    pub fn count(&mut self, what: &'static str) {
        *self.0.entry(what).or_default() += 1;
    }

    pub fn add(&mut self, other: &Self) {
        for (what, n) in &other.0 {
            *self.0.entry(what).or_default() += n;
        }
    }

    /// What should have happened and did not.
    pub fn never(&self) -> Vec<&'static str> {
        let happened = |what: &&str| self.0.contains_key(what);
        MUST_HAPPEN
            .iter()
            .copied()
            .filter(|w| !happened(w))
            .collect()
    }
}

/// A case that a person was told is filed.
struct Case {
    /// What is in it, once in all the world, rising in order of filing.
    content: u64,
    person: u64,
    state: CaseState,
    digest: [u8; 32],
}

#[derive(Default)]
pub struct Books {
    cases: BTreeMap<Key, Case>,
    by_person: BTreeMap<u64, BTreeMap<u64, Key>>,
    /// Taken by the platform: content, and how often.
    effects: BTreeMap<u64, u32>,
    /// Last case of each person that the platform took.
    last_effect: BTreeMap<u64, u64>,
    on_the_way: BTreeSet<Key>,
    /// Nothing may be sent before.
    stopped_until_ms: u64,
    pub tally: Tally,
}

impl Books {
    pub fn filed(&mut self, key: &Key, content: u64, person: u64, digest: [u8; 32]) -> Checked {
        let case = Case {
            content,
            person,
            state: CaseState::Ready,
            digest,
        };
        self.tally.count("filed");
        self.by_person
            .entry(person)
            .or_default()
            .insert(content, key.clone());
        match self.cases.insert(key.clone(), case) {
            None => Ok(()),
            Some(_) => broken("a key given twice", key),
        }
    }

    /// A case goes to the platform.
    pub fn sent(&mut self, key: &Key, body_digest: [u8; 32], now_ms: u64) -> Checked {
        let Some(case) = self.cases.get(key) else {
            return broken("sent and never filed", key);
        };
        if body_digest != case.digest {
            return broken("bytes changed", key);
        }
        if !case.state.waits() {
            return broken("sent and already done", key);
        }
        if now_ms < self.stopped_until_ms {
            return broken("sent in a stopped lane", key);
        }
        for (_, earlier) in self.by_person[&case.person].range(..case.content) {
            let state = self.cases[earlier].state;
            if state.waits() || state == CaseState::Parked {
                return broken("out of order", key);
            }
        }
        self.tally.count("sent");
        if !self.on_the_way.insert(key.clone()) {
            return broken("sent twice at once", key);
        }
        if self.on_the_way.len() > Settings::default().in_flight {
            return broken("too many on the way", key);
        }
        Ok(())
    }

    /// The platform made a case of what it got.
    pub fn took_effect(&mut self, content: u64, person: u64) -> Checked {
        let times = self.effects.entry(content).or_default();
        *times += 1;
        if *times > 1 {
            return Err(Violation::new("taken twice", format!("content {content}")));
        }
        match self.last_effect.insert(person, content) {
            Some(last) if last > content => Err(Violation::new(
                "taken out of order",
                format!("{content} after {last} of person {person}"),
            )),
            _ => Ok(()),
        }
    }

    /// What an attempt came to is in the store.
    pub fn recorded(&mut self, key: &Key, state: CaseState) -> Checked {
        self.on_the_way.remove(key);
        let Some(case) = self.cases.get_mut(key) else {
            return broken("an answer to nothing", key);
        };
        if case.state != state {
            self.tally.count(match state {
                CaseState::Accepted => "accepted",
                CaseState::Rejected => "rejected",
                CaseState::Parked => "parked",
                _ if case.state == CaseState::Parked => "released",
                _ => "begun",
            });
        }
        case.state = state;
        if state == CaseState::Accepted && !self.effects.contains_key(&case.content) {
            return broken("called accepted and is not", key);
        }
        Ok(())
    }

    /// A case has waited too long, and the store knows. It still waits.
    pub fn overdue(&mut self, key: &Key, state: CaseState) -> Checked {
        self.tally.count("overdue");
        match self.cases.get_mut(key) {
            Some(case) if case.state.waits() && state == CaseState::Overdue => {
                case.state = state;
                Ok(())
            }
            _ => broken("overdue and not waiting", key),
        }
    }

    /// The lane is stopped: nothing but a probe after `until_ms`.
    pub fn stopped(&mut self, until_ms: u64) {
        self.tally.count("lane stopped");
        self.stopped_until_ms = until_ms;
    }

    /// The platform was heard again.
    pub fn resumed(&mut self) {
        self.stopped_until_ms = 0;
    }

    /// Power is gone, and with it all that was on the way.
    pub fn rebooted(&mut self) {
        self.on_the_way.clear();
        self.stopped_until_ms = 0;
    }

    /// The store must hold exactly what the books say.
    pub fn compare(&self, counts: &kiosk::shell::store::Counts) -> Checked {
        let count = |these: fn(CaseState) -> bool| {
            let cases = self.cases.values();
            cases.filter(|case| these(case.state)).count() as u64
        };
        let books = [
            count(CaseState::waits),
            count(|state| state == CaseState::Overdue),
            count(|state| state == CaseState::Accepted),
            count(|state| state == CaseState::Rejected),
            count(|state| state == CaseState::Parked),
        ];
        let store = [
            counts.waiting,
            counts.overdue,
            counts.accepted,
            counts.rejected,
            counts.parked,
        ];
        if books == store {
            return Ok(());
        }
        Err(Violation::new(
            "lost",
            format!("books {books:?}, store {store:?}"),
        ))
    }

    /// Everything is at its end: at the platform once, or refused.
    pub fn all_done(&self) -> Checked {
        for (key, case) in &self.cases {
            let taken = self.effects.get(&case.content).copied().unwrap_or(0);
            match (case.state, taken) {
                (CaseState::Accepted, 1) | (CaseState::Rejected, 0) => {}
                (state, _) => {
                    let detail = format!("{} is {state:?}, taken {taken} times", key.0);
                    return Err(Violation::new("lost", detail));
                }
            }
        }
        Ok(())
    }
}
