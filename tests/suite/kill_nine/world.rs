//! What stays when the machine is killed: devices, platform, cards, and everything that was said.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use kiosk::case::{Digest, Machine};
use kiosk::shell::catalogue;
use kiosk::shell::store::{Config, Opened, Store};
use kiosk::sim::platform::{Fault, Options, PlatformSim};
use kiosk::sim::printer::{Mechanism, PrinterSim, PrinterSimOptions};
use kiosk::sim::reader::{CardFile, ReaderSim};

use super::machine::{FOLDER, ID, SEED, URL};

/// Longest life of a machine that is killed.
const LONGEST_LIFE: Duration = Duration::from_secs(6);
/// Longest that a machine may take to say its first word, or to send all that waits.
const PATIENCE: Duration = Duration::from_secs(90);
/// Pages that are waited for before a kill; those where most happens come more often.
const PAGES: [&str; 14] = [
    "Choose",
    "Choose",
    "ItemInfo",
    "Question",
    "Question",
    "Check",
    "Consent",
    "Working",
    "Working",
    "Working",
    "Working",
    "Confirmation",
    "Rating",
    "Goodbye",
];
const CARDS: [&str; 6] = ["elder", "farmer", "mother", "young", "hkmt", "longterm"];

pub struct World {
    pub id: String,
    pub folder: tempfile::TempDir,
    pub platform: PlatformSim,
    pub printer: PrinterSim,
    /// Numbers that stood on a confirmation page, each with its query code after a `/`.
    pub told: BTreeSet<String>,
    /// Filing number → key and digest, as the store has had them since they were first seen.
    pub known: BTreeMap<String, (String, Digest)>,
    /// Key → body as it was while it waited.
    pub bodies: BTreeMap<String, Vec<u8>>,
    pub killed_on: BTreeMap<String, u32>,
    pub cards: Vec<CardFile>,
    reader: ReaderSim,
    rng: fastrand::Rng,
}

/// When the machine is killed.
enum Moment {
    After(Duration),
    On(&'static str, Duration),
}

/// A running machine. It does not outlive a test that failed.
struct Life(Child);

impl Drop for Life {
    fn drop(&mut self) {
        // One that has ended already cannot be killed.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl World {
    pub fn new(number: u32) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let board = Path::new(env!("CARGO_MANIFEST_DIR")).join("board");
        let items = catalogue::load(&board.join("catalogue"))
            .expect("catalogue")
            .0;
        let bundle = folder.path().join("bundle.json");
        std::fs::write(&bundle, items.to_json()).expect("catalogue");
        let options = Options {
            catalogue: Some(bundle),
            ..Options::default()
        };
        let fast = PrinterSimOptions {
            dots_per_second: 6000,
            cut_time: Duration::from_millis(30),
            ..PrinterSimOptions::default()
        };
        let reader = ReaderSim::start(&folder.path().join("reader")).expect("reader");
        reader.set_read_time(Duration::from_millis(20));
        let card = |name| CardFile::load(&board.join(format!("laptop/cards/{name}.toml")));
        Self {
            id: format!("K000{number}"),
            platform: PlatformSim::start(options).expect("platform"),
            printer: PrinterSim::start(&folder.path().join("printer"), fast).expect("printer"),
            told: BTreeSet::new(),
            known: BTreeMap::new(),
            bodies: BTreeMap::new(),
            killed_on: BTreeMap::new(),
            cards: CARDS
                .into_iter()
                .map(|name| card(name).expect("a card"))
                .collect(),
            reader,
            rng: fastrand::Rng::with_seed(0x6b69_6c6c + u64::from(number)),
            folder,
        }
    }

    /// One life: somebody comes and files, something may be wrong at the platform or the printer, the power fails.
    pub fn run_and_kill(&mut self) {
        self.trouble();
        let moment = self.moment();
        let (mut life, said) = self.start(true);
        let mut page = "boot".to_owned();
        let mut kill_at = match moment {
            Moment::After(time) => Instant::now() + time,
            // A machine that does not come to that page is killed where it is.
            Moment::On(..) => Instant::now() + LONGEST_LIFE,
        };
        loop {
            let line = match said.recv_timeout(kill_at.saturating_duration_since(Instant::now())) {
                Ok(line) => line,
                Err(RecvTimeoutError::Timeout) => break,
                Err(RecvTimeoutError::Disconnected) => panic!("{}: it ended by itself", self.id),
            };
            if let Some(new) = self.heard(&line) {
                page = new;
                if let Moment::On(wanted, more) = moment
                    && wanted == page
                {
                    kill_at = kill_at.min(Instant::now() + more);
                }
            }
            if Instant::now() >= kill_at {
                break;
            }
        }
        life.0.kill().expect("kill");
        life.0.wait().expect("gone");
        // What it said before it died was said.
        for line in said {
            self.heard(&line);
        }
        *self.killed_on.entry(page).or_insert(0) += 1;
    }

    fn moment(&mut self) -> Moment {
        let ms =
            |rng: &mut fastrand::Rng, most: u64| Duration::from_micros(rng.u64(0..=most * 1000));
        if self.rng.u8(0..4) == 0 {
            return Moment::After(ms(&mut self.rng, 1500));
        }
        let page = PAGES[self.rng.usize(0..PAGES.len())];
        // At once, or the person is on the next page; committing takes a few milliseconds, sending some ten, printing some
        // hundred.
        let most = [0, 0, 3, 30, 400][self.rng.usize(0..5)];
        Moment::On(page, ms(&mut self.rng, most))
    }

    fn trouble(&mut self) {
        self.printer.with(Mechanism::refill);
        if self.rng.u8(0..8) == 0 {
            let lines = self.rng.u32(0..30);
            self.printer
                .with(|printer| printer.paper_out_after_lines(lines));
        }
        self.platform.clear_fault();
        let times = self.rng.u32(1..6);
        let fault = match self.rng.u8(0..12) {
            0 => Fault::LostAnswer,
            1 => Fault::HalfAnswer,
            2 => Fault::Rubbish,
            3 => Fault::Portal,
            4 => Fault::InProgress,
            5 => Fault::Slow {
                ms: self.rng.u32(20..1500),
            },
            6 => Fault::Status {
                status: 503,
                retry_after_s: Some(1),
            },
            7 => return self.platform.set_fault(Fault::Down),
            8 => return self.platform.set_fault(Fault::LostAnswer),
            _ => return,
        };
        self.platform.set_fault_for(fault, times);
    }

    fn start(&mut self, with_person: bool) -> (Life, Receiver<String>) {
        let mut command = Command::new(std::env::current_exe().expect("this binary"));
        command
            .args(["kill_nine::machine_that_is_killed", "--exact"])
            .args(["--ignored", "--nocapture", "--test-threads=1"])
            .env(FOLDER, self.folder.path())
            .env(URL, self.platform.base_url())
            .env(ID, &self.id)
            .stdout(Stdio::piped());
        if with_person {
            command.env(SEED, self.rng.u64(..).to_string());
        }
        // Whoever stood there has gone, and has their card.
        self.reader.take();
        let mut child = command.spawn().expect("start");
        let out = BufReader::new(child.stdout.take().expect("pipe"));
        let (sender, said) = channel();
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = sender.send(line);
            }
        });
        (Life(child), said)
    }

    /// Does what a line of the machine asks for; the name of the page if it is about a new one.
    fn heard(&mut self, line: &str) -> Option<String> {
        // The harness writes its own words before the first one. A line that the kill cut short was not said.
        let (word, rest) = ["FIRST ", "PAGE ", "TOLD "]
            .into_iter()
            .find_map(|word| Some((word, line.split_once(word)?.1)))?;
        match word {
            "FIRST " => self.first_page(rest),
            "TOLD " => drop(self.told.insert(rest.to_owned())),
            _ => {
                match rest {
                    "Start" => {
                        self.reader.wait_until_watched(Duration::from_secs(2));
                        let card = self.rng.choice(&self.cards).expect("cards").clone();
                        self.reader.lay(card);
                    }
                    "Goodbye" => self.reader.take(),
                    _ => {}
                }
                return Some(rest.to_owned());
            }
        }
        None
    }

    /// The page after a start is for the next person.
    fn first_page(&self, page: &str) {
        assert!(page.starts_with("Page { kind: Start,"), "{page}");
        for card in &self.cards {
            assert!(!page.contains(&card.name), "{page}");
            assert!(!page.contains(&card.number[6..]), "{page}");
        }
        assert!(!page.contains(&self.id), "a filing number: {page}");
    }

    fn open(&self) -> Opened {
        let machine = Machine::parse(&self.id).expect("machine");
        Store::open(Config::new(self.folder.path().join("store.db"), machine)).expect("open")
    }

    /// While the machine is dead: nothing changed that was there, nothing is missing.
    pub fn look_into_the_store(&mut self) {
        let opened = self.open();
        assert!(opened.set_aside.is_none(), "a kill damaged the store");
        opened.store.verify().expect("every page and every digest");
        let rows = opened.store.list(u32::MAX).expect("list");
        for row in &rows {
            let now = (row.key.0.clone(), row.digest);
            let before = self.known.entry(row.filing_number.0.clone());
            assert_eq!(*before.or_insert_with(|| now.clone()), now);
        }
        assert_eq!(rows.len(), self.known.len(), "a case is gone");
        for waiting in opened.store.waiting(0, u32::MAX).expect("waiting") {
            let body = opened.store.body(&waiting.key).expect("body").to_vec();
            let before = self.bodies.entry(waiting.key.0);
            assert_eq!(
                *before.or_insert_with(|| body.clone()),
                body,
                "bytes changed"
            );
        }
    }

    /// A last life without people and without trouble: everything that waits is sent.
    pub fn drain(&mut self) {
        self.platform.clear_fault();
        self.reader.take();
        let (mut life, said) = self.start(false);
        let until = Instant::now() + PATIENCE;
        loop {
            let line = said.recv_timeout(until.saturating_duration_since(Instant::now()));
            let line = line.expect("everything is sent");
            if line.contains("FIRST ") {
                self.first_page(line.split_once("FIRST ").expect("found").1);
            }
            if line.contains("DRAINED") {
                break;
            }
        }
        assert!(life.0.wait().expect("ended").success());
        self.look_into_the_store();
        assert!(
            self.open()
                .store
                .waiting(0, u32::MAX)
                .expect("waiting")
                .is_empty()
        );
    }
}
