//! The reader and the printer on their ports, and their words in the core's.

use std::convert::Infallible;
use std::time::Duration;

use crate::config::Config;
use crate::domain::kiosk::{Event, PrintOutcome, ReaderEvent as CoreReader, ScannerEvent};
use crate::domain::visit::CardTrouble;
use crate::receipt::Receipt;
use crate::shell::fonts::FileGlyphs;
use crate::shell::journal::Journal;
use crate::shell::serial::{SerialConfig, SerialDriver};
use crate::status::{Device, Paper};
use crate::wire::escpos::Profile;
use crate::wire::printer;
use crate::wire::radar;
use crate::wire::sam::{ReadFault, ReaderCommand, ReaderEvent, SamConfig, SamReader};
use crate::wire::scanner;

use super::Inbox;

/// Both ports; a port that is not configured is a device that is not there.
pub(super) struct Ports {
    reader: Option<SerialDriver<ReaderCommand>>,
    printer: Option<SerialDriver<printer::Command>>,
    scanner: Option<SerialDriver<scanner::Command>>,
    /// Held so that its port stays open.
    _radar: Option<SerialDriver<Infallible>>,
}

impl Ports {
    pub(super) fn open(config: &Config, inbox: &Inbox, _journal: &Journal) -> Self {
        Self {
            reader: open_reader(config, inbox),
            printer: open_printer(config, inbox),
            scanner: open_scanner(config, inbox),
            _radar: open_radar(config, inbox),
        }
    }

    pub(super) fn poll(&self, on: bool) {
        if let Some(reader) = &self.reader {
            // A full queue means a thread that is stuck in its port; its status says so already.
            let _ = reader.send(ReaderCommand::SetPolling(on));
        }
    }

    pub(super) fn scan(&self, on: bool) {
        if let Some(scanner) = &self.scanner {
            // As with the reader.
            let _ = scanner.send(scanner::Command::SetReading(on));
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
        move |event| {
            to.event(match event {
                printer::Event::Status(status) => Event::Printer(status.device, status.paper),
                printer::Event::Finished { job, outcome } => {
                    Event::PrintEnded(job, outcome_word(outcome))
                }
            });
        },
    );
    driver.inspect_err(|_| missing()).ok()
}

/// A scanner that is not configured is not missed.
fn open_scanner(config: &Config, inbox: &Inbox) -> Option<SerialDriver<scanner::Command>> {
    let settings = &config.scanner;
    let port = settings.port.as_ref()?;
    let to = inbox.clone();
    let driver = SerialDriver::start(
        SerialConfig::new(port, settings.baud),
        scanner::Scanner::new(settings.dialect, settings.framing),
        move |event| {
            to.event(Event::Scanner(match event {
                scanner::Event::Status(device) => ScannerEvent::Status(device),
                scanner::Event::Code(text) => ScannerEvent::Code(text),
                scanner::Event::Refused(_) => ScannerEvent::Refused,
            }));
        },
    );
    let missing = |_: &_| {
        let status = ScannerEvent::Status(Device::NoDevice);
        inbox.event(Event::Scanner(status));
    };
    driver.inspect_err(missing).ok()
}

/// A radar that is not configured is not missed.
fn open_radar(config: &Config, inbox: &Inbox) -> Option<SerialDriver<Infallible>> {
    let port = config.radar.port.as_ref()?;
    let to = inbox.clone();
    let driver = SerialDriver::start(
        SerialConfig::new(port, radar::BAUD_RATE),
        radar::Radar::new(),
        move |event| {
            to.event(match event {
                radar::Event::Status(device) => Event::Radar(device),
                radar::Event::Presence(present) => Event::Presence(present),
            });
        },
    );
    let missing = |_: &_| inbox.event(Event::Radar(Device::NoDevice));
    driver.inspect_err(missing).ok()
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

fn reader_event(event: ReaderEvent) -> Option<CoreReader> {
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

fn outcome_word(outcome: printer::Outcome) -> PrintOutcome {
    match outcome {
        printer::Outcome::Printed => PrintOutcome::Printed,
        printer::Outcome::NotStarted(_) => PrintOutcome::NotStarted,
        printer::Outcome::Interrupted(_) => PrintOutcome::Interrupted,
        printer::Outcome::Unknown => PrintOutcome::Unknown,
    }
}
