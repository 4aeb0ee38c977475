//! The scanner and the radar.

use kiosk::config::{Dialect, Framing};
use kiosk::sim::radar::{RadarFault, SimRadar, Target};
use kiosk::sim::scanner::{Family, Mode, ScannerFault, SimScanner};
use kiosk::wire::radar::Radar;
use kiosk::wire::scanner::{Command, Scanner, Settings};

use super::bench::Bench;

type Engine = Bench<Scanner, SimScanner>;

fn engine(family: Family, dialect: Dialect, framing: Framing) -> Engine {
    let setup = Settings { dialect, framing };
    let mut sim = SimScanner::new(family);
    if framing == Framing::Silence {
        sim.set_suffix(b"");
    }
    Bench::new(&setup, Scanner::new(dialect, framing), sim)
}

/// Two codes that are about a person, in the two codings of engines.
pub fn codes() -> [Vec<u8>; 2] {
    let person = super::reader::card("mother");
    let text = format!("{} {} {}", person.name, person.number, person.address);
    let (gb18030, _, _) = encoding_rs::GB18030.encode(&text);
    [text.clone().into_bytes(), gb18030.into_owned()]
}

fn read(bench: &mut Engine, code: &[u8]) {
    bench.device.hold(code);
    bench.pass(900);
    bench.device.take();
    bench.pass(400);
}

fn of(mut bench: Engine, fault: ScannerFault, mode: Mode) -> String {
    bench.device.set_mode(mode);
    bench.open();
    bench.pass(300);
    bench.device.set_fault(fault);
    bench.command(Command::SetReading(true));
    let [utf8, gb18030] = codes();
    read(&mut bench, &utf8);
    bench.pass(1_500);
    read(&mut bench, &gb18030);
    bench.pass(3_000);
    read(&mut bench, &utf8);
    bench.device.set_fault(ScannerFault::None);
    bench.pass(3_500);
    read(&mut bench, &utf8);
    bench.command(Command::SetReading(false));
    bench.pass(500);
    bench.unplug();
    bench.pass(100);
    bench.end()
}

pub fn scanners() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (word, family, dialect) in [
        ("newland", Family::Newland, Dialect::Newland),
        ("honeywell", Family::Honeywell, Dialect::Honeywell),
        ("ssi", Family::Ssi, Dialect::Ssi),
        ("grow", Family::Grow, Dialect::Grow),
    ] {
        for (trouble, fault) in [
            ("well", ScannerFault::None),
            ("noise", ScannerFault::Noise),
            ("late", ScannerFault::Late),
            ("split", ScannerFault::Split),
            ("silent", ScannerFault::Silent),
        ] {
            let framing = Framing::Suffix;
            let engine = engine(family, dialect, framing);
            let recording = of(engine, fault, Mode::Trigger);
            all.push((format!("{word}-{trouble}"), recording));
        }
    }
    let silence = engine(Family::Newland, Dialect::Newland, Framing::Silence);
    let silence = of(silence, ScannerFault::None, Mode::Continuous);
    all.push(("continuous-without-suffix".into(), silence));
    all
}

pub fn radars() -> Vec<(String, String)> {
    let faults = [
        ("well", RadarFault::None),
        ("noise", RadarFault::Noise),
        ("garbled", RadarFault::Garbled),
        ("silent", RadarFault::Silent),
    ];
    let record = |(name, fault): (&str, RadarFault)| {
        let mut bench = Bench::new(&(), Radar::new(), SimRadar::default());
        bench.open();
        bench.pass(300);
        bench.device.see(Target::Moving(80));
        bench.pass(400);
        bench.device.set_fault(fault);
        bench.device.see(Target::Still(90));
        bench.pass(3_300);
        bench.device.set_fault(RadarFault::None);
        bench.device.see(Target::Nobody);
        bench.pass(2_300);
        bench.unplug();
        (name.to_owned(), bench.end())
    };
    faults.into_iter().map(record).collect()
}
