//! A district with its server and desk, machines on its disk, and their devices.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant, UNIX_EPOCH};

use kiosk::case::MachineIdentity;
use kiosk::domain::provisioning::{Check, Effect, Event, Failure, Journey, Step, Wall};
use kiosk::order::{MachineId, Order, Task, Tier};
use kiosk::shell::clock::Clock;
use kiosk::shell::journal::Journal;
use kiosk::shell::provisioning::Folder;
use kiosk::shell::provisioning::desk::Entry;
use kiosk::shell::provisioning::works::Works;
use kiosk::sim::est::{EstSim, LIFE_S, Options};
use kiosk::sim::printer::{PrinterSim, PrinterSimOptions};
use kiosk::sim::reader::ReaderSim;
use kiosk::text::Text;

/// The day of every test, Unix seconds.
pub const NOW: i64 = 1_795_400_000;

/// A district: its server, its desk, the desk's key.
pub struct District {
    pub folder: tempfile::TempDir,
    pub server: EstSim,
    pub time: Arc<AtomicI64>,
    pub key: MachineIdentity,
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
    pub folder: PathBuf,
    pub works: Works,
    pub journey: Journey,
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
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(unix_s));
        let works = Works {
            folder: Folder::open(&folder.join("identity")).unwrap(),
            config: folder.join("kiosk.toml"),
            ports: Some(ports.to_vec()),
            journal: Journal::memory(clock.clone()),
            clock,
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

    pub fn perform(&mut self, effects: Vec<Effect>) -> Option<Step> {
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

    pub fn walk(&mut self, mut step: Option<Step>, until: Option<Step>) -> Option<Failure> {
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

    pub fn step(&self) -> Step {
        self.journey.saved().step
    }
}

pub fn check(passed: bool) -> Check {
    Check {
        name: Text::new("读卡器", "reader"),
        passed: Some(passed),
        found: Text::new("", ""),
    }
}

pub struct Devices {
    pub ports: Vec<PathBuf>,
    _reader: ReaderSim,
    pub printer: PrinterSim,
}

pub fn devices(district: &District) -> Devices {
    let ports = ["reader", "printer"]
        .map(|name| district.folder.path().join(name))
        .to_vec();
    Devices {
        _reader: ReaderSim::start(&ports[0]).unwrap(),
        printer: PrinterSim::start(&ports[1], PrinterSimOptions::default()).unwrap(),
        ports,
    }
}
