//! The machine: verbs in, bytes and events out. What a job does next stands in `progress`.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::ailing::Ailing;
use super::clean::Buffer;
use super::exit::{Exit, Told};
use super::feed::Feed;
use super::hold::Hold;
use super::job::{Job, Outcome, Stage};
use super::poll::StatusPoll;
use super::reader::{Reply, ReplyReader};
use super::status::{Bits, Status};
use super::{Command, Config, Event, Reason};
use crate::receipt::Receipt;
use crate::status::{Device, Paper};
use crate::wire::Machine;
use crate::wire::escpos::{Glyphs, commands, encode};

/// Between status rounds of an idle printer.
const IDLE_PAUSE: Duration = Duration::from_secs(3);
/// Between status rounds when something is wrong or waited for.
const ALERT_PAUSE: Duration = Duration::from_millis(800);
/// Between status rounds of a job.
const JOB_PAUSE: Duration = Duration::from_millis(100);
/// For the check before a job; a cleaning may go before it.
const CHECK: Duration = Duration::from_secs(20);
/// An answer of several bytes comes within this time.
const ANSWER_GAP: Duration = Duration::from_millis(300);
/// Most events kept for a driver that does not fetch them; the oldest status changes go first.
const MAX_EVENTS: usize = 64;

/// The machine.
pub struct Printer {
    pub(super) config: Config,
    glyphs: Box<dyn Glyphs + Send>,
    pub(super) open: bool,
    reader: ReplyReader,
    reader_until: Option<Instant>,
    pub(super) poll: Option<StatusPoll>,
    pub(super) bits: Bits,
    pub(super) reported: Status,
    pub(super) job: Option<Job>,
    pub(super) buffer: Buffer,
    pub(super) feed: Feed,
    pub(super) hold: Hold,
    /// The exit, where the printer knows what lies there.
    pub(super) exit: Option<Exit>,
    /// What is surely left of a roll that runs low, in millimetres.
    low_left_mm: Option<u32>,
    pub(super) ailing: Ailing,
    /// When a stuck printer may be told to recover again.
    pub(super) recover_at: Option<Instant>,
    /// No data goes out: a question is open or due, and is answered only when paper stands still.
    pub(super) listens: bool,
    pub(super) transmit: VecDeque<Zeroizing<Vec<u8>>>,
    events: VecDeque<Event>,
}

impl std::fmt::Debug for Printer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Printer")
            .field("open", &self.open)
            .field("status", &self.reported)
            .field("buffer", &self.buffer)
            .field("job", &self.job)
            .finish_non_exhaustive()
    }
}

impl Printer {
    /// A printer whose port is not open yet. `glyphs` draws characters that its font lacks.
    ///
    /// Its buffer counts as dirty: a part of a job may have stayed in it when the firmware stopped.
    #[must_use]
    pub fn new(config: Config, glyphs: Box<dyn Glyphs + Send>) -> Self {
        let feed = Feed::new(config.baud);
        let profile = &config.profile;
        let exit = profile
            .presenter
            .clone()
            .map(|presenter| Exit::new(presenter, profile.proof, config.take_limit));
        Self {
            exit,
            reader: ReplyReader::new(profile.status),
            config,
            glyphs,
            open: false,
            reader_until: None,
            poll: None,
            bits: Bits::default(),
            reported: Status::default(),
            job: None,
            buffer: Buffer::dirty(0),
            feed,
            hold: Hold::default(),
            low_left_mm: None,
            ailing: Ailing::default(),
            recover_at: None,
            listens: false,
            transmit: VecDeque::new(),
            events: VecDeque::new(),
        }
    }

    /// The last reported state.
    #[must_use]
    pub fn status(&self) -> Status {
        self.reported
    }

    /// Hands bytes to the port.
    pub(super) fn send(&mut self, bytes: Vec<u8>) {
        self.transmit.push_back(Zeroizing::new(bytes));
    }

    pub(super) fn tell(&mut self, event: Event) {
        if self.events.len() >= MAX_EVENTS {
            let status = |event: &Event| matches!(event, Event::Status(_));
            if let Some(at) = self.events.iter().position(status) {
                self.events.remove(at);
            }
        }
        self.events.push_back(event);
    }

    /// Whether a receipt of this length surely fits on what is left.
    pub(super) fn has_paper_for(&self, length_mm: u32) -> bool {
        let left = self
            .low_left_mm
            .filter(|_| self.reported.paper != Paper::Full);
        left.is_none_or(|left| length_mm <= left)
    }

    /// So much is taken off the roll.
    pub(super) fn use_paper(&mut self, length_mm: u32) {
        if self.reported.paper == Paper::Full {
            // The roll's end was not near after all, or it is a new roll.
            self.low_left_mm = None;
        } else if let Some(left) = &mut self.low_left_mm {
            *left = left.saturating_sub(length_mm);
        }
    }

    pub(super) fn report(&mut self, status: Status) {
        match status.paper {
            // A sensor that flickers must not give the roll its remainder again: forgotten with the next receipt.
            Paper::Full => {}
            Paper::Low => {
                self.low_left_mm.get_or_insert(self.config.low_remainder_mm);
            }
            // What is there next is a new roll.
            Paper::Out => self.low_left_mm = None,
            Paper::Jammed | Paper::Unknown => {}
        }
        if status.cover_open {
            self.low_left_mm = None;
        }
        if status != self.reported {
            self.reported = status;
            self.tell(Event::Status(status));
        }
    }

    fn report_absent(&mut self, device: Device) {
        self.report(Status {
            device,
            paper: Paper::Unknown,
            ..Status::default()
        });
    }

    /// Tells what became of the receipt at the exit.
    pub(super) fn tell_slot(&mut self, told: Option<Told>) {
        if let Some((job, slot)) = told {
            self.tell(Event::Slot(job, slot));
        }
    }

    /// The command that was to clear the exit went to nobody.
    fn forget_clearing(&mut self) {
        if let Some(exit) = &mut self.exit {
            exit.not_cleared();
        }
    }

    fn pause(&self) -> Duration {
        let watched = self.exit.as_ref().is_some_and(Exit::is_watched);
        let mute = self.config.profile.status.is_mute_in_motion();
        match &self.job {
            // Every question holds the data back.
            Some(job) if mute && job.stage == Stage::Sending => ALERT_PAUSE,
            Some(_) => JOB_PAUSE,
            None if self.reported.ready() && self.buffer == Buffer::Clean && !watched => IDLE_PAUSE,
            None => ALERT_PAUSE,
        }
    }

    fn take_reply(&mut self, reply: Reply, now: Instant) {
        match reply {
            Reply::Hold => self.hold.begin(now),
            Reply::Go => self.hold.end(),
            Reply::RealTime(byte) => {
                if let Some((n, whole)) = self.answered(now) {
                    self.bits.real_time(n, byte);
                    if whole {
                        self.judge(now);
                    }
                }
            }
            Reply::Full(states) => {
                if self.answered(now).is_some() {
                    self.bits.full(states);
                    let line_fault = self.bits.line_fault;
                    if let Some(job) = self.job.as_mut().filter(|job| job.has_begun()) {
                        job.stands_still(line_fault);
                        job.progress_at = now;
                    }
                    self.judge(now);
                }
            }
            Reply::Automatic(bytes) => {
                self.bits.automatic(bytes);
                self.judge(now);
            }
            Reply::Processed(byte) => {
                self.bits.processed(byte);
                self.buffer.processed(now);
                if let Some(job) = &mut self.job {
                    job.processed();
                    job.progress_at = now;
                }
            }
            Reply::ProcessId(id) => self.proven(id, now),
        }
    }

    /// Which real-time question is answered now, and whether that completes the round.
    fn answered(&mut self, now: Instant) -> Option<(u8, bool)> {
        let pause = self.pause();
        self.poll.as_mut()?.answered(now, pause)
    }

    pub(super) fn ask_for_changes(&mut self) {
        if self.open && self.config.profile.automatic_status {
            self.feed.push(commands::REPORT_CHANGES.to_vec());
        }
    }

    fn print(&mut self, job: u64, receipt: &Receipt, now: Instant) {
        let encoded = encode(receipt, &self.config.profile, self.glyphs.as_ref());
        let reason = match (&mut self.poll, encoded) {
            _ if self.job.is_some() => Reason::Busy,
            (_, Err(_)) => Reason::Unprintable,
            (None, _) => Reason::NoPrinter,
            (Some(poll), Ok(encoded)) => {
                let round = poll.next_round();
                let until = now + CHECK;
                poll.hurry(now);
                self.job = Some(Job::new(job, encoded, Stage::Check { round, until }, now));
                return;
            }
        };
        let outcome = Outcome::NotStarted(reason);
        self.tell(Event::Finished { job, outcome });
    }
}

impl Machine for Printer {
    type Event = Event;
    type Command = Command;

    fn port_opened(&mut self, now: Instant) {
        if self.open {
            self.port_lost(now);
        }
        self.open = true;
        let questions = self.config.profile.status.questions();
        self.poll = Some(StatusPoll::new(questions, now));
        self.bits = Bits::default();
        self.hold.end();
        if self.buffer == Buffer::Clean {
            self.ask_for_changes();
        } else {
            self.complete();
        }
        self.pump(now);
    }

    fn port_lost(&mut self, _now: Instant) {
        self.open = false;
        self.reader.reset();
        self.reader_until = None;
        self.poll = None;
        self.recover_at = None;
        self.buffer.disturb();
        self.lose_job();
        self.feed.clear();
        self.transmit.clear();
        self.forget_clearing();
        self.report_absent(Device::NoDevice);
    }

    fn command(&mut self, command: Command, now: Instant) {
        match command {
            Command::Print { job, receipt } => self.print(job, &receipt, now),
            Command::Cancel { job } => self.cancel(job),
            Command::GiveUpReceipt => {
                let told = self.exit.as_mut().and_then(|exit| exit.give_up(now));
                self.tell_slot(told);
            }
        }
        self.step(now);
        self.pump(now);
    }

    fn handle_input(&mut self, bytes: &[u8], now: Instant) {
        if !self.open {
            return;
        }
        for byte in bytes {
            if let Some(reply) = self.reader.push(*byte) {
                self.take_reply(reply, now);
            }
        }
        self.reader_until = self.reader.is_open().then_some(now + ANSWER_GAP);
        self.step(now);
        self.pump(now);
    }

    fn handle_timeout(&mut self, now: Instant) {
        if self.reader_until.is_some_and(|until| now >= until) {
            self.reader.reset();
            self.reader_until = None;
        }
        let missed = self.poll.as_mut().is_some_and(|poll| poll.expire(now));
        if missed && self.poll.as_ref().is_some_and(StatusPoll::is_silent) {
            self.buffer.disturb();
            self.hold.end();
            self.forget_clearing();
            self.report_absent(Device::PowerOff);
        }
        if self.hold_over_at().is_some() {
            self.hold.ready(now);
        }
        if self.buffer.tick(&self.config.profile, now) {
            self.ask_for_changes();
        }
        if self.open {
            let told = self.exit.as_mut().and_then(|exit| exit.tick(now));
            self.tell_slot(told);
        }
        self.step(now);
        self.look_after(now);
        self.pump(now);
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        let bytes = self.transmit.pop_front();
        bytes.map(|mut bytes| std::mem::take(&mut *bytes))
    }

    fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        let poll = self.poll.as_ref()?;
        [
            poll.overdue_at(),
            poll.ask_at()
                .map(|at| self.rested_at().map_or(at, |rested| at.max(rested)))
                .filter(|_| !self.feed.is_within()),
            self.feed.free_at().filter(|_| !self.is_held()),
            self.reader_until,
            self.hold_over_at(),
            self.buffer.timeout(),
            self.exit.as_ref().and_then(Exit::timeout),
            self.job.as_ref().map(Job::timeout),
            self.ailing.due().filter(|_| self.ails()),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}
