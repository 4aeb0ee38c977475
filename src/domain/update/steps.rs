//! The transitions, one file for each part of the way. A pair of state and event that is not named means nothing: it is
//! counted and changes nothing.

mod arriving;
mod closing;
mod installing;
mod leaving;
mod others;
mod proving;

use super::{Effect, Ended, Event, Now, Order, Outcome, Progress, State, Trial, Update};

/// One transition in the making.
pub(super) struct Step<'a> {
    pub(super) update: &'a mut Update,
    pub(super) now: &'a Now,
    pub(super) out: &'a mut Vec<Effect>,
}

impl Step<'_> {
    pub(super) fn take(&mut self, state: State, event: &Event) -> State {
        if let Some(order) = state.order()
            && self.is_of_another(order, event)
        {
            return state;
        }
        match state {
            State::Idle | State::Confirming { .. } | State::Waiting { .. } => {
                self.arriving(state, event)
            }
            State::Downloading { .. } | State::Downloaded { .. } => self.fetching(state, event),
            State::Installing { .. } | State::Withdrawing { .. } => self.installing(state, event),
            State::Installed { .. } | State::StandingBy { .. } | State::Rebooting { .. } => {
                self.leaving(state, event)
            }
            State::Proving { .. } | State::RollingBack { .. } => self.proving(state, event),
            State::Closing { .. } => self.closing(state, event),
        }
    }

    fn ignore(&mut self, state: State) -> State {
        self.update.ignored = self.update.ignored.saturating_add(1);
        state
    }

    /// Whether the present step may be tried now.
    fn is_free(&self) -> bool {
        !self.update.under_way && self.now.boot_ms >= self.update.not_before_ms
    }

    fn tell(&mut self, order: &Order, progress: Progress, line: &str) {
        if order.origin == super::Origin::Server {
            let (action, line) = (order.action.clone(), line.to_owned());
            self.out.push(Effect::Tell {
                action,
                progress,
                line,
            });
        }
    }

    /// The end of an order: its files go, its result is told.
    fn close(&mut self, order: &Order, outcome: Outcome, why: &str, stop: Option<String>) -> State {
        let ended = Ended {
            action: order.action.clone(),
            origin: order.origin,
            name: order.name.clone(),
            version: order.version.clone(),
            outcome,
            why: why.chars().take(300).collect(),
            stop,
        };
        self.out.push(Effect::DropFiles);
        self.out.push(Effect::Close(ended.clone()));
        State::Closing { ended, refused: 0 }
    }

    fn reject(&mut self, stop: &str, why: &'static str) {
        self.out.push(Effect::RejectCancel {
            stop: stop.to_owned(),
            why,
        });
    }

    /// Installed and not wanted: the running slot is made the first one again before anything is told.
    fn withdraw(
        &mut self,
        trial: Trial,
        outcome: Outcome,
        why: &str,
        stop: Option<String>,
    ) -> State {
        self.out.push(Effect::KeepRunning);
        State::Withdrawing {
            trial,
            outcome,
            why: why.to_owned(),
            stop,
            tried: 1,
        }
    }
}
