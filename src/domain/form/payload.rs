//! What is sent: the form as JSON, and a bundle's cases with the answers each of them gets.

use serde_json::{Map, Value, json};

use super::{Answer, Answers, Context, flow};
use crate::item::{Item, Kind};
use crate::text::Text;

/// One case to be filed. The form is personal data, so it has no `Debug`.
#[derive(Clone, PartialEq)]
pub struct SubCase {
    /// 实施编码.
    pub task_code: String,
    /// 事项名称.
    pub task_name: Text,
    /// 实施主体.
    pub dept_code: String,
    /// The `form` object.
    pub form: Value,
}

fn value(answer: &Answer) -> Value {
    match answer {
        Answer::Skipped => Value::Null,
        Answer::Text(text)
        | Answer::Choice(text)
        | Answer::Mobile(text)
        | Answer::BankCard(text)
        | Answer::IdNumber(text) => json!(text),
        Answer::Number(number) => json!(number),
        Answer::Date(day) => json!(day.to_string()),
        Answer::YesNo(yes) => json!(yes),
        Answer::Address {
            code,
            place,
            detail,
        } => json!({"code": code, "place": place, "detail": detail}),
        // Flat x, y, x, y …: a third of the bytes of nested pairs.
        Answer::Signature(strokes) => {
            let flat = strokes
                .iter()
                .map(|s| s.iter().flat_map(|(x, y)| [*x, *y]).collect::<Vec<u16>>());
            json!({"strokes": flat.collect::<Vec<_>>()})
        }
    }
}

/// The `form` object: the answers of the asked questions by identifier; questions left out are not in it. Choices are
/// their values, days `YYYY-MM-DD`, addresses `{code, place, detail}`, signatures `{strokes: [[x, y, …], …]}`.
#[must_use]
pub fn payload(item: &Item, answers: &Answers, context: &Context<'_>) -> Value {
    form(item, answers, context, |_| true)
}

fn form(
    item: &Item,
    answers: &Answers,
    context: &Context<'_>,
    pick: impl Fn(&str) -> bool,
) -> Value {
    let mut object = Map::new();
    for question in flow::visible(item, answers, context) {
        match answers.get(&question.id) {
            None | Some(Answer::Skipped) => {}
            Some(answer) if pick(&question.id) => {
                object.insert(question.id.clone(), value(answer));
            }
            Some(_) => {}
        }
    }
    Value::Object(object)
}

/// The cases to be filed: one for an item, several for a bundle, none for a guide.
#[must_use]
pub fn sub_cases(item: &Item, answers: &Answers, context: &Context<'_>) -> Vec<SubCase> {
    match item.kind {
        Kind::Guide => Vec::new(),
        Kind::Case => vec![SubCase {
            task_code: item.task_code.clone(),
            task_name: item.task_name.clone(),
            dept_code: item.dept.code.clone(),
            form: payload(item, answers, context),
        }],
        Kind::Bundle => bundle(item, answers, context),
    }
}

fn bundle(item: &Item, answers: &Answers, context: &Context<'_>) -> Vec<SubCase> {
    let shown = flow::visible(item, answers, context);
    let answer = |id: &str| {
        let asked = shown.iter().any(|q| q.id == id);
        asked.then(|| answers.get(id)?.token()).flatten()
    };
    item.cases
        .iter()
        .filter(|case| {
            let rule = case.show_if.as_ref();
            rule.is_none_or(|rule| rule.holds(&answer, context.age()))
        })
        .map(|case| SubCase {
            task_code: case.task_code.clone(),
            task_name: case.task_name.clone(),
            dept_code: case.dept.code.clone(),
            form: form(item, answers, context, |id| {
                case.answers.iter().any(|a| a == id)
            }),
        })
        .collect()
}
