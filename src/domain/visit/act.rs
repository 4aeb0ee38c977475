//! What a touch means on each page.

use std::time::Instant;

use crate::document::IdentityDocument;
use crate::domain::page::Intent;
use crate::domain::world::World;
use crate::item::{Item, Kind};

use super::browse::{ListOf, PER_LIST, SITUATIONS};
use super::delivery::with_delivery;
use super::idle::Idle;
use super::state::{State, Trigger};
use super::{Demand, Layer, Visit};

/// Lines on one page of the check page.
pub const PER_CHECK: usize = 7;

impl Visit {
    /// Takes a touch; gives what it wants from outside. Anything said moves the idle clock.
    pub fn intent(&mut self, intent: Intent, world: &World, now: Instant) -> Option<Demand> {
        // What the countdown covers cannot have been touched.
        let covered = matches!(self.idle(&world.idle, now), Idle::Countdown(..));
        self.last_touch = now;
        match intent {
            Intent::OverlayLeave if covered => {}
            Intent::Touch if self.state == State::Start => {
                self.go(Trigger::Begin, world, now);
            }
            Intent::Touch => {}
            Intent::Language => self.lang = self.lang.other(),
            Intent::Help => self.layer = Some(Layer::Help),
            Intent::Leave => self.leave(world, now),
            Intent::OverlayStay => self.layer = None,
            Intent::OverlayLeave => match self.layer.take() {
                Some(Layer::Leave) => {
                    self.go(Trigger::End, world, now);
                }
                Some(Layer::AnotherCard(who)) => self.begin_anew(who, world, now),
                Some(Layer::Help) | None => {}
            },
            _ if self.layer.is_some() => {}
            intent if self.state == State::Technician => {
                let technician = self.technician.as_mut()?;
                return technician.act(&intent).map(Demand::Technician);
            }
            Intent::Back => self.back(world, now),
            Intent::NextPage => self.turn(true, world),
            Intent::PreviousPage => self.turn(false, world),
            Intent::Primary => return self.primary(world, now),
            Intent::Secondary(place) => return self.secondary(place, world, now),
            Intent::Choose(place) => return self.choose(place, world, now),
            Intent::Change(place) => {
                if self.state == State::Check && place < PER_CHECK {
                    self.change(self.list_page * PER_CHECK + place, world, now);
                }
            }
            Intent::Stroke(stroke) => self.stroke(stroke, world),
            keyed => self.key(keyed, world),
        }
        None
    }

    /// Ends this person's visit and begins one for the holder of the card that lies there now.
    pub(crate) fn begin_anew(&mut self, who: Box<IdentityDocument>, world: &World, now: Instant) {
        self.go(Trigger::End, world, now);
        self.who = Some(who);
        self.go(Trigger::Card, world, now);
    }

    fn leave(&mut self, world: &World, now: Instant) {
        match self.state {
            State::Start | State::Working | State::Closed => {}
            // Nothing would be lost: no question.
            State::Identify
            | State::NoCard
            | State::Refused
            | State::Goodbye
            | State::Technician => {
                self.go(Trigger::End, world, now);
            }
            // Card and receipt are still there to be taken.
            State::Confirmation | State::Rating => {
                self.go(Trigger::Finish, world, now);
            }
            _ => self.layer = Some(Layer::Leave),
        }
    }

    fn back(&mut self, world: &World, now: Instant) {
        let trigger = match self.state {
            State::Eligibility => return self.back_in_conditions(world, now),
            State::Question => return self.back_in_form(world, now),
            State::Check => return self.back_to_form(world, now),
            State::Sign => {
                self.keep_signature();
                Trigger::Back
            }
            State::Identify if self.item.is_some() => Trigger::Pick,
            State::Choose if self.who.is_none() => Trigger::Cardless,
            State::ItemInfo if self.list == ListOf::Found => Trigger::Search,
            State::ItemInfo => Trigger::List,
            State::Progress if self.who.is_none() => Trigger::ProgressQuery,
            _ => Trigger::Back,
        };
        if self.state == State::NotHere {
            // A slip of the finger on a condition can be mended; what was typed before stays.
            self.asked.clear();
        }
        self.go(trigger, world, now);
    }

    fn primary(&mut self, world: &World, now: Instant) -> Option<Demand> {
        let trigger = match self.state {
            State::Start => Trigger::Begin,
            State::Choose => {
                self.list_items(ListOf::Popular, world, now);
                return None;
            }
            State::ItemInfo => {
                self.begin_item(world, now);
                return None;
            }
            State::Refused => return self.correct(world, now),
            State::Eligibility => {
                self.answer_condition(world, now);
                return None;
            }
            State::Question => {
                self.finish_question(world, now);
                return None;
            }
            State::Check => Trigger::Consent,
            State::Consent if !self.consented() => return None,
            State::Consent if self.item().is_some_and(Item::wants_signature) => Trigger::Sign,
            State::Sign => return self.signed(world, now),
            State::Consent | State::Problem => return self.submit(world, now),
            State::Confirmation => Trigger::Rate,
            State::Rating | State::NotHere | State::Progress => Trigger::Finish,
            State::Goodbye => Trigger::End,
            State::ProgressQuery => return self.ask_by_number(world, now),
            _ => return None,
        };
        self.go(trigger, world, now);
        None
    }

    fn secondary(&mut self, place: usize, world: &World, now: Instant) -> Option<Demand> {
        let trigger = match (self.state, place) {
            (State::Start, 0) if world.training.is_some() => return Some(Demand::EndTraining),
            (State::Closed, 0) if world.guard.door_open => return Some(Demand::Service),
            (State::Identify, 0) => Trigger::Cardless,
            (State::Choose, 0) => Trigger::Search,
            (State::Choose, 1) => return self.ask_progress(world, now),
            (State::Confirmation | State::Goodbye | State::NotHere | State::Progress, 0) => {
                Trigger::Again
            }
            (State::Refused, 0) if self.offers_correction() => Trigger::Back,
            (State::Refused, 0 | 1) => return self.put_away(world, now),
            (State::Confirmation, 1) => return Some(Demand::PrintAgain),
            _ => return None,
        };
        self.go(trigger, world, now);
        None
    }

    fn choose(&mut self, place: usize, world: &World, now: Instant) -> Option<Demand> {
        match self.state {
            State::NoCard => {
                let trigger = match place {
                    0 => Trigger::Browse,
                    1 => Trigger::ProgressQuery,
                    2 => Trigger::NeedCard,
                    _ => return None,
                };
                self.go(trigger, world, now);
            }
            State::Choose => {
                let situations = world.catalogue.situations().iter().take(SITUATIONS);
                let situation = situations.skip(place).map(|s| s.id.clone()).next()?;
                self.list_items(ListOf::Situation(situation), world, now);
            }
            State::Items if place < PER_LIST => {
                let item = *self.list_window(world).0.get(place)?;
                return self.pick(item.clone(), world, now);
            }
            State::Search => {
                let item = *self.found(world).get(place)?;
                self.keep_query();
                self.list = ListOf::Found;
                return self.pick(item.clone(), world, now);
            }
            State::Rating => {
                let level = 5_usize.checked_sub(place).filter(|level| *level > 0)? as u8;
                self.go(Trigger::Finish, world, now);
                return Some(Demand::Rate(level));
            }
            State::Eligibility | State::Question => self.choose_entry(place, world),
            State::Consent if place == 0 && self.gives_sensitive() => {
                self.agreed_sensitive = !self.agreed_sensitive;
            }
            _ => {}
        }
        None
    }

    fn list_items(&mut self, list: ListOf, world: &World, now: Instant) {
        self.list = list;
        self.list_page = 0;
        self.go(Trigger::List, world, now);
    }

    fn pick(&mut self, item: Item, world: &World, now: Instant) -> Option<Demand> {
        let code = item.task_code.clone();
        self.forget_answers();
        self.item = Some(Box::new(item));
        self.go(Trigger::Pick, world, now);
        Some(Demand::Picked(code))
    }

    /// "Begin" on the item's page: card, conditions, then the form, where it was left if it was left. What cannot be
    /// finished is said before typing.
    pub(super) fn begin_item(&mut self, world: &World, now: Instant) {
        let Some(item) = self.item.as_deref() else {
            return;
        };
        if item.kind == Kind::Guide {
            self.go(Trigger::Finish, world, now);
            return;
        }
        if let Some(refusal) = world.refuses(item) {
            self.refusal = Some(refusal);
            self.go(Trigger::Refuse, world, now);
            return;
        }
        let Some(who) = &self.who else {
            self.go(Trigger::NeedCard, world, now);
            return;
        };
        self.item = Some(Box::new(with_delivery(item, who)));
        self.next_condition(world, now);
    }

    fn choose_entry(&mut self, place: usize, world: &World) {
        self.error = None;
        self.entry.choose(place, world.catalogue.divisions());
    }
}
