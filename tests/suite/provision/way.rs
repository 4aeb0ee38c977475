//! A blank machine comes into service; a clock that is wrong does not hinder it.

use kiosk::domain::provisioning::{Failure, Step};
use kiosk::order::Order;

use super::world::{Blank, District, devices};

#[test]
fn a_blank_machine_comes_into_service_and_prints_its_slip() {
    let district = District::new();
    let devices = devices(&district);
    let mut machine = Blank::new(&district, "m", &devices.ports);
    let text = district.issue(&district.order());
    assert_eq!(machine.follow(&text), None);
    assert_eq!(machine.step(), Step::InService);
    assert_eq!(devices.printer.papers().len(), 1);
    let told = district.server.told();
    assert_eq!(
        (told.len(), told[0].0, told[0].1.machine.as_str()),
        (1, "acceptance", "W0012")
    );
    let config = std::fs::read_to_string(machine.folder.join("kiosk.toml")).unwrap();
    assert!(
        config.contains("西联村便民点")
            && config.contains("440203103")
            && config.contains("printer"),
        "{config}"
    );
    // The password does not stay.
    let kept = std::fs::read_to_string(machine.folder.join("identity/state.json")).unwrap();
    assert!(!kept.contains("KIOSKP"), "{kept}");
    assert_eq!(Blank::new(&district, "m", &[]).step(), Step::InService);
}

#[test]
fn a_machine_that_wakes_in_1970_or_in_2099_goes_by_the_order() {
    let district = District::new();
    for (name, clock) in [("old", 3_600), ("new", 4_080_000_000)] {
        let order = Order {
            password: [u8::try_from(clock & 0xFF).unwrap(); 16],
            ..district.order()
        };
        let text = district.issue(&order);
        let mut machine = Blank::with_clock(&district, name, &[], clock);
        assert_eq!(machine.follow(&text), Some(Failure::NoDevice), "{name}");
    }
}
