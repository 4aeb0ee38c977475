//! The reader as a machine: hello, polling, reading, recovery.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{
    config::SamConfig,
    event::{ReadFault, ReaderCommand, ReaderEvent},
    frame::Answer,
    link::{Link, Outcome},
    request::Request,
    sam_id,
    status::{Class, Sw3},
};
use crate::{
    status::Device,
    wire::{Machine, PortWish},
};

mod antenna;
mod cycle;
mod ladder;
use antenna::Antenna;
use cycle::{Media, Origin};
use ladder::Ladder;

/// The SAM id is asked this often: the first answer after power-on is sometimes wrong.
const SAM_ID_TRIES: u8 = 3;
/// While no card is wanted, the module is asked this often whether it is well: a pulled cable is seen within 3 s.
const HEARTBEAT: Duration = Duration::from_secs(2);
/// A silent or faulty module is asked again after this long.
const RETRY: Duration = Duration::from_secs(3);
/// A module that says or shows for so long that it is broken should have its power cut.
const BROKEN: Duration = Duration::from_secs(30);
/// So many senseless answers to "find" in a row end in a reset.
const STRANGE_LIMIT: u8 = 5;

/// What the outstanding request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Closed,
    /// Nothing outstanding; `next` says when to go on.
    Idle,
    /// Nothing outstanding; say hello again at `next`.
    Down,
    Hello,
    Identify {
        tries: u8,
    },
    LimitRf,
    Heartbeat,
    Reset,
    Find,
    Select,
    Read {
        fingerprint: bool,
    },
    ReadAddress {
        fingerprint: bool,
    },
}

/// Driver of one ID card reader. See [`Machine`].
pub struct SamReader {
    config: SamConfig,
    link: Link,
    step: Step,
    next: Option<Instant>,
    device: Device,
    sam_id: Option<String>,
    events: VecDeque<ReaderEvent>,
    /// What was tried since it was last online.
    ladder: Ladder,
    antenna: Antenna,
    reset_wanted: bool,
    polling: bool,
    /// Senseless or missing answers to "find" since the last good one.
    strange: u8,
    media: Media,
    origin: Origin,
    /// Since when it has found nothing because it was away.
    away_since: Option<Instant>,
    /// The outcome of the outstanding request is of no interest any more.
    stale: bool,
    /// Selecting failed, reading was repeated: how often for this card.
    tries: u8,
    /// Answer with text and photo, while the address is asked for.
    pending: Option<Answer>,
}

impl SamReader {
    /// A reader whose port is not open yet.
    #[must_use]
    pub fn new(config: SamConfig) -> Self {
        Self {
            ladder: Ladder::new(config.rate),
            antenna: Antenna::new(config.max_rf),
            config,
            link: Link::new(),
            step: Step::Closed,
            next: None,
            device: Device::Unknown,
            sam_id: None,
            events: VecDeque::new(),
            reset_wanted: false,
            polling: false,
            strange: 0,
            media: Media::Absent,
            origin: Origin::Unknown,
            away_since: None,
            stale: false,
            tries: 0,
            pending: None,
        }
    }

    fn ask(&mut self, step: Step, request: Request, now: Instant) {
        self.step = step;
        self.next = None;
        self.link.start(request, now);
    }

    fn set_device(&mut self, device: Device) {
        if self.device != device {
            self.device = device;
            self.events.push_back(ReaderEvent::Status(device));
        }
    }

    fn handle_outcome(&mut self, outcome: Outcome, now: Instant) {
        let class = outcome.sw3().map(Sw3::class);
        match (self.step, class) {
            (Step::Closed | Step::Idle | Step::Down, _) => {}
            // "Not permitted" is about the limit alone: such a module works with its own one.
            (Step::LimitRf, _) if outcome.sw3() == Some(Sw3::NotPermitted) => self.greeted(now),
            (
                Step::Hello | Step::Heartbeat | Step::Identify { .. } | Step::LimitRf,
                Some(Class::DeviceFault),
            ) => {
                self.note_rate();
                self.out_of_service(now);
            }
            (Step::Identify { .. } | Step::LimitRf, None) => self.climb(&outcome, now),
            (Step::Hello, Some(Class::Ok)) => {
                self.note_rate();
                self.ask(Step::Identify { tries: 1 }, Request::SamId, now);
            }
            (Step::Heartbeat, Some(Class::Ok)) => self.idle(now),
            (Step::Hello | Step::Heartbeat, _) => self.climb(&outcome, now),
            (Step::Identify { tries }, _) => {
                let id = outcome
                    .answer()
                    .and_then(|answer| sam_id::decode(&answer.data));
                self.identified(id, tries, now);
            }
            // So does a module that does not know this request.
            (Step::LimitRf, Some(_)) => self.greeted(now),
            (Step::Reset, _) => self.ask(Step::Hello, Request::Status, now),
            (Step::Find | Step::Select | Step::Read { .. } | Step::ReadAddress { .. }, _) => {
                self.handle_card_outcome(outcome, now);
            }
        }
    }

    fn identified(&mut self, id: Option<String>, tries: u8, now: Instant) {
        if id.is_none() && tries < SAM_ID_TRIES {
            return self.ask(Step::Identify { tries: tries + 1 }, Request::SamId, now);
        }
        if let Some(id) = id.filter(|id| self.sam_id.as_ref() != Some(id)) {
            self.sam_id = Some(id.clone());
            self.events.push_back(ReaderEvent::SamId(id));
        }
        self.limit(now);
    }

    fn limit(&mut self, now: Instant) {
        let bytes = self.antenna.tell();
        self.ask(Step::LimitRf, Request::SetMaxRf(bytes), now);
    }

    /// It said hello. One that was well by its own word and yet found neither card nor "no card" is believed when it
    /// finds again, so that its status does not swing.
    fn greeted(&mut self, now: Instant) {
        self.ladder.well();
        if !self.is_doubtful() {
            self.set_device(Device::Online);
        }
        self.idle(now);
    }

    fn is_doubtful(&self) -> bool {
        self.strange >= STRANGE_LIMIT
    }

    /// A request was not answered. Asks for the status: its answer cannot be mistaken for that of a card request,
    /// and the module answers in order, so whatever was late has arrived before it.
    fn recover(&mut self, now: Instant) {
        self.doubt_media();
        self.strange = self.strange.saturating_add(1);
        if self.is_doubtful() {
            // It says that it is well, and yet cards cannot be asked for.
            return self.out_of_service(now);
        }
        self.ask(Step::Hello, Request::Status, now);
    }

    fn reset(&mut self, now: Instant) {
        self.reset_wanted = false;
        self.doubt_media();
        self.ask(Step::Reset, Request::Reset, now);
    }

    fn out_of_service(&mut self, now: Instant) {
        let since = *self.away_since.get_or_insert(now);
        self.doubt_media();
        // It answers, so that the ladder has nothing to climb for.
        if now.saturating_duration_since(since) >= BROKEN && self.ladder.may_cut_power(now) {
            self.events.push_back(ReaderEvent::PowerCycleWanted);
        }
        self.set_device(Device::HardwareError);
        self.wait_down(RETRY, now);
    }

    fn wait_down(&mut self, time: Duration, now: Instant) {
        self.step = Step::Down;
        self.next = Some(now + time);
    }

    /// Nothing to do until the next find or heartbeat.
    fn idle(&mut self, now: Instant) {
        if self.reset_wanted {
            return self.reset(now);
        }
        if self.antenna.is_changed() {
            return self.limit(now);
        }
        self.step = Step::Idle;
        self.next = Some(if self.polling || self.is_doubtful() {
            let due = self
                .link
                .last_find()
                .map(|last| last + self.config.poll_interval);
            due.map_or(now, |due| due.max(now))
        } else {
            now + HEARTBEAT
        });
    }

    fn find(&mut self, now: Instant) {
        // Asked only to see whether it can find.
        self.stale = !self.polling;
        self.ask(Step::Find, Request::Find, now);
    }
}

impl Machine for SamReader {
    type Event = ReaderEvent;
    type Command = ReaderCommand;

    fn port_opened(&mut self, now: Instant) {
        self.link.reset();
        self.ladder.port_opened();
        self.ask(Step::Hello, Request::Status, now);
    }

    fn port_lost(&mut self, now: Instant) {
        self.away_since.get_or_insert(now);
        self.link.reset();
        self.ladder.port_lost();
        self.step = Step::Closed;
        self.next = None;
        self.pending = None;
        self.stale = false;
        self.doubt_media();
        self.set_device(Device::NoDevice);
    }

    fn command(&mut self, command: ReaderCommand, now: Instant) {
        match command {
            ReaderCommand::SetPolling(polling) if polling == self.polling => return,
            ReaderCommand::SetPolling(polling) => {
                self.polling = polling;
                if polling && self.step == Step::Down && self.ladder.rests() {
                    // Somebody stands there: not the time to wait.
                    self.next = Some(now);
                }
                if !polling {
                    self.media = Media::Absent;
                    self.pending = None;
                    // A reading under way is not broken off: its late answer could be taken for another card's.
                    self.stale = self.step.is_about_card();
                }
            }
            ReaderCommand::Reset => self.reset_wanted = self.step != Step::Closed,
        }
        if self.step == Step::Idle {
            self.idle(now);
        }
    }

    fn handle_input(&mut self, bytes: &[u8], now: Instant) {
        if self.step == Step::Closed {
            return;
        }
        if let Some(outcome) = self.link.handle_input(bytes, now) {
            self.handle_outcome(outcome, now);
        }
    }

    fn handle_timeout(&mut self, now: Instant) {
        if let Some(outcome) = self.link.handle_timeout(now) {
            self.handle_outcome(outcome, now);
        }
        if self.next.is_none_or(|next| now < next) {
            return;
        }
        match self.step {
            Step::Idle if self.polling || self.is_doubtful() => self.find(now),
            Step::Idle => self.ask(Step::Heartbeat, Request::Status, now),
            Step::Down => {
                self.ladder.wait_over();
                self.ask(Step::Hello, Request::Status, now);
            }
            _ => self.next = None,
        }
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.link.poll_transmit()
    }

    fn poll_event(&mut self) -> Option<ReaderEvent> {
        self.events.pop_front()
    }

    fn poll_port(&mut self) -> Option<PortWish> {
        self.ladder.poll_port()
    }

    fn poll_timeout(&self) -> Option<Instant> {
        match (self.link.poll_timeout(), self.next) {
            (Some(link), Some(next)) => Some(link.min(next)),
            (link, next) => link.or(next),
        }
    }
}

impl Step {
    fn is_about_card(self) -> bool {
        matches!(
            self,
            Self::Find | Self::Select | Self::Read { .. } | Self::ReadAddress { .. }
        )
    }
}
