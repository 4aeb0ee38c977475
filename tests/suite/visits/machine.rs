//! A machine whose effects are answered at once, with a hand-moved clock.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::path::Path;
use std::rc::Rc;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use kiosk::audit::{Name, Who};
use kiosk::domain::technician::{Answer as Gate, Facts};
use kiosk::fleet::standing::Standing;
use kiosk::technician::BadgeFault;

use kiosk::case::{
    Acceptance, Answer, Draft, FilingNumber, Key, PersonToken, Refused, RetryCause, Waiting,
};
use kiosk::document::IdentityDocument;
use kiosk::domain::input::Engines;
use kiosk::domain::kiosk::{Claim, Committed, Effect, Event, Kiosk, PrintOutcome, ReaderEvent};
use kiosk::domain::outbox::{Outbox, Settings};
use kiosk::domain::page::{Body, Intent, Page, PageKind};
use kiosk::domain::visit::idle::IdleRules;
use kiosk::domain::world::{MachineWords, Moment, Wall};
use kiosk::item::{Catalogue, Day};
use kiosk::receipt::{Block, Receipt};
use kiosk::status::{Device, Paper};
use kiosk::text::Text;

/// The catalogue that is shipped.
pub fn catalogue() -> Catalogue {
    static LOADED: OnceLock<Catalogue> = OnceLock::new();
    let load = || {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("board/catalogue");
        kiosk::shell::catalogue::load(&folder)
            .expect("the shipped catalogue")
            .0
    };
    LOADED.get_or_init(load).clone()
}

/// What the world answers to effects.
#[derive(Clone, Debug)]
pub struct World {
    /// The store commits.
    pub store: bool,
    /// It answers claims.
    pub claims: bool,
    /// What the platform says; `None` says nothing.
    pub platform: Option<Answer>,
    /// How print jobs end; `None` never tells.
    pub printer: Option<PrintOutcome>,
}

/// Devices that are more than words: machines of the wire on simulated devices, in the time of the kiosk.
pub trait Devices {
    /// Carries out an effect that is for a device; `false` when it is not.
    fn carry_out(&mut self, effect: &Effect, now: Instant) -> bool;
    /// When something happens next, later than the last `run`.
    fn next(&self) -> Option<Instant>;
    /// What happened by `now`.
    fn run(&mut self, now: Instant) -> Vec<Event>;
    /// Somebody lays a card down.
    fn lay(&mut self, who: &IdentityDocument);
}

/// Every text on a receipt, one a line.
pub fn words(receipt: &Receipt) -> String {
    let texts = receipt.blocks.iter().map(|block| match block {
        Block::Line { text, .. } | Block::Notice { text } => text.clone(),
        Block::Pair { name, value } => format!("{name} {value}"),
        Block::Qr { data, .. } => data.clone(),
        Block::Rule | Block::Feed { .. } => String::new(),
    });
    texts.collect::<Vec<_>>().join("\n")
}

/// A Monday in spring.
pub fn monday() -> Wall {
    Wall {
        day: Day::new(2026, 3, 2).expect("a day"),
        time: "14:05".into(),
        checked: true,
    }
}

/// A kiosk, its clock and what came out of it.
pub struct Machine {
    pub kiosk: Kiosk,
    pub now: Instant,
    pub wall: Option<Wall>,
    pub page: Page,
    pub world: World,
    pub filed: Vec<Vec<Draft>>,
    pub prints: Vec<(u64, Receipt)>,
    /// Claims in order of their jobs, and whether they count as begun.
    pub claims: Vec<(Key, bool)>,
    pub others: Vec<Effect>,
    pub seq: u64,
    /// What the store holds of refused cases, by the number of the person's card.
    pub refused: Vec<(String, Vec<Refused>)>,
    /// Before each touch.
    pub thinks: Duration,
    /// What was told to wait and has had no answer yet.
    pub unanswered: Vec<Waiting>,
    /// Devices on the wire; without them prints end as the world says and cards are read as they are laid.
    pub devices: Option<Rc<RefCell<dyn Devices>>>,
}

pub fn accepted() -> Answer {
    Answer::Accepted(Acceptance {
        sblsh: "4402030000000000000001".into(),
        sblsh_short: "2203000001".into(),
        query_code: "Q1234567".into(),
        accepted_at: "2026-11-22T14:05:00+08:00".into(),
        promise_until: None,
    })
}

pub fn unreachable() -> Answer {
    Answer::Retry {
        why: RetryCause::Unreachable,
        retry_after_s: None,
    }
}

impl Machine {
    /// Ready for a person: clock set, reader and printer online, platform accepting.
    pub fn new() -> Self {
        Self::with(catalogue(), "440203103")
    }

    pub fn with(catalogue: Catalogue, town: &str) -> Self {
        let mut machine = Self::bare(catalogue, town, Instant::now());
        machine.give(Event::Reader(ReaderEvent::Status(Device::Online)));
        machine.give(Event::Printer(Device::Online, Paper::Full));
        machine
    }

    /// Just started: nothing is known of its devices.
    pub fn bare(catalogue: Catalogue, town: &str, now: Instant) -> Self {
        let words = MachineWords {
            handoff: vec!["YSS:".into()],
            draws_photos: true,
            badge_at_start: false,
            training: Duration::from_secs(1800),
            id: "W0012".into(),
            town_code: town.into(),
            service: Text::new("武江区政务服务", "Government services of Wujiang"),
            place: Text::new("西河镇", "Xihe"),
            phone: "0751-0000000".into(),
            window: Text::new(
                "西河镇政务服务中心 1 号窗口",
                "Window 1, Xihe service centre",
            ),
        };
        let outbox = Outbox::new(Settings::default(), 7, now);
        let kiosk = Kiosk::new(
            words,
            catalogue,
            Engines::none(),
            IdleRules::default(),
            outbox,
            now,
        );
        Self {
            kiosk,
            now,
            wall: Some(monday()),
            page: blank(),
            world: World {
                store: true,
                claims: true,
                platform: Some(accepted()),
                printer: Some(PrintOutcome::Printed),
            },
            filed: Vec::new(),
            prints: Vec::new(),
            claims: Vec::new(),
            others: Vec::new(),
            seq: 0,
            refused: Vec::new(),
            thinks: Duration::from_millis(700),
            unanswered: Vec::new(),
            devices: None,
        }
    }

    /// One event and everything the world answers to it.
    pub fn give(&mut self, event: Event) {
        let mut events = VecDeque::from([event]);
        while let Some(event) = events.pop_front() {
            for effect in self.raw(event) {
                events.extend(self.answer(effect));
            }
            if events.is_empty() {
                events.extend(self.run_devices());
            }
        }
    }

    /// One event; its effects are kept, but nothing answers them.
    pub fn raw(&mut self, event: Event) -> Vec<Effect> {
        let moment = Moment {
            now: self.now,
            wall: self.wall.clone(),
        };
        let effects = self.kiosk.handle(event, &moment);
        for effect in &effects {
            match effect {
                Effect::Show(page) => self.page = (**page).clone(),
                Effect::File(drafts) => self.filed.push(drafts.clone()),
                Effect::Print(job, receipt) => self.prints.push((*job, receipt.clone())),
                other => self.others.push(other.clone()),
            }
        }
        effects
    }

    fn run_devices(&mut self) -> Vec<Event> {
        let devices = self.devices.as_ref();
        devices.map_or_else(Vec::new, |devices| devices.borrow_mut().run(self.now))
    }

    fn answer(&mut self, effect: Effect) -> Vec<Event> {
        if let Some(devices) = &self.devices
            && devices.borrow_mut().carry_out(&effect, self.now)
        {
            return Vec::new();
        }
        match effect {
            Effect::File(_) if !self.world.store => vec![Event::NotFiled],
            Effect::File(drafts) => self.commit(drafts.len()),
            Effect::Send(key) => {
                let answer = self.world.platform.clone();
                if let Some(Answer::Accepted(_) | Answer::Rejected(_)) = answer {
                    self.unanswered.retain(|case| case.key != key);
                }
                answer
                    .map(|answer| Event::Answered(key, answer))
                    .into_iter()
                    .collect()
            }
            Effect::ClaimPrint(..) if !self.world.claims => Vec::new(),
            Effect::ClaimPrint(key, again) => vec![self.claim(key, again)],
            Effect::KeepPrint(job, outcome) => {
                self.ended(job, outcome);
                Vec::new()
            }
            Effect::Print(job, _) => {
                let outcome = self.world.printer;
                outcome
                    .map(|outcome| Event::PrintEnded(job, outcome, None))
                    .into_iter()
                    .collect()
            }
            Effect::AskRefused {
                question, cert_no, ..
            } => {
                let mut found = self.refused.iter();
                let found = found.find(|(number, _)| number == cert_no.reveal());
                found
                    .map(|(_, list)| Event::Refused(question, list.clone()))
                    .into_iter()
                    .collect()
            }
            Effect::TryCode(question, code) => {
                let answer = match code.reveal() {
                    "123456" => Gate::Granted(Who::Code),
                    _ => Gate::Wrong,
                };
                vec![Event::Gate(question, answer)]
            }
            Effect::TryBadge(question, badge) => {
                let answer = match badge.reveal() {
                    "KIOSKT/1/GOOD" => Gate::Granted(Who::Badge(Name::word("T0007"))),
                    _ => Gate::Badge(BadgeFault::Unsigned),
                };
                vec![Event::Gate(question, answer)]
            }
            Effect::KeepService(reason) => vec![Event::Service(reason)],
            Effect::LookAround => vec![Event::Facts(Box::new(Facts {
                waiting: 3,
                parked: 1,
                oldest_s: Some(93_600),
                clock: "holdover",
                stick: true,
                bundles: vec!["kiosk-1.4.0.raucb".into()],
                agent: Some(Standing::default()),
                stage: None,
            }))],
            _ => Vec::new(),
        }
    }

    /// What a store says to a claim.
    pub fn claim(&mut self, key: Key, again: bool) -> Event {
        let printed = self
            .claims
            .iter()
            .filter(|(of, begun)| *of == key && *begun);
        let copy = printed.count() as u32;
        let claim = (copy == 0 || again).then(|| {
            self.claims.push((key.clone(), true));
            Claim {
                job: self.claims.len() as u64,
                copy,
            }
        });
        Event::PrintClaimed(key, claim)
    }

    /// What a store does with the end of a print.
    pub fn ended(&mut self, job: u64, outcome: PrintOutcome) {
        self.claims[job as usize - 1].1 = outcome != PrintOutcome::NotStarted;
    }

    /// What a store says that has committed so many cases.
    pub fn commit(&mut self, count: usize) -> Vec<Event> {
        let mut cases = Vec::new();
        let mut waiting = Vec::new();
        for _ in 0..count {
            self.seq += 1;
            let key = Key(format!("W0012-A7-{:06}-TESTTESTTESTTEST", self.seq));
            let number = FilingNumber(format!("W0012-A7-{:06}-C", self.seq));
            cases.push((key.clone(), number));
            waiting.push(Waiting {
                key,
                seq: self.seq,
                person: PersonToken([1; 16]),
                attempts: 0,
                task_code: String::new(),
                waited: Duration::ZERO,
            });
        }
        self.unanswered.extend(waiting.iter().cloned());
        let committed = Committed {
            cases,
            time: self
                .wall
                .as_ref()
                .filter(|wall| wall.checked)
                .map(|wall| format!("{} {}", wall.day, wall.time)),
            proof: Some(format!("PROOF {}", self.seq)),
        };
        let mut events = vec![Event::Filed(committed)];
        events.extend(waiting.into_iter().map(Event::Waiting));
        events
    }

    pub fn touch(&mut self, intent: Intent) {
        let until = self.now + self.thinks;
        if self.devices.is_some() {
            self.pass(until);
        }
        self.now = until;
        self.give(Event::Intent(intent));
    }

    /// Gives every tick that is due until `seconds` have passed.
    pub fn wait(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        self.pass(until);
        self.now = until;
        self.give(Event::Tick);
    }

    fn pass(&mut self, until: Instant) {
        let due = |next: &Instant| *next <= until;
        loop {
            let mine = self.kiosk.next_deadline().filter(due);
            let theirs = self.devices.as_ref().and_then(|d| d.borrow().next());
            let theirs = theirs.filter(due);
            let Some(next) = mine.into_iter().chain(theirs).min() else {
                return;
            };
            self.now = self.now.max(next);
            if mine.is_some_and(|mine| mine <= self.now) {
                self.give(Event::Tick);
                assert!(
                    self.kiosk
                        .next_deadline()
                        .is_none_or(|after| after > self.now),
                    "{:?} does not move on",
                    self.kiosk.visit().state()
                );
            }
            for event in self.run_devices() {
                self.give(event);
            }
        }
    }

    pub fn card(&mut self, document: Box<IdentityDocument>) {
        match self.devices.clone() {
            Some(devices) => {
                devices.borrow_mut().lay(&document);
                self.wait(3);
            }
            None => self.give(Event::Reader(ReaderEvent::CardRead(document))),
        }
    }
}

fn blank() -> Page {
    Page {
        kind: PageKind::Start,
        watermark: String::new(),
        lang: Default::default(),
        service: String::new(),
        place: String::new(),
        time: String::new(),
        task: String::new(),
        step: (0, 0),
        step_text: String::new(),
        banners: Vec::new(),
        heading: String::new(),
        lead: String::new(),
        face: None,
        error: String::new(),
        body: Body::None,
        primary: None,
        primary_enabled: false,
        secondary: Vec::new(),
        pager: (0, 0),
        back: String::new(),
        leave: String::new(),
        help: String::new(),
        phone: String::new(),
        language: String::new(),
        overlay: None,
    }
}
