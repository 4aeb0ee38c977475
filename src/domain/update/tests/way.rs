//! Tables of the ways an update can go.

use super::*;

pub(super) fn machine() -> Machine {
    Machine::new(Settings {
        machine: "W0012".into(),
        wave_s: 3_600,
        ..Settings::default()
    })
}

pub(super) fn closes(effects: &[Effect]) -> Option<&Ended> {
    effects.iter().find_map(|effect| match effect {
        Effect::Close(ended) => Some(ended),
        _ => None,
    })
}

#[test]
fn the_good_way_ends_with_success_only_after_proof() {
    let mut m = machine();
    m.go_to_rebooting();
    assert_eq!(m.outcome(), None);
    m.reboot("boot-2", "B", "2.0.0");
    assert_eq!((m.word(), m.outcome()), ("proving", None));
    let effects = m.pass(50);
    assert!(
        !effects.contains(&Effect::MarkGood),
        "not steady for long enough"
    );
    let effects = m.pass(30);
    assert!(effects.contains(&Effect::MarkGood));
    assert_eq!(m.outcome(), None, "not before the boot loader knows");
    let effects = m.handle(&Event::MarkedGood(Ok(())));
    let ended = closes(&effects).expect("told");
    assert_eq!(
        (ended.action.as_str(), ended.outcome),
        ("17", Outcome::Good)
    );
    let effects = m.kill();
    assert!(closes(&effects).is_some(), "told again after a kill");
    m.handle(&Event::Told {
        action: "17".into(),
    });
    assert_eq!((m.word(), m.outcome()), ("idle", Some(Outcome::Good)));
}

/// What a new version may fail to show, and what the operator is told of it.
#[test]
fn whatever_is_not_proved_brings_the_old_version_back() {
    type Break = fn(&mut Report);
    let table: [(&str, Break); 5] = [
        ("shows no page", |r| r.page.clear()),
        ("run steadily", |r| r.turns = 100),
        ("lacking since the update: printerOffline", |r| {
            r.lacks = vec!["printerOffline".into()]
        }),
        ("outbox", |r| r.outbox = None),
        ("platform is not reached", |r| {
            r.line = "down".into();
            r.answered_boot_ms = None;
        }),
    ];
    for (word, broken) in table {
        let mut m = machine();
        m.go_to_rebooting();
        m.reboot("boot-2", "B", "2.0.0");
        let mut effects = Vec::new();
        for _ in 0..95 {
            m.now.boot_ms += 10_000;
            broken(&mut m.report);
            if word == "run steadily" {
                m.report.turns -= 10;
            }
            effects.extend(m.reported());
        }
        assert!(!effects.contains(&Effect::MarkGood), "{word}");
        assert_eq!(m.word(), "rollingBack", "{word}");
        assert!(effects.contains(&Effect::MarkBad), "{word}");
        m.report.closed = Some("updating".into());
        m.busy(true);
        m.pass(20);
        assert!(
            !m.handle(&Event::MarkedBad(Ok(())))
                .contains(&Effect::Reboot),
            "{word}: somebody is there"
        );
        m.busy(false);
        m.pass(20);
        assert!(
            m.handle(&Event::MarkedBad(Ok(())))
                .contains(&Effect::Reboot),
            "{word}"
        );
        let effects = m.reboot("boot-3", "A", "1.0.0");
        let ended = closes(&effects).unwrap_or_else(|| panic!("{word}: {effects:?}"));
        assert_eq!(
            (ended.outcome, ended.action.as_str()),
            (Outcome::RolledBack, "17"),
            "{word}"
        );
        assert!(ended.why.contains(word), "{word}: {}", ended.why);
    }
}

#[test]
fn a_firmware_that_never_speaks_is_rolled_back_without_its_consent() {
    let mut m = machine();
    m.go_to_rebooting();
    m.reboot("boot-2", "B", "2.0.0");
    m.now.boot_ms += 901_000;
    let effects = m.handle(&Event::Tick);
    assert_eq!(effects, vec![Effect::MarkBad]);
    let effects = m.handle(&Event::MarkedBad(Ok(())));
    assert_eq!(effects, vec![Effect::Reboot]);
}

#[test]
fn a_boot_loader_that_fell_back_is_a_failure_under_the_same_action() {
    let mut m = machine();
    m.go_to_rebooting();
    let effects = m.reboot("boot-2", "A", "1.0.0");
    let ended = closes(&effects).expect("told");
    assert_eq!(
        (ended.outcome, ended.action.as_str()),
        (Outcome::RolledBack, "17")
    );
}

#[test]
fn a_machine_that_never_restarts_keeps_its_slot_and_says_so() {
    let mut m = machine();
    m.go_to_rebooting();
    let effects = m.pass(1_000);
    assert_eq!(
        effects.iter().filter(|e| **e == Effect::Reboot).count(),
        2,
        "three in all"
    );
    assert_eq!(m.word(), "withdrawing");
    assert!(effects.contains(&Effect::KeepRunning));
    let effects = m.handle(&Event::Kept(Ok(())));
    assert_eq!(
        closes(&effects).expect("told").outcome,
        Outcome::NeverRebooted
    );
}

#[test]
fn the_hour_and_the_person_decide_when_it_restarts() {
    let mut m = Machine::new(Settings {
        wave_s: 0,
        quiet: Hours::parse("02:00-04:00"),
        ..Settings::default()
    });
    m.now.minute = Some(600);
    m.handle(&Event::Offered(order("17", "2.0.0")));
    m.pass(10);
    m.fetched("2.0.0");
    m.pass(600);
    assert_eq!(m.word(), "downloaded", "not in the morning");
    m.now.minute = Some(130);
    m.busy(true);
    m.pass(60);
    assert_eq!(m.word(), "downloaded", "not in a visit");
    m.busy(false);
    m.pass(10);
    assert_eq!(m.word(), "installing");
    m.now.minute = Some(600);
    m.installed(Ok(()));
    m.pass(600);
    assert_eq!(m.word(), "installed");
    m.now.minute = None;
    m.pass(10);
    assert_eq!(
        m.word(),
        "standingBy",
        "a clock that nobody believes does not keep it for ever"
    );
    m.now.minute = Some(600);
    m.pass(10);
    assert_eq!(
        m.word(),
        "installed",
        "the hours are over, the wish is taken back"
    );
    assert!(!m.update.wishes_stand_by());
    m.handle(&Event::Offered(Order {
        update: Handling::Forced,
        ..order("17", "2.0.0")
    }));
    m.pass(10);
    assert_eq!(m.word(), "standingBy", "forced");
    m.busy(true);
    let effects = m.pass(600);
    assert!(!effects.contains(&Effect::Reboot), "not even forced");
    m.busy(false);
    let effects = m.pass(60);
    assert!(
        !effects.contains(&Effect::Reboot),
        "not before the firmware stands by"
    );
}

#[test]
fn what_is_offered_at_every_poll_does_not_hold_it_up() {
    let mut m = machine();
    m.go_to_installed();
    m.pass(10);
    m.handle(&Event::Offered(order("17", "2.0.0")));
    assert_eq!(m.word(), "standingBy");
    m.handle(&Event::Offered(Order {
        window: false,
        ..order("17", "2.0.0")
    }));
    m.pass(10);
    assert_eq!(m.word(), "installed", "a window that has closed");
}

#[test]
fn skip_and_a_closed_window_hold_it_and_forced_skips_the_wave() {
    let mut m = machine();
    m.handle(&Event::Offered(Order {
        download: Handling::Skip,
        ..order("17", "2.0.0")
    }));
    m.pass(7_200);
    assert_eq!(m.word(), "waiting");
    m.handle(&Event::Offered(Order {
        download: Handling::Forced,
        window: false,
        ..order("17", "2.0.0")
    }));
    m.pass(10);
    assert_eq!(m.word(), "downloading");
    m.handle(&Event::Offered(Order {
        window: false,
        ..order("17", "2.0.0")
    }));
    m.fetched("2.0.0");
    m.pass(600);
    assert_eq!(m.word(), "downloaded");
    m.handle(&Event::Offered(order("17", "2.0.0")));
    assert_eq!(m.word(), "installing");
}

#[test]
fn an_older_version_is_refused_by_the_servers_word_and_by_the_bundles() {
    let mut m = machine();
    let effects = m.handle(&Event::Offered(order("17", "0.9.0")));
    assert_eq!(closes(&effects).expect("told").outcome, Outcome::Refused);
    let mut m = machine();
    m.handle(&Event::Offered(order("17", "2.0.0")));
    m.pass(3_600);
    let effects = m.fetched("0.9.0");
    assert_eq!(
        closes(&effects).expect("told").outcome,
        Outcome::Refused,
        "a server that lies"
    );
    for (origin, signed, word) in [
        (Origin::Server, false, "closing"),
        (Origin::Server, true, "downloaded"),
        (Origin::Stick, false, "downloaded"),
    ] {
        let mut m = machine();
        m.handle(&Event::Offered(Order {
            allow_older: true,
            origin,
            ..order("17", "0.9.0")
        }));
        m.pass(3_600);
        m.handle(&Event::Fetched {
            action: "17".into(),
            result: Ok(Bundle {
                version: "0.9.0".into(),
                allow_older: signed,
                ..Bundle::default()
            }),
        });
        assert_eq!(
            m.word(),
            word,
            "meant so by {origin:?}, by the bundle: {signed}"
        );
    }
}

#[test]
fn what_runs_already_is_proved_where_it_is_and_never_rolled_back() {
    for (good, outcome) in [(true, Outcome::Good), (false, Outcome::Failed)] {
        let mut m = machine();
        m.handle(&Event::Offered(order("17", "1.0.0")));
        m.pass(3_600);
        m.fetched("1.0.0");
        m.pass(10);
        assert_eq!(m.word(), "proving");
        if !good {
            m.report.outbox = None;
        }
        let effects = m.pass(1_000);
        assert!(!effects.contains(&Effect::Reboot) && !effects.contains(&Effect::MarkBad));
        if good {
            m.handle(&Event::MarkedGood(Ok(())));
        }
        assert_eq!(m.outcome(), Some(outcome));
    }
}

#[test]
fn wrong_bytes_end_it_after_three_and_a_bad_line_never() {
    let failed = |fault: FetchFault| Event::Fetched {
        action: "17".into(),
        result: Err(fault),
    };
    let mut m = machine();
    m.handle(&Event::Offered(order("17", "2.0.0")));
    m.pass(3_600);
    for _ in 0..20 {
        m.handle(&failed(FetchFault::Again("cut off".into())));
        let effects = m.pass(2_000);
        assert_eq!(
            effects
                .iter()
                .filter(|e| matches!(e, Effect::Fetch(_)))
                .count(),
            1
        );
    }
    for _ in 0..2 {
        m.handle(&failed(FetchFault::Spoilt));
        m.pass(2_000);
    }
    m.handle(&failed(FetchFault::Spoilt));
    assert_eq!(m.outcome(), Some(Outcome::Failed));
}

#[test]
fn a_place_without_a_line_has_its_grace_and_one_that_lost_it_has_none() {
    for (before, good) in [("down", true), ("up", false)] {
        let mut m = machine();
        m.report.line = before.into();
        m.report.answered_boot_ms = (before == "up").then_some(1);
        m.go_to_rebooting();
        m.report.line = "down".into();
        m.report.answered_boot_ms = None;
        m.reboot("boot-2", "B", "2.0.0");
        let effects = m.pass(280);
        assert!(!effects.contains(&Effect::MarkGood), "{before}");
        let effects = m.pass(60);
        assert_eq!(effects.contains(&Effect::MarkGood), good, "{before}");
    }
}

#[test]
fn a_stick_is_as_good_as_the_server_and_the_server_cannot_call_it_off() {
    let mut m = machine();
    m.handle(&Event::Offered(Order {
        origin: Origin::Stick,
        ..order("17", "2.0.0")
    }));
    let effects = m.pass(10);
    assert!(
        matches!(effects.as_slice(), [Effect::Fetch(_)]),
        "no wave, nothing told: {effects:?}"
    );
    m.fetched("2.0.0");
    m.handle(&Event::NothingOpen);
    m.pass(10);
    m.installed(Ok(()));
    m.handle(&Event::NothingOpen);
    m.pass(10);
    assert_eq!(m.word(), "standingBy");
}

#[test]
fn an_action_that_the_server_forgot_is_let_go() {
    for go in [
        |m: &mut Machine| drop(m.handle(&Event::Offered(order("17", "2.0.0")))),
        |m: &mut Machine| {
            m.handle(&Event::Offered(order("17", "2.0.0")));
            m.pass(3_600);
        },
    ] {
        let mut m = machine();
        go(&mut m);
        m.handle(&Event::NothingOpen);
        assert_eq!(m.word(), "idle");
    }
    let mut m = machine();
    m.go_to_installed();
    m.handle(&Event::NothingOpen);
    assert_eq!(m.word(), "withdrawing");
    m.handle(&Event::Kept(Ok(())));
    m.handle(&Event::Gone {
        action: "17".into(),
    });
    assert_eq!(m.word(), "idle");
}
