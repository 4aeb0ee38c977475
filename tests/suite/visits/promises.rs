//! Anything in any order: whatever people, devices and the platform do, the promises hold.

mod paper;
mod refusals;

use std::cell::Cell;
use std::time::Duration;

use kiosk::case::{Answer, Key, LaneFault, ParkCause, Rejection};
use kiosk::domain::kiosk::{Effect, Event, PrintOutcome, ReaderEvent};
use kiosk::domain::page::{Intent, Overlay, PageKind};
use kiosk::domain::visit::{KnownCase, State};
use kiosk::text::Lang;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::person::{Machine, accepted, case, monday, old, unreachable, young};
use super::random::{Step, step};
use super::sound::assert_sound;

/// The machine with what the world still owes it, and what was seen.
struct Watched {
    machine: Machine,
    to_store: Vec<usize>,
    to_platform: Vec<Key>,
    to_printer: Vec<u64>,
    called_off: bool,
    claims: Vec<Event>,
    asked: usize,
    /// Every question for refused cases.
    questions: Vec<refusals::Asked>,
    /// First prints and copies since the last commit, and touches that asked for one.
    prints: usize,
    copies: usize,
    committed: bool,
    copy_touches: usize,
    /// Name of the person whose card began this visit.
    person: Option<&'static str>,
    /// Name on the card that was laid down last.
    another: Option<&'static str>,
}

impl Watched {
    fn new() -> Self {
        Self {
            machine: Machine::new(),
            to_store: Vec::new(),
            to_platform: Vec::new(),
            to_printer: Vec::new(),
            called_off: false,
            claims: Vec::new(),
            asked: 0,
            questions: Vec::new(),
            prints: 0,
            copies: 0,
            committed: false,
            copy_touches: 0,
            person: None,
            another: None,
        }
    }

    fn asks_who_goes_on(&self) -> bool {
        let overlay = self.machine.page.overlay.as_ref();
        overlay.is_some_and(|o| matches!(o, Overlay::Leave { leave, .. } if leave.contains("换人") || leave.contains("new card")))
    }

    fn give(&mut self, event: Event) {
        if matches!(event, Event::Filed(_)) {
            (self.committed, self.prints, self.copies, self.copy_touches) = (true, 0, 0, 0);
        }
        if let Event::PrintEnded(job, ..) = event {
            self.to_printer.retain(|open| *open != job);
        }
        let ticked = matches!(event, Event::Tick);
        if matches!(event, Event::Intent(Intent::OverlayLeave)) && self.asks_who_goes_on() {
            self.person = self.another;
        }
        let touched = matches!(event, Event::Intent(Intent::Secondary(1)));
        self.copy_touches += usize::from(touched);
        let effects = self.machine.raw(event);
        for effect in &effects {
            self.see(effect);
        }
        while let Some(claimed) = self.claims.pop() {
            self.give(claimed);
        }
        self.judge(ticked, effects.is_empty());
    }

    fn see(&mut self, effect: &Effect) {
        match effect {
            Effect::File(drafts) => {
                assert!(self.to_store.is_empty(), "filed twice");
                self.committed = false;
                self.to_store.push(drafts.len());
                for draft in drafts {
                    assert_eq!(Some(draft.applicant.name.reveal()), self.person);
                    refusals::assert_own(draft);
                }
            }
            Effect::Send(key) => self.to_platform.push(key.clone()),
            Effect::ClaimPrint(key, again) => {
                self.claims.push(self.machine.claim(key.clone(), *again));
            }
            Effect::KeepPrint(job, outcome) => self.machine.ended(*job, *outcome),
            Effect::Print(job, receipt) => self.ordered(*job, receipt),
            Effect::CancelPrint(job) => {
                assert_eq!(self.to_printer, [*job], "only what is on its way");
                self.called_off = true;
            }
            Effect::AskRefused {
                question, cert_no, ..
            } => self.refusals_asked(*question, cert_no),
            Effect::AskPerson { .. } | Effect::AskNumber(_) => {
                self.asked += 1;
                assert_eq!(self.asked, 1, "two questions on their way");
            }
            _ => {}
        }
    }

    fn judge(&mut self, ticked: bool, quiet: bool) {
        let machine = &self.machine;
        let state = machine.kiosk.visit().state();
        let outside = matches!(state, State::Start | State::Closed);
        assert_sound(&machine.page);
        let shown = format!("{:?}", machine.page);
        if outside {
            assert!(!machine.kiosk.visit().holds_personal_data());
            assert!(self.called_off || self.to_printer.is_empty());
            for person in [old(), young()] {
                for secret in [
                    &person.name,
                    &person.number,
                    &person.masked_name(),
                    &person.masked_number(),
                ] {
                    assert!(!shown.contains(secret.as_str()), "{state:?}: {shown}");
                }
            }
            self.person = None;
        } else if let Some(name) = self.person {
            for other in [old(), young()].iter().filter(|other| other.name != name) {
                assert!(!shown.contains(&other.name) && !shown.contains(&other.masked_number()));
            }
        }
        let deadline = machine.kiosk.next_deadline();
        assert!(deadline.is_some() || outside, "{state:?} waits for ever");
        if ticked && quiet {
            assert!(
                deadline.is_none_or(|at| at > machine.now),
                "{state:?} spins"
            );
        }
    }

    fn take(&mut self, step: Step) {
        self.machine.now += Duration::from_millis(300);
        match step {
            Step::Touch(intent) => self.give(Event::Intent(intent)),
            Step::Event(event) => self.give(event),
            Step::Card(aged) => self.card(aged),
            Step::Refusals(which) => self.tell_refusals(which),
            Step::Store(well) => self.store(well),
            Step::Platform(how) => self.platform(how),
            Step::Printer(how) => {
                if let Some(job) = self.to_printer.pop() {
                    self.give(Event::PrintEnded(job, OUTCOMES[how], None));
                }
            }
            Step::Progress => {
                if self.asked > 0 {
                    self.asked = 0;
                    let known = KnownCase {
                        number: "S1".into(),
                        task_name: String::new(),
                        state: kiosk::text::Text::new("办理中", "Under way"),
                        updated_at: "2026-03-01".into(),
                    };
                    self.give(Event::Progress(Some(vec![known; 12])));
                }
            }
            Step::Pass(seconds) => self.pass(seconds),
            Step::Fill => self.fill(),
            Step::Submit => {
                for _ in 0..3 {
                    if matches!(
                        self.kind(),
                        PageKind::Check | PageKind::Consent | PageKind::Sign
                    ) {
                        if self.kind() == PageKind::Sign {
                            let stroke = (0..9).map(|x| (x as f32 / 10.0, 0.5)).collect();
                            self.give(Event::Intent(Intent::Stroke(stroke)));
                        }
                        if self.kind() == PageKind::Consent {
                            self.give(Event::Intent(Intent::Choose(0)));
                        }
                        self.give(Event::Intent(Intent::Primary));
                    }
                }
            }
            Step::Clock(set) => {
                self.machine.wall = set.then(monday);
            }
        }
    }

    fn kind(&self) -> PageKind {
        self.machine.page.kind
    }

    fn card(&mut self, aged: bool) {
        let document = if aged { old() } else { young() };
        let name = if aged { "陈演示" } else { "王试用" };
        let state = self.machine.kiosk.visit().state();
        let welcome = matches!(
            state,
            State::Start
                | State::Identify
                | State::NoCard
                | State::Choose
                | State::Items
                | State::Search
                | State::ItemInfo
        );
        self.another = Some(name);
        // On the last page the next one begins at once.
        if state == State::Goodbye && self.person.is_some() {
            self.person = Some(name);
        }
        // The card that comes first is the person, as far as the pages can tell.
        if welcome && self.person.is_none() {
            self.person = Some(name);
        }
        self.give(Event::Reader(ReaderEvent::CardRead(document)));
    }

    fn store(&mut self, well: bool) {
        let Some(count) = self.to_store.pop() else {
            return;
        };
        if well {
            for event in self.machine.commit(count) {
                self.give(event);
            }
        } else {
            self.give(Event::NotFiled);
        }
    }

    fn platform(&mut self, how: usize) {
        let answers = [
            accepted(),
            unreachable(),
            Answer::Rejected(Rejection {
                code: "X".into(),
                detail: "材料不符".into(),
            }),
            Answer::InProgress {
                retry_after_s: Some(3),
            },
            Answer::Parked(ParkCause::KeyReused),
            Answer::LaneStopped(LaneFault::Clock),
        ];
        if let Some(key) = self.to_platform.pop() {
            self.give(Event::Answered(key, answers[how].clone()));
        }
    }

    fn pass(&mut self, seconds: u64) {
        let until = self.machine.now + Duration::from_secs(seconds);
        let mut ticks = 0;
        while let Some(next) = self.machine.kiosk.next_deadline().filter(|at| *at <= until) {
            self.machine.now = self.machine.now.max(next);
            self.give(Event::Tick);
            ticks += 1;
            assert!(ticks < 500, "a busy loop");
        }
        self.machine.now = until;
        self.give(Event::Tick);
    }

    fn fill(&mut self) {
        let guided = |kind| {
            matches!(
                kind,
                PageKind::Eligibility | PageKind::Question | PageKind::Delivery
            )
        };
        if self.machine.page.overlay.is_some() {
            self.give(Event::Intent(Intent::OverlayStay));
        }
        if !guided(self.kind()) {
            // From wherever it is reached: an item that many can apply for.
            if self.kind() == PageKind::Choose && self.person.is_some() {
                self.machine.open(&case());
                self.machine.touch(Intent::Primary);
            }
        }
        for _ in 0..30 {
            match self.kind() {
                PageKind::Eligibility => self.machine.meet(),
                kind if guided(kind) => {
                    self.machine.enter();
                    self.machine.touch(Intent::Primary);
                }
                _ => break,
            }
        }
    }

    /// The devices and the platform answer what they owe, and nobody touches anything.
    fn leave(&mut self) {
        self.store(true);
        while let Some(job) = self.to_printer.pop() {
            self.give(Event::PrintEnded(job, PrintOutcome::Unknown, None));
        }
        let begin = self.machine.now;
        // Whoever maintains the machine has both hands in it.
        let most = match self.machine.kiosk.visit().state() {
            State::Technician => 250,
            _ => 130,
        };
        for _ in 0..most + 10 {
            self.store(true);
            self.pass(1);
            let state = self.machine.kiosk.visit().state();
            if matches!(state, State::Start | State::Closed) {
                break;
            }
        }
        let state = self.machine.kiosk.visit().state();
        assert!(
            matches!(state, State::Start | State::Closed),
            "{state:?} does not end"
        );
        assert!(self.machine.now - begin <= Duration::from_secs(most));
        assert!(!self.machine.kiosk.visit().holds_personal_data());
        self.pass(60);
        assert_eq!(self.machine.page.lang, Lang::Zh);
        if self.machine.kiosk.waiting_len() == 0 {
            assert_eq!(self.machine.kiosk.next_deadline(), None);
        }
    }
}

const OUTCOMES: [PrintOutcome; 4] = [
    PrintOutcome::Printed,
    PrintOutcome::NotStarted,
    PrintOutcome::Interrupted,
    PrintOutcome::Unknown,
];

#[test]
fn hold_whatever_happens() {
    let mut runner = TestRunner::new(Config {
        cases: 256,
        failure_persistence: None,
        ..Config::default()
    });
    let (filed, copied) = (Cell::new(0), Cell::new(0));
    let visits = prop::collection::vec(step(), 1..90);
    let run = runner.run(&visits, |steps| {
        let mut watched = Watched::new();
        for step in steps {
            watched.take(step);
        }
        watched.leave();
        filed.set(filed.get() + watched.machine.filed.len());
        copied.set(copied.get() + watched.machine.prints.len());
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
    // A search that never files proves nothing.
    assert!(
        filed.get() > 20 && copied.get() > 10,
        "{filed:?} {copied:?}"
    );
    println!("{} filings, {} prints", filed.get(), copied.get());
}

/// A colon after 示范 on the search page, which the random visits came to: it is the person's own, not the page's.
#[test]
fn what_a_person_types_keeps_its_marks() {
    let mut watched = Watched::new();
    watched.take(Step::Card(false));
    watched.take(Step::Touch(Intent::Secondary(0)));
    watched.take(Step::Touch(Intent::Insert("示范".into())));
    watched.take(Step::Touch(Intent::Key(':')));
    assert!(format!("{:?}", watched.machine.page).contains("示范:"));
}

#[test]
fn the_random_visits_go_all_the_way() {
    let mut watched = Watched::new();
    for step in [
        Step::Card(false),
        Step::Fill,
        Step::Submit,
        Step::Store(true),
        Step::Platform(0),
    ] {
        watched.take(step);
    }
    assert_eq!(watched.to_printer.len(), 1);
    watched.take(Step::Printer(0));
    assert_eq!(watched.kind(), PageKind::Confirmation);
    watched.leave();
}
