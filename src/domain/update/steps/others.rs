//! What is said of another action than the one in hand, or to a stick's order, in which the server has no part.

use super::super::{Effect, Event, Order, Origin};
use super::Step;

impl Step<'_> {
    /// Whether `event` leaves `order` alone. A cancellation of another action is answered all the same: nothing of that one is
    /// done here, and the server offers nothing else until it knows.
    pub(super) fn is_of_another(&mut self, order: &Order, event: &Event) -> bool {
        let of_stick = order.origin == Origin::Stick;
        match event {
            Event::CancelAsked { stop, action } if of_stick || *action != order.action => {
                self.out.push(Effect::AcceptCancel { stop: stop.clone() });
                true
            }
            Event::Gone { action } => of_stick || *action != order.action,
            Event::NothingOpen => of_stick,
            // Somebody stands at the machine; the server offers its own again at the next poll.
            Event::Offered(new) => of_stick && new.origin == Origin::Server,
            _ => false,
        }
    }
}
