//! Nothing is printed that the store has not written down before.

use crate::case::Key;
use crate::domain::kiosk::{Claim, Event};

use super::{Inbox, Loop};

impl Loop {
    /// Claims a receipt; the core hears of it once the claim is on disk.
    pub(super) fn claim_print(&self, key: Key, again: bool) {
        let (inbox, call) = (self.inbox.clone(), self.inbox.call());
        let (stamp, told) = (self.clock.stamp(), Told(Some((inbox, key.clone()))));
        let then = move |claim: Result<_, _>| {
            told.tell(claim.ok().flatten());
            drop(call);
        };
        // A store that has ended drops the question, and that is its answer.
        let _ = self.store.claim_print_then(key, again, stamp, then);
    }
}

/// Tells the core of a claim, exactly once: that nothing was claimed, if it is dropped.
struct Told(Option<(Inbox, Key)>);

impl Told {
    fn tell(mut self, claim: Option<Claim>) {
        if let Some((inbox, key)) = self.0.take() {
            inbox.event(Event::PrintClaimed(key, claim));
        }
    }
}

impl Drop for Told {
    fn drop(&mut self) {
        if let Some((inbox, key)) = self.0.take() {
            inbox.event(Event::PrintClaimed(key, None));
        }
    }
}
