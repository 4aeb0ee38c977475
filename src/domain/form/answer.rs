//! Answers: what a person said, checked. They are personal data: wiped on drop and never printed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::item::Day;

/// Points of one stroke of a signature, in the pixels of the pad.
pub type Stroke = Vec<(u16, u16)>;

/// What a page hands over, before it is checked.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub enum Input {
    /// Typed or picked: text, digits, a day, an option's value, `yes` or `no`.
    Text(String),
    /// A division and the rest of the address.
    Address {
        /// 12 digits.
        code: String,
        /// Road, house number.
        detail: String,
    },
    /// A drawn signature.
    Signature(Vec<Stroke>),
}

impl fmt::Debug for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Input(…)")
    }
}

/// A checked answer.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub enum Answer {
    /// An optional question was left out.
    Skipped,
    /// Text without outer spaces.
    Text(String),
    /// A whole number, with its digits for rules.
    Number(i64),
    /// A day.
    Date(Day),
    /// Value of an option.
    Choice(String),
    /// 是 or 否.
    YesNo(bool),
    /// 11 digits.
    Mobile(String),
    /// 12 to 19 digits.
    BankCard(String),
    /// 18 characters, capital X.
    IdNumber(String),
    /// A place.
    Address {
        /// 12 digits.
        code: String,
        /// District to village, short names.
        place: String,
        /// Road, house number.
        detail: String,
    },
    /// A signature.
    Signature(Vec<Stroke>),
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Answer(…)")
    }
}

impl Answer {
    /// The value a rule compares: of choices, yes-or-no answers and numbers.
    #[must_use]
    pub fn token(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Choice(value) => Some(Cow::Borrowed(value)),
            Self::YesNo(true) => Some(Cow::Borrowed("yes")),
            Self::YesNo(false) => Some(Cow::Borrowed("no")),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
            _ => None,
        }
    }
}

/// Answers by the identifier of their question. At most one a question, so a form limits them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Answers(BTreeMap<String, Answer>);

impl fmt::Debug for Answers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Answers({})", self.0.len())
    }
}

impl Answers {
    /// No answers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The answer to a question.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<&Answer> {
        self.0.get(id)
    }

    /// Sets an answer. Call [`super::drop_hidden`] after a change.
    pub fn insert(&mut self, id: &str, answer: Answer) {
        self.0.insert(id.into(), answer);
    }

    /// Takes an answer back.
    pub fn remove(&mut self, id: &str) -> Option<Answer> {
        self.0.remove(id)
    }

    /// Keeps the answers whose identifiers `keep` holds.
    pub fn retain(&mut self, mut keep: impl FnMut(&str) -> bool) {
        self.0.retain(|id, _| keep(id));
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// True when there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
