//! Has photos of cards drawn, beside the loop.

use crate::document::photo::Photo;
use crate::domain::kiosk::Event;
use crate::events::{EventId, FieldValue};

use super::Loop;

impl Loop {
    /// A photo that cannot be drawn leaves a silhouette; nobody waits for it.
    pub(super) fn draw_photo(&self, question: u64, photo: Photo) {
        let Some(decoder) = self.photos.clone() else {
            return;
        };
        let (inbox, journal) = (self.inbox.clone(), self.journal.clone());
        let call = inbox.call();
        let draw = move || {
            let _under_way = call;
            match decoder.draw(&photo) {
                Ok(portrait) => inbox.event(Event::Face(question, portrait)),
                Err(fault) => {
                    let fault = ("fault", FieldValue::Word(fault.word()));
                    journal.event(EventId::PhotoNotDrawn, &[fault]);
                }
            }
        };
        // Without a thread for it there is a silhouette too.
        let _ = std::thread::Builder::new().name("photo".into()).spawn(draw);
    }
}
