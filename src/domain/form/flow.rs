//! Which questions are asked, and which comes next.

use super::{Answers, Context};
use crate::item::{Item, Question};

/// The questions that are asked, in order. A hidden question's answer does not count, so a rule on it does not hold.
#[must_use]
pub fn visible<'i>(item: &'i Item, answers: &Answers, context: &Context<'_>) -> Vec<&'i Question> {
    let mut shown: Vec<&Question> = Vec::with_capacity(item.form.len());
    for question in &item.form {
        let answer = |id: &str| {
            let asked = shown.iter().any(|q| q.id == id);
            asked.then(|| answers.get(id)?.token()).flatten()
        };
        let rule = question.show_if.as_ref();
        if rule.is_none_or(|rule| rule.holds(&answer, context.age())) {
            shown.push(question);
        }
    }
    shown
}

/// Drops the answers to questions that are no longer asked; gives the number dropped.
pub fn drop_hidden(item: &Item, answers: &mut Answers, context: &Context<'_>) -> usize {
    let before = answers.len();
    let shown = visible(item, answers, context);
    answers.retain(|id| shown.iter().any(|q| q.id == id));
    before - answers.len()
}

/// The first asked question without an answer.
#[must_use]
pub fn next<'i>(item: &'i Item, answers: &Answers, context: &Context<'_>) -> Option<&'i Question> {
    let open = |q: &&Question| answers.get(&q.id).is_none();
    visible(item, answers, context).into_iter().find(open)
}

/// Whether every asked question has an answer.
#[must_use]
pub fn is_complete(item: &Item, answers: &Answers, context: &Context<'_>) -> bool {
    next(item, answers, context).is_none()
}
