//! A machine whose effects are answered at once, and a person who reads its pages and touches them.

use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use kiosk::case::{
    Acceptance, Answer, Digest, Draft, FilingNumber, Key, PersonToken, RetryCause, Waiting,
};
use kiosk::document::number::check_digit;
use kiosk::document::{Date, IdentityDocument, Sex, ValidUntil};
use kiosk::domain::input::Engines;
use kiosk::domain::kiosk::{Effect, Event, Kiosk, PrintOutcome, ReaderEvent};
use kiosk::domain::outbox::{Outbox, Settings};
use kiosk::domain::page::{Body, Intent, Page, PageKind};
use kiosk::domain::visit::idle::IdleRules;
use kiosk::domain::world::{MachineWords, Moment, Wall};
use kiosk::item::{Catalogue, Day, Question, QuestionKind};
use kiosk::receipt::Receipt;
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

/// Code of an item that everybody in these tests may apply for.
pub fn case() -> String {
    let catalogue = catalogue();
    let mut items = catalogue.items().iter();
    let found = items.find(|item| item.task_name.zh == "生育登记");
    found.expect("the registration of births").task_code.clone()
}

/// A resident of Wujiang with a well-built number of a region that does not exist.
pub fn resident(name: &str, birth: &str, sex: Sex) -> Box<IdentityDocument> {
    let order = if sex == Sex::Male { "013" } else { "012" };
    let body = format!("999203{birth}{order}");
    let check = check_digit(&body).expect("17 digits");
    let mut document = Box::new(IdentityDocument::default());
    document.name = name.into();
    document.sex = sex;
    document.birth = Date::parse_compact(birth).expect("a day");
    document.address = "广东省韶关市武江区西河镇演示村委会1号".into();
    document.number = format!("{body}{check}");
    document.valid_from = Date::parse_compact("20200101").expect("a day");
    document.valid_until = ValidUntil::LongTerm;
    document
}

/// A woman of 31.
pub fn young() -> Box<IdentityDocument> {
    resident("王试用", "19950708", Sex::Female)
}

/// A woman of 86.
pub fn old() -> Box<IdentityDocument> {
    resident("陈演示", "19400312", Sex::Female)
}

/// What the world answers to effects.
#[derive(Clone, Debug)]
pub struct World {
    /// The store commits.
    pub store: bool,
    /// What the platform says; `None` says nothing.
    pub platform: Option<Answer>,
    /// How print jobs end; `None` never tells.
    pub printer: Option<PrintOutcome>,
}

/// A Monday in spring.
pub fn monday() -> Wall {
    Wall {
        day: Day::new(2026, 3, 2).expect("a day"),
        time: "14:05".into(),
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
    pub others: Vec<Effect>,
    pub seq: u64,
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
        let now = Instant::now();
        let words = MachineWords {
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
        let mut machine = Self {
            kiosk,
            now,
            wall: Some(monday()),
            page: blank(),
            world: World {
                store: true,
                platform: Some(accepted()),
                printer: Some(PrintOutcome::Printed),
            },
            filed: Vec::new(),
            prints: Vec::new(),
            others: Vec::new(),
            seq: 0,
        };
        machine.give(Event::Reader(ReaderEvent::Status(Device::Online)));
        machine.give(Event::Printer(Device::Online, Paper::Full));
        machine
    }

    /// One event and everything the world answers to it.
    pub fn give(&mut self, event: Event) {
        let mut events = vec![event];
        while !events.is_empty() {
            let event = events.remove(0);
            for effect in self.raw(event) {
                events.extend(self.answer(effect));
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

    fn answer(&mut self, effect: Effect) -> Vec<Event> {
        match effect {
            Effect::File(_) if !self.world.store => vec![Event::NotFiled],
            Effect::File(drafts) => self.commit(drafts.len()),
            Effect::Send(key) => {
                let answer = self.world.platform.clone();
                answer
                    .map(|answer| Event::Answered(key, answer))
                    .into_iter()
                    .collect()
            }
            Effect::Print(job, _) => {
                let outcome = self.world.printer;
                outcome
                    .map(|outcome| Event::PrintEnded(job, outcome))
                    .into_iter()
                    .collect()
            }
            _ => Vec::new(),
        }
    }

    /// What a store says that has committed so many cases.
    pub fn commit(&mut self, count: usize) -> Vec<Event> {
        let mut cases = Vec::new();
        let mut waiting = Vec::new();
        for _ in 0..count {
            self.seq += 1;
            let key = Key(format!("W0012-A7-{:06}-TESTTESTTESTTEST", self.seq));
            let number = FilingNumber(format!("W0012-A7-{:06}-C", self.seq));
            cases.push((key.clone(), number, Digest([self.seq as u8; 32])));
            waiting.push(Event::Waiting(Waiting {
                key,
                seq: self.seq,
                person: PersonToken([1; 16]),
                attempts: 0,
            }));
        }
        let mut events = vec![Event::Filed(cases)];
        events.extend(waiting);
        events
    }

    pub fn touch(&mut self, intent: Intent) {
        self.now += Duration::from_millis(700);
        self.give(Event::Intent(intent));
    }

    /// Gives every tick that is due until `seconds` have passed.
    pub fn wait(&mut self, seconds: u64) {
        let until = self.now + Duration::from_secs(seconds);
        while let Some(next) = self.kiosk.next_deadline().filter(|next| *next <= until) {
            self.now = self.now.max(next);
            self.give(Event::Tick);
            assert!(
                self.kiosk
                    .next_deadline()
                    .is_none_or(|after| after > self.now),
                "{:?} does not move on",
                self.kiosk.visit().state()
            );
        }
        self.now = until;
        self.give(Event::Tick);
    }

    pub fn card(&mut self, document: Box<IdentityDocument>) {
        self.give(Event::Reader(ReaderEvent::CardRead(document)));
    }

    pub fn expect(&self, kind: PageKind) {
        assert_eq!(
            self.page.kind, kind,
            "{} {}",
            self.page.heading, self.page.error
        );
    }

    /// From the tile page to the page of an item, found in the list of all.
    pub fn open(&mut self, task_code: &str) {
        self.expect(PageKind::Choose);
        self.touch(Intent::Choose(0));
        let name = self.named(task_code);
        loop {
            let Body::Choices(choices) = &self.page.body else {
                panic!("a list")
            };
            if let Some(at) = choices.iter().position(|choice| choice.label == name) {
                return self.touch(Intent::Choose(at));
            }
            let (at, of) = self.page.pager;
            assert!(at < of, "{name} is not listed");
            self.touch(Intent::NextPage);
        }
    }

    pub fn named(&self, task_code: &str) -> String {
        let catalogue = catalogue();
        let item = catalogue.get(task_code).expect("an item");
        item.task_name.get(self.page.lang).to_owned()
    }

    /// Card, item, and "begin".
    pub fn begin(&mut self, who: Box<IdentityDocument>, task_code: &str) {
        self.card(who);
        self.open(task_code);
        self.expect(PageKind::ItemInfo);
        self.touch(Intent::Primary);
    }

    /// Answers conditions and questions until another page comes.
    pub fn fill(&mut self) {
        for _ in 0..80 {
            match self.page.kind {
                PageKind::Eligibility => self.meet(),
                PageKind::Question | PageKind::Delivery => self.answer_question(),
                _ => return,
            }
            assert!(
                self.page.error.is_empty(),
                "{}: {}",
                self.page.heading,
                self.page.error
            );
        }
        panic!("the form has no end");
    }

    /// Says of a condition what lets one go on.
    pub fn meet(&mut self) {
        let item = self.kiosk.visit().item().expect("an item");
        let lang = self.page.lang;
        let condition = item
            .conditions
            .iter()
            .find(|c| c.ask.get(lang) == self.page.heading);
        let need = condition.expect("the condition asked").need;
        self.touch(Intent::Choose(usize::from(!need)));
        self.touch(Intent::Primary);
    }

    /// The question of the open page.
    pub fn question(&self) -> Question {
        let item = self.kiosk.visit().item().expect("an item");
        let lang = self.page.lang;
        let question = item
            .form
            .iter()
            .find(|q| q.text.get(lang) == self.page.heading);
        question.expect("the question asked").clone()
    }

    /// Enters a good answer to the open question, without "next".
    pub fn enter(&mut self) {
        let question = self.question();
        let text = match question.kind {
            QuestionKind::Choice | QuestionKind::YesNo => {
                let kind = self.page.kind;
                self.touch(Intent::Choose(0));
                return self.expect(kind);
            }
            QuestionKind::Address => {
                while matches!(self.page.body, Body::Choices(_)) {
                    assert!(self.page.primary.is_none());
                    self.touch(Intent::Choose(0));
                }
                "演示路1号".into()
            }
            QuestionKind::Signature => return self.sign(),
            QuestionKind::Text => "示范".into(),
            QuestionKind::Number => question.min.unwrap_or(1).max(1).to_string(),
            QuestionKind::Date => "20260101".into(),
            QuestionKind::Mobile => "13800000000".into(),
            QuestionKind::BankCard => "6200000000000000000".into(),
            QuestionKind::IdNumber => "11010519491231002X".into(),
        };
        self.touch(Intent::Clear);
        self.touch(Intent::Insert(text));
    }

    pub fn answer_question(&mut self) {
        self.enter();
        assert!(self.page.primary_enabled, "{}", self.page.heading);
        self.touch(Intent::Primary);
    }

    pub fn sign(&mut self) {
        for line in 0..3 {
            let y = 0.3 + line as f32 * 0.2;
            let stroke = (0..20).map(|x| (0.1 + x as f32 * 0.04, y)).collect();
            self.touch(Intent::Stroke(stroke));
        }
    }

    /// From the check page to "submit".
    pub fn submit(&mut self) {
        self.expect(PageKind::Check);
        self.touch(Intent::Primary);
        self.expect(PageKind::Consent);
        self.touch(Intent::Primary);
        if self.page.kind == PageKind::Sign {
            self.sign();
            self.touch(Intent::Primary);
        }
    }

    /// A whole visit up to the confirmation.
    pub fn file(&mut self, who: Box<IdentityDocument>, task_code: &str) {
        self.begin(who, task_code);
        self.fill();
        self.submit();
    }
}

fn blank() -> Page {
    Page {
        kind: PageKind::Start,
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
