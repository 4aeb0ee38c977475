//! The one loop: an event in, the core decides, its effects go out. One thread owns the core.

mod beat;
mod committed;
mod devices;
mod inbox;
mod network;
mod outset;
mod photos;
mod prints;
mod refusals;
mod wires;

use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::case::{Draft, MachineIdentity};
use crate::config::Config;
use crate::domain::kiosk::{Effect, Event, Kiosk};
use crate::domain::page::Page;
use crate::domain::world::{Moment, Wall};
use crate::events::{EventId, FieldValue};
use crate::item::Day;
use crate::shell::clock::{BootBook, Clock};
use crate::shell::device_file::DeviceFile;
use crate::shell::gpio::{Gpio, OnPin};
use crate::shell::journal::Journal;
use crate::shell::portrait::PhotoDecoder;
use crate::shell::store::Store;

pub use beat::{Pulse, Watch};
pub use devices::{printer_event, reader_event, scanner_event};
pub use inbox::Inbox;
pub use network::CACHED as CACHED_CATALOGUE;
pub use outset::client as platform_client;

use beat::Beat;
use committed::committed;
use devices::Ports;
use inbox::{Call, Input};
use network::Network;
use wires::Wires;

/// Begins to open the pins of a machine and does not wait for them; called once, on the runtime's own thread.
pub type OpenPins = Box<dyn FnOnce(OnPin) -> Box<dyn Gpio> + Send>;

/// A running kiosk.
pub struct Runtime {
    inbox: Inbox,
    thread: Option<JoinHandle<()>>,
}

impl Runtime {
    /// Opens store and network and starts the loop, which opens ports and pins. `show` gets every new page on the loop's thread and
    /// must only pass it on.
    ///
    /// # Errors
    /// When there can be no kiosk at all: the store cannot be opened by anybody, the platform's address is unusable.
    /// A missing device, a bad catalogue or a damaged store is a status, not an error.
    pub fn start(
        config: &Config,
        clock: Clock,
        journal: Journal,
        pins: OpenPins,
        watch: Watch,
        show: impl Fn(Page) + Send + 'static,
    ) -> anyhow::Result<Self> {
        let (inbox, receiver) = Inbox::new();
        let mut parts = outset::prepare(config, &clock, &journal, &inbox)?;
        let (mine, show) = (inbox.clone(), Box::new(show));
        let config = config.clone();
        let thread = std::thread::Builder::new()
            .name("kiosk".into())
            .spawn(move || {
                let input = mine.clone();
                let pins = pins(Arc::new(move |event| input.event(wires::pin_event(event))));
                let wires = Wires::new(pins, &config, &mine, clock.now());
                parts.first.extend(wires.first());
                let ports = Ports::open(&config, &mine, &journal);
                let begun = clock.now();
                let mut turn = Loop {
                    boots: parts.boots,
                    device_file: DeviceFile::open(&config.store.path, ports.gauges()),
                    next_note: begun,
                    next_room: begun,
                    beat: Beat::new(&config.fleet, watch, &clock),
                    kiosk: (parts.kiosk)(),
                    store: parts.store,
                    identity: parts.identity,
                    network: parts.network,
                    photos: config.reader.photo_decoder.as_deref().map(PhotoDecoder::of),
                    ports,
                    wires,
                    clock,
                    journal,
                    show,
                    inbox: mine,
                    receiver,
                };
                for event in parts.first.drain(..) {
                    turn.handle(event);
                }
                turn.run();
            })?;
        Ok(Self {
            inbox,
            thread: Some(thread),
        })
    }

    /// The way in.
    #[must_use]
    pub fn inbox(&self) -> Inbox {
        self.inbox.clone()
    }

    /// Ends the loop and waits for it.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.inbox.put(Input::Stop);
        if let Some(thread) = self.thread.take() {
            // A loop that panicked has said so on stderr; there is nothing to add here.
            let _ = thread.join();
        }
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.end();
    }
}

struct Loop {
    kiosk: Kiosk,
    store: Store,
    identity: Option<Arc<MachineIdentity>>,
    network: Network,
    ports: Ports,
    wires: Wires,
    clock: Clock,
    journal: Journal,
    show: Box<dyn Fn(Page) + Send>,
    inbox: Inbox,
    receiver: Receiver<Input>,
    boots: BootBook,
    device_file: DeviceFile,
    photos: Option<PhotoDecoder>,
    /// When the book of boots is due again.
    next_note: Instant,
    next_room: Instant,
    beat: Beat,
}

/// How often the room for filings is measured.
const ROOM_EVERY: Duration = Duration::from_secs(60);

/// How often it is noted that this boot still runs, and what it knows of the time.
const NOTE_EVERY: Duration = Duration::from_secs(600);

impl Loop {
    fn run(&mut self) {
        loop {
            match self.wait() {
                Ok(Input::Core(event)) => self.handle(event),
                Ok(Input::Fan(on)) => self.wires.fan(on),
                Ok(Input::Outbox(outbox)) => self.beat.outbox(outbox),
                Ok(Input::Touch(intent)) => self.handle(Event::Intent(intent)),
                Ok(Input::Sync(done)) => {
                    // Whoever asked may have given up waiting.
                    let _ = done.send(());
                }
                Ok(Input::ClockMoved) | Err(RecvTimeoutError::Timeout) => self.pass_time(),
                Ok(Input::Stop) | Err(RecvTimeoutError::Disconnected) => {
                    self.journal.event(
                        EventId::FirmwareStopped,
                        &[("reason", FieldValue::Word("asked"))],
                    );
                    return;
                }
            }
        }
    }

    fn wait(&self) -> Result<Input, RecvTimeoutError> {
        let now = self.clock.now();
        let next = [
            self.kiosk.next_deadline(),
            Some(self.network.next_sync(self.kiosk.line_state())),
            self.next_minute(now),
            Some(self.next_note),
            Some(self.next_room),
            self.wires.poll_timeout(),
            self.beat.poll_timeout(),
        ];
        match next.into_iter().flatten().min() {
            Some(deadline) => self
                .receiver
                .recv_timeout(deadline.saturating_duration_since(now)),
            None => self
                .receiver
                .recv()
                .map_err(|_| RecvTimeoutError::Disconnected),
        }
    }

    /// The page shows hours and minutes: the only thing that wakes an idle machine that nobody supervises.
    fn next_minute(&self, now: Instant) -> Option<Instant> {
        let second = self.clock.unix_seconds()? % 60;
        Some(now + Duration::from_secs(60 - second))
    }

    fn pass_time(&mut self) {
        let now = self.clock.now();
        if now >= self.network.next_sync(self.kiosk.line_state()) {
            self.network.sync_catalogue(now);
        }
        if now >= self.next_room {
            self.next_room = now + ROOM_EVERY;
            self.network.measure_room();
            if self.beat.reports() {
                self.network.count_outbox();
            }
        }
        if let Some(stand_by) = self.beat.handle_timeout(now, &self.clock) {
            self.handle(Event::StandBy(stand_by));
        }
        if now >= self.next_note {
            self.next_note = now + NOTE_EVERY;
            // A disk that takes no note costs dates, not cases.
            let _ = self.boots.note(&self.clock);
            self.device_file.count(&self.clock);
        }
        let told = self.wires.handle_timeout(now);
        self.handle(told.unwrap_or(Event::Tick));
    }

    fn handle(&mut self, event: Event) {
        let moment = Moment {
            now: self.clock.now(),
            wall: wall(&self.clock),
        };
        for effect in self.kiosk.handle(event, &moment) {
            self.carry_out(effect);
        }
        self.inbox.waits(self.kiosk.waiting_len());
        self.beat.turned(&self.kiosk, &self.clock);
    }

    /// Commits the cases; only after that does anybody hear of them.
    fn file(&self, drafts: Vec<Draft>) {
        let (inbox, identity) = (self.inbox.clone(), self.identity.clone());
        let stamp = self.clock.stamp();
        let queued = self
            .store
            .file_then(drafts, stamp.clone(), move |filed| match filed {
                Ok(filed) => {
                    let committed = committed(&filed, &stamp, identity.as_deref());
                    inbox.event(Event::Filed(committed));
                    for case in &filed {
                        inbox.event(Event::Waiting(case.waiting()));
                    }
                }
                Err(_) => inbox.event(Event::NotFiled),
            });
        if queued.is_err() {
            self.inbox.event(Event::NotFiled);
        }
    }

    fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Show(page) => (self.show)(*page),
            Effect::File(drafts) => self.file(drafts),
            Effect::Send(key) => self.network.send(key),
            Effect::AskPerson { cert_type, cert_no } => self.network.ask_person(cert_type, cert_no),
            Effect::AskNumber(number) => self.network.ask_number(number),
            Effect::AskRefused {
                question,
                cert_type,
                cert_no,
            } => self.ask_refused(question, cert_type, cert_no),
            Effect::DrawPhoto(question, photo) => self.draw_photo(question, photo),
            Effect::PutAway(key) => self.put_away(key),
            Effect::Rate(keys, level) => self.network.rate(keys, level),
            Effect::Overdue(key) => self.network.overdue(key),
            Effect::Park(key, cause) => self.network.park(key, cause),
            Effect::Load(part) => self.network.load(part),
            Effect::ClaimPrint(key, again) => self.claim_print(key, again),
            Effect::KeepPrint(job, outcome) => {
                // A store that has ended takes no word; the next start calls the print unknown.
                let _ = self.store.print_ended(job, outcome);
            }
            Effect::Print(job, receipt) => self.ports.print(job, receipt, &self.inbox),
            Effect::NoteDevices(note) => self.device_file.note(&note, &self.clock),
            Effect::CancelPrint(job) => self.ports.cancel(job),
            Effect::GiveUpReceipt => self.ports.give_up_receipt(),
            Effect::Poll(on) => self.ports.poll(on),
            Effect::Light(output, rate) => self.wires.light(output, rate),
            Effect::Scan(on) => self.ports.scan(on),
            Effect::Beep(beep) => self.wires.beep(beep),
            Effect::PowerCycle(part) => self.wires.cycle_power(part),
            Effect::Dim(dim) => self.wires.dim(dim),
            Effect::LatchTamper => self.wires.latch_tamper(self.clock.now()),
            Effect::Log(event, fields) => self.journal.event(event, &fields),
        }
    }
}

fn wall(clock: &Clock) -> Option<Wall> {
    let (year, month, day) = clock.today()?;
    Some(Wall {
        day: Day::new(year, month, day)?,
        time: clock.hh_mm(),
        checked: clock.class().is_checked(),
    })
}
