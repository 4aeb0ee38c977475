//! What the core asks of the store about refused cases.

use crate::case::{Key, Private};
use crate::domain::kiosk::Event;

use super::Loop;

impl Loop {
    /// Looks for refused cases of the person whose card was read. If they cannot be read there is nothing to tell, and
    /// the visit does not wait for it.
    pub(super) fn ask_refused(&self, question: u64, cert_type: String, cert_no: Private) {
        let inbox = self.inbox.clone();
        // A store that has ended tells nothing.
        let _ = self.store.refused_then(cert_type, cert_no, move |found| {
            inbox.event(Event::Refused(question, found.unwrap_or_default()));
        });
    }

    /// The person does not want to hear of this case again; what cannot be written down is told again.
    pub(super) fn put_away(&self, key: Key) {
        let _ = self.store.refusal_put_away_soon(key);
    }
}
