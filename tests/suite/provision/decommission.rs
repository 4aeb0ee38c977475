//! A machine leaves service for good.

use kiosk::domain::provisioning::{Failure, Step};
use kiosk::order::{MachineId, Order, Task};

use super::world::{Blank, District, NOW, devices};

#[test]
fn keys_and_data_of_a_decommissioned_machine_are_gone() {
    let district = District::new();
    let devices = devices(&district);
    let mut machine = Blank::new(&district, "m", &devices.ports);
    assert_eq!(machine.follow(&district.issue(&district.order())), None);
    let place = machine.folder.clone();
    let store = {
        let config = kiosk::shell::store::Config::new(
            place.join("store.db"),
            kiosk::case::Machine::parse("W0012").unwrap(),
        );
        kiosk::shell::store::Store::open(config).unwrap().store
    };
    crate::command::three_cases(&store);
    let later = u32::try_from(NOW).unwrap() + 60;
    let end = |with_waiting_cases| Order {
        task: Task::Decommission { with_waiting_cases },
        issued_s: later + u32::from(with_waiting_cases),
        ..district.order()
    };
    let plain = district.issue(&end(false));
    drop(store);
    assert_eq!(machine.follow(&plain), Some(Failure::CasesWait(2)));
    assert!(place.join("store.db").exists());
    // A mistake in its settings hides where the data is: nothing is said to be destroyed.
    let settings = place.join("kiosk.toml");
    let whole = std::fs::read(&settings).unwrap();
    std::fs::write(&settings, "[machine").unwrap();
    let forced = Order {
        issued_s: later + 1,
        ..end(true)
    };
    let said = machine.follow(&district.issue(&forced));
    assert!(matches!(said, Some(Failure::Configuration(_))), "{said:?}");
    assert!(place.join("store.db").exists() && place.join("identity/current").exists());
    std::fs::write(&settings, whole).unwrap();
    let forced = Order {
        issued_s: later + 2,
        ..end(true)
    };
    assert_eq!(machine.follow(&district.issue(&forced)), None);
    assert_eq!(machine.step(), Step::Destroyed);
    let mut left: Vec<_> = std::fs::read_dir(&place)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    left.sort();
    assert_eq!(left, ["identity"]);
    let left: Vec<_> = std::fs::read_dir(place.join("identity"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["state.json"]);
    assert_eq!(district.server.told().last().unwrap().0, "decommissioned");
    assert_eq!(devices.printer.papers().len(), 2);
    // It remembers that the old orders are over, and comes back with a new one, even as another machine.
    let mut blank = Blank::new(&district, "m", &devices.ports);
    assert_eq!(blank.follow(&plain), Some(Failure::OrderUsed));
    let anew = Order {
        machine: MachineId::parse("W0044").unwrap(),
        issued_s: later + 9,
        password: [44; 16],
        ..district.order()
    };
    assert_eq!(blank.follow(&district.issue(&anew)), None);
}
