//! The devices on their ports, and their words in the core's.

use std::convert::Infallible;

use crate::config::Config;
use crate::domain::kiosk::{Event, PrintOutcome, ReaderEvent as CoreReader, ScannerEvent};
use crate::domain::visit::CardTrouble;
use crate::events::{EventId, FieldValue};
use crate::pins::Part;
use crate::receipt::Receipt;
use crate::shell::journal::Journal;
use crate::shell::ports::{self, NoDriver};
use crate::shell::serial::SerialDriver;
use crate::status::{Device, Paper};
use crate::wire::gauge::Gauge;
use crate::wire::printer;
use crate::wire::radar;
use crate::wire::sam::{ReadFault, ReaderCommand, ReaderEvent};
use crate::wire::scanner;

use super::Inbox;

/// Their gauges, by the names of the devices.
pub(super) type Gauges = Vec<(&'static str, Gauge)>;

/// All ports; a port that is not configured is a device that is not there.
pub(super) struct Ports {
    reader: Option<SerialDriver<ReaderCommand>>,
    printer: Option<SerialDriver<printer::Command>>,
    scanner: Option<SerialDriver<scanner::Command>>,
    /// Held so that its port stays open.
    _radar: Option<SerialDriver<Infallible>>,
    /// Of those that are configured.
    gauges: Gauges,
}

impl Ports {
    pub(super) fn open(config: &Config, inbox: &Inbox, journal: &Journal) -> Self {
        let [reader, printer, scanner, radar] =
            DEVICES.map(|device| Watch::new(device, journal.clone()));
        let watches = [
            (&reader, config.reader.port.is_some()),
            (&printer, config.printer.port.is_some()),
            (&scanner, config.scanner.port.is_some()),
            (&radar, config.radar.port.is_some()),
        ];
        let fitted = watches.into_iter().filter(|(_, fitted)| *fitted);
        Self {
            gauges: fitted
                .map(|(watch, _)| (watch.device, watch.gauge.clone()))
                .collect(),
            reader: open_reader(config, inbox, journal, reader),
            printer: open_printer(config, inbox, journal, printer),
            scanner: open_scanner(config, inbox, scanner),
            _radar: open_radar(config, inbox, radar),
        }
    }

    /// What passes on their ports.
    pub(super) fn gauges(&self) -> Gauges {
        self.gauges.clone()
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

    pub(super) fn give_up_receipt(&self) {
        if let Some(printer) = &self.printer {
            // As above; the receipt's own time is up soon in any case.
            let _ = printer.send(printer::Command::GiveUpReceipt);
        }
    }
}

/// Names of the devices, in the order of [`Ports`].
const DEVICES: [&str; 4] = ["reader", "printer", "scanner", "radar"];

/// The gauge of one device, and the journal that hears what passed before a fault.
struct Watch {
    device: &'static str,
    gauge: Gauge,
    journal: Journal,
}

impl Watch {
    fn new(device: &'static str, journal: Journal) -> Self {
        Self {
            device,
            gauge: Gauge::default(),
            journal,
        }
    }

    /// Called with every event, when the gauge has heard it.
    fn look(&self) {
        if let Some(trail) = self.gauge.take_trail() {
            self.journal.trail(self.device, &trail);
        }
    }
}

fn open_reader(
    config: &Config,
    inbox: &Inbox,
    journal: &Journal,
    watch: Watch,
) -> Option<SerialDriver<ReaderCommand>> {
    let (to, journal) = (inbox.clone(), journal.clone());
    let fitted = config.gpio.outputs.contains_key(&Part::Reader.relay());
    let driver = ports::reader(config, watch.gauge.clone(), move |event| {
        watch.look();
        if let Some((id, fields)) = reader_note(&event) {
            journal.event(id, &fields);
        }
        // Without a relay the wish is for a technician, who has it in the journal.
        if event == ReaderEvent::PowerCycleWanted && !fitted {
            return;
        }
        if let Some(event) = reader_event(event) {
            to.event(event);
        }
    });
    let missing = |_: &_| inbox.event(Event::Reader(CoreReader::Status(Device::NoDevice)));
    driver.inspect_err(missing).ok()
}

fn open_printer(
    config: &Config,
    inbox: &Inbox,
    journal: &Journal,
    watch: Watch,
) -> Option<SerialDriver<printer::Command>> {
    let (to, log) = (inbox.clone(), journal.clone());
    let fitted = config.gpio.outputs.contains_key(&Part::Printer.relay());
    let driver = ports::printer(config, watch.gauge.clone(), move |event| {
        watch.look();
        if event == printer::Event::PowerCycleWanted {
            log.event(EventId::PrinterPowerCycleWanted, &[]);
            if !fitted {
                // As with the reader.
                return;
            }
        }
        to.event(printer_event(event));
    });
    let missing = |why: &NoDriver| {
        let device = match why {
            NoDriver::Profile(fault) => {
                let field = FieldValue::Word(fault.field());
                journal.event(EventId::PrinterMisconfigured, &[("field", field)]);
                Device::HardwareError
            }
            NoDriver::NotConfigured | NoDriver::Thread(_) => Device::NoDevice,
        };
        inbox.event(Event::Printer(device, Paper::Unknown));
    };
    driver.inspect_err(missing).ok()
}

/// A scanner that is not configured is not missed.
fn open_scanner(
    config: &Config,
    inbox: &Inbox,
    watch: Watch,
) -> Option<SerialDriver<scanner::Command>> {
    let to = inbox.clone();
    let driver = ports::scanner(config, watch.gauge.clone(), move |event| {
        watch.look();
        to.event(scanner_event(event));
    });
    let missing = |why: &NoDriver| {
        if !matches!(why, NoDriver::NotConfigured) {
            let status = ScannerEvent::Status(Device::NoDevice);
            inbox.event(Event::Scanner(status));
        }
    };
    driver.inspect_err(missing).ok()
}

/// A radar that is not configured is not missed.
fn open_radar(config: &Config, inbox: &Inbox, watch: Watch) -> Option<SerialDriver<Infallible>> {
    let to = inbox.clone();
    let driver = ports::radar(config, watch.gauge.clone(), move |event| {
        watch.look();
        to.event(match event {
            radar::Event::Status(device) => Event::Radar(device),
            radar::Event::Presence(present) => Event::Presence(present),
        });
    });
    let missing = |why: &NoDriver| {
        if !matches!(why, NoDriver::NotConfigured) {
            inbox.event(Event::Radar(Device::NoDevice));
        }
    };
    driver.inspect_err(missing).ok()
}

/// What the scanner tells, in the core's words.
pub fn scanner_event(event: scanner::Event) -> Event {
    Event::Scanner(match event {
        scanner::Event::Status(device) => ScannerEvent::Status(device),
        scanner::Event::Code(text) => ScannerEvent::Code(text),
        scanner::Event::Refused(_) => ScannerEvent::Refused,
    })
}

/// What the reader tells, in the core's words; none for what only a technician asks for, see [`reader_note`].
pub fn reader_event(event: ReaderEvent) -> Option<Event> {
    Some(Event::Reader(match event {
        ReaderEvent::Status(device) => CoreReader::Status(device),
        ReaderEvent::SamId(_) | ReaderEvent::RateFound(_) => return None,
        ReaderEvent::PowerCycleWanted => return Some(Event::PowerCycle(Part::Reader)),
        ReaderEvent::MediaInserted => CoreReader::MediaInserted,
        ReaderEvent::MediaThere => CoreReader::MediaThere,
        ReaderEvent::CardRead(document) => CoreReader::CardRead(document),
        ReaderEvent::ReadFailed(fault, sw3) => CoreReader::Failed(trouble(fault), sw3),
        ReaderEvent::MediaRemoved => CoreReader::MediaRemoved,
    }))
}

fn trouble(fault: ReadFault) -> CardTrouble {
    match fault {
        ReadFault::NotAnIdCard => CardTrouble::NotAnIdCard,
        ReadFault::MovedAway => CardTrouble::MovedAway,
        ReadFault::AuthenticationFailed | ReadFault::Unreadable => CardTrouble::Unreadable,
        ReadFault::ReaderFault => CardTrouble::ReaderFault,
    }
}

/// What the reader tells a technician, for the journal.
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
        printer::Event::Status(status) => Event::Printer(status.device, status.paper_found()),
        printer::Event::Slot(job, slot) => Event::Slot(job, slot),
        printer::Event::PowerCycleWanted => Event::PowerCycle(Part::Printer),
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
