//! Asks for the four real-time states in turn. One question at a time: the answers do not say what was asked.

use std::time::{Duration, Instant};

/// A printer answers DLE EOT within milliseconds; this allows for a USB adapter under load.
const ANSWER: Duration = Duration::from_millis(500);
/// After a missing answer nothing is asked for this long, so that a late one is not taken for the next.
const QUIET: Duration = Duration::from_millis(700);
/// Longest quiet that unexpected answers can ask for. On a line that is never quiet the printer counts as silent.
const RESTLESS: Duration = Duration::from_secs(5);
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
    /// Unexpected answers delay the next question no longer than this.
    restless_until: Option<Instant>,
    started: u64,
    done: u64,
    misses: u8,
}

impl StatusPoll {
    /// Listens first: answers to an earlier life's questions may still be on their way.
    pub(super) fn new(now: Instant) -> Self {
        Self {
            asked: None,
            next: 1,
            at: now + QUIET,
            quiet_until: now + QUIET,
            restless_until: None,
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

    /// An answer came: which question it answers. `pause` follows a complete round. An answer to none begins the round
    /// anew after a new quiet: the ones before may have been shifted by it.
    pub(super) fn answered(&mut self, now: Instant, pause: Duration) -> Option<u8> {
        let Some((n, _)) = self.asked.take() else {
            let limit = *self.restless_until.get_or_insert(now + RESTLESS);
            self.next = 1;
            self.quiet_until = self.quiet_until.max((now + QUIET).min(limit));
            self.at = self.at.min(self.quiet_until);
            return None;
        };
        self.misses = 0;
        self.at = now;
        self.next = n + 1;
        if n == 4 {
            self.next = 1;
            self.done = self.started;
            self.restless_until = None;
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
        assert_eq!(poll.due(start), None, "listens first");
        let start = start + QUIET;
        assert_eq!(poll.due(start), Some(1));
        let late = start + ANSWER;
        assert!(poll.expire(late));
        assert_eq!(poll.due(late), None, "quiet first");
        assert_eq!(
            poll.answered(late + QUIET / 2, pause),
            None,
            "the late answer"
        );
        let quiet = late + QUIET / 2 + QUIET;
        assert_eq!(poll.due(late + QUIET), None, "a new quiet behind it");
        assert_eq!(poll.due(quiet), Some(1), "from the beginning");
    }

    #[test]
    fn a_line_that_is_never_quiet_is_asked_all_the_same() {
        let start = Instant::now();
        let mut poll = StatusPoll::new(start);
        let asked = (0..100).find(|tenth| {
            let now = start + Duration::from_millis(tenth * 100);
            poll.answered(now, QUIET);
            poll.due(now).is_some()
        });
        assert_eq!(asked, Some(50));
    }

    #[test]
    fn a_round_is_complete_after_four_answers() {
        let opened = Instant::now();
        let mut poll = StatusPoll::new(opened);
        let now = opened + QUIET;
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
