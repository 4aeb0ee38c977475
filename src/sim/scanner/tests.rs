//! The firmware's machine against the engine, without a line: an instant is moved by hand.

use std::time::{Duration, Instant};

use super::{Family, Mode, ScannerFault, SimScanner};
use crate::config::{Dialect, Framing};
use crate::sim::pty::Device as _;
use crate::status::Device;
use crate::wire::Machine as _;
use crate::wire::scanner::{Command, Event, Scanner};

const FAMILIES: [(Family, Dialect); 4] = [
    (Family::Newland, Dialect::Newland),
    (Family::Honeywell, Dialect::Honeywell),
    (Family::Ssi, Dialect::Ssi),
    (Family::Grow, Dialect::Grow),
];

/// Machine and engine on one line.
struct Bench {
    scanner: Scanner,
    engine: SimScanner,
    now: Instant,
    told: Vec<Event>,
}

impl Bench {
    fn new(family: Family, dialect: Dialect, framing: Framing) -> Self {
        let now = Instant::now();
        let mut scanner = Scanner::new(dialect, framing);
        scanner.port_opened(now);
        Self {
            scanner,
            engine: SimScanner::new(family),
            now,
            told: Vec::new(),
        }
    }

    fn read(&mut self, on: bool) {
        self.scanner.command(Command::SetReading(on), self.now);
    }

    fn pass(&mut self, ms: u64) {
        for _ in 0..ms {
            while let Some(bytes) = self.scanner.poll_transmit() {
                self.engine.handle_input(&bytes, self.now);
            }
            while let Some(bytes) = self.engine.poll_output(self.now) {
                self.scanner.handle_input(&bytes, self.now);
            }
            if self.scanner.poll_timeout().is_some_and(|at| at <= self.now) {
                self.scanner.handle_timeout(self.now);
            }
            self.told
                .extend(std::iter::from_fn(|| self.scanner.poll_event()));
            self.now += Duration::from_millis(1);
        }
    }

    fn codes(&self) -> Vec<&str> {
        let codes = self.told.iter().filter_map(|event| match event {
            Event::Code(text) => Some(text.reveal()),
            Event::Status(_) | Event::Refused(_) => None,
        });
        codes.collect()
    }
}

#[test]
fn every_family_is_started_read_and_stopped() {
    for (family, dialect) in FAMILIES {
        let mut bench = Bench::new(family, dialect, Framing::Suffix);
        bench.pass(100);
        assert_eq!(bench.told, [Event::Status(Device::Online)], "{family:?}");
        bench.engine.hold("回执 A".as_bytes());
        bench.pass(500);
        assert!(bench.codes().is_empty(), "{family:?} was not triggered");
        bench.read(true);
        bench.pass(500);
        assert_eq!(bench.codes(), ["回执 A"], "{family:?}");
        // Held on, it is read at the next start again; nothing else came in between.
        bench.pass(2000);
        assert_eq!(bench.codes().len(), 1, "{family:?}");
        bench.read(false);
        bench.pass(100);
        assert!(!bench.engine.is_looking(), "{family:?}");
        bench.engine.hold(b"B");
        bench.pass(40_000);
        assert_eq!(bench.codes().len(), 1, "{family:?}");
        assert_eq!(bench.told.len(), 2, "{family:?} {:?}", bench.told);
    }
}

#[test]
fn late_split_and_noisy_engines_are_read_as_well() {
    for fault in [ScannerFault::Late, ScannerFault::Split, ScannerFault::Noise] {
        for (family, dialect) in FAMILIES {
            let mut bench = Bench::new(family, dialect, Framing::Suffix);
            bench.engine.set_fault(fault);
            bench.read(true);
            bench.engine.hold(b"W0012-A7-000001-C");
            bench.pass(2500);
            let codes = bench.codes();
            assert_eq!(codes, ["W0012-A7-000001-C"], "{fault:?} {family:?}");
        }
    }
}

#[test]
fn an_engine_without_a_suffix_is_read_by_its_silence() {
    let mut bench = Bench::new(Family::Newland, Dialect::Newland, Framing::Silence);
    bench.engine.set_suffix(b"");
    bench.engine.set_fault(ScannerFault::Split);
    bench.read(true);
    bench.engine.hold(b"no suffix");
    bench.pass(1000);
    assert_eq!(bench.codes(), ["no suffix"]);
}

#[test]
fn an_engine_that_reads_all_the_time_tells_nothing_while_nobody_asks_and_one_code_once() {
    for mode in [Mode::Sense, Mode::Continuous] {
        let mut bench = Bench::new(Family::Grow, Dialect::Grow, Framing::Suffix);
        bench.engine.set_mode(mode);
        bench.engine.hold(b"early");
        bench.pass(2000);
        assert!(bench.codes().is_empty(), "{mode:?}");
        bench.engine.take();
        bench.read(true);
        bench.engine.hold(b"X");
        bench.pass(5000);
        assert_eq!(bench.codes(), ["X"], "{mode:?}");
    }
}

#[test]
fn a_silent_engine_has_no_power() {
    let mut bench = Bench::new(Family::Newland, Dialect::Newland, Framing::Suffix);
    bench.engine.set_fault(ScannerFault::Silent);
    bench.pass(5000);
    assert_eq!(bench.told, [Event::Status(Device::PowerOff)]);
    bench.engine.set_fault(ScannerFault::None);
    bench.pass(40_000);
    assert_eq!(bench.told.last(), Some(&Event::Status(Device::Online)));
}
