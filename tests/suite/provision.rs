//! A blank machine becomes one of its site, and whatever goes wrong on the way is named, mended and gone on from.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, UNIX_EPOCH};

use kiosk::audit::{Act, Note, Who};
use kiosk::case::MachineIdentity;
use kiosk::domain::provisioning::renewal::AFTER_EXPIRY_S;
use kiosk::domain::provisioning::{Check, Effect, Event, Failure, Journey, Stays, Step, Wall};
use kiosk::order::{MachineId, Order, Task, Tier};
use kiosk::shell::audit::AuditLog;
use kiosk::shell::clock::Clock;
use kiosk::shell::provisioning::beyond::{self, Root};
use kiosk::shell::provisioning::desk::Entry;
use kiosk::shell::provisioning::works::Works;
use kiosk::shell::provisioning::{Folder, WallClock, renew};
use kiosk::sim::est::{EstFault, EstSim, LIFE_S, Options};
use kiosk::sim::printer::{PrinterSim, PrinterSimOptions};
use kiosk::sim::reader::ReaderSim;
use kiosk::text::Text;

use crate::command::{Said, kiosk};

const NOW: i64 = 1_795_400_000;

/// A district: its server, its desk, the desk's key.
pub struct District {
    pub folder: tempfile::TempDir,
    pub server: EstSim,
    pub time: Arc<AtomicI64>,
    key: MachineIdentity,
}

impl District {
    pub fn new() -> Self {
        Self::at(NOW)
    }

    pub fn at(now: i64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let files = at("files");
        std::fs::create_dir(&files).unwrap();
        let board = Path::new(env!("CARGO_MANIFEST_DIR")).join("board");
        let laptop = std::fs::read_to_string(board.join("laptop/kiosk.toml")).unwrap();
        let config = laptop
            .replace("\"W0012\"", "\"{machine}\"")
            .replace("\"440203001\"", "\"{town_code}\"")
            .replace("{ zh = \"新华街道便民服务中心\",", "{ zh = \"{site}\",")
            .replace("../../target/demo/", "")
            .replace("\"../", &format!("\"{}/", board.display()));
        std::fs::write(files.join("kiosk.toml"), config).unwrap();
        std::fs::write(files.join("content.json"), "{}").unwrap();
        let time = Arc::new(AtomicI64::new(now));
        let clock = Arc::clone(&time);
        let server = EstSim::start(Options {
            port: 0,
            state: at("server"),
            book: at("book"),
            files,
            life_s: LIFE_S,
            wall: Arc::new(move || clock.load(Ordering::SeqCst)),
        })
        .unwrap();
        let key = MachineIdentity::from_seed(&[5; 32]);
        std::fs::write(at("order-key"), key.public().text()).unwrap();
        Self {
            folder,
            server,
            time,
            key,
        }
    }

    pub fn order(&self) -> Order {
        Order {
            task: Task::Enrol,
            issued_s: u32::try_from(self.time.load(Ordering::SeqCst)).unwrap(),
            term_min: 60,
            division: 440_203_103_201,
            tier: Tier::Village,
            machine: MachineId::parse("W0012").unwrap(),
            replaces: None,
            bound_to: None,
            ca: self.server.ca(),
            password: [9; 16],
            server: self.server.url(),
            site: "西联村便民点".into(),
        }
    }

    /// Signs the order and enters it in the book.
    pub fn issue(&self, order: &Order) -> String {
        let book = self.folder.path().join("book");
        let mut lines = std::fs::read_to_string(&book).unwrap_or_default();
        lines += &(serde_json::to_string(&Entry::of(order)).unwrap() + "\n");
        std::fs::write(book, lines).unwrap();
        order.sign(&self.key).unwrap()
    }
}

/// A machine in its folder. What is on its disk is all that a new one of the same folder knows.
pub struct Blank {
    folder: PathBuf,
    works: Works,
    journey: Journey,
}

impl Blank {
    pub fn new(district: &District, name: &str, ports: &[PathBuf]) -> Self {
        Self::with_clock(
            district,
            name,
            ports,
            u64::try_from(district.time.load(Ordering::SeqCst)).unwrap(),
        )
    }

    pub fn with_clock(district: &District, name: &str, ports: &[PathBuf], unix_s: u64) -> Self {
        let folder = district.folder.path().join(name);
        let works = Works {
            folder: Folder::open(&folder.join("identity")).unwrap(),
            config: folder.join("kiosk.toml"),
            ports: Some(ports.to_vec()),
            clock: Clock::starting_at(UNIX_EPOCH + Duration::from_secs(unix_s)),
            examine: Box::new(|_| vec![check(true)]),
            root: None,
        };
        let mut key = [0; 8];
        key.copy_from_slice(&works.folder.pending_or_current().unwrap()[..8]);
        let journey = Journey::new(works.folder.saved().unwrap(), district.key.public(), key);
        Self {
            folder,
            works,
            journey,
        }
    }

    fn perform(&mut self, effects: Vec<Effect>) -> Option<Step> {
        let mut step = None;
        for effect in effects {
            match effect {
                Effect::Save(saved) => self.works.folder.save(&saved).unwrap(),
                Effect::Do(next) => step = Some(next),
                Effect::Show => {}
            }
        }
        step
    }

    /// Takes an order and walks until it halts or ends.
    pub fn follow(&mut self, text: &str) -> Option<Failure> {
        let effects =
            self.journey
                .handle(Event::Text(text.into()), Instant::now(), self.works.wall());
        let step = self.perform(effects);
        self.walk(step, None)
    }

    fn walk(&mut self, mut step: Option<Step>, until: Option<Step>) -> Option<Failure> {
        while let Some(now) = step.filter(|step| Some(*step) != until) {
            let done = self
                .works
                .carry_out(now, self.journey.saved(), self.journey.order());
            let event = match done {
                Ok(outcome) => Event::Done(now, outcome),
                Err(failure) => Event::Failed(now, failure),
            };
            let effects = self
                .journey
                .handle(event, Instant::now(), self.works.wall());
            step = self.perform(effects);
        }
        self.journey.halt().map(|halt| halt.failure.clone())
    }

    pub fn again(&mut self) -> Option<Failure> {
        let effects = match self.journey.halt() {
            Some(_) => self
                .journey
                .handle(Event::Again, Instant::now(), Wall::default()),
            None => self.journey.begin(),
        };
        let step = self.perform(effects);
        self.walk(step, None)
    }

    fn step(&self) -> Step {
        self.journey.saved().step
    }
}

fn check(passed: bool) -> Check {
    Check {
        name: Text::new("读卡器", "reader"),
        passed: Some(passed),
        found: Text::new("", ""),
    }
}

struct Devices {
    ports: Vec<PathBuf>,
    _reader: ReaderSim,
    printer: PrinterSim,
}

fn devices(district: &District) -> Devices {
    let ports = ["reader", "printer"]
        .map(|name| district.folder.path().join(name))
        .to_vec();
    Devices {
        _reader: ReaderSim::start(&ports[0]).unwrap(),
        printer: PrinterSim::start(&ports[1], PrinterSimOptions::default()).unwrap(),
        ports,
    }
}

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

#[test]
fn a_certificate_is_renewed_in_time_and_after_its_end_and_the_working_one_is_never_lost() {
    let district = District::new();
    let mut machine = Blank::new(&district, "m", &[]);
    machine.follow(&district.issue(&district.order()));
    let folder = &machine.works.folder;
    let first = folder.identity().unwrap().certificate;
    let time = Arc::clone(&district.time);
    let wall: WallClock = Arc::new(move || time.load(Ordering::SeqCst));
    // Whatever happens, the first pair is in use.
    for fault in [
        EstFault::LostAnswer,
        EstFault::WrongKey,
        EstFault::NotYetValid,
        EstFault::Status(500),
        EstFault::ForeignCertificate,
    ] {
        district.server.set_fault(Some(fault));
        renew::renew(folder, &wall).unwrap_err();
        assert_eq!(folder.identity().unwrap().certificate, first, "{fault:?}");
    }
    district.server.set_fault(None);
    // A year after its end it is still renewed.
    district.time.store(
        NOW + i64::try_from(LIFE_S + AFTER_EXPIRY_S - 86_400).unwrap(),
        Ordering::SeqCst,
    );
    let term = renew::renew(folder, &wall).unwrap();
    assert_eq!(folder.identity().unwrap().term(), term);
    assert_ne!(folder.identity().unwrap().certificate.key, first.key);
    // One pair is left, and later than that nothing but an order helps.
    assert!(!folder.path().join("000001").exists());
    let end = i64::try_from(term.not_after_s + AFTER_EXPIRY_S + 86_400).unwrap();
    district.time.store(end, Ordering::SeqCst);
    renew::renew(folder, &wall).unwrap_err();
    assert_eq!(folder.identity().unwrap().term(), term);
}

#[test]
fn a_certificate_that_came_is_taken_into_use_after_a_power_cut() {
    let district = District::new();
    let mut machine = Blank::new(&district, "m", &[]);
    machine.follow(&district.issue(&district.order()));
    let folder = &machine.works.folder;
    let time = Arc::clone(&district.time);
    let wall: WallClock = Arc::new(move || time.load(Ordering::SeqCst));
    // It came, and the server fell silent before it was used.
    district.server.set_fault(Some(EstFault::DamagedFiles));
    renew::renew(folder, &wall).unwrap();
    let in_use = folder.identity().unwrap().certificate;
    let pending = folder.pending().unwrap();
    assert_ne!(pending.fingerprint(), in_use.key);
    // A key that waits is the same after a cut.
    assert_eq!(
        folder.pending().unwrap().fingerprint(),
        pending.fingerprint()
    );
    renew::renew(folder, &wall).unwrap();
    assert_eq!(
        folder.identity().unwrap().certificate.key,
        pending.fingerprint()
    );
}

fn desk(district: &District, arguments: &[&str]) -> Said {
    let mut command = kiosk();
    command.args(["provision", arguments[0]]).args([
        "--identity",
        "m/identity",
        "--order-key",
        "order-key",
        "--config",
        "m/kiosk.toml",
    ]);
    let output = command
        .args(&arguments[1..])
        .current_dir(district.folder.path())
        .output();
    Said::of(output.unwrap())
}

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

#[test]
fn the_command_line_makes_an_order_and_follows_it() {
    let now = i64::try_from(Clock::system().unix_seconds().unwrap()).unwrap();
    let district = District::at(now);
    let at = |name: &str| district.folder.path().join(name).display().to_string();
    std::fs::write(at("desk"), [5; 32]).unwrap();
    let made = kiosk()
        .args([
            "provision",
            "order",
            "--key",
            &at("desk"),
            "--server",
            &district.server.url(),
            "--ca",
            &at("server/ca.pem"),
            "--machine",
            "W0012",
        ])
        .args([
            "--division",
            "440203103201",
            "--site",
            "西联村便民点",
            "--book",
            &at("book"),
            "--out",
            &at("kiosk-order.txt"),
            "--png",
            &at("order.png"),
        ])
        .output()
        .unwrap();
    let said = Said::of(made);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("KIOSKP/") && said.out.contains('█'));
    assert_eq!(
        desk(&district, &["status", "--json"]).json_lines()[0]["step"],
        "order"
    );
    let said = desk(&district, &["enrol", "kiosk-order.txt"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    let said = desk(&district, &["fetch"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    let status = desk(&district, &["status", "--json"])
        .json_lines()
        .remove(0);
    assert_eq!(
        (status["step"].as_str(), status["machine"].as_str()),
        (Some("devices"), Some("W0012"))
    );
    assert_eq!(desk(&district, &["renew"]).code, 0);
    assert_eq!(desk(&district, &["renew", "--now"]).code, 0);
    // What cannot be done says what to do.
    let said = desk(&district, &["enrol", "KIOSKP/10"]);
    assert_eq!(said.code, 1);
    assert!(
        said.out.contains("处理") && said.out.contains("do: "),
        "{}",
        said.out
    );
}
