//! Dead lines, busy platforms, faults of the machine.

use super::*;

#[test]
fn a_dead_line_is_probed_by_one_and_wakes_all() {
    let mut now = Instant::now();
    let mut outbox = open(now);
    for n in 1..=20 {
        add(&mut outbox, n, n as u8, now);
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
    assert_eq!(outbox.repeats(RetryCause::Unreachable), 40);
    assert!(matches!(outbox.state(), LaneState::Waiting { since } if since < now));
    now = outbox.poll_timeout().expect("probe");
    let key = outbox.poll_send(now).expect("probe");
    assert_eq!(outbox.poll_send(now), None);
    outbox.answered(&key, &accepted(), now);
    assert_eq!(sent(&mut outbox, now).len(), 6, "all are awake");
}

#[test]
fn probes_take_turns_whatever_their_priority() {
    let mut now = Instant::now();
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    outbox.add(waiting(1, 1), Priority::Deadline, now);
    add(&mut outbox, 2, 2, now);
    let mut probes = Vec::new();
    for _ in 0..4 {
        now = outbox.poll_timeout().expect("probe").max(now);
        let key = outbox.poll_send(now).expect("probe");
        outbox.answered(&key, &retry(RetryCause::TimedOut), now);
        probes.push(key);
    }
    assert_ne!(probes[0], probes[1]);
    assert_eq!(probes[..2], probes[2..]);
}

#[test]
fn one_busy_answer_delays_only_its_case() {
    let now = Instant::now();
    let mut outbox = open(now);
    add(&mut outbox, 1, 1, now);
    let key = outbox.poll_send(now).expect("send");
    let busy = Answer::Retry {
        why: RetryCause::ServerBusy,
        retry_after_s: Some(3600),
    };
    outbox.answered(&key, &busy, now);
    assert_eq!(outbox.poll_timeout(), Some(now + Settings::default().cap));
    outbox.line_up(now);
    assert_eq!(outbox.poll_send(now), None, "the line is not to blame");
    add(&mut outbox, 2, 2, now);
    assert_eq!(outbox.poll_send(now), Some(waiting(2, 2).key));
}

#[test]
fn a_platform_that_stays_busy_is_probed_by_one_and_its_wish_is_heard() {
    let now = Instant::now();
    let mut outbox = open(now);
    for n in 1..=20 {
        add(&mut outbox, n, n as u8, now);
    }
    let busy = Answer::Retry {
        why: RetryCause::ServerBusy,
        retry_after_s: Some(60),
    };
    let mut tries = 0;
    while let Some(key) = outbox.poll_send(now) {
        outbox.answered(&key, &busy, now);
        tries += 1;
    }
    assert_eq!(tries, Settings::default().breaker_after);
    // Neither a person who files now nor a hint of the line goes before the time it asked for.
    add(&mut outbox, 30, 30, now);
    outbox.line_up(now);
    let asked = now + Duration::from_secs(60);
    let next = outbox.poll_timeout().expect("probe");
    assert!(next >= asked && next <= asked + Settings::default().base);
    assert_eq!(sent(&mut outbox, next).len(), 1);
}

#[test]
fn a_fault_of_the_machine_stops_the_lane_until_it_is_gone() {
    let now = Instant::now();
    let mut outbox = open(now);
    for n in 1..=3 {
        add(&mut outbox, n, n as u8, now);
    }
    let stopped = Answer::LaneStopped(LaneFault::Credentials);
    let on_the_way: Vec<_> = std::iter::from_fn(|| outbox.poll_send(now)).collect();
    for key in &on_the_way {
        assert_eq!(outbox.answered(key, &stopped, now), Verdict::Waiting);
    }
    assert_eq!(outbox.state(), LaneState::Stopped(LaneFault::Credentials));
    let alarm = Alarm::LaneStopped(LaneFault::Credentials);
    assert_eq!(alarms(&mut outbox, now), [alarm]);
    outbox.line_up(now);
    add(&mut outbox, 4, 4, now);
    let probe = now + Settings::default().lane_probe;
    assert_eq!(outbox.poll_timeout(), Some(probe));
    let key = outbox.poll_send(probe).expect("probe");
    outbox.answered(&key, &retry(RetryCause::Unreachable), probe);
    assert_eq!(outbox.state(), LaneState::Stopped(LaneFault::Credentials));
    let probe = outbox.poll_timeout().expect("probe");
    let key = outbox.poll_send(probe).expect("probe");
    outbox.answered(&key, &accepted(), probe);
    assert_eq!(alarms(&mut outbox, now), [Alarm::LaneResumed]);
    assert_eq!(outbox.state(), LaneState::Sending);
}

#[test]
fn a_portal_is_told_once_for_each_spell() {
    let mut now = Instant::now();
    let mut outbox = open(now);
    add(&mut outbox, 1, 1, now);
    for spell in 0..2 {
        for _ in 0..10 {
            now = outbox.poll_timeout().expect("next").max(now);
            let key = outbox.poll_send(now).expect("send");
            outbox.answered(&key, &retry(RetryCause::Portal), now);
        }
        assert_eq!(alarms(&mut outbox, now), [Alarm::Portal]);
        now = outbox.poll_timeout().expect("next").max(now);
        let key = outbox.poll_send(now).expect("send");
        outbox.answered(&key, &accepted(), now);
        add(&mut outbox, 2 + spell, 1, now);
    }
}

#[test]
fn a_person_who_files_in_an_outage_is_tried_at_once() {
    let mut now = Instant::now();
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    add(&mut outbox, 1, 1, now);
    for _ in 0..12 {
        now = outbox.poll_timeout().expect("probe").max(now);
        let key = outbox.poll_send(now).expect("probe");
        outbox.answered(&key, &retry(RetryCause::Unreachable), now);
    }
    let later = now + Settings::default().base;
    add(&mut outbox, 2, 2, later);
    assert!(outbox.poll_timeout().expect("probe") <= later);
}

/// A thousand machines that lost the same line come back over minutes, after a start and after a hint.
#[test]
fn a_district_does_not_come_back_all_at_once() {
    let now = Instant::now();
    let spread = Settings::default().first_probe_spread;
    let started = |seed| {
        let mut outbox = Outbox::new(Settings::default(), seed, now);
        outbox.expect_backlog();
        outbox.poll_load(now).expect("asks");
        let case = (waiting(1, 1), Priority::Ordinary);
        outbox.loaded(vec![case], false, now);
        outbox.poll_timeout().expect("probe")
    };
    let hinted = |seed| {
        let mut now = now;
        let mut outbox = Outbox::new(Settings::default(), seed, now);
        add(&mut outbox, 1, 1, now);
        for _ in 0..20 {
            let key = outbox.poll_send(now).expect("probe");
            outbox.answered(&key, &retry(RetryCause::Unreachable), now);
            now = outbox.poll_timeout().expect("probe").max(now);
        }
        let key = outbox.poll_send(now).expect("probe");
        outbox.answered(&key, &retry(RetryCause::Unreachable), now);
        outbox.line_up(now);
        let next = outbox.poll_timeout().expect("probe");
        // As if all had heard the hint at the same instant.
        next - now
    };
    for first in [
        (0..1000).map(|s| started(s) - now).collect::<Vec<_>>(),
        (0..1000).map(hinted).collect(),
    ] {
        assert!(first.iter().all(|d| *d <= spread));
        for second in [0, 30, 60, 90] {
            let window = Duration::from_secs(second)..Duration::from_secs(second + 30);
            let come = first
                .iter()
                .filter(|d| window.contains(d as &Duration))
                .count();
            assert!((100..500).contains(&come), "{come} from second {second} on");
        }
    }
}
