//! The end of an action is told until the server has taken it.

use super::super::{Effect, Event, Origin, State};
use super::Step;

/// A server that answers and refuses so often will not take it at all.
const REFUSED_MOST: u32 = 10;

impl Step<'_> {
    pub(super) fn closing(&mut self, state: State, event: &Event) -> State {
        let State::Closing { ended, refused } = state else {
            return state;
        };
        let ours = |action: &String| ended.action == *action;
        match event {
            Event::Told { action } | Event::Gone { action } if ours(action) => State::Idle,
            Event::NotTold {
                action,
                refused: answered,
            } if ours(action) => {
                self.update.back_off(self.now);
                let refused = refused + u32::from(*answered);
                if refused >= REFUSED_MOST {
                    return State::Idle;
                }
                State::Closing { ended, refused }
            }
            Event::CancelAsked { stop, .. } if ended.stop.as_ref() != Some(stop) => {
                if ended.origin == Origin::Server {
                    self.reject(stop, "the action has ended already");
                }
                State::Closing { ended, refused }
            }
            // Where there is no line the end of a stick's update is told in months. The next stick is not held up by it: what
            // that one brings is then told instead.
            Event::Offered(order)
                if order.origin == Origin::Stick && ended.origin == Origin::Stick =>
            {
                self.offered(order)
            }
            Event::Tick | Event::Started(_) | Event::Reported(_) => {
                if self.is_free() {
                    self.out.push(Effect::Close(ended.clone()));
                }
                State::Closing { ended, refused }
            }
            _ => self.ignore(State::Closing { ended, refused }),
        }
    }
}
