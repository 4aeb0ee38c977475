//! Whatever the server does has a name, and an end.

use std::time::{Duration, Instant};

use kiosk::domain::provisioning::{Event, Failure, Step, Wall};
use kiosk::order::Order;
use kiosk::sim::est::EstFault;

use super::world::{Blank, District};

#[test]
fn whatever_the_server_does_has_a_name_and_an_end() {
    let district = District::new();
    let text = district.issue(&district.order());
    let name = |failure: Option<Failure>| failure.map(|failure| failure.word()).unwrap_or_default();
    let mut machine = Blank::new(&district, "m", &[]);
    for (fault, expected) in [
        (EstFault::Status(503), "serverTrouble"),
        (EstFault::Status(404), "notUnderstood"),
        (EstFault::Status(302), "portal"),
        (EstFault::Portal, "portal"),
        (EstFault::Pending(7), "pending"),
        (EstFault::WrongServer, "serverCertificate"),
        (EstFault::WrongAuthority, "wrongAuthority"),
        (EstFault::WrongKey, "wrongKey"),
        (EstFault::WrongName, "wrongName"),
        (EstFault::NotYetValid, "notYetValid"),
        (EstFault::ForeignCertificate, "notOfAuthority"),
        (EstFault::HalfAnswer, "timedOut"),
        (EstFault::Rubbish, "notUnderstood"),
    ] {
        district.server.set_fault(Some(fault));
        assert_eq!(name(machine.follow(&text)), expected, "{fault:?}");
        assert_eq!(machine.step(), Step::Enrol, "{fault:?}");
    }
    district.server.set_fault(Some(EstFault::DamagedFiles));
    assert_eq!(name(machine.again()), "setup");
    district.server.set_fault(Some(EstFault::Rubbish));
    assert_eq!(name(machine.again()), "notUnderstood");
    district
        .server
        .set_fault(Some(EstFault::Slow(Duration::from_millis(300))));
    assert_eq!(machine.again(), Some(Failure::NoDevice));
}

#[test]
fn no_server_at_all_is_tried_again_by_itself() {
    let district = District::new();
    let order = Order {
        server: "https://127.0.0.1:9".into(),
        ..district.order()
    };
    let text = district.issue(&order);
    let mut machine = Blank::new(&district, "m", &[]);
    assert_eq!(
        machine.follow(&text).map(|failure| failure.word()),
        Some("unreachable")
    );
    let (now, mut pauses) = (Instant::now(), Vec::new());
    for _ in 0..6 {
        let at = machine.journey.deadline().unwrap();
        pauses.push(at.saturating_duration_since(now).as_secs() + 1);
        let effects = machine.journey.handle(Event::Tick, at, Wall::default());
        assert_eq!(machine.perform(effects), Some(Step::Enrol));
        machine.journey.handle(
            Event::Failed(Step::Enrol, Failure::TimedOut),
            now,
            Wall::default(),
        );
    }
    assert!(
        pauses.is_sorted() && pauses[5] > 100 && pauses[5] <= 121,
        "{pauses:?}"
    );
}
