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
            reader: open_reader(config, inbox),
            printer: open_printer(config, inbox, journal),
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
            inbox.event(Event::PrintEnded(
                job,
                PrintOutcome::NotStarted,
                Some(printer::Reason::NoPrinter.word()),
            ));
        }
    }

    pub(super) fn cancel(&self, job: u64) {
        if let Some(printer) = &self.printer {
            // A printer whose queue is full is stuck in its port; the job's own deadlines end it.
            let _ = printer.send(printer::Command::Cancel { job });
        }
    }
}

fn open_reader(config: &Config, inbox: &Inbox) -> Option<SerialDriver<ReaderCommand>> {
    let missing = || inbox.event(Event::Reader(CoreReader::Status(Device::NoDevice)));
    let Some(port) = &config.reader.port else {
        missing();
        return None;
    };
    let machine = SamReader::new(SamConfig {
        poll_interval: Duration::from_millis(config.reader.poll_ms.into()),
        // The fingerprint is never used here, and what is not read cannot be lost (PIPL article 6).
        with_fingerprint: false,
        ..SamConfig::default()
    });
    let to = inbox.clone();
    let driver = SerialDriver::start(
        SerialConfig::new(port, config.reader.baud),
        machine,
        move |event| {
            if let Some(event) = reader_event(event) {
                to.event(Event::Reader(event));
            }
        },
    );
    driver.inspect_err(|_| missing()).ok()
}

fn open_printer(
    config: &Config,
    inbox: &Inbox,
    journal: &Journal,
) -> Option<SerialDriver<printer::Command>> {
    let missing = || inbox.event(Event::Printer(Device::NoDevice, Paper::Unknown));
    let Some(port) = &config.printer.port else {
        missing();
        return None;
    };
    let profile = match Profile::configured(&config.printer) {
        Ok(profile) => profile,
        Err(fault) => {
            let field = FieldValue::Word(fault.field());
            journal.event(EventId::PrinterMisconfigured, &[("field", field)]);
            inbox.event(Event::Printer(Device::HardwareError, Paper::Unknown));
            return None;
        }
    };
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

/// What the reader tells, in the core's words; none for what only an engineer asks for.
pub fn reader_event(event: ReaderEvent) -> Option<CoreReader> {
    Some(match event {
        ReaderEvent::Status(device) => CoreReader::Status(device),
        ReaderEvent::SamId(_) => return None,
        ReaderEvent::MediaInserted => CoreReader::MediaInserted,
        ReaderEvent::CardRead(document) => CoreReader::CardRead(document),
        ReaderEvent::ReadFailed(fault) => CoreReader::Failed(match fault {
            ReadFault::NotAnIdCard => CardTrouble::NotAnIdCard,
            ReadFault::MovedAway => CardTrouble::MovedAway,
            ReadFault::AuthenticationFailed | ReadFault::Unreadable | ReadFault::ReaderFault => {
                CardTrouble::Unreadable
            }
        }),
        ReaderEvent::MediaRemoved => CoreReader::MediaRemoved,
    })
}

/// What the printer tells, in the core's words.
pub fn printer_event(event: printer::Event) -> Event {
    match event {
        printer::Event::Status(status) => Event::Printer(status.device, status.paper),
        printer::Event::Finished { job, outcome } => {
            let why = outcome.reason().map(printer::Reason::word);
            Event::PrintEnded(job, outcome_word(outcome), why)
        }
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
