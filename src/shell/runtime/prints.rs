//! Nothing is printed that the store has not written down before.

use crate::case::Key;
use crate::domain::kiosk::Event;

use super::Loop;

impl Loop {
    /// Claims a receipt; the core hears of it once the claim is on disk.
    pub(super) fn claim_print(&self, key: Key, again: bool) {
        let (inbox, call) = (self.inbox.clone(), self.inbox.call());
        let (of, stamp) = (key.clone(), self.clock.stamp());
        let then = move |claim: Result<_, _>| {
            inbox.event(Event::PrintClaimed(of, claim.ok().flatten()));
            drop(call);
        };
        if self
            .store
            .claim_print_then(key.clone(), again, stamp, then)
            .is_err()
        {
            self.inbox.event(Event::PrintClaimed(key, None));
        }
    }
}
