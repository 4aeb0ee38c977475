//! An answer as the person reads it before sending.

use super::Answer;
use crate::item::Question;
use crate::text::{Lang, Text};

/// The answer in words: phone numbers grouped, bank card and citizen numbers masked.
#[must_use]
pub fn display(question: &Question, answer: &Answer, lang: Lang) -> String {
    let word = |zh, en| Text::new(zh, en).get(lang).to_owned();
    match answer {
        Answer::Skipped => word("未填", "left out"),
        Answer::Text(text) => text.clone(),
        Answer::Number(number) => {
            let unit = question.unit.get(lang);
            let space = if unit.is_empty() { "" } else { " " };
            format!("{number}{space}{unit}")
        }
        Answer::Date(day) => match lang {
            Lang::Zh => format!("{}年{}月{}日", day.year(), day.month(), day.day()),
            Lang::En => day.to_string(),
        },
        Answer::Choice(value) => question
            .option(value)
            .map_or_else(|| value.clone(), |o| o.label.get(lang).to_owned()),
        Answer::YesNo(true) => word("是", "Yes"),
        Answer::YesNo(false) => word("否", "No"),
        Answer::Mobile(digits) => grouped(digits, &[3, 4, 4]),
        Answer::BankCard(digits) => format!("**** **** **** {}", tail(digits, 4)),
        Answer::IdNumber(number) => {
            let head: String = number.chars().take(4).collect();
            format!("{head}**********{}", tail(number, 4))
        }
        Answer::Address { place, detail, .. } => format!("{place}{detail}"),
        Answer::Signature(_) => word("已签名", "signed"),
    }
}

/// The last `count` characters.
fn tail(text: &str, count: usize) -> String {
    let skip = text.chars().count().saturating_sub(count);
    text.chars().skip(skip).collect()
}

/// Characters in groups of `sizes` with spaces; what is left over forms the last group.
fn grouped(text: &str, sizes: &[usize]) -> String {
    let mut rest = text.chars();
    let mut groups: Vec<String> = sizes
        .iter()
        .map(|size| rest.by_ref().take(*size).collect())
        .collect();
    groups.push(rest.collect());
    groups.retain(|g| !g.is_empty());
    groups.join(" ")
}
