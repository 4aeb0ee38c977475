//! Cases of this person that the platform refused after they had gone: told at their next visit, with the way to put
//! them right.

use std::collections::VecDeque;
use std::time::Instant;

use serde_json::{Value, json};

use crate::case::{Correction, Form, NOT_CORRECTABLE, OldAnswers, Private, Refused};
use crate::domain::form;
use crate::domain::world::World;
use crate::item::{Item, Kind};

use super::delivery::{COLLECT, DELIVERY, MOBILE, with_delivery};
use super::state::{State, Trigger};
use super::{Demand, Visit};

/// What is known of this person's refused cases. Wiped with the visit.
#[derive(Default)]
pub struct Refusals {
    /// The question for them, once it was asked. An answer to any other is somebody else's.
    asked: Option<u64>,
    /// To be told, newest first.
    waiting: VecDeque<Refused>,
    /// Being told.
    told: Option<Told>,
    /// Being corrected.
    correcting: Option<Correcting>,
}

/// The refused case of the open page.
struct Told {
    case: Refused,
    /// Its page offers a correction. Decided when the page opens: a button must not change its meaning under a finger.
    offered: bool,
}

/// A refused case that is being corrected.
struct Correcting {
    correction: Correction,
    why: Private,
}

impl Refusals {
    /// Whether anything of a person is held.
    pub(super) fn hold_personal_data(&self) -> bool {
        !self.waiting.is_empty() || self.told.is_some() || self.correcting.is_some()
    }

    /// What was not told yet is told at the person's next visit.
    pub(super) fn wait_for_next_visit(&mut self) {
        self.waiting.clear();
        self.told = None;
    }

    /// Another item, or none: what was told or being corrected is left for the next visit.
    pub(super) fn leave(&mut self) {
        self.told = None;
        self.correcting = None;
    }
}

impl Visit {
    /// True once for each person, as soon as it is known who is here; `question` is what an answer names.
    pub(crate) fn asks_refusals(&mut self, question: u64) -> bool {
        let asks = self.who.is_some() && self.refusals.asked.is_none();
        if asks {
            self.refusals.asked = Some(question);
        }
        asks
    }

    /// The store's answer. One that comes after its person has gone is dropped, and wiped as it drops.
    pub(crate) fn hear_refusals(&mut self, question: u64, refused: Vec<Refused>) {
        // Whoever goes on from the last page may be the next person.
        if self.refusals.asked == Some(question) && self.state != State::Goodbye {
            self.refusals.waiting = refused.into();
        }
    }

    /// Tells the next refused case where a visit begins, or begins anew; nobody is called away from a form. Gives the
    /// case when its page opens.
    pub(crate) fn tell_refusal(&mut self, world: &World, now: Instant) -> Option<&Refused> {
        if self.state != State::Choose || self.layer.is_some() {
            return None;
        }
        let case = self.refusals.waiting.pop_front()?;
        self.go(Trigger::Tell, world, now);
        let offered = correctable(&case, world).is_some();
        self.refusals.told = Some(Told { case, offered });
        self.refusal()
    }

    /// The refused case of the open page.
    #[must_use]
    pub(crate) fn refusal(&self) -> Option<&Refused> {
        self.refusals.told.as_ref().map(|told| &told.case)
    }

    /// Whether the open page offers a correction.
    #[must_use]
    pub(crate) fn offers_correction(&self) -> bool {
        self.refusals.told.as_ref().is_some_and(|told| told.offered)
    }

    /// Number and reason of the refused case that is being corrected.
    #[must_use]
    pub(crate) fn corrected(&self) -> Option<(&str, &Private)> {
        let correcting = self.refusals.correcting.as_ref()?;
        let number = &correcting.correction.filing_number.0;
        Some((number, &correcting.why))
    }

    /// What the drafts of this visit correct.
    #[must_use]
    pub(super) fn correction(&self) -> Option<Correction> {
        let correcting = self.refusals.correcting.as_ref()?;
        Some(correcting.correction.clone())
    }

    /// `更正后重新提交`: the item's form with the old answers, its conditions as for everybody. What has come between since
    /// the page opened, such as a line that went down, is said as for every item.
    pub(super) fn correct(&mut self, world: &World, now: Instant) -> Option<Demand> {
        let told = self.refusals.told.take().filter(|told| told.offered);
        let told = told.map(|told| told.case);
        let item = told.as_ref().and_then(|told| item_of(told, world));
        let (Some(item), Some(told), Some(who)) = (item, &told, self.who.as_deref()) else {
            // Known already, and no more to be done here.
            self.go(Trigger::Back, world, now);
            return None;
        };
        let item = with_delivery(item, who);
        let code = item.task_code.clone();
        self.forget_answers();
        if let Some(old) = &told.answers {
            let old = answers_to_all(old);
            self.answers = form::recall(&item, old.value(), &self.context(world));
        }
        self.item = Some(Box::new(item));
        self.refusals.correcting = Some(Correcting {
            correction: told.correction(),
            why: told.detail.clone(),
        });
        self.go(Trigger::Pick, world, now);
        self.begin_item(world, now);
        Some(Demand::Picked(code))
    }

    /// `不再提醒`.
    pub(super) fn put_away(&mut self, world: &World, now: Instant) -> Option<Demand> {
        let told = self.refusals.told.take();
        self.go(Trigger::Back, world, now);
        told.map(|told| Demand::PutAway(told.case.key.clone()))
    }
}

/// The item that a case was filed for, as it is offered now. A part of a 一件事 has one if the part is an item of its own.
fn item_of<'w>(case: &Refused, world: &'w World) -> Option<&'w Item> {
    let fits = |item: &&Item| item.task_code == case.task_code && item.kind == Kind::Case;
    world.offered().into_iter().find(fits)
}

/// The item to correct `case` with: still offered, to be begun now, and the old answers can be read. What the platform
/// called beyond correction is not corrected again and again.
fn correctable<'w>(case: &Refused, world: &'w World) -> Option<&'w Item> {
    let open = case.answers.is_some() && case.code != NOT_CORRECTABLE;
    item_of(case, world).filter(|item| open && world.refuses(item).is_none())
}

/// The old answers, with those to the questions that every item has, which the case kept in fields of their own. A postal
/// address is asked again: in the case it is one text.
fn answers_to_all(old: &OldAnswers) -> Form {
    let mut all = old.form.value().clone();
    if let Value::Object(fields) = &mut all {
        if let Some(mobile) = &old.mobile {
            fields.insert(MOBILE.into(), json!(mobile.reveal()));
        }
        if old.collect {
            fields.insert(DELIVERY.into(), json!(COLLECT));
        }
    }
    Form::new(all)
}
