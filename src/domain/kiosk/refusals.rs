//! Refused cases of the person who is here: asked for once, told where the visit begins.

use crate::case::{Key, Private};
use crate::domain::visit::drafts::cert_type;
use crate::events::{EventId, FieldValue};

use super::{Effect, Kiosk};

impl Kiosk {
    /// Asks as soon as it is known who is here, and goes on without waiting; tells what came back.
    pub(super) fn refusals(&mut self) {
        if self.visit.asks_refusals(self.next_question)
            && let Some(who) = &self.visit.who
        {
            self.effects.push(Effect::AskRefused {
                question: self.next_question,
                cert_type: cert_type(who.kind).to_owned(),
                cert_no: Private::new(who.number.clone()),
            });
            self.next_question += 1;
        }
        if let Some(told) = self.visit.tell_refusal(&self.world, self.now) {
            let case = ("case", FieldValue::id(&told.key.0));
            self.log(EventId::RefusalTold, vec![case]);
        }
    }

    /// The person does not want to hear of this case again.
    pub(super) fn put_away(&mut self, key: Key) {
        let case = ("case", FieldValue::id(&key.0));
        self.log(EventId::RefusalPutAway, vec![case]);
        self.effects.push(Effect::PutAway(key));
    }
}
