//! The way from a blank machine to one in service. Every step may be cut off at any moment and is done again: what is
//! kept is which step comes next, and a step that was done already finds its work done.

use std::time::{Duration, Instant};

use super::leaving::{Stays, is_ordered};
use super::step::{Check, Saved, Step};
use super::{Again, Failure};
use crate::case::PublicIdentity;
use crate::order::{Order, Task};

/// Longest pause between two tries of a step.
const LONGEST: Duration = Duration::from_secs(120);
/// A machine's clock may be so much behind the desk's, seconds.
const SKEW_S: u64 = 300;

/// What the wall clock says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wall {
    /// Unix seconds; none while it cannot be right.
    pub unix_s: Option<u64>,
    /// A time source stands behind it.
    pub trusted: bool,
}

/// What a step brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It is done.
    Done,
    /// The doctor's findings.
    Checked(Vec<Check>),
}

/// What happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// A text was scanned, lies on a stick or was typed.
    Text(String),
    /// This step was done.
    Done(Step, Outcome),
    /// This step was not.
    Failed(Step, Failure),
    /// A person wants it done again.
    Again,
    /// A person accepts the machine with the faults that are listed.
    Accept,
    /// Time has passed.
    Tick,
}

/// What is to be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Keep this, whole or not at all, before anything that follows.
    Save(Box<Saved>),
    /// Do this step and tell.
    Do(Step),
    /// Another page.
    Show,
}

/// A failure, and when the step is done again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Halt {
    /// Which step.
    pub step: Step,
    /// Why.
    pub failure: Failure,
    /// When it is done again by itself.
    pub again_at: Option<Instant>,
}

/// One machine on its way.
#[derive(Clone, Debug)]
pub struct Journey {
    saved: Saved,
    order: Option<Order>,
    trusted: PublicIdentity,
    /// First bytes of this machine's key's fingerprint.
    key: [u8; 8],
    running: bool,
    halt: Option<Halt>,
    refused: Option<Failure>,
    tries: u32,
}

impl Journey {
    /// Goes on from what was kept. `trusted` is the ordering key of the image, `key` the beginning of the fingerprint of this
    /// machine's key.
    #[must_use]
    pub fn new(mut saved: Saved, trusted: PublicIdentity, key: [u8; 8]) -> Self {
        let order = saved
            .order
            .as_ref()
            .and_then(|text| Order::read(text, &trusted).ok());
        // An order that was kept is good, or the file is not what was written: then another is wanted.
        if order.is_none() && !saved.step.is_end() && saved.step <= Step::Enrol {
            saved.step = Step::Order;
            saved.order = None;
        }
        Self {
            saved,
            order,
            trusted,
            key,
            running: false,
            halt: None,
            refused: None,
            tries: 0,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn saved(&self) -> &Saved {
        &self.saved
    }

    /// The order that is followed.
    #[must_use]
    pub fn order(&self) -> Option<&Order> {
        self.order.as_ref()
    }

    /// Why it does not go on.
    #[must_use]
    pub fn halt(&self) -> Option<&Halt> {
        self.halt.as_ref()
    }

    /// Why the last text was no order to follow; none if it was one.
    #[must_use]
    pub fn refused(&self) -> Option<&Failure> {
        self.refused.as_ref()
    }

    /// Whether a step is under way.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.running
    }

    /// When [`Event::Tick`] is wanted next.
    #[must_use]
    pub fn deadline(&self) -> Option<Instant> {
        self.halt.as_ref().and_then(|halt| halt.again_at)
    }

    /// Begins, or goes on where a power cut has stopped it.
    pub fn begin(&mut self) -> Vec<Effect> {
        self.go()
    }

    /// One event. What it means is total: what does not belong here changes nothing.
    pub fn handle(&mut self, event: Event, now: Instant, wall: Wall) -> Vec<Effect> {
        match event {
            Event::Text(text) => self.text(&text, wall),
            Event::Done(step, outcome) if self.runs(step) => self.done(outcome),
            Event::Failed(step, failure) if self.runs(step) => self.failed(step, failure, now),
            Event::Again if self.halt.is_some() && !self.running => self.go_anew(),
            Event::Accept if self.may_accept() => {
                self.saved.accepted_unwell = true;
                self.advance()
            }
            Event::Tick if self.deadline().is_some_and(|at| at <= now) && !self.running => {
                self.go()
            }
            Event::Done(..) | Event::Failed(..) | Event::Again | Event::Accept | Event::Tick => {
                Vec::new()
            }
        }
    }

    /// Whether a person may accept the machine as it is.
    #[must_use]
    pub fn may_accept(&self) -> bool {
        self.halt
            .as_ref()
            .is_some_and(|halt| matches!(halt.failure, Failure::Unwell(_) | Failure::NotPrinted(_)))
            && !self.running
    }

    fn runs(&self, step: Step) -> bool {
        self.running && self.saved.step == step
    }

    fn text(&mut self, text: &str, wall: Wall) -> Vec<Effect> {
        // A step under way is not disturbed; its own failure lets another order in.
        if self.running {
            return Vec::new();
        }
        let judged = self.judge(text, wall);
        self.refused = judged.as_ref().err().cloned();
        match judged {
            Err(failure) => {
                // A foreign code before the scanner is no reason to forget what is wrong with the step.
                if self
                    .halt
                    .as_ref()
                    .is_none_or(|halt| halt.step == Step::Order)
                    || self.saved.step.is_end()
                {
                    self.halt = Some(Halt {
                        step: Step::Order,
                        failure,
                        again_at: None,
                    });
                }
                vec![Effect::Show]
            }
            // It is followed already: go on where that stopped.
            Ok(order) if self.follows(text, &order) => self.go_anew(),
            Ok(order) => {
                let step = match order.task {
                    Task::Enrol => Step::Clock,
                    Task::Decommission { .. } => Step::Destroy,
                };
                self.saved.step = step;
                self.saved.order = Some(text.trim().to_owned());
                self.saved.checks.clear();
                self.saved.accepted_unwell = false;
                self.order = Some(order);
                self.tries = 0;
                let mut effects = vec![Effect::Save(Box::new(self.saved.clone()))];
                effects.extend(self.go());
                effects
            }
        }
    }

    fn follows(&self, text: &str, order: &Order) -> bool {
        let same = self.saved.order.as_deref() == Some(text.trim());
        same && self.order.as_ref() == Some(order) && !self.saved.step.is_end()
    }

    fn judge(&self, text: &str, wall: Wall) -> Result<Order, Failure> {
        let order = Order::read(text, &self.trusted)?;
        if order.bound_to.is_some_and(|key| key != self.key) {
            return Err(Failure::OtherKey);
        }
        // The same order again goes on with what it began; the server knows its password's first machine.
        let same = self.saved.order.as_deref() == Some(text.trim());
        if order.issued_s <= self.saved.last_issued_s && !same {
            return Err(Failure::OrderUsed);
        }
        if let Some(machine) = self
            .saved
            .machine
            .as_ref()
            .filter(|machine| *machine != order.machine.as_str())
        {
            return Err(Failure::OtherMachine(machine.clone()));
        }
        if self.saved.machine.is_none()
            && matches!(order.task, Task::Decommission { .. })
            && self.saved.step == Step::Destroyed
        {
            return Err(Failure::OrderUsed);
        }
        // A clock that nobody stands behind is mended by the order; then only the server can tell whether it is too late.
        if wall.trusted
            && wall
                .unix_s
                .is_some_and(|now| now >= u64::from(order.expires_s()) + SKEW_S)
        {
            return Err(Failure::OrderExpired);
        }
        Ok(order)
    }

    fn done(&mut self, outcome: Outcome) -> Vec<Effect> {
        if let (Outcome::Checked(checks), Step::Doctor) = (&outcome, self.saved.step) {
            let faults = checks
                .iter()
                .filter(|check| check.passed == Some(false))
                .count();
            self.saved.checks.clone_from(checks);
            if faults > 0 {
                let now_halts = Halt {
                    step: Step::Doctor,
                    failure: Failure::Unwell(faults),
                    again_at: None,
                };
                self.running = false;
                self.halt = Some(now_halts);
                return vec![Effect::Show];
            }
        } else if let (Outcome::Checked(gone), Step::Destroy) = (outcome, self.saved.step) {
            // What could not be destroyed stands on the slip and here; nothing more is to be done by itself.
            self.saved.checks = gone;
        }
        self.advance()
    }

    fn advance(&mut self) -> Vec<Effect> {
        let was = self.saved.step;
        self.running = false;
        self.halt = None;
        self.tries = 0;
        self.saved.step = was.next();
        if let (Step::Enrol, Some(order)) = (was, &self.order) {
            self.saved.last_issued_s = self.saved.last_issued_s.max(order.issued_s);
            self.saved.machine = Some(order.machine.as_str().to_owned());
            self.saved.division = Some(order.division_text());
            self.saved.site = Some(order.site.clone());
            self.saved.server = Some(order.server.clone());
            self.saved.ca = Some(crate::case::hex::to_hex(&order.ca));
        }
        match self.saved.step {
            // Its password is used up and would only be there to be found.
            Step::InService => self.saved.order = None,
            Step::Destroyed => {
                let last_issued_s = self
                    .order
                    .as_ref()
                    .map_or(0, |order| order.issued_s)
                    .max(self.saved.last_issued_s);
                self.saved = Saved {
                    step: Step::Destroyed,
                    last_issued_s,
                    checks: std::mem::take(&mut self.saved.checks),
                    ..Saved::default()
                };
            }
            _ => {}
        }
        let mut effects = vec![Effect::Save(Box::new(self.saved.clone()))];
        effects.extend(self.go());
        effects
    }

    fn failed(&mut self, step: Step, failure: Failure, now: Instant) -> Vec<Effect> {
        self.running = false;
        let again_at = match failure.again() {
            Again::After(pause) => Some(
                now + pause
                    .saturating_mul(1 << self.tries.min(8))
                    .min(LONGEST.max(pause)),
            ),
            Again::WhenTold | Again::NewOrder => None,
        };
        self.tries = self.tries.saturating_add(1);
        self.halt = Some(Halt {
            step,
            failure,
            again_at,
        });
        vec![Effect::Show]
    }

    /// Somebody is there and wants it: pauses that have grown begin anew.
    fn go_anew(&mut self) -> Vec<Effect> {
        self.tries = 0;
        self.go()
    }

    fn go(&mut self) -> Vec<Effect> {
        self.halt = None;
        if self.saved.step.is_end() {
            return vec![Effect::Show];
        }
        // A file alone destroys nothing: the signed order is kept beside it, and was verified again.
        if self.saved.step == Step::Destroy
            && !is_ordered(self.order.as_ref(), &self.saved, self.key)
        {
            self.halt = Some(Halt {
                step: Step::Destroy,
                failure: Stays::NotOrdered.into(),
                again_at: None,
            });
            return vec![Effect::Show];
        }
        self.running = true;
        vec![Effect::Do(self.saved.step), Effect::Show]
    }
}
