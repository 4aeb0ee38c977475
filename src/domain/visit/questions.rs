//! The questions in their order: what is asked next, where `返回` leads, what is changed from the check page.

use std::time::Instant;

use crate::document::IdentityDocument;
use crate::domain::form::{self, Answers, Context, Prefill, check};
use crate::domain::world::World;
use crate::item::{Day, PrefillKey, Question};
use crate::text::Text;

use super::Visit;
use super::act::PER_CHECK;
use super::delivery::{ADDRESS, DELIVERY};
use super::entry::Entry;
use super::state::Trigger;

impl Visit {
    /// What a form is filled in against. Without a trusted clock nobody has an age: what depends on it is asked.
    pub(crate) fn context<'w>(&self, world: &'w World) -> Context<'w> {
        let birth = world
            .today()
            .and_then(|_| Day::parse(&self.who.as_deref()?.birth.to_string()));
        Context {
            divisions: world.catalogue.divisions(),
            today: world.today().unwrap_or_default(),
            birth,
        }
    }

    /// Takes from the card what it tells, then asks. Answers given before stay.
    pub(super) fn begin_form(&mut self, world: &World, now: Instant) {
        let context = self.context(world);
        let (Some(item), Some(who)) = (self.item.as_deref(), self.who.as_deref()) else {
            return;
        };
        let filled = form::prefill(item, &mut self.answers, &prefill_of(who), &context);
        self.prefilled.extend(filled.into_iter().map(str::to_owned));
        self.next_question(world, now);
    }

    /// Opens the first question without an answer, or the check page.
    fn next_question(&mut self, world: &World, now: Instant) {
        let context = self.context(world);
        let Some(item) = self.item.as_deref() else {
            return;
        };
        form::drop_hidden(item, &mut self.answers, &context);
        let answers = &self.answers;
        self.prefilled.retain(|id| answers.get(id).is_some());
        match form::next(item, answers, &context).map(|q| q.id.clone()) {
            Some(id) => self.open(id, world, now),
            None => {
                // After a change one comes back to the same part of the list.
                let last = (self.check_lines(world).len().max(1) - 1) / PER_CHECK;
                self.list_page = if self.changing {
                    self.list_page.min(last)
                } else {
                    0
                };
                self.changing = false;
                self.go(Trigger::Check, world, now);
            }
        }
    }

    fn open(&mut self, id: String, world: &World, now: Instant) {
        self.question = Some(id);
        self.go(Trigger::Question, world, now);
    }

    /// The open question.
    #[must_use]
    pub(crate) fn open_question(&self) -> Option<&Question> {
        self.item()?.question(self.question.as_deref()?)
    }

    /// The open question is one of those about the result's delivery.
    #[must_use]
    pub(crate) fn asks_delivery(&self) -> bool {
        self.question
            .as_deref()
            .is_some_and(|id| id == DELIVERY || id == ADDRESS)
    }

    /// `下一步` on a question: keeps a good answer, says how to mend a bad one and loses nothing.
    pub(super) fn finish_question(&mut self, world: &World, now: Instant) {
        if let Some(editor) = self.entry.editor()
            && !(editor.composition().is_empty() && editor.ink().is_empty())
        {
            self.error = Some(Text::new(
                "还有没选好的字，请先点一下要的字。",
                "Please choose the characters first.",
            ));
            return;
        }
        match self.keep_answer(world) {
            Some(Ok(())) => self.next_question(world, now),
            Some(Err(fault)) => self.error = Some(fault),
            None => {}
        }
    }

    /// Keeps what is entered when it is an answer.
    fn keep_answer(&mut self, world: &World) -> Option<Result<(), Text>> {
        let question = self.open_question()?;
        let input = self.input_of(question)?;
        let id = question.id.clone();
        let checked = check(question, &input, &self.context(world));
        Some(match checked {
            Ok(answer) => {
                if self.answers.get(&id) != Some(&answer) {
                    // A signature stands for the answers it was given under.
                    self.signature = Default::default();
                }
                self.answers.insert(&id, answer);
                Ok(())
            }
            Err(fault) => Err(fault.text()),
        })
    }

    /// `返回` on a question: inside the address, to the check page unchanged, to the question before, to the last
    /// condition, to the item. A good answer on the page is kept, unless it was to change one.
    pub(super) fn back_in_form(&mut self, world: &World, now: Instant) {
        if let Entry::Address(address) = &mut self.entry
            && address.back()
        {
            return;
        }
        let before = self.question_before(world);
        if self.changing {
            let context = self.context(world);
            let complete = |item| form::is_complete(item, &self.answers, &context);
            match before.filter(|_| !self.item().is_some_and(complete)) {
                Some(id) => self.open(id, world, now),
                None => self.next_question(world, now),
            }
            return;
        }
        // Nothing chosen or typed is no answer, not even "left out".
        if self.entry.holds_text() {
            let _kept = self.keep_answer(world);
        }
        match before {
            Some(id) => self.open(id, world, now),
            None => match self.asked.last_key_value().map(|(at, _)| *at) {
                Some(at) => self.ask_again(at, world, now),
                None => {
                    self.go(Trigger::Back, world, now);
                }
            },
        }
    }

    fn question_before(&self, world: &World) -> Option<String> {
        let mut asked = self.asked_questions(world);
        let at = asked
            .iter()
            .position(|id| Some(id) == self.question.as_ref())?;
        at.checked_sub(1).map(|before| asked.swap_remove(before))
    }

    /// `返回` on the check page: the last question.
    pub(super) fn back_to_form(&mut self, world: &World, now: Instant) {
        match self.asked_questions(world).pop() {
            Some(id) => self.open(id, world, now),
            None => {
                self.go(Trigger::Item, world, now);
            }
        }
    }

    /// `修改` on the check page. What was signed before is not signed for the new answer.
    pub(super) fn change(&mut self, place: usize, world: &World, now: Instant) {
        let line = self.check_lines(world).into_iter().nth(place);
        if let Some(id) = line.and_then(|line| line.question) {
            self.changing = true;
            self.signature = Default::default();
            self.open(id, world, now);
        }
    }

    /// Identifiers of the questions that are really put to the person, in order.
    pub(super) fn asked_questions(&self, world: &World) -> Vec<String> {
        let Some(item) = self.item() else {
            return Vec::new();
        };
        form::visible(item, &self.answers, &self.context(world))
            .into_iter()
            .filter(|q| !self.prefilled.contains(&q.id))
            .map(|q| q.id.clone())
            .collect()
    }

    /// Forgets the answers.
    pub(crate) fn forget_answers(&mut self) {
        self.answers = Answers::new();
        self.asked.clear();
        self.prefilled.clear();
        self.question = None;
        self.changing = false;
        self.condition = 0;
        self.refusal = None;
    }
}

fn prefill_of(who: &IdentityDocument) -> Prefill {
    let mut card = Prefill::default();
    card.insert(PrefillKey::Name, who.display_name().to_owned());
    card.insert(PrefillKey::Number, who.number.clone());
    card.insert(PrefillKey::Birth, who.birth.to_string());
    card.insert(PrefillKey::Sex, who.sex.name().to_owned());
    card.insert(PrefillKey::Address, who.current_address().to_owned());
    if let Some(nation) = who.nation.and_then(|nation| nation.name()) {
        card.insert(PrefillKey::Nation, nation.to_owned());
    }
    card
}
