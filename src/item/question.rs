//! One question of an item's form.

use serde::{Deserialize, Serialize};

use super::Rule;
use crate::text::Text;

/// What kind of answer a question takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// Free text, at most [`Question::max_chars`].
    Text,
    /// A whole number from [`Question::min`] to [`Question::max`].
    Number,
    /// A day.
    Date,
    /// One of [`Question::options`].
    Choice,
    /// 是 or 否.
    YesNo,
    /// Mobile number.
    Mobile,
    /// Bank card number.
    BankCard,
    /// A division down to [`Question::level`] and the rest of the address as text.
    Address,
    /// A signature drawn on the screen.
    Signature,
    /// Citizen number.
    IdNumber,
}

/// How deep an address must go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AddressLevel {
    /// Down to the town or street.
    Town,
    /// Down to the village or community.
    #[default]
    Village,
}

/// A field of the card that answers a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum PrefillKey {
    /// 姓名.
    #[serde(rename = "idcard.name")]
    Name,
    /// 公民身份号码.
    #[serde(rename = "idcard.number")]
    Number,
    /// 出生日期.
    #[serde(rename = "idcard.birth")]
    Birth,
    /// 性别, `男` or `女`.
    #[serde(rename = "idcard.sex")]
    Sex,
    /// 住址.
    #[serde(rename = "idcard.address")]
    Address,
    /// 民族.
    #[serde(rename = "idcard.nation")]
    Nation,
}

/// One of the answers of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is sent, unique within the question.
    pub value: String,
    /// What is shown.
    pub label: Text,
}

/// One question.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Question {
    /// Identifier within the item: small letters, digits, `_`.
    pub id: String,
    /// Kind of answer.
    #[serde(rename = "type")]
    pub kind: QuestionKind,
    /// The question.
    pub text: Text,
    /// A hint under it.
    #[serde(default)]
    pub help: Text,
    /// Whether it may be left out.
    #[serde(default)]
    pub optional: bool,
    /// Card field that answers it.
    pub prefill: Option<PrefillKey>,
    /// Asked only when this holds.
    pub show_if: Option<Rule>,
    /// Answers of a choice.
    #[serde(default)]
    pub options: Vec<Choice>,
    /// Smallest number.
    pub min: Option<i64>,
    /// Largest number.
    pub max: Option<i64>,
    /// Unit of a number, e.g. `平方米`.
    #[serde(default)]
    pub unit: Text,
    /// Most characters of a text.
    pub max_chars: Option<u16>,
    /// Depth of an address.
    pub level: Option<AddressLevel>,
}

/// Most characters of a text answer when the question names none.
pub const TEXT_MAX: u16 = 60;

impl Question {
    /// Most characters a text answer may have.
    #[must_use]
    pub fn text_limit(&self) -> usize {
        self.max_chars.unwrap_or(TEXT_MAX).into()
    }

    /// Label of an option in both languages.
    #[must_use]
    pub fn option(&self, value: &str) -> Option<&Choice> {
        self.options.iter().find(|o| o.value == value)
    }
}
