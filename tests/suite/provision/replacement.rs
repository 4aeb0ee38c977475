//! A machine is broken and another takes its place: with its number, or with one of its own. Nothing of the old one is good any
//! more but what waits on its disk.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use kiosk::domain::provisioning::{Failure, Step};
use kiosk::order::{MachineId, Order, Task};
use kiosk::shell::provisioning::{WallClock, renew};

use super::world::{Blank, District, NOW, devices};

const LATER: u32 = 60;

/// A machine in service with two cases that the platform does not have.
fn with_waiting_cases(district: &District, ports: &[std::path::PathBuf]) -> Blank {
    let mut old = Blank::new(district, "old", ports);
    assert_eq!(old.follow(&district.issue(&district.order())), None);
    let machine = kiosk::case::Machine::parse("W0012").unwrap();
    let config = kiosk::shell::store::Config::new(old.folder.join("store.db"), machine);
    let store = kiosk::shell::store::Store::open(config).unwrap().store;
    crate::command::three_cases(&store);
    old
}

/// Whatever it asks for with its certificate is refused, and it is told so in words.
fn is_refused(district: &District, old: &Blank) {
    let saved = old.journey.saved().clone();
    let refused = Err(Failure::Refused(403));
    assert_eq!(old.works.carry_out(Step::Fetch, &saved, None), refused);
    let time = Arc::clone(&district.time);
    let wall: WallClock = Arc::new(move || time.load(Ordering::SeqCst));
    let failure = renew::renew(&old.works.folder, &wall).unwrap_err();
    assert!(matches!(failure, Failure::Refused(_)), "{failure:?}");
    assert!(failure.meaning().zh.contains("已作废"), "{failure:?}");
}

fn slip(devices: &super::world::Devices) -> String {
    devices.printer.papers().last().unwrap().lines().concat()
}

fn end_of(district: &District, old: &Blank, by_force: bool) -> String {
    let mut key = [0; 8];
    key.copy_from_slice(&old.works.folder.pending_or_current().unwrap()[..8]);
    district.issue(&Order {
        task: Task::Decommission {
            with_waiting_cases: by_force,
        },
        issued_s: u32::try_from(NOW).unwrap() + LATER + u32::from(by_force),
        bound_to: Some(key),
        ..district.order()
    })
}

#[test]
fn a_new_machine_takes_the_number_and_the_old_one_is_refused_but_keeps_its_cases() {
    let district = District::new();
    let devices = devices(&district);
    let mut old = with_waiting_cases(&district, &devices.ports);
    let mut new = Blank::new(&district, "new", &devices.ports);
    let order = Order {
        password: [3; 16],
        issued_s: u32::try_from(NOW).unwrap() + 1,
        ..district.order()
    };
    assert_eq!(new.follow(&district.issue(&order)), None);
    assert_eq!(new.step(), Step::InService);
    let of = |machine: &Blank| machine.journey.saved().clone();
    assert_eq!(of(&new).machine, of(&old).machine);
    assert_eq!(of(&new).site, of(&old).site);
    is_refused(&district, &old);
    // Its cases are still there, and it does not let itself be destroyed over them.
    let waits = old.follow(&end_of(&district, &old, false));
    assert_eq!(waits, Some(Failure::CasesWait(2)));
    let said = waits.unwrap();
    assert!(said.meaning().zh.contains("2 件办件没有上传") && said.action().zh.contains("导出"));
    // When it goes for good, nobody listens to its certificate: the new one under the same number is not ended with it.
    assert_eq!(old.follow(&end_of(&district, &old, true)), None);
    assert_eq!(old.step(), Step::Destroyed);
    assert!(slip(&devices).contains("请人工登记"), "{}", slip(&devices));
    assert!(
        district
            .server
            .told()
            .iter()
            .all(|told| told.0 == "acceptance")
    );
    let fetched = new.works.carry_out(Step::Fetch, &of(&new), None);
    assert!(fetched.is_ok(), "{fetched:?}");
}

#[test]
fn a_new_machine_with_a_number_of_its_own_ends_the_old_ones_certificate_and_its_slip_says_so() {
    let district = District::new();
    let devices = devices(&district);
    let old = with_waiting_cases(&district, &devices.ports);
    let mut new = Blank::new(&district, "new", &devices.ports);
    let order = Order {
        machine: MachineId::parse("W0044").unwrap(),
        replaces: MachineId::parse("W0012"),
        password: [4; 16],
        issued_s: u32::try_from(NOW).unwrap() + 1,
        ..district.order()
    };
    assert_eq!(new.follow(&district.issue(&order)), None);
    is_refused(&district, &old);
    let slip: String = slip(&devices).split_whitespace().collect();
    for text in ["替换设备：W0012", "旧机上未上传的办件不在本机", "W0044"] {
        assert!(slip.contains(text), "{text}: {slip}");
    }
    // What waits is still on the old one's disk, for an export.
    assert!(old.folder.join("store.db").exists());
}
