//! The whole core: one visit, the outbox, the devices as they say they are. Events in, effects out.

mod cards;
mod codes;
mod drain;
mod face;
mod finish;
mod health;
mod refusals;
mod report;
mod room;
mod slot;
mod technician;
mod time;
mod training;
mod wires;
mod words;

use std::collections::BTreeMap;
use std::time::Instant;

use crate::audit::Who;
use crate::case::Key;
use crate::domain::guard::Guard;
use crate::domain::health::{DeviceNote, Health};
use crate::domain::input::Engines;
use crate::domain::outbox::{Outbox, Priority};
use crate::domain::page::{Intent, Page, view};
use crate::domain::power::PowerCycles;
use crate::domain::search::SearchIndex;
use crate::domain::visit::idle::IdleRules;
use crate::domain::visit::{Demand, ProgressOf, State, Trigger, Visit};
use crate::domain::world::{Line, MachineWords, Moment, World};
use crate::events::{EventId, FieldValue};
use crate::item::Catalogue;
use crate::pins::Output;
use crate::status::{FlashRate, Known};

pub use words::{
    Claim, Committed, Effect, Event, PrintOutcome, ReaderEvent, Request, ScannerEvent,
};

/// Paper under way.
enum Order {
    /// The store has not said yet whether it may be printed.
    Claiming(Key),
    /// The printer has this job, for the filing that begins with this case, since then.
    Job(u64, Key, Instant),
    /// The printer has this job, a technician's slip.
    Slip(u64),
}

/// The core.
pub struct Kiosk {
    visit: Visit,
    world: World,
    outbox: Outbox,
    health: Health,
    /// What was told of the devices last.
    noted: DeviceNote,
    shown: Option<Box<Page>>,
    lights: BTreeMap<Output, FlashRate>,
    polling: bool,
    cycles: PowerCycles,
    /// The scanner looks for codes.
    scans: bool,
    /// The screen may dim.
    dims: bool,
    /// The paper under way, whoever's it is. Nothing else is printed before it has ended.
    order: Option<Order>,
    /// The last job that came out, and the case that its filing begins with.
    handed: Option<(u64, Key)>,
    /// The job of the receipt that the printer's exit told of last.
    at_slot: Option<u64>,
    next_catalogue: Option<Box<Catalogue>>,
    /// A question about progress is on its way.
    asking: bool,
    /// When the platform answered last.
    answered: Option<Instant>,
    /// The question after it.
    next_ask: Option<Effect>,
    /// Number of the next question about whoever is here.
    next_question: u64,
    /// A code or a badge that is being judged.
    gate: Option<u64>,
    /// The technician whose page is open.
    signed_in: Option<Who>,
    /// Print jobs of lessons.
    practised: u64,
    /// Number of the visit since start, for the journal.
    visits: u64,
    began: Instant,
    /// When this core began.
    started: Instant,
    /// When the last event was handled.
    now: Instant,
    effects: Vec<Effect>,
}

impl Kiosk {
    /// A kiosk on its start page.
    #[must_use]
    pub fn new(
        machine: MachineWords,
        catalogue: Catalogue,
        engines: Engines,
        idle: IdleRules,
        outbox: Outbox,
        now: Instant,
    ) -> Self {
        let search = SearchIndex::new(&catalogue);
        Self {
            visit: Visit::new(now),
            world: World {
                machine,
                catalogue,
                search,
                engines,
                idle,
                reader: Known::default(),
                card: Known::default(),
                card_left: false,
                printer: Known::default(),
                scanner: Known::default(),
                radar: Known::default(),
                pins: Known::default(),
                paper: Known::default(),
                slot: Known::default(),
                lacks: Vec::new(),
                line: Line::Unknown,
                wall: None,
                presence: false,
                guard: Guard::default(),
                room: None,
                store_set_aside: false,
                training: None,
            },
            outbox,
            health: Health::default(),
            noted: DeviceNote::default(),
            shown: None,
            lights: BTreeMap::new(),
            polling: false,
            cycles: PowerCycles::default(),
            scans: false,
            dims: false,
            order: None,
            handed: None,
            at_slot: None,
            next_catalogue: None,
            asking: false,
            answered: None,
            next_ask: None,
            next_question: 1,
            gate: None,
            signed_in: None,
            practised: 0,
            visits: 0,
            began: now,
            started: now,
            now,
            effects: Vec::new(),
        }
    }

    /// The visit, for tests of the promises.
    #[must_use]
    pub fn visit(&self) -> &Visit {
        &self.visit
    }

    /// The line as it is known.
    #[must_use]
    pub fn line_state(&self) -> Line {
        self.world.line
    }

    /// Cases that wait.
    #[must_use]
    pub fn waiting_len(&self) -> usize {
        self.outbox.waiting_len()
    }

    /// One event, all its effects.
    pub fn handle(&mut self, event: Event, moment: &Moment) -> Vec<Effect> {
        let trained = self.world.training.is_some();
        let effects = self.turn(event, moment);
        if trained || self.world.training.is_some() {
            self.keep_in(effects, moment)
        } else {
            effects
        }
    }

    fn turn(&mut self, event: Event, moment: &Moment) -> Vec<Effect> {
        self.now = moment.now;
        self.world.wall.clone_from(&moment.wall);
        let before = self.visit.state;
        let (ignored, wiped) = (self.visit.ignored, self.visit.wiped);
        let paper = self.open_job();
        self.take(event);
        let paper = paper.or(self.open_job());
        self.world.guard.handle_timeout(self.now);
        self.look_at_health();
        self.pass_time();
        self.work_technician();
        self.call_off(paper);
        self.settle_filing();
        self.between_visits();
        self.refusals();
        self.face();
        self.drain();
        self.give_up_receipt(before, wiped);
        self.log_move(before);
        if self.visit.ignored > ignored {
            self.log(
                EventId::VisitIgnored,
                vec![("state", FieldValue::Word(before.name()))],
            );
        }
        self.note_devices();
        self.cycle_power();
        self.guide();
        self.dim();
        self.show();
        std::mem::take(&mut self.effects)
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Intent(intent) => self.touched(intent),
            Event::Reader(event) => self.reader(event),
            Event::Printer(device, paper) => self.printer(device, paper),
            Event::Slot(job, slot) => self.slot(job, slot),
            Event::PrintClaimed(key, claim) => self.print_claimed(&key, claim),
            Event::PrintEnded(job, outcome, why) => self.print_ended(job, outcome, why),
            Event::Filed(committed) => self.filed(committed),
            Event::NotFiled => {
                self.log(EventId::CaseNotStored, Vec::new());
                self.visit.go(Trigger::Fail, &self.world, self.now);
            }
            Event::Waiting(waiting) => {
                let priority = Priority::of(self.world.catalogue.items(), &waiting.task_code);
                self.outbox.add(waiting, priority, self.now);
            }
            Event::Parked(parked) => parked.iter().for_each(|case| self.outbox.hold(case)),
            Event::Loaded(part) => self.loaded(part),
            Event::Answered(key, answer) => self.answered(key, answer),
            Event::Progress(cases) => {
                self.progress(cases.map_or(ProgressOf::NotNow, ProgressOf::Known))
            }
            Event::Refused(question, refused) => self.visit.hear_refusals(question, refused),
            Event::Face(question, portrait) => self.visit.hear_face(question, portrait),
            Event::LineWorks => self.line_works(),
            Event::Catalogue(catalogue) => self.next_catalogue = Some(catalogue),
            Event::Presence(present) => self.presence(present),
            Event::Door(open) => self.door(open),
            Event::Tamper(forced) => self.tamper(forced),
            Event::TamperLatched(latched) => self.tamper_latched(latched),
            Event::Mains(there) => self.mains(there),
            Event::StandBy(wished) => self.world.guard.stand_by = wished,
            Event::Pins(device) => self.pins(device),
            Event::Radar(device) => self.radar(device),
            Event::Scanner(event) => self.scanner(event),
            Event::PinFailed(pin) => self.pin_failed(pin),
            Event::PowerCycle(part) => self.cycles.wish(part),
            Event::Room(room) => self.room(room),
            Event::StoreSetAside(lies) => self.world.store_set_aside = lies,
            Event::Gate(question, answer) => self.gate_says(question, answer),
            Event::Facts(facts) => self.seen(*facts),
            Event::RequestEnded(ended) => self.request_ended(ended),
            Event::Service(reason) => self.service_is(reason),
            Event::ServiceNotKept => self.service_not_kept(),
            Event::Tick => {}
        }
    }

    /// What waits for the end of a visit: an open door, a newer catalogue, a question about somebody who left.
    fn between_visits(&mut self) {
        if !matches!(self.visit.state, State::Start | State::Closed) {
            self.learns();
            return;
        }
        self.next_ask = None;
        self.train();
        self.open_or_close();
        if let Some(catalogue) = self.next_catalogue.take() {
            self.world.search = SearchIndex::new(&catalogue);
            self.world.catalogue = *catalogue;
        }
    }

    fn touched(&mut self, intent: Intent) {
        self.learns();
        match self.visit.intent(intent, &self.world, self.now) {
            None => {}
            Some(Demand::File(drafts)) => self.effects.push(Effect::File(drafts)),
            Some(Demand::PersonsCases { cert_type, cert_no }) => {
                self.ask(Effect::AskPerson { cert_type, cert_no });
            }
            Some(Demand::CaseByNumber(number)) => self.ask(Effect::AskNumber(number)),
            Some(Demand::PutAway(key)) => self.put_away(key),
            Some(Demand::Picked(code)) => {
                let code = FieldValue::id(&code);
                self.log(EventId::ItemChosen, vec![("task_code", code)]);
            }
            Some(Demand::Rate(level)) => {
                let cases = self.visit.filing.iter().flat_map(|filing| &filing.cases);
                let keys = cases.map(|case| case.key.clone()).collect();
                self.effects.push(Effect::Rate(keys, level));
            }
            Some(Demand::PrintAgain) => self.print_again(),
            Some(Demand::Service) => self.enter_technician(),
            Some(Demand::EndTraining) => self.end_training("button"),
            Some(Demand::Technician(wish)) => self.technician_wishes(wish),
        }
    }

    /// Asks for progress. Answers do not say whose they are, so there is never more than one question on its way.
    fn ask(&mut self, question: Effect) {
        if self.asking {
            self.next_ask = Some(question);
        } else {
            self.asking = true;
            self.effects.push(question);
        }
    }

    fn progress(&mut self, known: ProgressOf) {
        self.asking = false;
        match self.next_ask.take() {
            // The answer is to somebody's earlier question.
            Some(question) => self.ask(question),
            None if self.visit.state == State::Progress => self.visit.progress = known,
            None => {}
        }
    }

    fn log_move(&mut self, before: State) {
        let after = self.visit.state;
        let outside = State::is_outside;
        if before == State::Technician && after != before {
            self.technician_left("button");
        }
        if outside(before) && !outside(after) {
            self.visits += 1;
            self.began = self.now;
            let how = if after == State::Identify {
                "touch"
            } else {
                "card"
            };
            let visit = FieldValue::count(self.visits);
            self.log(
                EventId::VisitBegin,
                vec![("visit", visit), ("how", FieldValue::Word(how))],
            );
        }
        if !outside(before) && outside(after) {
            let fields = vec![
                ("visit", FieldValue::count(self.visits)),
                ("reason", FieldValue::Word(before.name())),
                (
                    "duration_ms",
                    FieldValue::count((self.now - self.began).as_millis()),
                ),
            ];
            self.log(EventId::VisitEnd, fields);
            self.card_left_behind();
        }
    }

    fn show(&mut self) {
        let page = view(&self.visit, &self.world, self.now);
        if self.shown.as_deref() != Some(&page) {
            let page = Box::new(page);
            self.shown = Some(page.clone());
            self.effects.push(Effect::Show(page));
        }
    }

    fn log(&mut self, event: EventId, fields: Vec<(&'static str, FieldValue)>) {
        self.effects.push(Effect::Log(event, fields));
    }
}
