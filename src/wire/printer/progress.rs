//! What a job does next, and what ends it.

use std::time::{Duration, Instant};

use super::clean::Buffer;
use super::exit::Exit;
use super::job::{Job, Outcome, Stage};
use super::poll::StatusPoll;
use super::{Event, Printer, Reason};
use crate::status::Device;
use crate::wire::escpos::{Proof, commands};

/// For the proof, besides the time of printing.
const PROOF: Duration = Duration::from_secs(8);
/// For the cut after the proof, and for the round after the marks.
const CUT: Duration = Duration::from_secs(4);
/// Between attempts to bring a stuck printer back.
const RECOVER_EVERY: Duration = Duration::from_secs(5);
/// Slowest printing allowed for, in millimetres a second.
const SLOWEST_MM_S: u32 = 40;

impl Printer {
    /// Moves the job on as far as time and what is known allow.
    pub(super) fn step(&mut self, now: Instant) {
        let silent = self.poll.as_ref().is_some_and(StatusPoll::is_silent);
        let done = self.poll.as_ref().map_or(0, StatusPoll::done);
        let Some(job) = &mut self.job else { return };
        match job.stage {
            Stage::Check { round, until } => {
                if done >= round && !silent {
                    self.check(now, now >= until);
                } else if silent || now >= until {
                    self.finish(Outcome::NotStarted(Reason::NoAnswer));
                }
            }
            Stage::Sending => {
                if silent {
                    self.stop(Reason::NoAnswer, Reason::NoAnswer);
                } else if now >= job.timeout() {
                    let offline = self.reported.device == Device::Offline;
                    let reason = if offline {
                        Reason::Offline
                    } else {
                        Reason::Stalled
                    };
                    self.stop(reason, reason);
                }
            }
            Stage::Proving { until } => {
                let marks_prove = self.config.profile.proof == Proof::GsR;
                if marks_prove && job.is_processed() && self.feed.is_empty() {
                    if let Some(poll) = &mut self.poll {
                        let (round, until) = (poll.next_round(), now + CUT);
                        job.stage = Stage::Confirming { round, until };
                        poll.hurry(now);
                    }
                } else if self.is_presented() {
                    self.end_presented();
                } else if now >= until {
                    self.end_unproven();
                }
            }
            Stage::Confirming { round, until } => {
                if done >= round && self.reported.ready() && self.is_handed_out() {
                    self.end_proven();
                } else if now >= until {
                    self.abandon(Outcome::Unknown);
                }
            }
            Stage::Cutting { until } => {
                if job.is_processed() && self.feed.is_empty() && self.is_handed_out() {
                    self.end_proven();
                } else if now >= until {
                    self.abandon(Outcome::Printed);
                }
            }
        }
    }

    /// Whether all of the receipt is out and its exit, which is the proof, has seen it.
    fn is_presented(&self) -> bool {
        let proving = |job: &Job| matches!(job.stage, Stage::Proving { .. });
        self.config.profile.proof == Proof::Presented
            && self.job.as_ref().is_some_and(proving)
            && self.exit.is_some()
            && self.is_handed_out()
    }

    /// Whether the receipt was seen at the exit, where the printer knows of it.
    fn is_handed_out(&self) -> bool {
        let (Some(exit), Some(job)) = (&self.exit, &self.job) else {
            return true;
        };
        exit.has_shown(job.id)
    }

    /// Refuses or starts a job on a fresh picture of the printer; waits while leftovers are being cleared, and while
    /// an earlier receipt is got out of the exit.
    fn check(&mut self, now: Instant, overdue: bool) {
        let Some(job) = &self.job else { return };
        let length_mm = job.length_mm;
        let refusal = if let Some(fault) = self.fault() {
            Some(fault)
        } else if !self.reported.ready() {
            Some(Reason::Offline)
        } else if !self.has_paper_for(length_mm) {
            Some(Reason::PaperLow)
        } else if self.buffer != Buffer::Clean {
            overdue.then_some(Reason::NotClean)
        } else if let Some(exit) = self.exit.as_mut().filter(|exit| !exit.is_free()) {
            exit.make_room(now);
            (overdue || exit.is_stuck()).then_some(Reason::ExitOccupied)
        } else {
            self.use_paper(length_mm);
            if let Some(job) = &mut self.job {
                job.stage = Stage::Sending;
                job.progress_at = now;
                job.line_was_faulty = self.bits.line_fault;
            }
            None
        };
        if let Some(reason) = refusal {
            self.finish(Outcome::NotStarted(reason));
        }
    }

    /// Puts the next commands into the empty feed: a cleaning first, then the job's.
    pub(super) fn refill(&mut self, now: Instant) {
        let profile = &self.config.profile;
        let known = self.poll.as_ref().is_some_and(|poll| poll.done() > 0);
        if known
            && self.reported.ready()
            && let Some(bytes) = self.buffer.start(profile, now)
        {
            self.feed.push(bytes);
            if let Some(exit) = &mut self.exit {
                exit.discarded(now);
            }
            return;
        }
        let prints = self.job.as_ref().is_some_and(Job::has_begun);
        // Without paper too, where the printer is on-line: what lies in the exit is not of the roll any more.
        if known
            && !prints
            && self.reported.device == Device::Online
            && let Some(bytes) = self.exit.as_mut().and_then(|exit| exit.clear(now))
        {
            self.feed.push(bytes);
            return;
        }
        let Some(job) = &mut self.job else { return };
        if job.stage != Stage::Sending {
            return;
        }
        if let Some(bytes) = job.next_chunk(profile) {
            self.feed.push(bytes);
        } else if job.is_out() {
            let printing = Duration::from_secs(u64::from(job.length_mm / SLOWEST_MM_S));
            job.stage = Stage::Proving {
                until: now + PROOF + printing,
            };
            let bytes = job.ending(profile);
            if let Some(exit) = &mut self.exit
                && Job::ends_with_hand_out(profile)
            {
                exit.hand_out(job.id);
            }
            self.feed.push(bytes);
        } else if profile.status.is_mute_in_motion()
            && let Some(poll) = &mut self.poll
        {
            // Its buffer may be full, and only an answer says that it no longer is.
            poll.hurry(now);
        }
    }

    /// The process id came back: everything that reached the printer before it is on paper. A mark that is still
    /// unanswered then did not reach it, nor what went with it: the line was overrun or the power dipped.
    pub(super) fn proven(&mut self, id: [u8; 4], now: Instant) {
        if let Some(job) = &mut self.job
            && job.is_its_process(id)
            && matches!(job.stage, Stage::Proving { .. })
        {
            if !job.is_processed() {
                return self.abandon(Outcome::Unknown);
            }
            let id_of_job = job.id;
            job.stage = Stage::Cutting { until: now + CUT };
            let cut = job.cut(&self.config.profile);
            if let Some(exit) = &mut self.exit {
                exit.hand_out(id_of_job);
            }
            self.feed.push(cut);
        }
    }

    /// A full picture of the printer has come in.
    pub(super) fn judge(&mut self, now: Instant) {
        let status = self.bits.status(self.config.profile.status);
        let was_away = self.reported.device == Device::PowerOff;
        self.report(status);
        self.look_at_exit(now);
        if self.is_presented() {
            // A roll that ends with it, or a cover that is opened behind it, takes nothing from a receipt that is out.
            self.end_presented();
        }
        if let Some(reason) = self.fault() {
            self.buffer.disturb();
            self.fault_in_job(reason);
            let stuck = self.bits.recoverable || self.bits.cutter;
            if stuck && self.recover_at.is_none_or(|at| now >= at) {
                self.recover_at = Some(now + RECOVER_EVERY);
                self.send(commands::RECOVER_AND_CLEAR.to_vec());
            }
        } else if status.ready() {
            self.recover_at = None;
            self.hold.ready(now);
        }
        if was_away {
            // It may have been switched off and on, and then it no longer reports by itself.
            self.ask_for_changes();
        }
    }

    /// A state that ends a job. Being off-line for no stated reason may pass and is left to the deadlines.
    fn fault(&self) -> Option<Reason> {
        let bits = &self.bits;
        [
            (bits.unrecoverable, Reason::Fault),
            (bits.cutter, Reason::Cutter),
            (bits.recoverable, Reason::Jam),
            (bits.cover_open, Reason::CoverOpen),
            (bits.paper_out, Reason::PaperOut),
        ]
        .into_iter()
        .find_map(|(is_so, reason)| is_so.then_some(reason))
    }

    fn fault_in_job(&mut self, reason: Reason) {
        match self.job.as_ref().map(|job| job.stage) {
            None | Some(Stage::Check { .. }) => {}
            Some(Stage::Sending | Stage::Proving { .. }) => {
                self.abandon(Outcome::Interrupted(reason));
            }
            // Every mark was answered, and then a fault: the last line may or may not be on paper.
            Some(Stage::Confirming { .. }) => self.abandon(Outcome::Unknown),
            Some(Stage::Cutting { .. }) => self.abandon(Outcome::Printed),
        }
    }

    /// The port is gone.
    pub(super) fn lose_job(&mut self) {
        match self.job.as_ref().map(|job| job.stage) {
            None => {}
            Some(Stage::Check { .. }) => self.finish(Outcome::NotStarted(Reason::NoPrinter)),
            Some(Stage::Sending) => self.stop(Reason::NoPrinter, Reason::Lost),
            Some(Stage::Proving { .. } | Stage::Confirming { .. }) => {
                self.abandon(Outcome::Unknown);
            }
            Some(Stage::Cutting { .. }) => self.abandon(Outcome::Printed),
        }
    }

    /// A job that is not all sent is given up; one that is goes on to its end.
    pub(super) fn cancel(&mut self, id: u64) {
        let named = self.job.as_ref().filter(|job| job.id == id);
        match named.map(|job| job.stage) {
            Some(Stage::Check { .. }) => self.finish(Outcome::NotStarted(Reason::Cancelled)),
            Some(Stage::Sending) => self.stop(Reason::Cancelled, Reason::Cancelled),
            _ => {}
        }
    }

    fn stop(&mut self, before: Reason, within: Reason) {
        if self.job.as_ref().is_some_and(Job::has_begun) {
            self.abandon(Outcome::Interrupted(within));
        } else {
            self.finish(Outcome::NotStarted(before));
        }
    }

    fn look_at_exit(&mut self, now: Instant) {
        let prints = self.job.as_ref().is_some_and(Job::has_begun);
        let (seen, jam) = (self.bits.at_exit, self.bits.recoverable);
        let sense = |exit: &mut Exit| exit.sense(seen, jam, prints, now);
        let told = self.exit.as_mut().and_then(sense);
        self.tell_slot(told);
    }

    /// The exit has seen it. A fault of the line since the job began may have cost it some of its text.
    fn end_presented(&mut self) {
        if self.job.as_ref().is_some_and(|job| !job.line_fault) {
            self.end_proven();
        } else {
            self.finish(Outcome::Unknown);
        }
    }

    fn end_proven(&mut self) {
        self.finish(Outcome::Printed);
        self.ask_for_changes();
    }

    /// A printer that cannot prove anything and is well has most likely emptied its buffer.
    fn end_unproven(&mut self) {
        if self.config.profile.proof == Proof::None && self.reported.ready() {
            self.finish(Outcome::Unknown);
            self.ask_for_changes();
        } else {
            self.abandon(Outcome::Unknown);
        }
    }

    fn finish(&mut self, outcome: Outcome) {
        if let Some(exit) = &mut self.exit {
            exit.job_ended();
        }
        if let Some(job) = self.job.take() {
            self.tell(Event::Finished {
                job: job.id,
                outcome,
            });
        }
    }

    /// Ends a job whose bytes may still be in the printer, and empties what can be emptied at once.
    fn abandon(&mut self, outcome: Outcome) {
        self.buffer = Buffer::dirty(self.feed.clear());
        if self.open {
            self.send(commands::RECOVER_AND_CLEAR.to_vec());
            self.send(commands::CLEAR_BUFFERS.to_vec());
        }
        self.finish(outcome);
    }
}
