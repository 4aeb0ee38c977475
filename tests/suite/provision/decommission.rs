//! A machine leaves service for good.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use kiosk::audit::{Act, Note, Who};
use kiosk::case::MachineIdentity;
use kiosk::domain::provisioning::{Failure, Stays, Step};
use kiosk::order::{MachineId, Order, Task};
use kiosk::shell::audit::AuditLog;
use kiosk::shell::provisioning::beyond::{self, Root};

use super::world::{Blank, District, NOW, devices};
use crate::command::{Said, kiosk};

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

/// A machine in service, and an order that takes it out.
fn in_service(district: &District, ports: &[PathBuf], by_force: bool) -> (Blank, String) {
    let mut machine = Blank::new(district, "m", ports);
    assert_eq!(machine.follow(&district.issue(&district.order())), None);
    let order = Order {
        task: Task::Decommission {
            with_waiting_cases: by_force,
        },
        issued_s: u32::try_from(NOW).unwrap() + 60,
        password: [7; 16],
        ..district.order()
    };
    let text = district.issue(&order);
    (machine, text)
}

/// Whether each thing was destroyed, by the machine's own list.
fn gone(machine: &Blank) -> Vec<(String, bool)> {
    let checks = machine.journey.saved().checks.iter();
    checks
        .map(|check| (check.name.en.clone(), check.passed == Some(true)))
        .collect()
}

#[test]
fn what_only_root_can_destroy_is_asked_of_root_and_the_slip_is_true() {
    let district = District::new();
    let devices = devices(&district);
    let (mut machine, text) = in_service(&district, &devices.ports, false);
    let at = |name: &str| district.folder.path().join(name);
    let secrets = [
        "data/credentials/sealed/machine-key",
        "data/credentials/plain/store-key",
        "data/kiosk-fleet/downloads/a.part",
        "data/content/catalogue/7.kcp",
        "data/updates.token",
    ];
    for name in secrets {
        std::fs::create_dir_all(at(name).parent().unwrap()).unwrap();
        std::fs::write(at(name), "secret").unwrap();
    }
    std::fs::create_dir(at("answer")).unwrap();
    let root = Root {
        ask: at("ask/leave"),
        answer: at("answer/answer"),
        patience: Duration::from_secs(20),
    };
    machine.works.root = Some(root.clone());
    let (trusted, saved) = (district.key.public(), machine.journey.saved().clone());
    let data = at("data");
    let unit = std::thread::spawn(move || {
        let until = Instant::now() + Duration::from_secs(20);
        while !root.ask.exists() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(5));
        }
        beyond::serve(&root, &data, &trusted, &saved)
    });
    assert_eq!(machine.follow(&text), None);
    unit.join().unwrap().unwrap();
    for name in secrets {
        assert!(!at(name).exists(), "{name}");
    }
    assert!(at("data/kiosk-fleet").exists() && !at("ask/leave").exists());
    let all = gone(&machine);
    assert!(
        all.len() >= 6 && all.iter().all(|(_, gone)| *gone),
        "{all:?}"
    );
    let (what, told) = district.server.told().last().unwrap().clone();
    assert_eq!((what, told.checks.len()), ("decommissioned", all.len() - 1));
}

#[test]
fn what_nobody_destroys_is_not_said_to_be_destroyed() {
    let district = District::new();
    let devices = devices(&district);
    let (mut machine, text) = in_service(&district, &devices.ports, false);
    let at = |name: &str| district.folder.path().join(name);
    machine.works.root = Some(Root {
        ask: at("ask/leave"),
        answer: at("answer/answer"),
        patience: Duration::from_millis(200),
    });
    assert_eq!(machine.follow(&text), None);
    assert_eq!(machine.step(), Step::Destroyed);
    let left: Vec<_> = gone(&machine)
        .into_iter()
        .filter(|(_, gone)| !gone)
        .collect();
    assert_eq!(left.len(), 3, "{left:?}");
    let told = district.server.told().last().unwrap().1.clone();
    let left = told.checks.iter().filter(|check| check.1 == Some(false));
    assert!(left.clone().count() == 3 && left.clone().all(|check| check.2.contains("存储卡")));
}

#[test]
fn root_destroys_nothing_without_the_desks_signature() {
    let district = District::new();
    let at = |name: &str| district.folder.path().join(name);
    std::fs::create_dir_all(at("data/credentials/plain")).unwrap();
    std::fs::create_dir_all(at("ask")).unwrap();
    std::fs::write(at("data/credentials/plain/machine-key"), "k").unwrap();
    let root = Root {
        ask: at("ask/leave"),
        answer: at("answer"),
        patience: Duration::ZERO,
    };
    let mut order = district.order();
    let enrol = order.sign(&district.key).unwrap();
    order.task = Task::Decommission {
        with_waiting_cases: true,
    };
    let forged = order.sign(&MachineIdentity::from_seed(&[6; 32])).unwrap();
    let other = Order {
        machine: MachineId::parse("W0099").unwrap(),
        ..order
    };
    let other = other.sign(&district.key).unwrap();
    let saved = kiosk::domain::provisioning::Saved {
        machine: Some("W0012".into()),
        ..Default::default()
    };
    for order in [enrol, forged, other, String::new()] {
        let asked = format!("{{\"order\":{order:?},\"nonce\":\"1\"}}");
        std::fs::write(&root.ask, asked).unwrap();
        let refused = beyond::serve(&root, &at("data"), &district.key.public(), &saved);
        assert!(refused.is_err(), "{order}");
        assert!(!root.ask.exists(), "asked once");
    }
    assert!(at("data/credentials/plain/machine-key").exists() && !root.answer.exists());
}

#[test]
fn a_state_that_says_destroy_destroys_nothing_without_the_signed_order() {
    let district = District::new();
    let devices = devices(&district);
    let (machine, text) = in_service(&district, &devices.ports, false);
    let state = machine.folder.join("identity/state.json");
    let kept = std::fs::read_to_string(&state).unwrap();
    let enrol = district.order().sign(&district.key).unwrap();
    let forged = |order: Option<&str>| {
        let mut state: serde_json::Value = serde_json::from_str(&kept).unwrap();
        state["step"] = "destroy".into();
        state["order"] = order.into();
        state.to_string()
    };
    for order in [None, Some("KIOSKP/ABC"), Some(enrol.as_str())] {
        std::fs::write(&state, forged(order)).unwrap();
        let mut machine = Blank::new(&district, "m", &devices.ports);
        let stopped = machine.again();
        assert_eq!(stopped, Some(Stays::NotOrdered.into()), "{order:?}");
        assert!(machine.folder.join("identity/current").exists());
        let saved = machine.journey.saved().clone();
        let done = machine
            .works
            .carry_out(Step::Destroy, &saved, machine.journey.order());
        assert_eq!(done, Err(Stays::NotOrdered.into()), "nor by the step alone");
    }
    // Cut off in the midst of it, it goes on by the order that lies beside, and that alone.
    std::fs::write(&state, forged(Some(&text))).unwrap();
    let mut machine = Blank::new(&district, "m", &devices.ports);
    assert_eq!(machine.again(), None);
    assert_eq!(machine.step(), Step::Destroyed);
}

#[test]
fn an_audit_log_that_is_nowhere_else_keeps_a_machine() {
    let district = District::new();
    let devices = devices(&district);
    let (mut machine, text) = in_service(&district, &devices.ports, false);
    let config = kiosk::shell::settings::load(&machine.folder.join("kiosk.toml")).unwrap();
    let log = AuditLog::of(&config);
    let note = |act| Note::done(Who::Shell, act);
    log.append(note(Act::TestPrint), &machine.works.clock)
        .unwrap();
    assert_eq!(machine.follow(&text), Some(Stays::Audit(2).into()));
    assert!(machine.folder.join("identity/current").exists() && log.folder().exists());
    // A copy elsewhere lets it go.
    let copy = district.folder.path().join("stick");
    let exported = kiosk()
        .args(["audit", "export", "stick", "--config", "m/kiosk.toml"])
        .current_dir(district.folder.path())
        .output();
    assert_eq!(Said::of(exported.unwrap()).code, 0);
    assert_eq!(AuditLog::at(&copy).verify(&[]).unwrap().entries, 2);
    assert_eq!(machine.again(), None);
    assert_eq!(machine.step(), Step::Destroyed);
    assert!(!log.folder().exists());
}
