//! The new version shows that it can, or the old one comes back.

use super::super::boot::{Boot, boot};
use super::super::{Effect, Event, Outcome, Running, State, Trial};
use super::Step;

/// A version that needs more boots than this is not good.
const BOOTS_MOST: u32 = 3;
/// Between two requests to go back, milliseconds.
const REBOOT_MS: u64 = 300_000;
/// So often going back is asked for in words; after that the watchdog and the boot loader's count have to do it.
const ASKED_MOST: u32 = 5;

impl Step<'_> {
    /// The new version runs: from now on it must prove itself.
    pub(super) fn begin_proof(&mut self, trial: Trial, boots: u32) -> State {
        self.update.watch = None;
        let runs = &self.update.running.version;
        if !runs.is_empty() && !trial.to.is_empty() && *runs != trial.to {
            let why = format!("{runs} runs where {} was to be", trial.to);
            return self.back(trial, &why);
        }
        State::Proving {
            trial,
            boot: self.now.boot.clone(),
            since_ms: self.now.boot_ms,
            boots,
        }
    }

    pub(super) fn proving(&mut self, state: State, event: &Event) -> State {
        match (state, event) {
            (
                State::Proving {
                    trial,
                    boot,
                    since_ms,
                    boots,
                },
                Event::Started(running),
            ) => self.again(trial, boot, since_ms, boots, running),
            (state @ State::Proving { .. }, Event::Tick | Event::Reported(_)) => self.judge(state),
            (State::Proving { trial, .. }, Event::MarkedGood(Ok(()))) => self.close(
                &trial.order,
                Outcome::Good,
                "the new version runs and has proved itself",
                None,
            ),
            (state @ State::Proving { .. }, Event::MarkedGood(Err(_))) => {
                self.update.back_off(self.now);
                state
            }
            (
                State::RollingBack {
                    trial,
                    asked_in,
                    asked_ms,
                    asked,
                    why,
                },
                Event::Started(running),
            ) => {
                if boot(&trial, running, &self.now.boot) == Boot::New {
                    return State::RollingBack {
                        trial,
                        asked_in,
                        asked_ms,
                        asked,
                        why,
                    };
                }
                self.close(&trial.order, Outcome::RolledBack, &why, None)
            }
            (state @ State::RollingBack { .. }, Event::Tick | Event::Reported(_)) => {
                self.try_back(state)
            }
            (
                State::RollingBack {
                    trial,
                    asked_in,
                    asked_ms,
                    asked,
                    why,
                },
                Event::MarkedBad(result),
            ) => self.marked_bad(trial, asked_in, asked_ms, asked, why, result),
            (
                state @ (State::Proving { .. } | State::RollingBack { .. }),
                Event::CancelAsked { stop, .. },
            ) => {
                self.reject(stop, "the new version runs already");
                state
            }
            (state, _) => self.ignore(state),
        }
    }

    /// The agent or the machine died while the new version was proving itself.
    fn again(
        &mut self,
        trial: Trial,
        known: String,
        since_ms: u64,
        boots: u32,
        running: &Running,
    ) -> State {
        if known == self.now.boot {
            return State::Proving {
                trial,
                boot: known,
                since_ms,
                boots,
            };
        }
        if boot(&trial, running, &self.now.boot) == Boot::Old
            && !self.is_old_all_along(&trial, running)
        {
            let why =
                "the new version ran and did not stay; the boot loader went back to the old one";
            return self.close(&trial.order, Outcome::RolledBack, why, None);
        }
        if boots >= BOOTS_MOST {
            return self.back(trial, "the new version restarts again and again");
        }
        self.begin_proof(trial, boots + 1)
    }

    /// An order for the version that ran already: there is no other slot to have come from.
    fn is_old_all_along(&self, trial: &Trial, running: &Running) -> bool {
        trial.from.slot == running.slot && trial.from.version == trial.to
    }

    fn judge(&mut self, state: State) -> State {
        let doubts = self.update.doubts(self.now);
        let State::Proving {
            trial,
            boot: known,
            since_ms,
            boots,
        } = state
        else {
            return state;
        };
        let limit_ms = u64::from(self.update.settings.proof_s) * 1000;
        let over = self.now.boot_ms.saturating_sub(since_ms) >= limit_ms;
        if doubts.is_empty() && self.is_free() {
            self.out.push(Effect::MarkGood);
        } else if over && !self.update.under_way {
            let lines: Vec<String> = doubts
                .iter()
                .take(5)
                .map(super::super::Doubt::line)
                .collect();
            let why = if lines.is_empty() {
                "the slot could not be marked good".to_owned()
            } else {
                lines.join("; ")
            };
            return self.back(trial, &why);
        }
        State::Proving {
            trial,
            boot: known,
            since_ms,
            boots,
        }
    }

    fn back(&mut self, trial: Trial, why: &str) -> State {
        if self.update.running.slot == trial.from.slot && trial.from.version == trial.to {
            // Nothing was changed, so there is nothing to go back to.
            return self.close(&trial.order, Outcome::Failed, why, None);
        }
        self.out.push(Effect::MarkBad);
        State::RollingBack {
            trial,
            asked_in: String::new(),
            asked_ms: 0,
            asked: 0,
            why: why.to_owned(),
        }
    }

    /// Marks the slot bad and restarts, as soon as nobody is disturbed: even a version that is not well may be serving.
    fn try_back(&mut self, state: State) -> State {
        let State::RollingBack {
            trial,
            asked_in,
            asked_ms,
            asked,
            why,
        } = state
        else {
            return state;
        };
        let here = asked_in == self.now.boot;
        let waited = !here || self.now.boot_ms.saturating_sub(asked_ms) >= REBOOT_MS;
        if self.is_free() && waited && self.update.is_clear(true, self.now) {
            if asked >= ASKED_MOST {
                let why = format!("{why}; and the old version does not come back");
                return self.close(&trial.order, Outcome::Failed, &why, None);
            }
            self.out.push(Effect::MarkBad);
        }
        State::RollingBack {
            trial,
            asked_in,
            asked_ms,
            asked,
            why,
        }
    }

    fn marked_bad(
        &mut self,
        trial: Trial,
        asked_in: String,
        asked_ms: u64,
        asked: u32,
        why: String,
        result: &Result<(), String>,
    ) -> State {
        let failed = result.is_err();
        if failed {
            self.update.back_off(self.now);
        }
        // A slot that could not be marked is left by restarting all the same: it is not good, so the boot loader counts.
        if !self.update.is_clear(true, self.now) || (failed && asked + 1 < ASKED_MOST) {
            let asked = asked + u32::from(failed);
            return State::RollingBack {
                trial,
                asked_in,
                asked_ms,
                asked,
                why,
            };
        }
        self.out.push(Effect::Reboot);
        let (asked_in, asked_ms) = (self.now.boot.clone(), self.now.boot_ms);
        State::RollingBack {
            trial,
            asked_in,
            asked_ms,
            asked: asked + 1,
            why,
        }
    }
}
