//! What was cut off is gone on from, and an answer that was lost is asked for again.

use std::time::Instant;

use kiosk::domain::provisioning::{Event, Failure, Step};
use kiosk::order::Order;
use kiosk::sim::est::EstFault;

use super::world::{Blank, District, devices};

#[test]
fn every_step_that_is_cut_off_is_gone_on_from() {
    let district = District::new();
    let devices = devices(&district);
    for (at, cut) in Step::WAY.into_iter().skip(1).enumerate() {
        let name = format!("m{at}");
        let order = Order {
            password: [u8::try_from(at).unwrap(); 16],
            ..district.order()
        };
        let text = district.issue(&order);
        let mut machine = Blank::new(&district, &name, &devices.ports);
        let effects =
            machine
                .journey
                .handle(Event::Text(text), Instant::now(), machine.works.wall());
        let step = machine.perform(effects);
        machine.walk(step, Some(cut));
        // The step's work is done, and its end is never told: the power goes.
        machine
            .works
            .carry_out(cut, machine.journey.saved(), machine.journey.order())
            .unwrap();
        let mut machine = Blank::new(&district, &name, &devices.ports);
        assert_eq!(machine.step(), cut);
        assert_eq!(machine.again(), None, "{cut:?}");
        assert_eq!(machine.step(), Step::InService, "{cut:?}");
    }
}

#[test]
fn an_enrolment_whose_answer_was_lost_is_asked_for_again() {
    let district = District::new();
    let mut machine = Blank::new(&district, "m", &[]);
    let text = district.issue(&district.order());
    district.server.set_fault(Some(EstFault::LostAnswer));
    assert_eq!(machine.follow(&text), Some(Failure::TimedOut));
    district.server.set_fault(None);
    assert_eq!(machine.again(), Some(Failure::NoDevice));
    // The same order at another machine is used up.
    let mut other = Blank::new(&district, "other", &[]);
    assert_eq!(other.follow(&text), Some(Failure::Refused(401)));
    // Another order lets it in, and ends the first machine's identity.
    let second = district.issue(&Order {
        password: [3; 16],
        ..district.order()
    });
    assert_eq!(other.follow(&second), Some(Failure::NoDevice));
    let saved = machine.journey.saved().clone();
    assert_eq!(
        machine.works.carry_out(Step::Fetch, &saved, None),
        Err(Failure::Refused(403))
    );
}
