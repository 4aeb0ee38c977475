//! A machine in the street: the kiosk, the protocol machines of its devices and the devices themselves, joined as the
//! runtime joins them, in one time that is moved by hand. No port, no thread.

mod cable;
mod onward;
mod ways;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::{Duration, Instant};

use kiosk::document::{IdentityDocument, Sex};
use kiosk::domain::kiosk::{Effect, Event};
use kiosk::shell::runtime::{printer_event, reader_event, scanner_event};
use kiosk::sim::printer::{Clearing, Mechanism, PrinterSimOptions};
use kiosk::sim::reader::{CardFile, SimReader};
use kiosk::sim::scanner::{Family, SimScanner};
use kiosk::wire::escpos::{NoGlyphs, Profile};
use kiosk::wire::printer::{self, Printer};
use kiosk::wire::sam::{ReaderCommand, SamConfig, SamReader};
use kiosk::wire::scanner::{self, Dialect, Framing, Scanner};

use crate::visits::machine::{Devices, Machine, catalogue};
use cable::Cable;
pub use cable::Plug;

/// Between two looks at the devices, at least: where both ends wait for each other, time still moves.
const GRAIN: Duration = Duration::from_micros(50);

/// Reader, printer and scanner on their cables.
pub struct Hardware {
    pub reader: Cable<SamReader, SimReader>,
    pub printer: Cable<Printer, Mechanism>,
    pub scanner: Cable<Scanner, SimScanner>,
    model: Model,
    ran: Instant,
    /// Tells that ports were lost while nobody ran.
    events: Vec<Event>,
}

impl Hardware {
    fn new(model: Model, now: Instant) -> Self {
        let options = PrinterSimOptions {
            clearing: Clearing::default(),
            ..PrinterSimOptions::of(&model.profile())
        };
        Self {
            model,
            reader: Cable::new(reader(), SimReader::default(), now),
            printer: Cable::new(model.printer(), Mechanism::new(options), now),
            scanner: Cable::new(scanner(), SimScanner::new(Family::Newland), now),
            ran: now,
            events: Vec::new(),
        }
    }

    /// The firmware starts anew on devices that were never switched off.
    pub fn start_again(&mut self, now: Instant) {
        self.reader.start_again(reader(), now);
        self.printer.start_again(self.model.printer(), now);
        self.scanner.start_again(scanner(), now);
        self.events.clear();
    }
}

fn reader() -> SamReader {
    SamReader::new(SamConfig::default())
}

fn scanner() -> Scanner {
    Scanner::new(Dialect::Newland, Framing::Suffix)
}

/// The printer that stands in the street.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Model {
    /// The paper comes out, and nobody knows whether it is taken.
    Open,
    /// A presenter.
    Presenter,
    /// A slip hangs out until it is torn off.
    TearOff,
}

impl Model {
    fn profile(self) -> Profile {
        let name = match self {
            Self::Open => "epson-tm-t88",
            Self::Presenter => "custom-presenter-80",
            Self::TearOff => "cashino-kp-628e",
        };
        Profile::builtin(name).expect("a profile")
    }

    fn printer(self) -> Printer {
        let config = printer::Config {
            profile: self.profile(),
            baud: 115_200,
            low_remainder_mm: 1_000,
            // A slip is torn off at once, or not at all.
            take_limit: Duration::from_secs(if self == Self::TearOff { 5 } else { 30 }),
        };
        Printer::new(config, Box::new(NoGlyphs))
    }
}

impl Devices for Hardware {
    fn carry_out(&mut self, effect: &Effect, now: Instant) -> bool {
        match effect {
            Effect::Poll(on) => self.reader.command(ReaderCommand::SetPolling(*on), now),
            Effect::Print(job, receipt) => {
                let (job, receipt) = (*job, receipt.clone());
                self.printer
                    .command(printer::Command::Print { job, receipt }, now);
            }
            Effect::GiveUpReceipt => self.printer.command(printer::Command::GiveUpReceipt, now),
            Effect::CancelPrint(job) => {
                self.printer
                    .command(printer::Command::Cancel { job: *job }, now);
            }
            Effect::Scan(on) => self.scanner.command(scanner::Command::SetReading(*on), now),
            _ => return false,
        }
        true
    }

    fn next(&self) -> Option<Instant> {
        let next = [self.reader.next(), self.printer.next(), self.scanner.next()];
        let next = next.into_iter().flatten().min()?;
        Some(next.max(self.ran + GRAIN))
    }

    fn run(&mut self, now: Instant) -> Vec<Event> {
        self.ran = now;
        let mut events = std::mem::take(&mut self.events);
        let told = self.reader.run(now).into_iter();
        events.extend(told.filter_map(reader_event));
        events.extend(self.printer.run(now).into_iter().map(printer_event));
        events.extend(self.scanner.run(now).into_iter().map(scanner_event));
        events
    }

    fn lay(&mut self, who: &IdentityDocument) {
        self.reader.device.lay(card(who));
    }
}

/// The chip of a made-up person.
fn card(who: &IdentityDocument) -> CardFile {
    CardFile {
        name: who.name.clone(),
        sex: match who.sex {
            Sex::Male => "1".into(),
            _ => "2".into(),
        },
        nation: "01".into(),
        birth: who.number[6..14].into(),
        address: who.address.clone(),
        number: who.number.clone(),
        authority: "韶关市公安局武江分局".into(),
        valid_from: "20200101".into(),
        valid_until: "长期".into(),
        ..CardFile::default()
    }
}

/// The kiosk and its hardware.
pub struct Street {
    pub machine: Machine,
    pub hardware: Rc<RefCell<Hardware>>,
    /// What the sensors of the case said last: their pins say so again after a start.
    levels: Vec<Event>,
}

impl Street {
    /// A machine that has just started and said hello to its devices.
    pub fn with(model: Model) -> Self {
        let now = Instant::now();
        let hardware = Rc::new(RefCell::new(Hardware::new(model, now)));
        let mut machine = Machine::bare(catalogue(), "440203103", now);
        machine.devices = Some(Rc::clone(&hardware) as Rc<RefCell<dyn Devices>>);
        let mut street = Self {
            machine,
            hardware,
            levels: Vec::new(),
        };
        street.machine.wait(8);
        street
    }

    /// A sensor of the case, or what is kept of it on the disk, says something.
    pub fn sense(&mut self, event: Event) {
        let kind = std::mem::discriminant(&event);
        self.levels
            .retain(|old| std::mem::discriminant(old) != kind);
        self.levels.push(event.clone());
        self.machine.give(event);
    }

    /// Power comes back after a cut: the core has forgotten everything but what was committed, the devices nothing.
    pub fn start_again(&mut self) {
        let old = &mut self.machine;
        let mut machine = Machine::bare(catalogue(), "440203103", old.now);
        machine.devices = old.devices.take();
        machine.world = old.world.clone();
        machine.filed = std::mem::take(&mut old.filed);
        machine.prints = std::mem::take(&mut old.prints);
        machine.refused = std::mem::take(&mut old.refused);
        machine.seq = old.seq;
        let waiting = std::mem::take(&mut old.unanswered);
        self.machine = machine;
        self.hardware.borrow_mut().start_again(self.machine.now);
        for event in self.levels.clone() {
            self.machine.give(event);
        }
        for case in waiting {
            self.machine.give(Event::Waiting(case));
        }
    }

    /// The lines of each finished piece of paper, oldest first.
    pub fn papers(&self) -> Vec<Vec<String>> {
        let hardware = self.hardware.borrow();
        let papers = hardware.printer.device.papers();
        papers.iter().map(|paper| paper.lines()).collect()
    }
}

/// Beginning of a filing number of this machine.
const NUMBER: &str = "W0012-A7-";

/// Filing numbers on a piece of paper.
fn numbers(lines: &[String]) -> BTreeSet<String> {
    let parts = lines
        .iter()
        .flat_map(|line| line.match_indices(NUMBER).map(|(at, _)| &line[at..]));
    parts
        .map(|rest| rest.chars().take(NUMBER.len() + 6).collect())
        .collect()
}

impl Street {
    /// The service door is closed again.
    pub fn close_door(&mut self) {
        self.sense(Event::Door(false));
    }

    /// After `left` pieces, the last person's receipt came out once, whole, and nothing of anybody else with it.
    pub fn next_receipt_is_alone(&self, left: &[Vec<String>]) {
        let papers = self.papers();
        let mine = format!("{NUMBER}{:06}", self.machine.seq);
        let new = &papers[left.len()..];
        let whole: Vec<_> = new
            .iter()
            .filter(|lines| numbers(lines).contains(&mine))
            .collect();
        assert_eq!(whole.len(), 1, "one receipt: {papers:#?}");
        for lines in new {
            let all = numbers(lines);
            assert!(
                all.iter().all(|number| *number == mine),
                "somebody else's paper: {lines:#?}"
            );
        }
        let hardware = self.hardware.borrow();
        let papers = hardware.printer.device.papers();
        assert!(!papers.last().expect("paper").torn);
        assert_eq!(hardware.printer.device.collisions(), 0);
        if let Some(paper) = hardware.printer.device.taken().last() {
            assert!(numbers(&paper.lines()).contains(&mine), "theirs to take");
        }
        assert!(hardware.printer.device.under_head().is_blank());
    }
}
