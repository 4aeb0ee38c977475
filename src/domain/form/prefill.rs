//! What the card already tells is not asked again.

use std::collections::BTreeMap;
use std::fmt;

use zeroize::Zeroize;

use super::{Answers, Context, Input, check, flow};
use crate::item::{Item, PrefillKey, Question, QuestionKind};

/// Fields of a document as texts. Wiped on drop, never printed.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Prefill(BTreeMap<PrefillKey, String>);

impl fmt::Debug for Prefill {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Prefill({})", self.0.len())
    }
}

impl Drop for Prefill {
    fn drop(&mut self) {
        self.0.values_mut().for_each(Zeroize::zeroize);
    }
}

impl Prefill {
    /// Sets a field; `birth` as `YYYY-MM-DD` or `YYYYMMDD`, `sex` as `男` or `女`.
    pub fn insert(&mut self, key: PrefillKey, value: String) {
        if let Some(mut old) = self.0.insert(key, value) {
            old.zeroize();
        }
    }

    /// A field.
    #[must_use]
    pub fn get(&self, key: PrefillKey) -> Option<&str> {
        self.0.get(&key).map(String::as_str)
    }
}

/// The input a card field gives for a question; none when it does not fit, and the question is then asked.
fn input(question: &Question, value: &str, context: &Context<'_>) -> Option<Input> {
    match question.kind {
        QuestionKind::Address => {
            let (division, detail) = context.divisions.locate(value)?;
            Some(Input::Address {
                code: division.code.clone(),
                detail: detail.trim().into(),
            })
        }
        QuestionKind::Choice => {
            let same = |label: &str| label == value;
            let option = question
                .options
                .iter()
                .find(|o| same(&o.value) || same(&o.label.zh))?;
            Some(Input::Text(option.value.clone()))
        }
        QuestionKind::Signature => None,
        _ => Some(Input::Text(value.into())),
    }
}

/// Answers what the card tells, where there is no answer yet; gives the identifiers of the questions answered.
pub fn prefill<'i>(
    item: &'i Item,
    answers: &mut Answers,
    card: &Prefill,
    context: &Context<'_>,
) -> Vec<&'i str> {
    let mut filled = Vec::new();
    for question in flow::visible(item, answers, context) {
        let value = question.prefill.and_then(|key| card.get(key));
        if answers.get(&question.id).is_some() {
            continue;
        }
        let answer = value
            .and_then(|value| input(question, value, context))
            .and_then(|input| check(question, &input, context).ok());
        if let Some(answer) = answer {
            answers.insert(&question.id, answer);
            filled.push(question.id.as_str());
        }
    }
    filled
}
