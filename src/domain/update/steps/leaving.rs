//! From the installed slot to the restart: only when nobody is at the machine, and with the firmware's consent.

use super::super::boot::{Boot, boot};
use super::super::{
    Before, Effect, Event, Handling, Order, Origin, Outcome, Patience, Progress, Running, State,
    Trial,
};
use super::Step;

/// After this long a restart that was asked for has not happened, milliseconds.
const REBOOT_MS: u64 = 300_000;
/// So often it is asked for.
const ASKED_MOST: u32 = 3;
/// A firmware that does not stand by for so long is left alone for a while, milliseconds: it has its reasons.
const STAND_BY_MS: u64 = 1_800_000;

impl Step<'_> {
    pub(super) fn leaving(&mut self, state: State, event: &Event) -> State {
        match (state, event) {
            (state, Event::Started(running)) => self.started(state, running),
            (State::Installed { trial }, Event::Tick | Event::Reported(_)) => {
                self.try_stand_by(trial)
            }
            (State::StandingBy { trial, wait }, Event::Tick | Event::Reported(_)) => {
                self.try_leave(trial, wait)
            }
            (
                State::Rebooting {
                    trial,
                    asked_in,
                    asked_ms,
                    asked,
                },
                Event::Tick | Event::Reported(_),
            ) => self.not_yet(trial, asked_in, asked_ms, asked),
            // A window that closed, or an order that became urgent. It is offered at every poll, and goes on standing by.
            (State::Installed { mut trial }, Event::Offered(new))
                if new.action == trial.order.action =>
            {
                trial.order = new.clone();
                State::Installed { trial }
            }
            (State::StandingBy { mut trial, wait }, Event::Offered(new))
                if new.action == trial.order.action =>
            {
                trial.order = new.clone();
                State::StandingBy { trial, wait }
            }
            (
                State::Installed { trial } | State::StandingBy { trial, .. },
                Event::CancelAsked { stop, .. },
            ) => self.withdraw(
                trial,
                Outcome::Cancelled,
                "cancelled before the restart",
                Some(stop.clone()),
            ),
            (state @ State::Rebooting { .. }, Event::CancelAsked { stop, .. }) => {
                self.reject(stop, "the machine is restarting");
                state
            }
            (
                State::Installed { trial } | State::StandingBy { trial, .. },
                Event::NothingOpen | Event::Gone { .. },
            ) => self.withdraw(
                trial,
                Outcome::Cancelled,
                "the server has closed the action",
                None,
            ),
            (state, _) => self.ignore(state),
        }
    }

    /// After a kill, of the agent or of the machine.
    fn started(&mut self, state: State, running: &Running) -> State {
        let (trial, wait, was_asked) = match state {
            State::Installed { trial } => (trial, None, false),
            State::StandingBy { trial, wait } => (trial, Some(wait), false),
            State::Rebooting { trial, .. } => (trial, None, true),
            other => return other,
        };
        match (boot(&trial, running, &self.now.boot), was_asked) {
            (Boot::New, _) => self.begin_proof(trial, 1),
            (Boot::Old, true) => {
                let why = "the new version did not start; the boot loader went back to the old one";
                self.close(&trial.order, Outcome::RolledBack, why, None)
            }
            // Somebody pulled the plug, and the machine came up in the old slot: either the new one failed to start, or the
            // boot loader never tried it. The new slot cannot be trusted to be what was installed.
            (Boot::Old, false) => {
                let why = "after a power cut the old version started";
                self.withdraw(trial, Outcome::RolledBack, why, None)
            }
            (Boot::Same, _) => match wait {
                Some(wait) => State::StandingBy { trial, wait },
                None => State::Installed { trial },
            },
        }
    }

    /// Whether it is an hour in which this order may restart the machine.
    fn may_leave(&self, order: &Order) -> bool {
        match order.update {
            Handling::Skip => false,
            Handling::Attempt if order.origin == Origin::Server => order.window && self.is_quiet(),
            Handling::Attempt => true,
            Handling::Forced => order.window,
        }
    }

    fn try_stand_by(&mut self, trial: Trial) -> State {
        if !self.may_leave(&trial.order)
            || !self.is_free()
            || !self.update.is_clear(false, self.now)
        {
            return State::Installed { trial };
        }
        // Before it stands by: standing by may itself be told as something that is lacking.
        let before = self.update.fresh(self.now).map(Before::of);
        let trial = Trial {
            before: before.or(trial.before),
            ..trial
        };
        State::StandingBy {
            trial,
            wait: Patience::begin(self.now),
        }
    }

    fn try_leave(&mut self, trial: Trial, wait: Patience) -> State {
        let over = wait.passed_ms(self.now) >= STAND_BY_MS;
        if over {
            self.update.back_off_for(STAND_BY_MS, self.now);
        }
        // The hours are over, or the firmware has its reasons: back to waiting, and the wish is taken back.
        if over || !self.may_leave(&trial.order) {
            return State::Installed { trial };
        }
        if !self.update.is_clear(true, self.now) {
            return State::StandingBy { trial, wait };
        }
        self.tell(
            &trial.order,
            Progress::Proceeding,
            "restarting into the new version",
        );
        self.out.push(Effect::Reboot);
        let (asked_in, asked_ms) = (self.now.boot.clone(), self.now.boot_ms);
        State::Rebooting {
            trial,
            asked_in,
            asked_ms,
            asked: 1,
        }
    }

    fn not_yet(&mut self, trial: Trial, asked_in: String, asked_ms: u64, asked: u32) -> State {
        let waited = self.now.boot_ms.saturating_sub(asked_ms) >= REBOOT_MS;
        if !waited {
            return State::Rebooting {
                trial,
                asked_in,
                asked_ms,
                asked,
            };
        }
        if asked >= ASKED_MOST {
            let why = "the machine did not restart though it was asked to, again and again";
            return self.withdraw(trial, Outcome::NeverRebooted, why, None);
        }
        if !self.update.is_clear(true, self.now) {
            return State::Rebooting {
                trial,
                asked_in,
                asked_ms,
                asked,
            };
        }
        self.out.push(Effect::Reboot);
        State::Rebooting {
            trial,
            asked_in,
            asked_ms: self.now.boot_ms,
            asked: asked + 1,
        }
    }
}
