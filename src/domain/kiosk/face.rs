//! Has the photo of whoever is here drawn, on a machine that can; nothing waits for it.

use super::{Effect, Kiosk};

impl Kiosk {
    pub(super) fn face(&mut self) {
        if !self.world.machine.draws_photos {
            return;
        }
        if let Some(photo) = self.visit.asks_face(self.next_question) {
            self.effects
                .push(Effect::DrawPhoto(self.next_question, photo));
            self.next_question += 1;
        }
    }
}
