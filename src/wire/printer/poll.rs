//! Asks for the four real-time states in turn. One question at a time: the answers do not say what was asked.

use std::time::{Duration, Instant};

/// A printer answers DLE EOT within milliseconds; this allows for a USB adapter under load.
const ANSWER: Duration = Duration::from_millis(500);
/// After a missing answer nothing is asked for this long, so that a late one is not taken for the next.
const QUIET: Duration = Duration::from_millis(700);
/// Missing answers in a row after which the printer counts as silent.
const SILENT: u8 = 3;

/// The questioner.
#[derive(Clone, Debug)]
pub(super) struct StatusPoll {
    asked: Option<(u8, Instant)>,
    /// Next question of the round under way.
    next: u8,
    at: Instant,
    quiet_until: Instant,
    started: u64,
    done: u64,
    misses: u8,
}

impl StatusPoll {
    /// Begins at once.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            asked: None,
            next: 1,
            at: now,
            quiet_until: now,
            started: 0,
            done: 0,
            misses: 0,
        }
    }

    /// A round begun from now on will have this number.
    pub(super) fn next_round(&self) -> u64 {
        self.started + 1
    }

    /// Number of the last complete round.
    pub(super) fn done(&self) -> u64 {
        self.done
    }

    /// Whether the printer has stopped answering.
    pub(super) fn is_silent(&self) -> bool {
        self.misses >= SILENT
    }

    /// Begins the next round as soon as may be.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.at = self.at.min(now.max(self.quiet_until));
    }

    /// The question to send now.
    pub(super) fn due(&mut self, now: Instant) -> Option<u8> {
        if self.asked.is_some() || now < self.at || now < self.quiet_until {
            return None;
        }
        if self.next == 1 {
            self.started += 1;
        }
        self.asked = Some((self.next, now + ANSWER));
        Some(self.next)
    }

    /// An answer came: which question it answers. `pause` follows a complete round.
    pub(super) fn answered(&mut self, now: Instant, pause: Duration) -> Option<u8> {
        let (n, _) = self.asked.take()?;
        self.misses = 0;
        self.at = now;
        self.next = n + 1;
        if n == 4 {
            self.next = 1;
            self.done = self.started;
            self.at = now + pause;
        }
        Some(n)
    }

    /// Gives up on an answer that is overdue; the round begins anew.
    pub(super) fn expire(&mut self, now: Instant) -> bool {
        if self.asked.is_none_or(|(_, until)| now < until) {
            return false;
        }
        self.asked = None;
        self.next = 1;
        self.misses = self.misses.saturating_add(1);
        self.quiet_until = now + QUIET;
        self.at = self.quiet_until;
        true
    }

    /// When an answer is overdue.
    pub(super) fn overdue_at(&self) -> Option<Instant> {
        self.asked.map(|(_, until)| until)
    }

    /// When the next question may go out.
    pub(super) fn ask_at(&self) -> Option<Instant> {
        self.asked
            .is_none()
            .then_some(self.at.max(self.quiet_until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_late_answer_is_not_taken_for_the_next_question() {
        let start = Instant::now();
        let pause = Duration::from_secs(3);
        let mut poll = StatusPoll::new(start);
        assert_eq!(poll.due(start), Some(1));
        let late = start + ANSWER;
        assert!(poll.expire(late));
        assert_eq!(poll.due(late), None, "quiet first");
        assert_eq!(
            poll.answered(late + QUIET / 2, pause),
            None,
            "the late answer"
        );
        assert_eq!(poll.due(late + QUIET), Some(1), "from the beginning");
    }

    #[test]
    fn a_round_is_complete_after_four_answers() {
        let now = Instant::now();
        let mut poll = StatusPoll::new(now);
        let round = poll.next_round();
        for n in 1..=4 {
            assert_eq!(poll.due(now), Some(n));
            assert!(poll.done() < round);
            assert_eq!(poll.answered(now, Duration::from_secs(3)), Some(n));
        }
        assert_eq!(poll.done(), round);
        assert_eq!(poll.due(now), None);
        poll.hurry(now);
        assert_eq!(poll.due(now), Some(1));
    }
}
