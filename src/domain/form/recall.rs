//! What was answered in an earlier case is not asked again in its correction.

use serde_json::Value;

use super::{Answers, Context, Input, check, drop_hidden};
use crate::item::{Item, Question, QuestionKind};

/// The answers of a `form` object, as [`super::payload`] wrote it, to the questions that `item` has now. What no longer
/// is an answer (another question, another choice, another limit) is left out and so is asked; a signature always is.
#[must_use]
pub fn recall(item: &Item, form: &Value, context: &Context<'_>) -> Answers {
    let mut answers = Answers::new();
    for question in &item.form {
        let answer = form
            .get(&question.id)
            .and_then(|value| input(question, value))
            .and_then(|input| check(question, &input, context).ok());
        if let Some(answer) = answer {
            answers.insert(&question.id, answer);
        }
    }
    drop_hidden(item, &mut answers, context);
    answers
}

/// The input that would have given a value; none where the question is of another kind by now.
fn input(question: &Question, value: &Value) -> Option<Input> {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    Some(match (question.kind, value) {
        (QuestionKind::Signature, _) => return None,
        (QuestionKind::YesNo, Value::Bool(yes)) => {
            Input::Text(if *yes { "yes" } else { "no" }.into())
        }
        (QuestionKind::Number, Value::Number(number)) => Input::Text(number.to_string()),
        (QuestionKind::Address, Value::Object(_)) => Input::Address {
            code: text(&value["code"])?,
            detail: text(&value["detail"])?,
        },
        (QuestionKind::YesNo | QuestionKind::Number | QuestionKind::Address, _) => return None,
        (_, value) => Input::Text(text(value)?),
    })
}
