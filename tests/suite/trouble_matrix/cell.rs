//! One trouble in one state.

use std::sync::OnceLock;

use kiosk::domain::page::{Page, PageKind};
use kiosk::domain::visit::State;
use kiosk::sim::printer::Mechanism;
use kiosk::sim::reader::ReaderFault;

use crate::street::{Hardware, Model, Plug, Street};
use crate::visits::sound::assert_sound;

/// How long a trouble lasts, and how long the machine has to heal, in seconds.
const LASTS_S: u64 = 10;
const HEALS_S: u64 = 10;
/// Longest work, confirmation, rating and goodbye without a touch, in seconds.
const WALKED_AWAY_S: u64 = 240;

/// Something that happens to a machine in the street.
pub struct Trouble {
    /// Its column in the README.
    pub name: &'static str,
    printer: Model,
    strike: Act,
    mend: Act,
    row: OnceLock<Vec<&'static str>>,
}

/// What is done to it.
enum Act {
    Street(fn(&mut Street)),
    Reader(ReaderFault),
    Printer(fn(&mut Mechanism)),
    Pull(Which),
    PutBack(Which),
}

/// Whose plug it is.
pub type Which = fn(&mut Hardware) -> &mut dyn Plug;

impl Act {
    fn on(&self, street: &mut Street) {
        match self {
            Self::Street(act) => act(street),
            Self::Reader(fault) => street.hardware.borrow_mut().reader.device.set_fault(*fault),
            Self::Printer(act) => act(&mut street.hardware.borrow_mut().printer.device),
            Self::Pull(which) => which(&mut street.hardware.borrow_mut()).pull(street.machine.now),
            Self::PutBack(which) => {
                which(&mut street.hardware.borrow_mut()).put_back(street.machine.now);
            }
        }
    }
}

impl Trouble {
    pub const fn new(name: &'static str, strike: fn(&mut Street), mend: fn(&mut Street)) -> Self {
        Self::of(name, Act::Street(strike), Act::Street(mend))
    }

    /// A fault of the reader, which goes away again.
    pub const fn of_reader(name: &'static str, fault: ReaderFault) -> Self {
        Self::of(name, Act::Reader(fault), Act::Reader(ReaderFault::None))
    }

    /// Something in the printer's mechanism.
    pub const fn of_printer(
        name: &'static str,
        strike: fn(&mut Mechanism),
        mend: fn(&mut Mechanism),
    ) -> Self {
        Self::of(name, Act::Printer(strike), Act::Printer(mend))
    }

    /// A plug that is pulled, and put back at the same path.
    pub const fn of_plug(name: &'static str, which: Which) -> Self {
        Self::of(name, Act::Pull(which), Act::PutBack(which))
    }

    const fn of(name: &'static str, strike: Act, mend: Act) -> Self {
        Self {
            name,
            printer: Model::Open,
            strike,
            mend,
            row: OnceLock::new(),
        }
    }

    /// On a machine with this printer.
    pub const fn with(mut self, printer: Model) -> Self {
        self.printer = printer;
        self
    }

    /// What the page does in each state, in the order of [`State::SERVING`]. Panics where a promise breaks.
    pub fn row(&self) -> &[&'static str] {
        let cells = || State::SERVING.map(|state| self.cell(state)).to_vec();
        self.row.get_or_init(cells)
    }

    fn cell(&self, state: State) -> &'static str {
        self.walked_away(state);
        println!("{} in {}", self.name, state.name());
        let mut street = Street::in_state_with(self.printer, state);
        self.strike.on(&mut street);
        lasts(&mut street);
        let word = difference(&usual(self.printer, state), &street.machine.page);
        self.mend.on(&mut street);
        street.machine.wait(HEALS_S);
        sound(&street);
        street.end_visit();
        next_person(&mut street, state);
        word
    }

    /// The person takes the card and goes while the trouble lasts; it is mended for the next one.
    fn walked_away(&self, state: State) {
        println!("{} in {}, walked away", self.name, state.name());
        let mut street = Street::in_state_with(self.printer, state);
        self.strike.on(&mut street);
        street.machine.wait(1);
        street.hardware.borrow_mut().reader.device.take();
        for _ in 0..WALKED_AWAY_S {
            street.machine.wait(1);
            sound(&street);
        }
        let kind = street.machine.page.kind;
        assert!(
            matches!(kind, PageKind::Start | PageKind::Closed),
            "{kind:?}"
        );
        self.mend.on(&mut street);
        street.machine.wait(HEALS_S);
        next_person(&mut street, state);
    }
}

/// Whoever comes next files a case, and the paper is theirs alone.
fn next_person(street: &mut Street, state: State) {
    if state == State::Closed {
        street.close_door();
    }
    let left = street.papers();
    street.next_person_files();
    street.next_receipt_is_alone(&left);
}

/// The page of a state after the same time in which nothing happened.
fn usual(printer: Model, state: State) -> Page {
    static PAGES: [OnceLock<Page>; State::SERVING.len()] = [const { OnceLock::new() }; _];
    let page = || {
        let mut street = Street::in_state_with(printer, state);
        lasts(&mut street);
        street.machine.page
    };
    if printer != Model::Open {
        return page();
    }
    let at = State::SERVING.iter().position(|other| *other == state);
    PAGES[at.expect("a state")].get_or_init(page).clone()
}

fn lasts(street: &mut Street) {
    for _ in 0..LASTS_S {
        street.machine.wait(1);
        sound(street);
    }
}

fn sound(street: &Street) {
    let machine = &street.machine;
    assert_sound(&machine.page);
    let nobody = matches!(machine.page.kind, PageKind::Start | PageKind::Closed);
    assert!(!nobody || !machine.kiosk.visit().holds_personal_data());
}

fn difference(usual: &Page, page: &Page) -> &'static str {
    match page.kind {
        _ if page == usual => "–",
        kind if kind == usual.kind => "told",
        PageKind::Start => "start",
        PageKind::Identify => "card again",
        PageKind::Choose => "anew",
        PageKind::Closed => "closed",
        PageKind::Working => "waits",
        PageKind::Confirmation => "told",
        other => panic!("moves to {other:?}"),
    }
}
