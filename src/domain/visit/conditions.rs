//! May this person apply? Judged from the card where it tells, asked otherwise, before anything is typed.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::document::Sex;
use crate::domain::form::{Applicant, Eligibility, eligibility};
use crate::domain::world::World;
use crate::item::citizen::Sex as CitizenSex;
use crate::item::{Condition, Item};

use super::Visit;
use super::entry::Entry;
use super::state::Trigger;

impl Visit {
    /// What the card alone says about the item's conditions; `None` when it says nothing.
    #[must_use]
    pub(crate) fn judged_by_card(&self, item: &Item, world: &World) -> Option<bool> {
        self.who.as_ref()?;
        let by_card = |c: &Condition| c.age.is_some() || c.sex.is_some();
        match self.weigh(item, &BTreeMap::new(), world) {
            Eligibility::NotEligible(_) => Some(false),
            Eligibility::Eligible | Eligibility::Ask(_) if item.conditions.iter().any(by_card) => {
                Some(true)
            }
            Eligibility::Eligible | Eligibility::Ask(_) => None,
        }
    }

    fn weigh(&self, item: &Item, asked: &BTreeMap<usize, bool>, world: &World) -> Eligibility {
        let who = self.who.as_deref();
        let applicant = Applicant {
            age: self.context(world).age(),
            sex: who.and_then(|who| match who.sex {
                Sex::Male => Some(CitizenSex::Male),
                Sex::Female => Some(CitizenSex::Female),
                Sex::Unknown | Sex::NotStated => None,
            }),
            address: who.map(|who| who.address.as_str()),
        };
        eligibility(item, &applicant, asked)
    }

    /// The condition that is asked on the open page.
    #[must_use]
    pub(crate) fn open_condition(&self) -> Option<&Condition> {
        self.item()?.conditions.get(self.condition)
    }

    /// Goes to the next open condition, to the form, or away when one is not met.
    pub(crate) fn next_condition(&mut self, world: &World, now: Instant) {
        let Some(item) = self.item.as_deref() else {
            return;
        };
        match self.weigh(item, &self.asked, world) {
            Eligibility::NotEligible(failed) => {
                let condition = failed.first().and_then(|at| item.conditions.get(*at));
                self.refusal = condition.map(|c| (c.why.clone(), c.instead.clone()));
                self.go(Trigger::Refuse, world, now);
            }
            Eligibility::Ask(open) => {
                self.ask(open.first().copied().unwrap_or(0), None, world, now);
            }
            Eligibility::Eligible => self.begin_form(world, now),
        }
    }

    /// `下一步` on a condition.
    pub(crate) fn answer_condition(&mut self, world: &World, now: Instant) {
        let Entry::Pick {
            chosen: Some(chosen),
            ..
        } = self.entry
        else {
            return;
        };
        self.asked.insert(self.condition, chosen == 0);
        self.next_condition(world, now);
    }

    /// `返回` on a condition: the one asked before, or the item.
    pub(super) fn back_in_conditions(&mut self, world: &World, now: Instant) {
        let before = self.asked.keys().copied().filter(|at| *at < self.condition);
        match before.max() {
            Some(at) => self.ask_again(at, world, now),
            None => {
                self.go(Trigger::Back, world, now);
            }
        }
    }

    /// Opens a condition that was answered before, with its answer.
    pub(super) fn ask_again(&mut self, at: usize, world: &World, now: Instant) {
        let yes = self.asked.remove(&at);
        self.ask(at, yes, world, now);
    }

    fn ask(&mut self, at: usize, yes: Option<bool>, world: &World, now: Instant) {
        self.condition = at;
        self.go(Trigger::Ask, world, now);
        self.entry = Entry::Pick {
            of: 2,
            chosen: yes.map(|yes| usize::from(!yes)),
            page: 0,
        };
    }
}
