//! What the page asks of the shell and of the fleet agent, and what it sees of stick and queue.

use std::time::Duration;

use crate::audit::{Act, Name, Note};
use crate::domain::kiosk::{Effect, Kiosk, Request};
use crate::domain::technician::{Ended, Facts};

/// Stick and agent are looked at again after so long, while their page is open.
const LOOK_AGAIN: Duration = Duration::from_secs(2);

impl Kiosk {
    pub(super) fn request(&mut self, request: Request, act: Act, detail: Option<Name>) {
        self.of_technician(|technician| {
            technician.waits = true;
            technician.ended = None;
        });
        let mut note = Note::done(self.actor(), act);
        note.detail = detail;
        self.note(note);
        self.effects.push(Effect::Request(request));
    }

    /// What was asked of the shell has ended.
    pub(in crate::domain::kiosk) fn request_ended(&mut self, ended: Ended) {
        self.of_technician(|technician| {
            technician.waits = false;
            technician.ended = Some(ended);
        });
        self.look_around();
    }

    pub(super) fn look_around(&mut self) {
        self.of_technician(|technician| technician.look = None);
        self.effects.push(Effect::LookAround);
    }

    /// What the shell sees of queue and stick.
    pub(in crate::domain::kiosk) fn seen(&mut self, facts: Facts) {
        let next = self.now + LOOK_AGAIN;
        self.of_technician(|technician| {
            technician.facts = Some(facts);
            technician.look = Some(next);
        });
    }
}
