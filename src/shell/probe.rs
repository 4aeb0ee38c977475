//! Reader and printer asked by themselves, without the core: for `doctor` and `selftest` while the firmware is stopped.

use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::config::Config;
use crate::domain::health::Lack;
use crate::receipt::Receipt;
use crate::shell::ports::{self, NoDriver};
use crate::shell::serial::SerialDriver;
use crate::status::{Device, Paper, Slot};
use crate::wire::gauge::{Counts, Gauge};
use crate::wire::printer::{self, Outcome};
use crate::wire::sam::{ReaderCommand, ReaderEvent};

/// Number of the one job a probe prints.
const JOB: u64 = 1;
/// Time for a module that has to be reset first.
const HELLO: Duration = Duration::from_secs(8);
/// The longest job with all its retries.
const PRINTED_BY: Duration = Duration::from_secs(60);

enum Heard {
    Reader(ReaderEvent),
    Printer(printer::Event),
}

/// What they say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The reader; [`Device::Unknown`] when it has not spoken in time.
    pub reader: Device,
    /// Identity of its security module.
    pub sam_id: Option<String>,
    /// The printer.
    pub printer: Device,
    /// Its paper.
    pub paper: Paper,
    /// Its exit.
    pub slot: Slot,
}

impl Found {
    /// What that leaves lacking.
    #[must_use]
    pub fn lacks(&self) -> Vec<Lack> {
        let devices = [
            Lack::of_reader(self.reader),
            Lack::of_printer(self.printer, self.paper),
        ];
        devices
            .into_iter()
            .flatten()
            .chain(Lack::of_slot(self.slot).or(Lack::of_paper(self.paper)))
            .collect()
    }
}

/// Both on their ports until this is dropped.
pub struct Probe {
    reader: Option<SerialDriver<ReaderCommand>>,
    printer: Option<SerialDriver<printer::Command>>,
    gauges: Vec<(&'static str, Gauge)>,
    heard: Receiver<Heard>,
    found: Found,
}

impl Probe {
    /// Opens both ports. A port that is not there is what was found, not an error.
    #[must_use]
    pub fn open(config: &Config) -> Self {
        let (tell, heard) = channel();
        let to = tell.clone();
        let mut found = Found::default();
        let (reader_gauge, printer_gauge) = (Gauge::default(), Gauge::default());
        // Whoever no longer listens needs no answer.
        let reader = ports::reader(config, reader_gauge.clone(), move |event| {
            let _ = to.send(Heard::Reader(event));
        });
        let printer = ports::printer(config, printer_gauge.clone(), move |event| {
            let _ = tell.send(Heard::Printer(event));
        });
        found.reader = without(&reader);
        found.printer = without(&printer);
        let gauges = [
            ("reader", reader_gauge, reader.is_ok()),
            ("printer", printer_gauge, printer.is_ok()),
        ];
        let gauges = gauges.into_iter().filter(|(_, _, there)| *there);
        Self {
            reader: reader.ok(),
            printer: printer.ok(),
            gauges: gauges.map(|(name, gauge, _)| (name, gauge)).collect(),
            heard,
            found,
        }
    }

    /// Listens until both have said how they are, resets included; whoever says nothing has eight seconds.
    pub fn listen(&mut self) -> &Found {
        let end = Instant::now() + HELLO;
        // "Off-line" is a reader's first word about a module that may yet be woken.
        let fresh = |device| matches!(device, Device::Unknown | Device::PowerOff);
        while self.reader.is_some()
            && (fresh(self.found.reader) || self.found.reader == Device::Offline)
            || self.printer.is_some() && fresh(self.found.printer)
        {
            match self.next(end) {
                Some(Heard::Reader(event)) => self.reader(event),
                Some(Heard::Printer(event)) => self.printer(event),
                None => break,
            }
        }
        &self.found
    }

    /// What passed on their ports so far.
    #[must_use]
    pub fn counts(&self) -> Vec<(&'static str, Counts)> {
        let counts = |(name, gauge): &(&'static str, Gauge)| (*name, gauge.counts());
        self.gauges.iter().map(counts).collect()
    }

    /// Prints, and waits for what came of it; none when there is no printer to tell.
    pub fn print(&mut self, receipt: Receipt) -> Option<Outcome> {
        let printer = self.printer.as_ref()?;
        let job = printer::Command::Print { job: JOB, receipt };
        printer.send(job).ok()?;
        let end = Instant::now() + PRINTED_BY;
        loop {
            match self.next(end)? {
                Heard::Printer(printer::Event::Finished { outcome, .. }) => return Some(outcome),
                Heard::Printer(event) => self.printer(event),
                Heard::Reader(event) => self.reader(event),
            }
        }
    }

    fn printer(&mut self, event: printer::Event) {
        match event {
            printer::Event::Status(status) => {
                (self.found.printer, self.found.paper) = (status.device, status.paper_found());
            }
            printer::Event::Slot(_, slot) => self.found.slot = slot,
            printer::Event::Finished { .. } | printer::Event::PowerCycleWanted => {}
        }
    }

    fn reader(&mut self, event: ReaderEvent) {
        match event {
            ReaderEvent::Status(device) => self.found.reader = device,
            ReaderEvent::SamId(id) => self.found.sam_id = Some(id),
            _ => {}
        }
    }

    fn next(&self, end: Instant) -> Option<Heard> {
        let left = end.checked_duration_since(Instant::now())?;
        self.heard.recv_timeout(left).ok()
    }
}

fn without<T>(driver: &Result<T, NoDriver>) -> Device {
    match driver {
        Ok(_) => Device::Unknown,
        // A board without one lacks nothing.
        Err(NoDriver::NotConfigured) => Device::Unknown,
        Err(NoDriver::Thread(_)) => Device::NoDevice,
        Err(NoDriver::Profile(_)) => Device::HardwareError,
    }
}
