use std::time::Duration;

use super::*;
use crate::case::{Acceptance, Rejection};

fn waiting(seq: u64, person: u8) -> Waiting {
    Waiting {
        key: Key(format!("key-{seq:016}")),
        seq,
        person: PersonToken([person; 16]),
        attempts: 0,
    }
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

/// An outbox with an open lane.
fn open(now: Instant) -> Outbox {
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    outbox.add(waiting(0, 0), now);
    let key = outbox.poll_send(now).expect("the first goes at once");
    assert_eq!(outbox.answered(&key, &accepted(), now), Verdict::Accepted);
    outbox
}

#[test]
fn at_the_start_one_goes_first_and_then_four_at_once() {
    let now = Instant::now();
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    assert_eq!(outbox.state(), LaneState::Idle);
    for n in 0..10 {
        outbox.add(waiting(n, n as u8), now);
    }
    let first = outbox.poll_send(now).expect("first");
    assert_eq!((outbox.poll_send(now), outbox.poll_timeout()), (None, None));
    outbox.answered(&first, &accepted(), now);
    let sent: Vec<_> = std::iter::from_fn(|| outbox.poll_send(now)).collect();
    assert_eq!(sent.len(), 4);
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
        outbox.add(waiting(seq, 9), now);
    }
    for seq in 1..=3 {
        let key = outbox.poll_send(now).expect("next");
        assert_eq!(key, waiting(seq, 9).key);
        assert_eq!(outbox.poll_send(now), None);
        outbox.answered(&key, &if seq == 2 { rejected() } else { accepted() }, now);
    }
    assert_eq!(outbox.state(), LaneState::Idle);
}

#[test]
fn a_dead_line_is_probed_by_one_and_wakes_all() {
    let mut now = Instant::now();
    let mut outbox = open(now);
    for n in 1..=20 {
        outbox.add(waiting(n, n as u8), now);
    }
    let mut missed = 0;
    while missed < 40 {
        while let Some(key) = outbox.poll_send(now) {
            assert_eq!(
                outbox.answered(&key, &retry(RetryCause::Unreachable), now),
                Verdict::Waiting
            );
            missed += 1;
            if missed >= 5 {
                assert_eq!(outbox.poll_send(now), None, "one probe at a time");
            }
        }
        let next = outbox.poll_timeout().expect("a next probe");
        assert!(next > now && next - now <= Settings::default().cap);
        now = next;
    }
    assert!(matches!(outbox.state(), LaneState::Waiting { since } if since < now));
    now = outbox.poll_timeout().expect("probe");
    let key = outbox.poll_send(now).expect("probe");
    assert_eq!(outbox.poll_send(now), None);
    outbox.answered(&key, &accepted(), now);
    let sent: Vec<_> = std::iter::from_fn(|| outbox.poll_send(now)).collect();
    assert_eq!(sent.len(), 4, "all are awake");
}

#[test]
fn probes_take_turns() {
    let mut now = Instant::now();
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    outbox.add(waiting(1, 1), now);
    outbox.add(waiting(2, 2), now);
    let mut probes = Vec::new();
    for _ in 0..4 {
        now = outbox.poll_timeout().expect("probe");
        let key = outbox.poll_send(now).expect("probe");
        outbox.answered(&key, &retry(RetryCause::TimedOut), now);
        probes.push(key);
    }
    assert_ne!(probes[0], probes[1]);
    assert_eq!(probes[..2], probes[2..]);
}

#[test]
fn a_busy_platform_delays_only_its_case() {
    let now = Instant::now();
    let mut outbox = open(now);
    outbox.add(waiting(1, 1), now);
    let key = outbox.poll_send(now).expect("send");
    let busy = Answer::Retry {
        why: RetryCause::ServerBusy,
        retry_after_s: Some(3600),
    };
    outbox.answered(&key, &busy, now);
    assert_eq!(outbox.poll_timeout(), Some(now + Settings::default().cap));
    outbox.line_up(now);
    assert_eq!(outbox.poll_send(now), None, "the line is not to blame");
    outbox.add(waiting(2, 2), now);
    assert_eq!(outbox.poll_send(now), Some(waiting(2, 2).key));
}

#[test]
fn a_fault_of_the_machine_stops_the_lane_until_it_is_gone() {
    let now = Instant::now();
    let mut outbox = open(now);
    for n in 1..=3 {
        outbox.add(waiting(n, n as u8), now);
    }
    let stopped = Answer::LaneStopped(LaneFault::Credentials);
    let sent: Vec<_> = std::iter::from_fn(|| outbox.poll_send(now)).collect();
    for key in &sent {
        assert_eq!(outbox.answered(key, &stopped, now), Verdict::Waiting);
    }
    assert_eq!(outbox.state(), LaneState::Stopped(LaneFault::Credentials));
    let alarm = Alarm::LaneStopped(LaneFault::Credentials);
    assert_eq!(
        (outbox.poll_alarm(), outbox.poll_alarm()),
        (Some(alarm), None)
    );
    outbox.line_up(now);
    outbox.add(waiting(4, 4), now);
    let probe = now + Settings::default().lane_probe;
    assert_eq!(outbox.poll_timeout(), Some(probe));
    let key = outbox.poll_send(probe).expect("probe");
    outbox.answered(&key, &retry(RetryCause::Unreachable), probe);
    assert_eq!(outbox.state(), LaneState::Stopped(LaneFault::Credentials));
    let probe = outbox.poll_timeout().expect("probe");
    let key = outbox.poll_send(probe).expect("probe");
    outbox.answered(&key, &accepted(), probe);
    assert_eq!(outbox.poll_alarm(), Some(Alarm::LaneResumed));
    assert_eq!(outbox.state(), LaneState::Sending);
}

#[test]
fn a_reused_key_is_parked_and_told() {
    let now = Instant::now();
    let mut outbox = open(now);
    outbox.add(waiting(1, 1), now);
    let key = outbox.poll_send(now).expect("send");
    assert_eq!(
        outbox.answered(&key, &Answer::KeyReused, now),
        Verdict::Parked
    );
    assert_eq!(outbox.poll_alarm(), Some(Alarm::KeyReused(key.clone())));
    assert_eq!(outbox.waiting_len(), 0);
    assert_eq!(outbox.answered(&key, &accepted(), now), Verdict::NotHeld);
}

#[test]
fn a_person_who_files_in_an_outage_is_tried_at_once() {
    let mut now = Instant::now();
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    outbox.add(waiting(1, 1), now);
    for _ in 0..12 {
        now = outbox.poll_timeout().expect("probe");
        let key = outbox.poll_send(now).expect("probe");
        outbox.answered(&key, &retry(RetryCause::Unreachable), now);
    }
    let later = now + Settings::default().base;
    outbox.add(waiting(2, 2), later);
    assert!(outbox.poll_timeout().expect("probe") <= later);
}

#[test]
fn the_first_probe_is_spread() {
    let now = Instant::now();
    let settings = Settings {
        first_probe_spread: Duration::from_secs(120),
        ..Settings::default()
    };
    let firsts: Vec<_> = (0..50)
        .map(|seed| {
            let mut outbox = Outbox::new(settings, seed, now);
            outbox.add(waiting(1, 1), now);
            outbox.poll_timeout().expect("probe") - now
        })
        .collect();
    assert!(firsts.iter().all(|d| *d <= settings.first_probe_spread));
    assert!(firsts.iter().any(|d| d.as_secs() < 30) && firsts.iter().any(|d| d.as_secs() > 90));
}
