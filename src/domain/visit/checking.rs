//! The check page, and how far the person has come.

use crate::domain::form::{display, visible};
use crate::domain::world::World;
use crate::item::{Kind, Question, QuestionKind};
use crate::text::Text;

use super::Visit;
use super::state::State;

/// A line of the check page.
pub struct CheckLine {
    /// The question.
    pub label: String,
    /// Its answer in words.
    pub value: String,
    /// Identifier of the question, when its answer can be changed.
    pub question: Option<String>,
}

impl Visit {
    /// Step and number of steps: the questions, then check, then consent, then the signature if there is one.
    #[must_use]
    pub(crate) fn step(&self, world: &World) -> (u32, u32) {
        let Some(item) = self.item().filter(|item| item.kind != Kind::Guide) else {
            return (0, 0);
        };
        let asked = self.asked_questions(world);
        let of = asked.len() + 2 + usize::from(item.wants_signature());
        let at = match self.state {
            State::Question if self.changing => return (0, 0),
            State::Question => match asked
                .iter()
                .position(|id| Some(id) == self.question.as_ref())
            {
                Some(at) => at + 1,
                None => return (0, 0),
            },
            State::Check => asked.len() + 1,
            State::Consent => asked.len() + 2,
            State::Sign => of,
            _ => return (0, 0),
        };
        (at as u32, of as u32)
    }

    /// Whether an answer is sensitive data, which is agreed to apart (PIPL article 29).
    #[must_use]
    pub(crate) fn gives_sensitive(&self) -> bool {
        self.item().is_some_and(|item| {
            let sensitive = |q: &Question| q.kind == QuestionKind::BankCard;
            let given = |q: &Question| sensitive(q) && self.answers.get(&q.id).is_some();
            item.form.iter().any(given)
        })
    }

    /// Whether everything that is agreed to apart was ticked.
    #[must_use]
    pub(crate) fn consented(&self) -> bool {
        self.agreed_sensitive || !self.gives_sensitive()
    }

    /// Lines of the check page: who, then every answer.
    #[must_use]
    pub(crate) fn check_lines(&self, world: &World) -> Vec<CheckLine> {
        let Some(item) = self.item() else {
            return Vec::new();
        };
        let who = self.who.iter().map(|who| CheckLine {
            label: Text::new("申请人", "Applicant").get(self.lang).to_owned(),
            value: format!("{}  {}", who.masked_name(), who.masked_number()),
            question: None,
        });
        let questions = visible(item, &self.answers, &self.context(world));
        let answers = questions.into_iter().filter_map(|question| {
            let answer = self.answers.get(&question.id)?;
            Some(CheckLine {
                label: question.text.get(self.lang).to_owned(),
                value: display(question, answer, self.lang),
                question: Some(question.id.clone()),
            })
        });
        who.chain(answers).collect()
    }
}
