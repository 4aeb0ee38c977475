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
