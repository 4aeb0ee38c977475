//! Cancellations and kills in every state.

use super::way::{closes, machine};
use super::*;

/// What brings a machine into a state.
type Go = fn(&mut Machine);

/// Where a cancellation comes, what is done, and how it ends.
#[test]
fn a_cancellation_is_answered_in_every_state() {
    let cancel = Event::CancelAsked {
        stop: "99".into(),
        action: "17".into(),
    };
    let at: [(&str, Go, Option<Outcome>); 7] = [
        ("idle", |_| {}, Some(Outcome::Cancelled)),
        (
            "waiting",
            |m| drop(m.handle(&Event::Offered(order("17", "2.0.0")))),
            Some(Outcome::Cancelled),
        ),
        (
            "downloading",
            |m| {
                m.handle(&Event::Offered(order("17", "2.0.0")));
                m.pass(3_600);
            },
            Some(Outcome::Cancelled),
        ),
        (
            "installed",
            Machine::go_to_installed,
            Some(Outcome::Cancelled),
        ),
        ("rebooting", Machine::go_to_rebooting, None),
        (
            "proving",
            |m| {
                m.go_to_rebooting();
                m.reboot("boot-2", "B", "2.0.0");
            },
            None,
        ),
        (
            "standingBy",
            |m| {
                m.go_to_installed();
                m.pass(10);
            },
            Some(Outcome::Cancelled),
        ),
    ];
    for (state, go, outcome) in at {
        let mut m = machine();
        go(&mut m);
        assert_eq!(m.word(), state);
        let mut effects = m.handle(&cancel);
        if m.word() == "withdrawing" {
            assert!(effects.contains(&Effect::KeepRunning), "{state}");
            assert_eq!(
                closes(&effects),
                None,
                "{state}: not before the old slot is first again"
            );
            effects = m.handle(&Event::Kept(Ok(())));
        }
        match outcome {
            Some(outcome) => {
                let ended = closes(&effects).unwrap_or_else(|| panic!("{state}"));
                assert_eq!(
                    (ended.outcome, ended.stop.as_deref()),
                    (outcome, Some("99")),
                    "{state}"
                );
            }
            None => assert!(
                matches!(effects.as_slice(), [Effect::RejectCancel { .. }]),
                "{state}: {effects:?}"
            ),
        }
    }
    let mut m = machine();
    m.handle(&Event::Offered(order("17", "2.0.0")));
    m.pass(3_600);
    m.fetched("2.0.0");
    m.handle(&Event::Tick);
    assert_eq!(m.word(), "installing");
    assert!(
        m.handle(&cancel).is_empty(),
        "the slot is written to its end"
    );
    assert_eq!(m.installed(Ok(())), vec![Effect::KeepRunning]);
    assert_eq!(m.word(), "withdrawing");
}

#[test]
fn a_kill_in_every_state_goes_on_from_what_was_written_down() {
    let mut m = machine();
    assert!(m.kill().is_empty());
    m.handle(&Event::Offered(order("17", "2.0.0")));
    m.kill();
    assert_eq!(m.word(), "waiting");
    m.pass(3_600);
    assert!(matches!(m.kill().as_slice(), [Effect::Fetch(_)]));
    m.fetched("2.0.0");
    m.kill();
    m.pass(10);
    assert_eq!(m.word(), "installing");
    assert!(matches!(m.kill().as_slice(), [Effect::Install(..)]));
    m.installed(Ok(()));
    m.kill();
    m.pass(20);
    m.kill();
    assert_eq!(m.word(), "standingBy");
    m.pass(10);
    m.report.closed = Some("updating".into());
    m.pass(10);
    assert_eq!(m.word(), "rebooting");
    m.kill();
    m.pass(20);
    m.reboot("boot-2", "B", "2.0.0");
    m.kill();
    assert_eq!(m.word(), "proving");
    m.reboot("boot-3", "B", "2.0.0");
    assert_eq!(m.word(), "proving", "a second boot of the new version");
    m.reboot("boot-4", "B", "2.0.0");
    let effects = m.reboot("boot-5", "B", "2.0.0");
    assert_eq!(m.word(), "rollingBack", "it restarts again and again");
    assert!(effects.contains(&Effect::MarkBad));
}

#[test]
fn a_power_cut_between_rauc_and_our_record_is_told_by_the_slot() {
    for before in ["installing", "installed", "standingBy"] {
        let mut m = machine();
        m.go_to_installed();
        if before == "installing" {
            let trial = Trial {
                order: order("17", "2.0.0"),
                from: m.running.clone(),
                to: "2.0.0".into(),
                manifest: String::new(),
                boot: "boot-1".into(),
                before: None,
            };
            m.update.kept.now = State::Installing {
                trial,
                begun: 1,
                stop: None,
            };
        } else if before == "standingBy" {
            m.pass(10);
        }
        assert_eq!(m.word(), before);
        m.reboot("boot-2", "B", "2.0.0");
        assert_eq!(m.word(), "proving", "{before}");
    }
}

#[test]
fn an_installation_that_kills_the_machine_is_not_tried_for_ever() {
    let mut m = machine();
    m.handle(&Event::Offered(order("17", "2.0.0")));
    m.pass(3_600);
    m.fetched("2.0.0");
    m.handle(&Event::Tick);
    m.reboot("boot-2", "A", "1.0.0");
    m.reboot("boot-3", "A", "1.0.0");
    assert_eq!(m.word(), "installing");
    m.reboot("boot-4", "A", "1.0.0");
    assert_eq!(m.outcome(), Some(Outcome::Failed));
}
