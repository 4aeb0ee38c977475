use std::time::Duration;

use super::*;
use crate::case::{Acceptance, PersonToken, Rejection};

mod backlog;
mod line;
mod parking;
mod priorities;

fn waiting(seq: u64, person: u8) -> Waiting {
    Waiting {
        key: Key(format!("key-{seq:016}")),
        seq,
        person: PersonToken([person; 16]),
        attempts: 0,
        task_code: String::new(),
        waited: Duration::ZERO,
    }
}

fn add(outbox: &mut Outbox, seq: u64, person: u8, now: Instant) {
    outbox.add(waiting(seq, person), Priority::Ordinary, now);
}

fn accepted() -> Answer {
    Answer::Accepted(Acceptance {
        sblsh: "S".into(),
        sblsh_short: "s".into(),
        query_code: "q".into(),
        accepted_at: "t".into(),
        promise_until: None,
    })
}

fn rejected() -> Answer {
    Answer::Rejected(Rejection {
        code: "SX_CLOSED".into(),
        detail: "d".into(),
    })
}

fn retry(why: RetryCause) -> Answer {
    Answer::Retry {
        why,
        retry_after_s: None,
    }
}

/// All that may be sent now.
fn sent(outbox: &mut Outbox, now: Instant) -> Vec<u64> {
    std::iter::from_fn(|| outbox.poll_send(now))
        .map(|key| key.0[4..].parse().expect("a number"))
        .collect()
}

fn alarms(outbox: &mut Outbox, now: Instant) -> Vec<Alarm> {
    std::iter::from_fn(|| outbox.poll_alarm(now)).collect()
}

/// An outbox with an open lane.
fn open(now: Instant) -> Outbox {
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    add(&mut outbox, 0, 0, now);
    let key = outbox.poll_send(now).expect("who files goes at once");
    assert_eq!(outbox.answered(&key, &accepted(), now), Verdict::Accepted);
    outbox
}

#[test]
fn at_the_start_one_goes_first_and_then_six_are_on_the_way() {
    let now = Instant::now();
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    assert_eq!(outbox.state(), LaneState::Idle);
    for n in 0..10 {
        add(&mut outbox, n, n as u8, now);
    }
    let first = outbox.poll_send(now).expect("first");
    assert_eq!(outbox.poll_send(now), None);
    outbox.answered(&first, &accepted(), now);
    assert_eq!(sent(&mut outbox, now).len(), 6);
    assert_eq!(
        (outbox.waiting_len(), outbox.state()),
        (9, LaneState::Sending)
    );
}

#[test]
fn one_person_has_one_case_on_the_way() {
    let now = Instant::now();
    let mut outbox = open(now);
    for seq in [2, 1, 3] {
        add(&mut outbox, seq, 9, now);
    }
    for seq in 1..=3 {
        let key = outbox.poll_send(now).expect("next");
        assert_eq!(key, waiting(seq, 9).key);
        assert_eq!(outbox.poll_send(now), None);
        outbox.answered(&key, &if seq == 2 { rejected() } else { accepted() }, now);
    }
    assert_eq!(outbox.state(), LaneState::Idle);
}
