//! A receipt over a real serial port: the pseudo terminal of the simulated printer.

use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use kiosk::sim::printer::{PrinterSim, PrinterSimOptions};
use kiosk::status::Device;
use kiosk::wire::Machine;
use kiosk::wire::escpos::{NoGlyphs, Profile};
use kiosk::wire::printer::{Command, Config, Event, Outcome, Printer, Reason};

use crate::printer_bytes::sample;

/// The machine on its port.
struct Driver {
    link: PathBuf,
    machine: Printer,
    port: Option<Box<dyn serialport::SerialPort>>,
}

impl Driver {
    fn new(link: &Path) -> Self {
        let profile = Profile::builtin("epson-tm-t88").unwrap();
        let config = Config {
            profile,
            baud: 115_200,
            low_remainder_mm: 300,
            take_limit: Duration::from_secs(30),
        };
        let machine = Printer::new(config, Box::new(NoGlyphs));
        Self {
            link: link.to_path_buf(),
            machine,
            port: None,
        }
    }

    fn open(&mut self) {
        let port = serialport::new(self.link.to_str().unwrap(), 115_200)
            .open()
            .unwrap();
        self.port = Some(port);
        self.machine.port_opened(Instant::now());
    }

    fn print(&mut self, job: u64) -> Outcome {
        self.machine.command(
            Command::Print {
                job,
                receipt: sample(),
            },
            Instant::now(),
        );
        let mut end = None;
        self.run(|event| {
            if let Event::Finished {
                job: number,
                outcome,
            } = event
                && *number == job
            {
                end = Some(*outcome);
            }
            end.is_some()
        });
        end.unwrap()
    }

    fn run_online(&mut self) {
        self.run(|event| matches!(event, Event::Status(status) if status.device == Device::Online));
    }

    /// Drives the machine until `done` says so of an event.
    fn run(&mut self, mut done: impl FnMut(&Event) -> bool) {
        let end = Instant::now() + Duration::from_secs(40);
        while Instant::now() < end {
            while let Some(event) = self.machine.poll_event() {
                if done(&event) {
                    return;
                }
            }
            if self.exchange().is_err() {
                self.port = None;
                self.machine.port_lost(Instant::now());
            }
        }
        panic!("nothing came to an end: {:?}", self.machine);
    }

    fn exchange(&mut self) -> std::io::Result<()> {
        let port = self.port.as_mut().ok_or(ErrorKind::NotConnected)?;
        while let Some(out) = self.machine.poll_transmit() {
            port.write_all(&out)?;
        }
        let deadline = self.machine.poll_timeout().unwrap_or_else(Instant::now);
        let wait = deadline.saturating_duration_since(Instant::now());
        port.set_timeout(wait.clamp(Duration::from_millis(1), Duration::from_secs(1)))?;
        let mut bytes = [0; 256];
        match port.read(&mut bytes) {
            Ok(0) => return Err(ErrorKind::BrokenPipe.into()),
            Ok(len) => self.machine.handle_input(&bytes[..len], Instant::now()),
            Err(error) if error.kind() == ErrorKind::TimedOut => {
                self.machine.handle_timeout(Instant::now());
            }
            Err(error) => return Err(error),
        }
        Ok(())
    }
}

fn start(link: &Path, dots_per_second: u32) -> PrinterSim {
    let options = PrinterSimOptions {
        dots_per_second,
        cut_time: Duration::from_millis(5),
        ..PrinterSimOptions::default()
    };
    PrinterSim::start(link, options).unwrap()
}

#[test]
fn a_receipt_over_a_port() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("printer");
    let sim = start(&link, 40_000);
    let mut driver = Driver::new(&link);
    driver.open();
    driver.run_online();
    assert_eq!(driver.print(1), Outcome::Printed);
    let papers = sim.papers();
    assert_eq!(papers.len(), 1);
    assert!(papers[0].lines().concat().contains("业务办理回执"));
    assert_eq!(
        papers[0].qr_codes(),
        ["https://example.invalid/r/GD2024-0000-0001-7"]
    );
    let raw = sim.raw_bytes();
    assert!(
        raw.windows(4).any(|bytes| bytes == [0x1D, b'V', 66, 0]),
        "the cut went over the wire"
    );
}

#[test]
fn a_plug_pulled_and_put_back() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("printer");
    let sim = start(&link, 40_000);
    let mut driver = Driver::new(&link);
    driver.open();
    driver.run_online();
    sim.unplug().unwrap();
    driver.run(|event| matches!(event, Event::Status(status) if status.device == Device::NoDevice));
    assert_eq!(driver.print(1), Outcome::NotStarted(Reason::NoPrinter));
    sim.replug().unwrap();
    driver.open();
    assert_eq!(driver.print(2), Outcome::Printed);
    assert_eq!(sim.papers().len(), 1);
}
