//! The machine: verbs in, bytes and events out. What a job does next stands in `progress`.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use zeroize::Zeroizing;

use super::clean::Buffer;
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
    /// What is surely left of a roll that runs low, in millimetres.
    low_left_mm: Option<u32>,
    /// When a stuck printer may be told to recover again.
    pub(super) recover_at: Option<Instant>,
    transmit: VecDeque<Zeroizing<Vec<u8>>>,
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
        Self {
            config,
            glyphs,
            open: false,
            reader: ReplyReader::default(),
            reader_until: None,
            poll: None,
            bits: Bits::default(),
            reported: Status::default(),
            job: None,
            buffer: Buffer::dirty(0),
            feed,
            hold: Hold::default(),
            low_left_mm: None,
            recover_at: None,
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
        self.low_left_mm.is_none_or(|left| length_mm <= left)
    }

    /// So much is taken off the roll.
    pub(super) fn use_paper(&mut self, length_mm: u32) {
        if let Some(left) = &mut self.low_left_mm {
            *left = left.saturating_sub(length_mm);
        }
    }

    pub(super) fn report(&mut self, status: Status) {
        match status.paper {
            Paper::Full => self.low_left_mm = None,
            Paper::Low => {
                self.low_left_mm.get_or_insert(self.config.low_remainder_mm);
            }
            // Nothing new about the roll.
            Paper::Out | Paper::Jammed | Paper::Unknown => {}
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

    fn pause(&self) -> Duration {
        match &self.job {
            Some(_) => JOB_PAUSE,
            None if self.reported.ready() && self.buffer == Buffer::Clean => IDLE_PAUSE,
            None => ALERT_PAUSE,
        }
    }

    fn take_reply(&mut self, reply: Reply, now: Instant) {
        match reply {
            Reply::Hold => self.hold.begin(now),
            Reply::Go => self.hold.end(),
            Reply::RealTime(byte) => {
                let pause = self.pause();
                let answered = self
                    .poll
                    .as_mut()
                    .and_then(|poll| poll.answered(now, pause));
                if let Some(n) = answered {
                    self.bits.real_time(n, byte);
                    if n == 4 {
                        self.judge(now);
                    }
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

    /// Data waits while the printer says that it takes none. A command once begun is sent to its end, for only
    /// after it can the printer be asked whether it is back.
    fn is_held(&self) -> bool {
        self.hold.is_on() || (self.bits.offline && !self.feed.is_within())
    }

    /// When XOFF is believed no more without a look at the status: within a command the printer cannot be asked. What is no
    /// part of a receipt goes on then (white for a broken image, a cleaning); a receipt's own command ends with its job.
    fn hold_over_at(&self) -> Option<Instant> {
        let begun = self.job.as_ref().is_some_and(Job::has_begun);
        let blind = self.feed.is_within() && !begun;
        self.hold.until().filter(|_| blind)
    }

    /// Hands out what may go out now.
    fn pump(&mut self, now: Instant) {
        if !self.open {
            return;
        }
        loop {
            if !self.feed.is_within()
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
    fn complete(&mut self) {
        self.feed
            .push(vec![0; self.config.profile.longest_command()]);
        self.buffer = Buffer::dirty(0);
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
        self.poll = Some(StatusPoll::new(now));
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
        self.report_absent(Device::NoDevice);
    }

    fn command(&mut self, command: Command, now: Instant) {
        match command {
            Command::Print { job, receipt } => self.print(job, &receipt, now),
            Command::Cancel { job } => self.cancel(job),
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
            self.report_absent(Device::PowerOff);
        }
        if self.hold_over_at().is_some() {
            self.hold.ready(now);
        }
        if self.buffer.tick(&self.config.profile, now) {
            self.ask_for_changes();
        }
        self.step(now);
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
            poll.ask_at().filter(|_| !self.feed.is_within()),
            self.feed.free_at().filter(|_| !self.is_held()),
            self.reader_until,
            self.hold_over_at(),
            self.buffer.timeout(),
            self.job.as_ref().map(Job::timeout),
        ]
        .into_iter()
        .flatten()
        .min()
    }
}
