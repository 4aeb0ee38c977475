//! Who goes first, and from when on a case is overdue.

use super::*;

/// One at a time, in the order they go.
fn order(outbox: &mut Outbox, now: Instant) -> Vec<u64> {
    let mut order = Vec::new();
    while let Some(key) = outbox.poll_send(now) {
        outbox.answered(&key, &accepted(), now);
        order.push(key.0[4..].parse().expect("a number"));
    }
    order
}

#[test]
fn a_legal_deadline_goes_first_but_an_old_ordinary_case_goes_before_it() {
    let now = Instant::now();
    let lead = Settings::default().deadline_lead;
    let mut outbox = open(now);
    add(&mut outbox, 1, 1, now);
    outbox.add(waiting(2, 2), Priority::Deadline, now + lead / 2);
    add(&mut outbox, 3, 3, now + lead / 2);
    let later = now + lead * 5 / 4;
    outbox.add(waiting(4, 4), Priority::Deadline, later);
    assert_eq!(order(&mut outbox, later), [2, 1, 4, 3]);
}

#[test]
fn an_urgent_case_lends_its_rank_to_those_of_its_person_before_it() {
    let now = Instant::now();
    let mut outbox = open(now);
    add(&mut outbox, 1, 1, now);
    add(&mut outbox, 2, 2, now);
    outbox.add(waiting(3, 2), Priority::Deadline, now);
    assert_eq!(order(&mut outbox, now), [2, 3, 1]);
}

#[test]
fn what_had_waited_before_the_start_is_not_younger_for_it() {
    let now = Instant::now();
    let settings = Settings::default();
    let mut outbox = open(now);
    let old = Waiting {
        waited: settings.deadline_lead * 2,
        ..waiting(1, 1)
    };
    outbox.add(old, Priority::Ordinary, now);
    outbox.add(waiting(2, 2), Priority::Deadline, now);
    assert_eq!(order(&mut outbox, now), [1, 2]);
}

#[test]
fn overdue_is_said_once_and_the_case_is_still_sent() {
    let now = Instant::now();
    let settings = Settings::default();
    let mut outbox = open(now);
    let waited = Duration::from_secs(60);
    let filed_before = Waiting {
        waited,
        ..waiting(1, 1)
    };
    outbox.add(filed_before, Priority::Deadline, now);
    add(&mut outbox, 2, 2, now);
    for key in [waiting(1, 1).key, waiting(2, 2).key] {
        assert_eq!(outbox.poll_send(now), Some(key.clone()));
        outbox.answered(&key, &retry(RetryCause::Unreachable), now);
    }
    let due = now + settings.deadline_overdue - waited;
    assert_eq!(alarms(&mut outbox, due - waited), []);
    assert_eq!(
        alarms(&mut outbox, due),
        [Alarm::Overdue(waiting(1, 1).key)]
    );
    assert_eq!(alarms(&mut outbox, due), []);
    let late = now + settings.ordinary_overdue;
    assert_eq!(
        alarms(&mut outbox, late),
        [Alarm::Overdue(waiting(2, 2).key)]
    );
    assert_eq!(order(&mut outbox, late), [1, 2]);
}

#[test]
fn ratings_go_after_the_cases_but_not_never() {
    let hour = Duration::from_secs(3600);
    assert!(ratings_may_go(0, Duration::ZERO));
    assert!(!ratings_may_go(1, hour / 2));
    assert!(ratings_may_go(1_000_000, hour));
}

/// Priority comes from the catalogue: an item with yearly days of filing has a last day.
#[test]
fn the_catalogue_tells_what_is_urgent() {
    use crate::item::{Window, tests::shipped};
    let mut item = shipped("高龄");
    let code = item.task_code.clone();
    let of = |item: &crate::item::Item, code: &str| Priority::of(std::slice::from_ref(item), code);
    assert_eq!(of(&item, &code), Priority::Ordinary);
    item.window = Some(Window {
        from: "01-01".into(),
        to: "06-30".into(),
    });
    assert_eq!(of(&item, &code), Priority::Deadline);
    assert_eq!(of(&item, "gone"), Priority::Ordinary);
}
