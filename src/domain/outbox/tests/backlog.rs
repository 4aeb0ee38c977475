//! A backlog larger than memory.

use super::*;

/// A store of so many cases, its outbox, and what it has read.
struct Backlog {
    stored: Vec<(u64, u8)>,
    outbox: Outbox,
    most: usize,
}

const WINDOW: usize = 64;

impl Backlog {
    fn new(cases: u64, now: Instant) -> Self {
        let settings = Settings {
            window: WINDOW,
            first_probe_spread: Duration::ZERO,
            ..Settings::default()
        };
        let mut outbox = Outbox::new(settings, 3, now);
        outbox.expect_backlog();
        let stored = (1..=cases).map(|seq| (seq, (seq % 7) as u8)).collect();
        Self {
            stored,
            outbox,
            most: 0,
        }
    }

    fn read(&mut self, now: Instant) {
        while let Some(load) = self.outbox.poll_load(now) {
            let later = self.stored.iter().filter(|(seq, _)| *seq > load.after);
            let part: Vec<_> = later
                .take(load.limit)
                .map(|(seq, person)| (waiting(*seq, *person), Priority::Ordinary))
                .collect();
            let full = part.len() == load.limit;
            self.outbox.loaded(part, full, now);
        }
        self.most = self.most.max(self.outbox.waiting_len());
    }

    /// Sends everything; a case is filed after every third.
    fn drain(&mut self, now: Instant) -> Vec<u64> {
        let mut done = Vec::new();
        loop {
            self.read(now);
            let Some(key) = self.outbox.poll_send(now) else {
                return done;
            };
            let seq = key.0[4..].parse().expect("a number");
            self.stored.retain(|(stored, _)| *stored != seq);
            self.outbox.answered(&key, &accepted(), now);
            done.push(seq);
            if done.len().is_multiple_of(3) && done.len() < 2_000 {
                let new = 10_000 + done.len() as u64;
                self.stored.push((new, 3));
                add(&mut self.outbox, new, 3, now);
            }
        }
    }
}

#[test]
fn a_backlog_is_sent_whole_and_in_order_from_a_small_window() {
    let now = Instant::now();
    let mut backlog = Backlog::new(5_000, now);
    let done = backlog.drain(now);
    assert_eq!(done.len(), 5_000 + 666);
    assert!(backlog.stored.is_empty());
    assert!(backlog.most <= WINDOW, "{} in memory", backlog.most);
    assert!(!backlog.outbox.has_more());
    for person in 0..7 {
        let theirs = |seq: &&u64| match **seq {
            new if new >= 10_000 => person == 3,
            old => old % 7 == person,
        };
        assert!(done.iter().filter(theirs).is_sorted(), "person {person}");
    }
}

/// The part was read before the case was filed, and the case was told before the part arrived.
#[test]
fn a_case_filed_while_the_store_is_read_is_not_forgotten() {
    let now = Instant::now();
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    outbox.expect_backlog();
    let load = outbox.poll_load(now).expect("asks");
    assert_eq!(load.after, 0);
    assert_eq!(outbox.poll_load(now), None, "one question at a time");
    add(&mut outbox, 8, 1, now);
    let part = vec![(waiting(3, 1), Priority::Ordinary)];
    outbox.loaded(part, false, now);
    let load = outbox.poll_load(now).expect("asks again");
    assert_eq!(load.after, 3);
    outbox.loaded(vec![(waiting(8, 1), Priority::Ordinary)], false, now);
    assert_eq!(outbox.poll_load(now), None);
    assert_eq!(outbox.waiting_len(), 2);
    add(&mut outbox, 9, 2, now);
    assert_eq!(outbox.waiting_len(), 3, "taken at once");
}

/// The row of a case that was told went bad before it could be read: reading passes over it.
#[test]
fn a_case_that_cannot_be_read_is_not_asked_for_for_ever() {
    let now = Instant::now();
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    outbox.expect_backlog();
    outbox.poll_load(now).expect("asks");
    add(&mut outbox, 8, 1, now);
    outbox.loaded(vec![(waiting(3, 1), Priority::Ordinary)], false, now);
    outbox.poll_load(now).expect("asks again");
    outbox.loaded(Vec::new(), false, now);
    assert_eq!(outbox.poll_load(now), None);
    assert!(!outbox.has_more());
}

#[test]
fn a_store_that_cannot_be_read_is_asked_again_later() {
    let now = Instant::now();
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    outbox.expect_backlog();
    outbox.poll_load(now).expect("asks");
    outbox.not_loaded(now);
    assert_eq!(outbox.poll_load(now), None);
    let again = outbox.poll_timeout().expect("comes back");
    assert!(again > now);
    outbox.poll_load(again).expect("asks again");
}
