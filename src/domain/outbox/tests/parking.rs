//! Cases that are set apart, and what waits behind them.

use super::*;

#[test]
fn a_reused_key_is_parked_and_told() {
    let now = Instant::now();
    let mut outbox = open(now);
    add(&mut outbox, 1, 1, now);
    let key = outbox.poll_send(now).expect("send");
    let reused = Answer::Parked(ParkCause::KeyReused);
    assert_eq!(outbox.answered(&key, &reused, now), Verdict::Parked);
    let alarm = Alarm::Parked(key.clone(), ParkCause::KeyReused);
    assert_eq!(alarms(&mut outbox, now), [alarm]);
    assert_eq!(outbox.waiting_len(), 0);
    assert_eq!(outbox.answered(&key, &accepted(), now), Verdict::NotHeld);
}

#[test]
fn a_parked_case_holds_back_only_its_own_person_until_it_is_released() {
    let now = Instant::now();
    let mut outbox = open(now);
    for (seq, person) in [(1, 1), (2, 1), (3, 2)] {
        add(&mut outbox, seq, person, now);
    }
    assert_eq!(sent(&mut outbox, now), [1, 3]);
    let unreadable = Answer::Parked(ParkCause::Unreadable);
    outbox.answered(&waiting(1, 1).key, &unreadable, now);
    outbox.answered(&waiting(3, 2).key, &accepted(), now);
    assert_eq!(sent(&mut outbox, now), [0; 0]);
    assert_eq!(outbox.poll_timeout(), Some(now + day(3)), "only its age");
    add(&mut outbox, 1, 1, now);
    assert_eq!(sent(&mut outbox, now), [1]);
    outbox.answered(&waiting(1, 1).key, &accepted(), now);
    assert_eq!(sent(&mut outbox, now), [2]);
}

#[test]
fn what_was_parked_before_the_start_holds_back_its_person_too() {
    let now = Instant::now();
    let mut outbox = Outbox::new(Settings::default(), 7, now);
    outbox.hold(&waiting(5, 1));
    add(&mut outbox, 4, 1, now);
    add(&mut outbox, 6, 1, now);
    assert_eq!(sent(&mut outbox, now), [4], "filed before it");
    outbox.answered(&waiting(4, 1).key, &accepted(), now);
    assert_eq!(sent(&mut outbox, now), [0; 0]);
}

#[test]
fn a_case_called_malformed_again_and_again_is_parked_after_some_time() {
    let begun = Instant::now();
    let mut now = begun;
    let mut outbox = open(now);
    add(&mut outbox, 1, 1, now);
    let settings = Settings::default();
    for proof in 1..=settings.proofs {
        now = outbox.poll_timeout().expect("next").max(now);
        let key = outbox.poll_send(now).expect("send");
        let verdict = outbox.answered(&key, &retry(RetryCause::Malformed), now);
        if proof < settings.proofs {
            assert_eq!(verdict, Verdict::Waiting);
        } else {
            assert_eq!(verdict, Verdict::Park(ParkCause::Malformed));
        }
    }
    assert!(now - begun >= 3 * settings.proof_pause);
    let key = waiting(1, 1).key;
    assert_eq!(
        outbox.poll_send(now + settings.cap),
        None,
        "on its way there"
    );
    // The store could not keep it: it is sent, proved and parked again.
    outbox.answered(&key, &retry(RetryCause::LocalFault), now);
    now = outbox.poll_timeout().expect("next");
    assert_eq!(sent(&mut outbox, now), [1]);
    let verdict = outbox.answered(&key, &retry(RetryCause::Malformed), now);
    assert_eq!(verdict, Verdict::Park(ParkCause::Malformed));
    let parked = Answer::Parked(ParkCause::Malformed);
    assert_eq!(outbox.answered(&key, &parked, now), Verdict::Parked);
    assert_eq!(
        alarms(&mut outbox, now),
        [Alarm::Parked(key, ParkCause::Malformed)]
    );
}

#[test]
fn a_platform_that_understands_nobody_parks_nobody() {
    let mut now = Instant::now();
    let mut outbox = open(now);
    for n in 1..=4 {
        add(&mut outbox, n, n as u8, now);
    }
    for _ in 0..200 {
        now = outbox.poll_timeout().expect("next").max(now);
        while let Some(key) = outbox.poll_send(now) {
            let verdict = outbox.answered(&key, &retry(RetryCause::Malformed), now);
            assert_eq!(verdict, Verdict::Waiting);
        }
    }
    let said = alarms(&mut outbox, now - day(1));
    assert_eq!(said, [Alarm::NotUnderstood]);
    // Now one gets through: the fault is the others' own.
    let mut parked = 0;
    let mut passed = false;
    for _ in 0..20 {
        now = outbox.poll_timeout().expect("next").max(now);
        while let Some(key) = outbox.poll_send(now) {
            let answer = if passed {
                retry(RetryCause::Malformed)
            } else {
                accepted()
            };
            passed = true;
            parked += usize::from(outbox.answered(&key, &answer, now) != Verdict::Waiting);
        }
        if parked == 4 {
            return;
        }
    }
    panic!("{parked} of 4 are done");
}

fn day(n: u64) -> Duration {
    Duration::from_secs(n * 86_400)
}
