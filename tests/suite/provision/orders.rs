//! Orders that may not be followed, each refused by its own name.

use std::time::Instant;

use kiosk::case::MachineIdentity;
use kiosk::domain::provisioning::{Effect, Event, Failure, Wall};
use kiosk::order::{MachineId, Order};

use super::world::{Blank, District};

#[test]
fn orders_that_may_not_be_followed_are_refused_by_name() {
    let district = District::new();
    let issue = |order: Order| district.issue(&order);
    let order = district.order();
    let forged = order.sign(&MachineIdentity::from_seed(&[6; 32])).unwrap();
    let good = issue(order.clone());
    let word = |text: &str, name: &str| {
        Blank::new(&district, name, &[])
            .follow(text)
            .map(|failure| failure.word())
    };
    assert_eq!(word(&forged, "a"), Some("order"));
    assert_eq!(word(&good[..good.len() - 9], "a"), Some("order"));
    assert_eq!(word("https://example.com/", "a"), Some("order"));
    let bound = issue(Order {
        bound_to: Some([1; 8]),
        ..order.clone()
    });
    assert_eq!(word(&bound, "a"), Some("otherKey"));
    let old = issue(Order {
        issued_s: order.issued_s - 2 * 86_400,
        password: [2; 16],
        ..order.clone()
    });
    assert_eq!(word(&old, "a"), Some("orderExpired"));
    // In service as W0012: no order for another machine, nor an older or the same one again.
    let mut machine = Blank::new(&district, "m", &[]);
    assert_eq!(machine.follow(&good), Some(Failure::NoDevice));
    let other = issue(Order {
        machine: MachineId::parse("W0013").unwrap(),
        issued_s: order.issued_s + 1,
        ..order.clone()
    });
    assert_eq!(
        machine
            .journey
            .handle(Event::Text(other), Instant::now(), Wall::default()),
        [Effect::Show]
    );
    let earlier = issue(Order {
        issued_s: order.issued_s - 60,
        password: [4; 16],
        ..order.clone()
    });
    let mut again = Blank::new(&district, "m", &[]);
    assert_eq!(again.follow(&earlier), Some(Failure::OrderUsed));
    // Bound to this very machine.
    let mut key = [0; 8];
    key.copy_from_slice(&again.works.folder.pending_or_current().unwrap()[..8]);
    let own = issue(Order {
        bound_to: Some(key),
        issued_s: order.issued_s + 2,
        password: [8; 16],
        ..order
    });
    assert_eq!(again.follow(&own), Some(Failure::NoDevice));
}
