//! Policy of updates: what is fetched when, when a machine may restart, and what must be proved before it is called good.
//!
//! One [`State`], written down before anything is done about it, and [`Update::handle`]: an event in, effects out. A kill at any
//! moment is followed by [`Event::Started`], from which every state goes on. Three promises, kept by the tests beside this file:
//! success is told only after proof, nobody is disturbed by a restart, and no state is an end from which nothing leads on.

mod boot;
mod event;
mod order;
mod patience;
mod polls;
mod proof;
mod settings;
mod state;
mod steps;
#[cfg(test)]
mod tests;
mod version;

pub use event::{Effect, Event, FetchFault, Now, Progress};
pub use order::{Bundle, Handling, Kind, Order, Origin, Running, Source};
pub use patience::Patience;
pub use polls::Polls;
pub use proof::{Doubt, Watch};
pub use settings::{Hours, Settings};
pub use state::{Before, Ended, Kept, Outcome, State, Trial};
pub use version::{compare, is_older};

use crate::fleet::report::Report;
use steps::Step;

/// The update of one machine.
#[derive(Clone, Debug)]
pub struct Update {
    settings: Settings,
    kept: Kept,
    running: Running,
    report: Option<Report>,
    watch: Option<Watch>,
    /// An effect of the present state is under way; its event will come. Forgotten by a kill, as the effect is.
    under_way: bool,
    /// Not before this, milliseconds of this boot.
    not_before_ms: u64,
    /// Not before this in the next state, milliseconds of this boot.
    rest_until_ms: u64,
    /// [`Event::Started`] has come: what runs is known.
    started: bool,
    /// Failures of the present step in a row.
    failures: u32,
    /// Pairs of state and event that mean nothing.
    ignored: u64,
}

impl Update {
    /// Goes on from what was written down. Before [`Event::Started`] it learns and does nothing.
    #[must_use]
    pub fn new(settings: Settings, kept: Kept) -> Self {
        Self {
            settings,
            kept,
            running: Running::default(),
            report: None,
            watch: None,
            under_way: false,
            not_before_ms: 0,
            rest_until_ms: 0,
            started: false,
            failures: 0,
            ignored: 0,
        }
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.kept.now
    }

    /// What must be on the disk before the effects of the last event are carried out.
    #[must_use]
    pub fn kept(&self) -> &Kept {
        &self.kept
    }

    /// What runs.
    #[must_use]
    pub fn running(&self) -> &Running {
        &self.running
    }

    /// How many events came that meant nothing in their state.
    #[must_use]
    pub fn ignored(&self) -> u64 {
        self.ignored
    }

    /// What a version that is being proved has not shown yet.
    #[must_use]
    pub fn doubts(&self, now: &Now) -> Vec<Doubt> {
        let State::Proving {
            trial, since_ms, ..
        } = &self.kept.now
        else {
            return Vec::new();
        };
        let before = trial.before.as_ref();
        proof::doubts(
            self.report.as_ref(),
            self.watch.as_ref(),
            before,
            &self.settings,
            *since_ms,
            now,
        )
    }

    /// Whether the firmware is to take no further visit. To be said again and again: a wish expires.
    #[must_use]
    pub fn wishes_stand_by(&self) -> bool {
        matches!(
            self.kept.now,
            State::StandingBy { .. } | State::Rebooting { .. } | State::RollingBack { .. }
        )
    }

    /// Takes an event; gives what is to be done once [`Self::kept`] is written down.
    pub fn handle(&mut self, event: &Event, now: &Now) -> Vec<Effect> {
        self.learn(event, now);
        if !self.started {
            return Vec::new();
        }
        let was = self.kept.now.clone();
        let mut effects = Vec::new();
        let next = Step {
            update: self,
            now,
            out: &mut effects,
        }
        .take(was.clone(), event);
        // Another state begins with nothing under way; so does the same one when it starts over.
        if std::mem::discriminant(&was) != std::mem::discriminant(&next) {
            self.failures = 0;
            self.not_before_ms = std::mem::take(&mut self.rest_until_ms);
            self.under_way = effects.iter().any(Self::is_answered);
        } else {
            self.under_way |= effects.iter().any(Self::is_answered);
        }
        if let State::Closing { ended, .. } = &next {
            self.kept.last = Some(ended.clone());
        }
        self.kept.now = next;
        effects
    }

    /// What is known whatever the state.
    fn learn(&mut self, event: &Event, now: &Now) {
        match event {
            Event::Started(running) => {
                self.running = running.clone();
                self.started = true;
                self.under_way = false;
                self.not_before_ms = 0;
                self.failures = 0;
            }
            Event::Reported(report) => {
                self.report.clone_from(report);
                if let Some(report) = self.fresh(now).cloned() {
                    self.watch = Some(Watch::look(self.watch.take(), &report));
                }
            }
            Event::Fetched { .. }
            | Event::Installed { .. }
            | Event::MarkedGood(_)
            | Event::MarkedBad(_)
            | Event::Kept(_)
            | Event::Told { .. }
            | Event::NotTold { .. } => self.under_way = false,
            Event::Offered(_)
            | Event::Asked { .. }
            | Event::Answered(_)
            | Event::CancelAsked { .. }
            | Event::NothingOpen
            | Event::Gone { .. }
            | Event::Tick => {}
        }
    }

    /// Effects that are answered by an event of their own.
    fn is_answered(effect: &Effect) -> bool {
        matches!(
            effect,
            Effect::Fetch(_)
                | Effect::Install(..)
                | Effect::MarkGood
                | Effect::MarkBad
                | Effect::KeepRunning
                | Effect::Close(_)
        )
    }

    fn fresh(&self, now: &Now) -> Option<&Report> {
        self.report
            .as_ref()
            .filter(|report| report.is_fresh(&now.boot, now.boot_ms))
    }

    /// Whether a restart now disturbs nobody. A firmware that has said nothing for a long time serves nobody; one that is closed
    /// for another reason, such as a door that a new version misreads, serves nobody either. On the battery nothing begins.
    fn is_clear(&self, closed: bool, now: &Now) -> bool {
        match self.fresh(now) {
            Some(report) => {
                let shut = match report.closed.as_deref() {
                    Some("mainsLost") => return false,
                    reason => reason.is_some(),
                };
                report.busy.is_empty() && (!closed || shut)
            }
            None => self.is_dead(now),
        }
    }

    fn is_dead(&self, now: &Now) -> bool {
        let heard_ms = match &self.report {
            Some(report) if report.boot == now.boot => report.boot_ms,
            _ => 0,
        };
        now.boot_ms.saturating_sub(heard_ms) >= u64::from(self.settings.dead_s) * 1000
    }

    /// Lets the next state begin with a rest.
    fn back_off_for(&mut self, ms: u64, now: &Now) {
        self.rest_until_ms = now.boot_ms.saturating_add(ms);
    }

    /// Waits before the present step is tried again: 30 s, doubled with each failure, half an hour at most.
    fn back_off(&mut self, now: &Now) {
        let wait_ms = 30_000_u64
            .saturating_mul(1 << self.failures.min(10))
            .min(1_800_000);
        self.failures = self.failures.saturating_add(1);
        self.not_before_ms = now.boot_ms.saturating_add(wait_ms);
    }
}
