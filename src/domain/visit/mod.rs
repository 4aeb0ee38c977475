//! One person's visit: where it stands and what was entered so far. Wiped at its end.

pub mod act;
mod answering;
pub mod browse;
mod checking;
mod conditions;
pub mod delivery;
pub mod drafts;
pub mod entry;
mod face;
pub mod filing;
pub mod idle;
mod questions;
mod refusals;
pub mod state;
mod submit;
mod typing;

use std::collections::BTreeMap;
use std::time::Instant;

use crate::document::IdentityDocument;
use crate::domain::form::Answers;
use crate::domain::technician::{Place, Technician, Wish};
use crate::domain::world::World;
use crate::item::Item;
use crate::text::{Lang, Text};

use browse::ListOf;
use entry::{Entry, Ink};
use face::Face;
use filing::Filing;
use refusals::Refusals;
pub use state::{State, Trigger};

/// What lies over the page until it is answered.
#[derive(Clone, Debug)]
pub enum Layer {
    /// Help.
    Help,
    /// "Leave?"
    Leave,
    /// Somebody else's card lies on the reader: go on, or begin for them?
    AnotherCard(Box<IdentityDocument>),
}

/// What is wrong with the card on the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum CardTrouble {
    /// Not an identity card.
    NotAnIdCard,
    /// Taken away too early.
    MovedAway,
    /// Could not be read; lay it again.
    Unreadable,
    /// It was not the card: the reader did not answer.
    ReaderFault,
    /// It lay there before the reader looked; whether its owner is here nobody can tell.
    LiesThere,
    /// Expired.
    Expired,
    /// Not valid yet.
    NotYetValid,
    /// A number whose check character is wrong.
    BadNumber,
}

impl CardTrouble {
    /// Its name in the journal.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::NotAnIdCard => "not-an-id-card",
            Self::MovedAway => "moved-away",
            Self::Unreadable => "unreadable",
            Self::ReaderFault => "reader-fault",
            Self::LiesThere => "lies-there",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::BadNumber => "bad-number",
        }
    }
}

/// A case of this person as the platform tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownCase {
    /// Number to quote.
    pub number: String,
    /// Item.
    pub task_name: String,
    /// State in words.
    pub state: Text,
    /// Day of the last change.
    pub updated_at: String,
}

/// Progress of cases: asked for, known, or not to be had.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ProgressOf {
    /// Asked, no answer yet.
    #[default]
    Asking,
    /// What the platform and this machine know.
    Known(Vec<KnownCase>),
    /// The platform did not answer.
    NotNow,
}

/// What the visit wants from outside.
#[derive(Clone, Debug)]
pub enum Demand {
    /// Commit these cases together.
    File(Vec<crate::case::Draft>),
    /// Ask the platform for this person's cases.
    PersonsCases {
        /// Kind of document, `10` for an ID card.
        cert_type: String,
        /// Number.
        cert_no: String,
    },
    /// Ask the platform for the case with this filing number.
    CaseByNumber(String),
    /// Do not tell this refused case again.
    PutAway(crate::case::Key),
    /// Keep a rating, 1 to 5, for these cases.
    Rate(u8),
    /// The paper again.
    PrintAgain,
    /// A technician wants to come in.
    Service,
    /// Training is to end.
    EndTraining,
    /// What a technician wants.
    Technician(Wish),
    /// The person looked at this item (counted, without the person).
    Picked(String),
}

/// One person's visit.
pub struct Visit {
    pub(crate) state: State,
    pub(crate) lang: Lang,
    pub(crate) layer: Option<Layer>,
    pub(crate) who: Option<Box<IdentityDocument>>,
    pub(crate) reading: bool,
    pub(crate) card_trouble: Option<CardTrouble>,
    pub(crate) list: ListOf,
    pub(crate) list_page: usize,
    /// What was typed into the search, to come back to it.
    pub(crate) query: String,
    /// The item with the questions every item has (delivery, mobile).
    pub(crate) item: Option<Box<Item>>,
    pub(crate) condition: usize,
    pub(crate) refusal: Option<(Text, Text)>,
    pub(crate) answers: Answers,
    /// Identifier of the open question.
    pub(crate) question: Option<String>,
    /// The person's yes or no by the index of the condition.
    pub(crate) asked: BTreeMap<usize, bool>,
    /// Questions that the card answered; shown on the check page, not asked.
    pub(crate) prefilled: Vec<String>,
    /// A question was opened from the check page and leads back there.
    pub(crate) changing: bool,
    pub(crate) entry: Entry,
    pub(crate) error: Option<Text>,
    pub(crate) signature: Ink,
    /// Ticked the consent of its own for sensitive data.
    pub(crate) agreed_sensitive: bool,
    pub(crate) filing: Option<Filing>,
    pub(crate) progress: ProgressOf,
    pub(crate) refusals: Refusals,
    pub(crate) face: Face,
    /// The technician's page, while it is open.
    pub(crate) technician: Option<Box<Technician>>,
    pub(crate) last_touch: Instant,
    pub(crate) entered: Instant,
    /// Pairs of state and trigger that meant nothing.
    pub(crate) ignored: u64,
    /// How often everything was forgotten, over the life of the machine.
    pub(crate) wiped: u64,
}

impl Visit {
    /// Nobody here.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self {
            state: State::Start,
            lang: Lang::Zh,
            layer: None,
            who: None,
            reading: false,
            card_trouble: None,
            list: ListOf::Popular,
            list_page: 0,
            query: String::new(),
            item: None,
            condition: 0,
            refusal: None,
            answers: Answers::default(),
            question: None,
            asked: BTreeMap::new(),
            prefilled: Vec::new(),
            changing: false,
            entry: Entry::None,
            error: None,
            signature: Ink::default(),
            agreed_sensitive: false,
            filing: None,
            progress: ProgressOf::Asking,
            refusals: Refusals::default(),
            face: Face::default(),
            technician: None,
            last_touch: now,
            entered: now,
            ignored: 0,
            wiped: 0,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> State {
        self.state
    }

    /// Pairs of state and trigger that meant nothing, over the life of the machine.
    #[must_use]
    pub fn ignored(&self) -> u64 {
        self.ignored
    }

    /// Whether anything of a person is held. False on the start page, always.
    #[must_use]
    pub fn holds_personal_data(&self) -> bool {
        self.who.is_some()
            || matches!(self.layer, Some(Layer::AnotherCard(_)))
            || !self.answers.is_empty()
            || !self.asked.is_empty()
            || !self.signature.is_empty()
            || self.filing.is_some()
            || self.refusals.hold_personal_data()
            || self.face.holds_photo()
            || self.entry.holds_text()
            || matches!(&self.progress, ProgressOf::Known(cases) if !cases.is_empty())
    }

    /// Follows the table. Returns false, and counts, when the trigger means nothing here.
    pub(crate) fn go(&mut self, trigger: Trigger, world: &World, now: Instant) -> bool {
        let Some(to) = state::next(self.state, trigger) else {
            self.ignored += 1;
            return false;
        };
        self.state = to;
        self.entered = now;
        self.layer = None;
        self.error = None;
        match to {
            State::Start | State::Closed => self.wipe(now),
            State::Technician => {
                self.wipe(now);
                self.technician = Some(Box::default());
            }
            State::Choose => {
                self.forget_item();
                self.list_page = 0;
                self.query.clear();
            }
            State::Question => self.prepare_entry(world),
            State::Items => self.forget_item(),
            State::Search => {
                self.forget_item();
                self.entry = Entry::search(&self.query, world);
            }
            State::ProgressQuery => self.entry = Entry::number_query(world),
            State::Goodbye => {
                self.entry = Entry::None;
                // Whoever goes on from here may be the next person.
                self.refusals.wait_for_next_visit();
            }
            State::Sign => self.entry = Entry::Ink(self.signature.clone()),
            State::Problem => {
                self.entry = Entry::None;
                self.filing = None;
            }
            _ => self.entry = Entry::None,
        }
        true
    }

    /// Forgets the item and everything answered for it; the person stays.
    pub(crate) fn forget_item(&mut self) {
        self.item = None;
        self.agreed_sensitive = false;
        self.forget_answers();
        self.entry = Entry::None;
        self.signature = Ink::default();
        self.filing = None;
        self.progress = ProgressOf::Asking;
        self.refusals.leave();
    }

    /// Forgets everything of the person. Texts and strokes are overwritten by their own types when dropped.
    pub(crate) fn wipe(&mut self, now: Instant) {
        let (state, ignored, wiped) = (self.state, self.ignored, self.wiped);
        *self = Self::new(now);
        self.state = state;
        self.ignored = ignored;
        self.wiped = wiped + 1;
    }

    /// Whether `返回` means something here.
    #[must_use]
    pub(crate) fn has_back(&self) -> bool {
        match self.state {
            State::Start
            | State::Refused
            | State::Working
            | State::Confirmation
            | State::Rating
            | State::Goodbye
            | State::Closed => false,
            State::Choose => self.who.is_none(),
            State::Technician => self
                .technician
                .as_ref()
                .is_some_and(|t| matches!(t.place(), Place::Tool(_))),
            _ => true,
        }
    }

    /// The item, with the questions every item has.
    #[must_use]
    pub fn item(&self) -> Option<&Item> {
        self.item.as_deref()
    }
}
