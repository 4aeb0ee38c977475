//! Writing the other slot, and taking that back.

use super::super::boot::{Boot, boot};
use super::super::{
    Before, Bundle, Effect, Event, Handling, Kind, Order, Origin, Outcome, Progress, Running,
    State, Trial,
};
use super::Step;

/// So often an installation may be begun.
const BEGUN_MOST: u32 = 3;
/// So often making the running slot the first one is tried.
const TRIED_MOST: u32 = 10;

impl Step<'_> {
    /// Begins the installation if its hour has come.
    pub(super) fn try_install(&mut self, order: Order, bundle: Bundle) -> State {
        let to = if bundle.version.is_empty() {
            order.version.clone()
        } else {
            bundle.version.clone()
        };
        let runs = &self.update.running;
        if order.kind == Kind::Os && !to.is_empty() && to == runs.version {
            // It runs already: an order given twice, or one whose record was lost. It still has to show that it is well.
            let trial = self.trial(order, to, bundle.manifest);
            return self.begin_proof(trial, 1);
        }
        if !self.may_install(&order) {
            return State::Downloaded { order, bundle };
        }
        let trial = self.trial(order, to, bundle.manifest);
        self.tell(
            &trial.order,
            Progress::Proceeding,
            "the installation begins",
        );
        self.out
            .push(Effect::Install(trial.order.clone(), trial.manifest.clone()));
        State::Installing {
            trial,
            begun: 1,
            stop: None,
        }
    }

    fn trial(&self, order: Order, to: String, manifest: String) -> Trial {
        // Also of a report that is old by now: a firmware that fell silent was well or ill before.
        let before = self.update.report.as_ref().map(Before::of);
        Trial {
            order,
            from: self.update.running.clone(),
            to,
            manifest,
            boot: self.now.boot.clone(),
            before,
        }
    }

    fn may_install(&self, order: &Order) -> bool {
        let idle = || self.update.is_clear(false, self.now);
        match order.update {
            _ if !self.is_free() => false,
            Handling::Skip => false,
            _ if !order.window => false,
            // Writing a slot makes a small board slow: never under somebody's hands, not even by force.
            Handling::Forced => idle(),
            // A stick is in somebody's hand; a content package disturbs nobody.
            Handling::Attempt if order.origin == Origin::Stick || order.kind == Kind::Content => {
                idle()
            }
            Handling::Attempt => self.is_quiet() && idle(),
        }
    }

    /// Whether the hour is one in which the machine may be restarted. A clock that nobody believes must not keep a machine on
    /// its old version for ever, so it counts as quiet.
    pub(super) fn is_quiet(&self) -> bool {
        match (self.update.settings.quiet, self.now.minute) {
            (Some(hours), Some(minute)) => hours.contains(minute),
            (None, _) | (_, None) => true,
        }
    }

    pub(super) fn installing(&mut self, state: State, event: &Event) -> State {
        match (state, event) {
            (State::Installing { trial, begun, stop }, Event::Installed { action, result }) => {
                if trial.order.action != *action {
                    return self.ignore(State::Installing { trial, begun, stop });
                }
                self.verdict(trial, begun, stop, result)
            }
            (State::Installing { trial, begun, .. }, Event::CancelAsked { stop, .. }) => {
                State::Installing {
                    trial,
                    begun,
                    stop: Some(stop.clone()),
                }
            }
            (State::Installing { trial, begun, stop }, Event::Started(running)) => {
                self.killed(trial, begun, stop, running)
            }
            (State::Installing { trial, begun, stop }, Event::Tick | Event::Reported(_)) => {
                if self.is_free() {
                    self.out
                        .push(Effect::Install(trial.order.clone(), trial.manifest.clone()));
                }
                State::Installing { trial, begun, stop }
            }
            (
                State::Withdrawing {
                    trial,
                    outcome,
                    why,
                    stop,
                    tried,
                },
                Event::Kept(result),
            ) => match result {
                Ok(()) => self.close(&trial.order, outcome, &why, stop),
                Err(fault) if tried >= TRIED_MOST => {
                    let why = format!("{why}; the new slot could not be put aside: {fault}");
                    self.close(&trial.order, Outcome::Failed, &why, stop)
                }
                Err(_) => {
                    self.update.back_off(self.now);
                    State::Withdrawing {
                        trial,
                        outcome,
                        why,
                        stop,
                        tried: tried + 1,
                    }
                }
            },
            (
                State::Withdrawing {
                    trial,
                    outcome,
                    why,
                    stop,
                    tried,
                },
                Event::Started(running),
            ) => {
                match boot(&trial, running, &self.now.boot) {
                    // The power went before the old slot was the first again.
                    Boot::New => {
                        if let Some(stop) = &stop {
                            self.reject(stop, "the new version runs already");
                        }
                        self.begin_proof(trial, 1)
                    }
                    Boot::Same | Boot::Old => {
                        self.out.push(Effect::KeepRunning);
                        State::Withdrawing {
                            trial,
                            outcome,
                            why,
                            stop,
                            tried,
                        }
                    }
                }
            }
            (
                State::Withdrawing {
                    trial,
                    outcome,
                    why,
                    stop,
                    tried,
                },
                Event::Tick | Event::Reported(_),
            ) => {
                if self.is_free() {
                    self.out.push(Effect::KeepRunning);
                }
                State::Withdrawing {
                    trial,
                    outcome,
                    why,
                    stop,
                    tried,
                }
            }
            (
                State::Withdrawing {
                    trial,
                    outcome,
                    why,
                    tried,
                    ..
                },
                Event::CancelAsked { stop, .. },
            ) => State::Withdrawing {
                trial,
                outcome,
                why,
                stop: Some(stop.clone()),
                tried,
            },
            // Force-quit at the server: what is being written is written to its end and then not used.
            (State::Installing { trial, begun, stop }, Event::Gone { .. } | Event::NothingOpen) => {
                State::Installing { trial, begun, stop }
            }
            (state, _) => self.ignore(state),
        }
    }

    fn verdict(
        &mut self,
        trial: Trial,
        begun: u32,
        stop: Option<String>,
        result: &Result<(), String>,
    ) -> State {
        match (result, trial.order.kind) {
            (Ok(()), Kind::Content) => self.close(&trial.order, Outcome::Good, "in force", None),
            (Ok(()), Kind::Os) if stop.is_some() => self.withdraw(
                trial,
                Outcome::Cancelled,
                "cancelled after the installation",
                stop,
            ),
            (Ok(()), Kind::Os) => {
                self.tell(
                    &trial.order,
                    Progress::Proceeding,
                    "installed; restarts when nobody is at the machine",
                );
                State::Installed { trial }
            }
            (Err(why), _) if stop.is_some() => {
                self.close(&trial.order, Outcome::Cancelled, why, stop)
            }
            (Err(why), _) if begun >= BEGUN_MOST || trial.order.kind == Kind::Content => {
                self.close(&trial.order, Outcome::Failed, why, None)
            }
            (Err(_), Kind::Os | Kind::Content) => {
                self.update.back_off(self.now);
                State::Installing {
                    trial,
                    begun: begun + 1,
                    stop,
                }
            }
        }
    }

    /// The agent or the machine died while the slot was being written. RAUC may have finished all the same.
    fn killed(
        &mut self,
        mut trial: Trial,
        begun: u32,
        stop: Option<String>,
        running: &Running,
    ) -> State {
        let content = trial.order.kind == Kind::Content;
        if !content && boot(&trial, running, &self.now.boot) == Boot::New {
            if let Some(stop) = &stop {
                self.reject(stop, "the new version runs already");
            }
            return self.begin_proof(trial, 1);
        }
        if stop.is_some() {
            return self.withdraw(
                trial,
                Outcome::Cancelled,
                "cancelled during the installation",
                stop,
            );
        }
        if begun >= BEGUN_MOST {
            // The machine dies of it: once more would be once too often.
            return self.close(
                &trial.order,
                Outcome::Failed,
                "the installation was cut off again and again",
                None,
            );
        }
        trial.boot = self.now.boot.clone();
        self.out
            .push(Effect::Install(trial.order.clone(), trial.manifest.clone()));
        State::Installing {
            trial,
            begun: begun + 1,
            stop,
        }
    }
}
