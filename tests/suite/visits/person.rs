//! Made-up people who read the pages of a machine and touch them.

use kiosk::case::{ClockClass, FilingDate, FilingNumber, Form, Key, OldAnswers, Private, Refused};
use kiosk::document::number::check_digit;
use kiosk::document::{Date, IdentityDocument, Sex, ValidUntil};
use kiosk::domain::page::{Body, Intent, PageKind};
use kiosk::item::{Question, QuestionKind};
use serde_json::Value;

pub use super::machine::{Machine, accepted, catalogue, monday, unreachable, words};

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

/// The platform's words, found on no other page.
pub const WHY: &str = "孕周证明已过期";

/// A refused case for the item `task_code`, filed on 5 January.
pub fn refused(nth: u32, task_code: &str, form: Value) -> Refused {
    Refused {
        key: Key(format!("W0012-A7-{nth:06}-OLDOLDOLDOLDOLDO")),
        filing_number: FilingNumber(format!("W0012-A7-{nth:06}-C")),
        task_code: task_code.into(),
        task_name: "生育登记".into(),
        filed: FilingDate {
            wall_rfc3339: Some("2026-01-05T09:00:00+08:00".into()),
            clock_class: ClockClass::Trusted,
        },
        code: "MATERIAL_MISSING".into(),
        detail: Private::new(WHY),
        answers: Some(OldAnswers {
            form: Form::new(form),
            mobile: Some(Private::new("13800000000")),
            collect: true,
        }),
    }
}

impl Machine {
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
        self.touch(Intent::Primary);
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

    /// Agrees apart to the use of sensitive data, where there is any.
    pub fn tick(&mut self) {
        self.expect(PageKind::Consent);
        if matches!(self.page.body, Body::Consent { .. }) {
            assert!(!self.page.primary_enabled, "sensitive data without a tick");
            self.touch(Intent::Primary);
            self.expect(PageKind::Consent);
            self.touch(Intent::Choose(0));
        }
        assert!(self.page.primary_enabled);
    }

    /// From the check page to "submit".
    pub fn submit(&mut self) {
        self.expect(PageKind::Check);
        self.touch(Intent::Primary);
        self.tick();
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
