//! The logic of a form: which questions are asked, whether an answer is good, what is shown and what is sent.

mod answer;
mod check;
mod display;
mod eligibility;
mod flow;
mod payload;
mod prefill;
mod recall;

pub use answer::{Answer, Answers, Input, Stroke};
pub use check::{AnswerFault, check};
pub use display::display;
pub use eligibility::{Applicant, Eligibility, eligibility};
pub use flow::{drop_hidden, is_complete, next, visible};
pub use payload::{SubCase, payload, sub_cases};
pub use prefill::{Prefill, prefill};
pub use recall::recall;

use crate::division::Divisions;
use crate::item::Day;

/// What a form is filled in against.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Divisions an address may name.
    pub divisions: &'a Divisions,
    /// Today.
    pub today: Day,
    /// Day of birth from the document; absent when there is none.
    pub birth: Option<Day>,
}

impl Context<'_> {
    /// Full years of the person today.
    #[must_use]
    pub fn age(&self) -> Option<u16> {
        self.birth.map(|birth| birth.age_on(self.today))
    }
}

#[cfg(test)]
mod tests;
