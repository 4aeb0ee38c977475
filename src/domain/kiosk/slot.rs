//! The printer's exit: what became of a receipt that waits there for its person.

use crate::case::Key;
use crate::domain::visit::State;
use crate::domain::visit::filing::PaperFate;
use crate::events::{EventId, FieldValue};
use crate::status::Slot;

use super::{Effect, Kiosk, Order};

impl Kiosk {
    /// The receipt of this job came out; its exit will say what became of it.
    pub(super) fn handed_out(&mut self, job: u64, key: Key) {
        self.handed = Some((job, key));
        // The exit may have been faster than the proof.
        if let Some(slot) = self.slot_of(job) {
            self.receipt_is(job, slot);
        }
    }

    /// What the exit says of the receipt of this job, if it said it last of this one.
    fn slot_of(&self, job: u64) -> Option<Slot> {
        let (of, slot) = (self.at_slot?, self.world.slot.get());
        (of == job).then_some(slot)
    }

    pub(super) fn slot(&mut self, job: Option<u64>, slot: Slot) {
        self.at_slot = job;
        if !self.world.slot.set(slot, self.now) {
            return;
        }
        let key = self.handed.as_ref().filter(|(of, _)| Some(*of) == job);
        let fields = key.map(|(_, key)| ("case", FieldValue::id(&key.0)));
        let event = match slot {
            Slot::Taken => Some(EventId::ReceiptTaken),
            Slot::Retracted => Some(EventId::ReceiptRetracted),
            Slot::Ejected => Some(EventId::ReceiptEjected),
            // What cannot be cleared is told among what the machine lacks, too.
            Slot::LeftBehind | Slot::Blocked => Some(EventId::ReceiptLeft),
            Slot::Jammed => Some(EventId::ReceiptJammed),
            Slot::Unknown | Slot::Empty | Slot::Presented => None,
        };
        if let Some(event) = event {
            self.log(event, fields.into_iter().collect());
        }
        if let Some(job) = job {
            self.receipt_is(job, slot);
        }
        let inside = !self.visit.state.is_outside();
        if slot == Slot::Presented && inside && !self.is_of_visit(job) {
            // Ordered by somebody who has gone since.
            self.effects.push(Effect::GiveUpReceipt);
        }
    }

    /// Whether the job is of the filing of whoever is here.
    fn is_of_visit(&self, job: Option<u64>) -> bool {
        let handed = self.handed.as_ref();
        let key = match &self.order {
            Some(Order::Job(of, key, _)) if Some(*of) == job => Some(key),
            _ => handed
                .filter(|(of, _)| Some(*of) == job)
                .map(|(_, key)| key),
        };
        let filing = self.visit.filing.as_ref();
        let first = filing.and_then(|filing| filing.cases.first());
        key.is_some() && key == first.map(|case| &case.key)
    }

    /// Tells the person whose receipt it is, if they are still here.
    fn receipt_is(&mut self, job: u64, slot: Slot) {
        let Some((_, key)) = self.handed.as_ref().filter(|(of, _)| *of == job) else {
            return;
        };
        let Some(filing) = &mut self.visit.filing else {
            return;
        };
        let is_its = filing.cases.first().is_some_and(|case| case.key == *key);
        if !is_its || filing.paper != PaperFate::Printed {
            return;
        }
        filing.paper = match slot {
            Slot::Taken => PaperFate::Taken,
            Slot::Retracted => PaperFate::Retracted,
            Slot::Jammed => PaperFate::Torn,
            // Pushed out is not taken, and it is where its person stands.
            Slot::Unknown
            | Slot::Empty
            | Slot::Presented
            | Slot::Ejected
            | Slot::LeftBehind
            | Slot::Blocked => return,
        };
    }

    /// A visit begins and a receipt of an earlier one still waits: whoever stands here now must not take it for theirs.
    /// `before` is where the last visit stood, `wiped` how often one had been wiped until then.
    pub(super) fn give_up_receipt(&mut self, before: State, wiped: u64) {
        let outside = State::is_outside;
        let begins = outside(before) || self.visit.wiped > wiped;
        if begins && !outside(self.visit.state) && self.world.slot == Slot::Presented {
            self.effects.push(Effect::GiveUpReceipt);
        }
    }
}
