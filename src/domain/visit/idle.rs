//! When nobody touches anything: warning with countdown, then the end. Every state has a deadline or is idle.

use std::time::{Duration, Instant};

use super::Visit;
use super::state::State;
use crate::text::Lang;

impl Visit {
    /// What the idle clock says. A start page somebody left in English or with help open goes back to rest.
    #[must_use]
    pub fn idle(&self, rules: &IdleRules, now: Instant) -> Idle {
        let untouched = self.layer.is_none() && self.lang == Lang::default();
        match self.state {
            State::Start | State::Closed if !untouched => {
                at(self.last_touch + rules.warn, now, Idle::Over)
            }
            state => judge(state, rules, self.last_touch, self.entered, now),
        }
    }
}

/// Times of one visit. From the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdleRules {
    /// Without a touch for this long, the countdown begins.
    pub warn: Duration,
    /// Length of the countdown.
    pub countdown: Duration,
    /// The page after the work is done ends by itself after this long without a touch.
    pub goodbye: Duration,
    /// Without a touch on a technician's page for this long, the countdown begins.
    pub technician: Duration,
    /// Longest time for committing, sending and printing before the page says what is known.
    pub work: Duration,
}

impl Default for IdleRules {
    fn default() -> Self {
        Self {
            warn: Duration::from_secs(45),
            countdown: Duration::from_secs(30),
            goodbye: Duration::from_secs(12),
            technician: Duration::from_secs(180),
            work: Duration::from_secs(40),
        }
    }
}

/// What the idle clock says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Nothing to do before this instant.
    Quiet(Option<Instant>),
    /// The countdown shows this many seconds; it changes at the instant.
    Countdown(u32, Instant),
    /// Over: end the visit.
    Over,
    /// Working took too long: show what is known.
    WorkOver,
}

/// Judges the idle clock of `state` at `now`.
#[must_use]
pub fn judge(
    state: State,
    rules: &IdleRules,
    last_touch: Instant,
    entered: Instant,
    now: Instant,
) -> Idle {
    match state {
        State::Start | State::Closed => Idle::Quiet(None),
        State::Working => at(entered + rules.work, now, Idle::WorkOver),
        State::Goodbye => at(last_touch.max(entered) + rules.goodbye, now, Idle::Over),
        _ => {
            let silence = match state {
                State::Technician => rules.technician,
                _ => rules.warn,
            };
            let warn = last_touch + silence;
            let over = warn + rules.countdown;
            if now >= over {
                Idle::Over
            } else if now >= warn {
                let left = over - now;
                let seconds = left.as_secs() as u32 + u32::from(left.subsec_nanos() > 0);
                Idle::Countdown(seconds, over - Duration::from_secs(u64::from(seconds - 1)))
            } else {
                Idle::Quiet(Some(warn))
            }
        }
    }
}

fn at(deadline: Instant, now: Instant, then: Idle) -> Idle {
    if now >= deadline {
        then
    } else {
        Idle::Quiet(Some(deadline))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_but_start_and_closed_has_a_deadline_and_a_visits_is_within_ninety_seconds() {
        let rules = IdleRules::default();
        let begin = Instant::now();
        for state in State::ALL {
            let mut now = begin;
            let mut steps = 0;
            loop {
                match judge(state, &rules, begin, begin, now) {
                    Idle::Quiet(None) => {
                        assert!(
                            matches!(state, State::Start | State::Closed),
                            "{state:?} waits for ever"
                        );
                        break;
                    }
                    Idle::Quiet(Some(next)) | Idle::Countdown(_, next) => {
                        assert!(next > now, "{state:?} does not move");
                        now = next;
                    }
                    Idle::Over | Idle::WorkOver => break,
                }
                steps += 1;
                assert!(steps < 100, "{state:?}");
            }
            let most = match state {
                State::Technician => 240,
                _ => 90,
            };
            assert!(now - begin <= Duration::from_secs(most), "{state:?}");
        }
    }

    #[test]
    fn the_countdown_counts_every_second_and_is_at_least_twenty() {
        let rules = IdleRules::default();
        let begin = Instant::now();
        let mut now = begin + rules.warn;
        let mut shown = Vec::new();
        while let Idle::Countdown(seconds, next) = judge(State::Question, &rules, begin, begin, now)
        {
            shown.push(seconds);
            now = next;
        }
        assert_eq!(shown, (1..=30).rev().collect::<Vec<_>>());
    }
}
