//! The reader and the printer on their ports, and their words in the core's.

use std::time::Duration;

use crate::config::Config;
use crate::domain::kiosk::{Event, PrintOutcome, ReaderEvent as CoreReader};
use crate::domain::visit::CardTrouble;
use crate::events::{EventId, FieldValue};
use crate::receipt::Receipt;
use crate::shell::fonts::FileGlyphs;
use crate::shell::gpio::InputEvent;
use crate::shell::journal::Journal;
use crate::shell::serial::{SerialConfig, SerialDriver};
use crate::status::{Device, Paper};
use crate::wire::escpos::Profile;
use crate::wire::printer;
use crate::wire::sam::{ReadFault, ReaderCommand, ReaderEvent, SamConfig, SamReader};

use super::Inbox;

/// Both ports; a port that is not configured is a device that is not there.
pub(super) struct Ports {
    reader: Option<SerialDriver<ReaderCommand>>,
    printer: Option<SerialDriver<printer::Command>>,
}

impl Ports {
    pub(super) fn open(config: &Config, inbox: &Inbox, journal: &Journal) -> Self {
        Self {
            reader: open_reader(config, inbox, journal),
            printer: open_printer(config, inbox),
        }
    }

    pub(super) fn poll(&self, on: bool) {
        if let Some(reader) = &self.reader {
            // A full queue means a thread that is stuck in its port; its status says so already.
            let _ = reader.send(ReaderCommand::SetPolling(on));
        }
    }

    pub(super) fn print(&self, job: u64, receipt: Receipt, inbox: &Inbox) {
        let sent = self.printer.as_ref().is_some_and(|printer| {
            printer
                .send(printer::Command::Print { job, receipt })
                .is_ok()
        });
        if !sent {
            inbox.event(Event::PrintEnded(job, PrintOutcome::NotStarted));
        }
    }
}

fn open_reader(
    config: &Config,
    inbox: &Inbox,
    journal: &Journal,
) -> Option<SerialDriver<ReaderCommand>> {
    let missing = || inbox.event(Event::Reader(CoreReader::Status(Device::NoDevice)));
    let Some(port) = &config.reader.port else {
        missing();
        return None;
    };
    let machine = SamReader::new(SamConfig {
        poll_interval: Duration::from_millis(config.reader.poll_ms.into()),
        // The fingerprint is never used here, and what is not read cannot be lost (PIPL article 6).
        with_fingerprint: false,
        rate: config.reader.baud,
        max_rf: config.reader.max_rf,
        ..SamConfig::default()
    });
    let (to, journal) = (inbox.clone(), journal.clone());
    let driver = SerialDriver::start(
        SerialConfig::new(port, config.reader.baud),
        machine,
        move |event| {
            if let Some((id, fields)) = reader_note(&event) {
                journal.event(id, &fields);
            }
            if let Some(event) = reader_event(event) {
                to.event(Event::Reader(event));
            }
        },
    );
    driver.inspect_err(|_| missing()).ok()
}

fn open_printer(config: &Config, inbox: &Inbox) -> Option<SerialDriver<printer::Command>> {
    let missing = || inbox.event(Event::Printer(Device::NoDevice, Paper::Unknown));
    let Some(port) = &config.printer.port else {
        missing();
        return None;
    };
    let profile = profile(config)?;
    let settings = printer::Config {
        profile,
        baud: config.printer.baud,
        low_remainder_mm: config.printer.near_end_mm,
    };
    let machine = printer::Printer::new(
        settings,
        Box::new(FileGlyphs::new(config.screen.font.clone())),
    );
    let to = inbox.clone();
    let driver = SerialDriver::start(
        SerialConfig::new(port, config.printer.baud),
        machine,
        move |event| to.event(printer_event(event)),
    );
    driver.inspect_err(|_| missing()).ok()
}

/// The profile of the configuration: its own table, else the built-in of that name, else the plainest.
fn profile(config: &Config) -> Option<Profile> {
    let own = config
        .printer
        .custom
        .clone()
        .and_then(|table| table.try_into().ok());
    own.or_else(|| Profile::builtin(&config.printer.profile))
        .or_else(|| Profile::builtin("generic-gbk-58"))
}

/// What the reader tells, in the core's words; none for what only a technician asks for, see [`reader_note`].
pub fn reader_event(event: ReaderEvent) -> Option<CoreReader> {
    Some(match event {
        ReaderEvent::Status(device) => CoreReader::Status(device),
        ReaderEvent::SamId(_) | ReaderEvent::RateFound(_) | ReaderEvent::PowerCycleWanted => {
            return None;
        }
        ReaderEvent::MediaInserted => CoreReader::MediaInserted,
        ReaderEvent::CardRead(document) => CoreReader::CardRead(document),
        ReaderEvent::ReadFailed(fault, sw3) => CoreReader::Failed(trouble(fault), sw3),
        ReaderEvent::MediaRemoved => CoreReader::MediaRemoved,
    })
}

fn trouble(fault: ReadFault) -> CardTrouble {
    match fault {
        ReadFault::NotAnIdCard => CardTrouble::NotAnIdCard,
        ReadFault::MovedAway => CardTrouble::MovedAway,
        ReadFault::AuthenticationFailed | ReadFault::Unreadable | ReadFault::ReaderFault => {
            CardTrouble::Unreadable
        }
    }
}

/// What the reader tells a technician: for the journal alone. No relay cuts its power yet, so that wish is an alarm.
fn reader_note(event: &ReaderEvent) -> Option<(EventId, Vec<(&'static str, FieldValue)>)> {
    Some(match event {
        ReaderEvent::SamId(id) => {
            let id = ("sam_id", FieldValue::id(id));
            (EventId::ReaderIdentified, vec![id])
        }
        ReaderEvent::RateFound(rate) => {
            let rate = ("rate", FieldValue::count(*rate));
            (EventId::ReaderRateFound, vec![rate])
        }
        ReaderEvent::PowerCycleWanted => (EventId::ReaderPowerCycleWanted, Vec::new()),
        _ => return None,
    })
}

/// What the printer tells, in the core's words.
pub fn printer_event(event: printer::Event) -> Event {
    match event {
        printer::Event::Status(status) => Event::Printer(status.device, status.paper),
        printer::Event::Finished { job, outcome } => Event::PrintEnded(job, outcome_word(outcome)),
    }
}

fn outcome_word(outcome: printer::Outcome) -> PrintOutcome {
    match outcome {
        printer::Outcome::Printed => PrintOutcome::Printed,
        printer::Outcome::NotStarted(_) => PrintOutcome::NotStarted,
        printer::Outcome::Interrupted(_) => PrintOutcome::Interrupted,
        printer::Outcome::Unknown => PrintOutcome::Unknown,
    }
}

/// A pin's word in the core's.
pub(super) fn pin_event(event: InputEvent) -> Event {
    match event {
        InputEvent::Presence(present) => Event::Presence(present),
        InputEvent::DoorOpen(open) => Event::Door(open),
    }
}
