//! Asks for the real-time states in turn, four or a full one. One question at a time: the answers do not say what was asked.

use std::time::{Duration, Instant};

/// A printer answers DLE EOT within milliseconds; this allows for a USB adapter under load.
const ANSWER: Duration = Duration::from_millis(500);
/// After a missing answer nothing is asked for this long, so that a late one is not taken for the next.
const QUIET: Duration = Duration::from_millis(700);
/// Longest quiet that unexpected answers can ask for. On a line that is never quiet the printer counts as silent.
const RESTLESS: Duration = Duration::from_secs(5);
/// Missing answers in a row after which the printer counts as silent.
const SILENT: u8 = 3;
/// The same of a printer that answers none while paper moves: 7 s, for 600 mm at 100 mm/s.
const MOVING: u8 = 6;

/// The questioner.
#[derive(Clone, Debug)]
pub(super) struct StatusPoll {
    /// Numbers of the questions of a round.
    questions: &'static [u8],
    /// The place of the one that is asked, and when its answer is overdue.
    asked: Option<(usize, Instant)>,
    /// Place of the next question of the round under way.
    next: usize,
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
    pub(super) fn new(questions: &'static [u8], now: Instant) -> Self {
        Self {
            questions,
            asked: None,
            next: 0,
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
        // The one that answers none while paper moves has a whole receipt's time.
        let allowed = if self.questions.len() == 1 {
            MOVING
        } else {
            SILENT
        };
        self.misses >= allowed
    }

    /// Begins the next round as soon as may be.
    pub(super) fn hurry(&mut self, now: Instant) {
        self.at = self.at.min(now.max(self.quiet_until));
    }

    /// Whether a question is open, or one is to be asked as soon as that can be.
    pub(super) fn wants_quiet(&self, now: Instant) -> bool {
        self.asked.is_some() || (now >= self.at && now >= self.quiet_until)
    }

    /// The question to send now.
    pub(super) fn due(&mut self, now: Instant) -> Option<u8> {
        if self.asked.is_some() || now < self.at || now < self.quiet_until {
            return None;
        }
        let question = *self.questions.get(self.next)?;
        if self.next == 0 {
            self.started += 1;
        }
        self.asked = Some((self.next, now + ANSWER));
        Some(question)
    }

    /// An answer came: which question it answers, and whether that completes the round; then `pause` follows. An answer
    /// to none begins the round anew after a new quiet: the ones before may have been shifted by it. Where there is but
    /// one question, a late answer is one: such a printer answers none while paper moves.
    pub(super) fn answered(&mut self, now: Instant, pause: Duration) -> Option<(u8, bool)> {
        let late = (self.questions.len() == 1 && self.started > self.done).then_some((0, now));
        let Some((at, _)) = self.asked.take().or(late) else {
            let limit = *self.restless_until.get_or_insert(now + RESTLESS);
            self.next = 0;
            self.quiet_until = self.quiet_until.max((now + QUIET).min(limit));
            self.at = self.at.min(self.quiet_until);
            return None;
        };
        self.misses = 0;
        self.at = now;
        self.next = at + 1;
        let whole = self.next == self.questions.len();
        if whole {
            self.next = 0;
            self.done = self.started;
            self.restless_until = None;
            self.at = now + pause;
        }
        Some((*self.questions.get(at)?, whole))
    }

    /// Gives up on an answer that is overdue; the round begins anew.
    pub(super) fn expire(&mut self, now: Instant) -> bool {
        if self.asked.is_none_or(|(_, until)| now < until) {
            return false;
        }
        self.asked = None;
        self.next = 0;
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

    const FOUR: &[u8] = &[1, 2, 3, 4];

    #[test]
    fn a_late_answer_is_not_taken_for_the_next_question() {
        let start = Instant::now();
        let pause = Duration::from_secs(3);
        let mut poll = StatusPoll::new(FOUR, start);
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
        let mut poll = StatusPoll::new(FOUR, start);
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
        let mut poll = StatusPoll::new(FOUR, opened);
        let now = opened + QUIET;
        let round = poll.next_round();
        for n in 1..=4 {
            assert_eq!(poll.due(now), Some(n));
            assert!(poll.done() < round);
            let answered = poll.answered(now, Duration::from_secs(3));
            assert_eq!(answered, Some((n, n == 4)));
        }
        assert_eq!(poll.done(), round);
        assert_eq!(poll.due(now), None);
        poll.hurry(now);
        assert_eq!(poll.due(now), Some(1));
    }
    #[test]
    fn the_only_question_may_be_answered_late() {
        let opened = Instant::now();
        let pause = Duration::from_secs(3);
        let mut poll = StatusPoll::new(&[20], opened);
        let now = opened + QUIET;
        assert_eq!(poll.due(now), Some(20));
        assert!(poll.expire(now + ANSWER));
        assert_eq!(poll.answered(now + ANSWER * 2, pause), Some((20, true)));
        assert!(!poll.is_silent());
        assert_eq!(poll.answered(now + ANSWER * 3, pause), None, "to nothing");
    }
}
