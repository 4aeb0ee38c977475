//! What goes out when: questions between whole commands, data when the printer takes some.

use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::Printer;
use super::clean::Buffer;
use super::job::Job;
use super::poll::StatusPoll;
use crate::wire::escpos::commands;

/// A printer that answers nothing while paper moves is asked when the line has been quiet for so long.
const REST: Duration = Duration::from_millis(100);

impl Printer {
    /// Data waits while the printer says that it takes none. A command once begun is sent to its end, for only
    /// after it can the printer be asked whether it is back.
    pub(super) fn is_held(&self) -> bool {
        self.hold.is_on() || ((self.bits.offline || self.listens) && !self.feed.is_within())
    }

    /// When XOFF is believed no more without a look at the status: within a command the printer cannot be asked. What is no
    /// part of a receipt goes on then (white for a broken image, a cleaning); a receipt's own command ends with its job.
    pub(super) fn hold_over_at(&self) -> Option<Instant> {
        let begun = self.job.as_ref().is_some_and(Job::has_begun);
        let blind = self.feed.is_within() && !begun;
        self.hold.until().filter(|_| blind)
    }

    /// When the line has been quiet long enough for a question; none where it need not be.
    pub(super) fn rested_at(&self) -> Option<Instant> {
        let mute = self.config.profile.status.is_mute_in_motion();
        self.feed.last_at().filter(|_| mute).map(|at| at + REST)
    }

    /// Hands out what may go out now.
    pub(super) fn pump(&mut self, now: Instant) {
        if !self.open {
            return;
        }
        loop {
            let mute = self.config.profile.status.is_mute_in_motion();
            let wants = |poll: &StatusPoll| mute && poll.wants_quiet(now);
            self.listens = self.poll.as_ref().is_some_and(wants);
            if self.rested_at().is_none_or(|at| now >= at)
                && !self.feed.is_within()
                && let Some(n) = self.poll.as_mut().and_then(|poll| poll.due(now))
            {
                // On a port that takes nothing the question before still lies there, and is one missing answer more.
                let question = commands::ask_status(n).to_vec();
                let lies_there = |bytes: &Zeroizing<Vec<u8>>| bytes.starts_with(&question[..2]);
                if !self.transmit.iter().any(lies_there) {
                    self.send(question);
                }
            }
            if self.is_held() {
                return;
            }
            if self.feed.is_empty() {
                self.refill(now);
            }
            let Some(piece) = self.feed.piece(now) else {
                if self.feed.is_empty() {
                    self.feed.rest(now);
                }
                return;
            };
            self.send(piece);
            if let Some(job) = &mut self.job {
                job.progress_at = now;
            }
        }
    }

    /// White dots for an image that an earlier life, or a lost line, left within: nobody knows how much of it arrived,
    /// and questions would be taken for its dots. A printer that waits for none ignores zeros.
    pub(super) fn complete(&mut self) {
        self.feed
            .push(vec![0; self.config.profile.longest_command()]);
        self.buffer = Buffer::dirty(0);
    }
}
