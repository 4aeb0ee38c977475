//! The whole core: one visit, the outbox, the devices as they say they are. Events in, effects out.

mod cards;
mod drain;
mod finish;

use std::time::Instant;

use crate::case::{Answer, Digest, Draft, FilingNumber, Key, Waiting};
use crate::document::IdentityDocument;
use crate::domain::input::Engines;
use crate::domain::outbox::Outbox;
use crate::domain::page::{Intent, Page, view};
use crate::domain::search::SearchIndex;
use crate::domain::visit::filing::PaperFate;
use crate::domain::visit::idle::{Idle, IdleRules, judge};
use crate::domain::visit::{CardTrouble, Demand, KnownCase, ProgressOf, State, Trigger, Visit};
use crate::domain::world::{Line, MachineWords, Moment, World};
use crate::events::{EventId, FieldValue};
use crate::item::Catalogue;
use crate::receipt::Receipt;
use crate::status::{Device, FlashRate, Paper};

/// What a reader tells, in words of this floor.
#[derive(Clone, Debug)]
pub enum ReaderEvent {
    /// Health.
    Status(Device),
    /// A card lies there and is being read.
    MediaInserted,
    /// Read.
    CardRead(Box<IdentityDocument>),
    /// Not read.
    Failed(CardTrouble),
    /// Taken away.
    MediaRemoved,
}

/// How a print job ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PrintOutcome {
    /// Proved by the printer.
    Printed,
    /// Nothing came out.
    NotStarted,
    /// Something came out, not all.
    Interrupted,
    /// No proof either way.
    Unknown,
}

/// What happens to the kiosk.
#[derive(Clone, Debug)]
pub enum Event {
    /// A person touched something.
    Intent(Intent),
    /// The reader.
    Reader(ReaderEvent),
    /// The printer's health and paper.
    Printer(Device, Paper),
    /// A job ended; said exactly once for each job.
    PrintEnded(u64, PrintOutcome),
    /// The cases are committed, in the order of their drafts.
    Filed(Vec<(Key, FilingNumber, Digest)>),
    /// They are not; the engineer's text is in the journal.
    NotFiled,
    /// A case waits to be sent: said for new ones after [`Event::Filed`], for old ones at start.
    Waiting(Waiting),
    /// An attempt ended.
    Answered(Key, Answer),
    /// The platform's word on cases asked for, `None` when it did not answer.
    Progress(Option<Vec<KnownCase>>),
    /// A newer catalogue was checked and is to be used from the next visit on.
    Catalogue(Box<Catalogue>),
    /// A person came or went.
    Presence(bool),
    /// The service door.
    Door(bool),
    /// Time passed.
    Tick,
}

/// What the shell has to do.
#[derive(Clone, Debug)]
pub enum Effect {
    /// Show this page.
    Show(Box<Page>),
    /// Commit these cases in one transaction, then tell.
    File(Vec<Draft>),
    /// Send the case with this key, keep durably what came of it, then tell.
    Send(Key),
    /// Print.
    Print(u64, Receipt),
    /// Look for cards, or rest.
    Poll(bool),
    /// Ask for a person's cases.
    AskPerson {
        /// Kind of document.
        cert_type: String,
        /// Number.
        cert_no: String,
    },
    /// Ask for the case with this filing number.
    AskNumber(String),
    /// Keep a rating for these cases.
    Rate(Vec<Key>, u8),
    /// Guide lights at reader and slot.
    Lights(FlashRate, FlashRate),
    /// Log.
    Log(EventId, Vec<(&'static str, FieldValue)>),
}

/// The core.
pub struct Kiosk {
    visit: Visit,
    world: World,
    outbox: Outbox,
    shown: Option<Box<Page>>,
    lights: (FlashRate, FlashRate),
    polling: bool,
    next_job: u64,
    next_catalogue: Option<Box<Catalogue>>,
    /// Number of the visit since start, for the journal.
    visits: u64,
    began: Instant,
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
                reader: Device::Unknown,
                printer: Device::Unknown,
                paper: Paper::Unknown,
                line: Line::Unknown,
                wall: None,
                presence: false,
                door_open: false,
            },
            outbox,
            shown: None,
            lights: (FlashRate::Off, FlashRate::Off),
            polling: false,
            next_job: 1,
            next_catalogue: None,
            visits: 0,
            began: now,
            now,
            effects: Vec::new(),
        }
    }

    /// The visit, for tests of the promises.
    #[must_use]
    pub fn visit(&self) -> &Visit {
        &self.visit
    }

    /// Cases that wait.
    #[must_use]
    pub fn waiting_len(&self) -> usize {
        self.outbox.waiting_len()
    }

    /// When [`Event::Tick`] is due next.
    #[must_use]
    pub fn next_deadline(&self) -> Option<Instant> {
        let visit = match self.idle() {
            Idle::Quiet(next) => next,
            Idle::Countdown(_, next) => Some(next),
            Idle::Over | Idle::WorkOver => Some(self.now),
        };
        let print_by = self
            .visit
            .filing
            .as_ref()
            .and_then(|filing| filing.print_by);
        [visit, print_by, self.outbox.poll_timeout()]
            .into_iter()
            .flatten()
            .min()
    }

    fn idle(&self) -> Idle {
        judge(
            self.visit.state,
            &self.world.idle,
            self.visit.last_touch,
            self.visit.entered,
            self.now,
        )
    }

    /// One event, all its effects.
    pub fn handle(&mut self, event: Event, moment: &Moment) -> Vec<Effect> {
        self.now = moment.now;
        self.world.wall.clone_from(&moment.wall);
        let before = self.visit.state;
        let ignored = self.visit.ignored;
        self.take(event);
        self.pass_time();
        self.settle_filing();
        self.drain();
        self.log_move(before);
        if self.visit.ignored > ignored {
            self.log(
                EventId::VisitIgnored,
                vec![("state", FieldValue::Word(before.name()))],
            );
        }
        self.guide();
        self.show();
        std::mem::take(&mut self.effects)
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Intent(intent) => self.touched(intent),
            Event::Reader(event) => self.reader(event),
            Event::Printer(device, paper) => self.printer(device, paper),
            Event::PrintEnded(job, outcome) => self.print_ended(job, outcome),
            Event::Filed(cases) => self.filed(cases),
            Event::NotFiled => {
                self.log(EventId::CaseNotStored, Vec::new());
                self.visit.go(Trigger::Fail, &self.world, self.now);
            }
            Event::Waiting(waiting) => self.outbox.add(waiting, self.now),
            Event::Answered(key, answer) => self.answered(key, answer),
            Event::Progress(cases) => {
                if self.visit.state == State::Progress {
                    self.visit.progress = cases.map_or(ProgressOf::NotNow, ProgressOf::Known);
                }
            }
            Event::Catalogue(catalogue) => self.next_catalogue = Some(catalogue),
            Event::Presence(present) => {
                self.world.presence = present;
                self.log(
                    EventId::PresenceChanged,
                    vec![("present", FieldValue::Flag(present))],
                );
            }
            Event::Door(open) => {
                self.world.door_open = open;
                self.log(
                    if open {
                        EventId::DoorOpened
                    } else {
                        EventId::DoorClosed
                    },
                    Vec::new(),
                );
                // Nobody files into an open machine; a visit that has begun is not torn off by it.
                self.visit_or_ignore(if open { Trigger::Close } else { Trigger::Open });
            }
            Event::Tick => {}
        }
        if self.visit.state == State::Start {
            if self.world.door_open {
                self.visit.go(Trigger::Close, &self.world, self.now);
            }
            if let Some(catalogue) = self.next_catalogue.take() {
                self.world.search = SearchIndex::new(&catalogue);
                self.world.catalogue = *catalogue;
            }
        }
    }

    /// A trigger that means nothing in most states and is not worth counting there.
    fn visit_or_ignore(&mut self, trigger: Trigger) {
        if crate::domain::visit::state::next(self.visit.state, trigger).is_some() {
            self.visit.go(trigger, &self.world, self.now);
        }
    }

    fn touched(&mut self, intent: Intent) {
        for demand in self.visit.intent(intent, &self.world, self.now) {
            match demand {
                Demand::File(drafts) => self.effects.push(Effect::File(drafts)),
                Demand::PersonsCases { cert_type, cert_no } => {
                    self.effects.push(Effect::AskPerson { cert_type, cert_no });
                }
                Demand::CaseByNumber(number) => self.effects.push(Effect::AskNumber(number)),
                Demand::Picked(code) => {
                    self.log(
                        EventId::ItemChosen,
                        vec![("task_code", FieldValue::id(&code))],
                    );
                }
                Demand::Rate { level } => {
                    let keys = self
                        .visit
                        .filing
                        .iter()
                        .flat_map(|f| &f.cases)
                        .map(|c| c.key.clone())
                        .collect();
                    self.effects.push(Effect::Rate(keys, level));
                }
                Demand::PrintAgain => self.print_again(),
            }
        }
    }

    fn pass_time(&mut self) {
        match self.idle() {
            Idle::Quiet(_) | Idle::Countdown(..) => {}
            Idle::Over => {
                self.log(
                    EventId::IdleReset,
                    vec![("page", FieldValue::Word(self.visit.state.name()))],
                );
                self.visit.go(Trigger::End, &self.world, self.now);
            }
            Idle::WorkOver => self.work_over(),
        }
    }

    fn log_move(&mut self, before: State) {
        let after = self.visit.state;
        let outside = |state| matches!(state, State::Start | State::Closed);
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
        }
    }

    /// Guide lights follow what the person should do next.
    fn guide(&mut self) {
        let reader = match self.visit.state {
            State::Identify => FlashRate::Slow,
            State::Start if self.world.presence => FlashRate::Slow,
            State::Goodbye if self.visit.who.is_some() => FlashRate::Quick,
            _ => FlashRate::Off,
        };
        let slot = match self.visit.filing.as_ref().map(|filing| filing.paper) {
            Some(PaperFate::Printing) => FlashRate::Continuous,
            Some(PaperFate::Printed | PaperFate::Torn | PaperFate::Unknown) => FlashRate::Quick,
            Some(PaperFate::NotYet | PaperFate::NoPaper) | None => FlashRate::Off,
        };
        if self.lights != (reader, slot) {
            self.lights = (reader, slot);
            self.effects.push(Effect::Lights(reader, slot));
        }
        let polling = self.visit.state != State::Closed;
        if self.polling != polling {
            self.polling = polling;
            self.effects.push(Effect::Poll(polling));
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
