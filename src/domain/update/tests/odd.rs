//! Servers and machines that behave oddly.

use super::way::{closes, machine};
use super::*;

#[test]
fn an_action_that_has_ended_is_told_again_and_never_done_again() {
    let mut m = machine();
    m.handle(&Event::Offered(order("17", "0.9.0")));
    m.handle(&Event::Told {
        action: "17".into(),
    });
    assert_eq!(m.word(), "idle");
    for _ in 0..3 {
        let effects = m.handle(&Event::Offered(order("17", "2.0.0")));
        assert!(effects.is_empty(), "at once: {effects:?}");
        let effects = m.pass(590);
        assert!(effects.is_empty(), "too soon: {effects:?}");
        let effects = m.pass(20);
        assert_eq!(closes(&effects).expect("told").outcome, Outcome::Refused);
        m.handle(&Event::Told {
            action: "17".into(),
        });
        assert_eq!(m.word(), "idle");
    }
    m.handle(&Event::Offered(order("18", "2.0.0")));
    assert_eq!(m.word(), "waiting", "another one is another one");
}

#[test]
fn a_door_that_a_new_version_misreads_does_not_keep_it_and_the_battery_restarts_nothing() {
    for (closed, word) in [
        ("doorOpen", "rebooting"),
        ("tampered", "rebooting"),
        ("mainsLost", "standingBy"),
    ] {
        let mut m = machine();
        m.go_to_installed();
        m.pass(10);
        m.report.closed = Some(closed.into());
        m.pass(60);
        assert_eq!(m.word(), word, "{closed}");
    }
}

/// Every state that has an order in hand, by the words of its way.
fn at(word: &str, origin: Origin) -> Machine {
    let mut m = machine();
    m.handle(&Event::Offered(Order {
        origin,
        ..order("17", "2.0.0")
    }));
    if word != "waiting" {
        m.pass(3_600);
    }
    if !["waiting", "downloading"].contains(&word) {
        m.fetched("2.0.0");
    }
    if !["waiting", "downloading", "downloaded"].contains(&word) {
        m.handle(&Event::Tick);
    }
    if ["installed", "standingBy"].contains(&word) {
        m.installed(Ok(()));
    }
    if word == "standingBy" {
        m.pass(10);
    }
    assert_eq!(m.word(), word);
    m
}

const IN_HAND: [&str; 6] = [
    "waiting",
    "downloading",
    "downloaded",
    "installing",
    "installed",
    "standingBy",
];

#[test]
fn what_is_said_of_another_action_changes_nothing() {
    for word in IN_HAND {
        let mut m = at(word, Origin::Server);
        let before = m.update.state().clone();
        let effects = m.handle(&Event::CancelAsked {
            stop: "99".into(),
            action: "16".into(),
        });
        assert_eq!(
            effects,
            [Effect::AcceptCancel { stop: "99".into() }],
            "{word}: or the server waits for ever"
        );
        let effects = m.handle(&Event::Gone {
            action: "16".into(),
        });
        assert!(effects.is_empty(), "{word}: {effects:?}");
        assert_eq!(*m.update.state(), before);
    }
}

#[test]
fn the_server_has_no_part_in_an_order_from_a_stick() {
    for word in IN_HAND {
        let mut m = at(word, Origin::Stick);
        let before = m.update.state().clone();
        m.handle(&Event::NothingOpen);
        m.handle(&Event::Gone {
            action: "17".into(),
        });
        m.handle(&Event::Offered(order("18", "3.0.0")));
        m.handle(&Event::CancelAsked {
            stop: "99".into(),
            action: "17".into(),
        });
        assert_eq!(*m.update.state(), before, "{word}");
    }
}

#[test]
fn a_forced_order_writes_nothing_under_somebodys_hands() {
    let mut m = machine();
    m.handle(&Event::Offered(Order {
        download: Handling::Forced,
        update: Handling::Forced,
        ..order("17", "2.0.0")
    }));
    m.busy(true);
    m.pass(10);
    m.fetched("2.0.0");
    m.pass(600);
    assert_eq!(m.word(), "downloaded");
    m.busy(false);
    m.pass(10);
    assert_eq!(m.word(), "installing");
}

#[test]
fn a_line_that_drips_for_two_weeks_is_told() {
    let mut m = at("downloading", Origin::Server);
    m.pass(13 * 86_400);
    assert_eq!(m.word(), "downloading");
    let effects = m.pass(86_400);
    assert!(effects.contains(&Effect::StopFetch), "or it drips on");
    let ended = closes(&effects).expect("told");
    assert_eq!(ended.outcome, Outcome::Failed);
    assert!(ended.why.contains("two weeks"), "{}", ended.why);
}

#[test]
fn a_pause_by_the_server_is_not_counted() {
    let mut m = at("downloading", Origin::Server);
    let with = |download| {
        Event::Offered(Order {
            download,
            ..order("17", "2.0.0")
        })
    };
    m.handle(&with(Handling::Skip));
    m.pass(20 * 86_400);
    m.handle(&with(Handling::Attempt));
    let effects = m.pass(10);
    assert!(matches!(effects.as_slice(), [Effect::Fetch(_)]));
}

#[test]
fn a_disk_that_stays_full_for_a_day_is_told() {
    let mut m = at("downloading", Origin::Server);
    let full = Event::Fetched {
        action: "17".into(),
        result: Err(FetchFault::NoRoom(5)),
    };
    for _ in 0..47 {
        m.handle(&full);
        assert_eq!(m.word(), "downloading");
        m.pass(1_800);
    }
    m.pass(1_800);
    let effects = m.handle(&full);
    let ended = closes(&effects).expect("told");
    assert_eq!(ended.outcome, Outcome::Failed);
    assert!(ended.why.contains("no room"), "{}", ended.why);
}

#[test]
fn another_version_than_the_ordered_one_is_taken_back_at_once() {
    let mut m = machine();
    m.go_to_rebooting();
    let effects = m.reboot("boot-2", "B", "1.9.0");
    assert_eq!(m.word(), "rollingBack");
    assert!(effects.contains(&Effect::MarkBad));
    let effects = m.reboot("boot-3", "A", "1.0.0");
    let ended = closes(&effects).expect("told");
    assert_eq!(ended.outcome, Outcome::RolledBack);
    assert!(ended.why.contains("1.9.0"), "{}", ended.why);
}
