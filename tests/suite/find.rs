//! `kiosk find` on real serial bytes: each device is told apart, with its rate, and entered in the configuration.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use kiosk::config::Config;
use kiosk::sim::printer::{Mechanism, PrinterSim, PrinterSimOptions};
use kiosk::sim::radar::RadarSim;
use kiosk::sim::reader::{ReaderFault, ReaderSetting, ReaderSim};
use kiosk::sim::scanner::{Family, ScannerSim};
use kiosk::wire::escpos::Profile;

use crate::command::{Place, Said};

/// `kiosk find` at these ports.
fn find(place: &Place, ports: &[&PathBuf], more: &[&str]) -> Said {
    let mut arguments = vec!["find"];
    for port in ports {
        arguments.extend(["--port", port.to_str().unwrap()]);
    }
    arguments.extend(more);
    place.kiosk(&arguments)
}

#[test]
fn every_device_is_found_entered_and_then_works() {
    let place = Place::new();
    let text = std::fs::read_to_string(place.config()).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with("presence"));
    std::fs::write(place.config(), lines.collect::<Vec<_>>().join("\n")).unwrap();
    let [a, b, c, d, e, f] = ["a", "b", "c", "d", "e", "f"].map(|name| place.0.path().join(name));
    let reader = ReaderSim::start(&a).unwrap();
    reader.set(ReaderSetting::Rate(9600));
    let _printer = PrinterSim::start(&b, PrinterSimOptions::default()).unwrap();
    let _scanner = ScannerSim::start(&c, Family::Newland).unwrap();
    let _radar = RadarSim::start(&d).unwrap();
    let silent = ReaderSim::start(&e).unwrap();
    silent.set_fault(ReaderFault::Silent);

    let said = find(&place, &[&a, &b, &c, &d, &e, &f], &["--json", "--write"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
    let report = said.json_lines().remove(0);
    let ports = report["ports"].as_array().unwrap();
    let devices: Vec<_> = ports
        .iter()
        .map(|port| (port["device"].as_str(), port["baud"].as_u64()))
        .collect();
    assert_eq!(
        devices,
        [
            (Some("reader"), Some(9600)),
            (Some("printer"), Some(115_200)),
            (Some("scanner"), Some(9600)),
            (Some("radar"), Some(256_000)),
            (None, None),
            (None, None),
        ]
    );
    assert_eq!(ports[0]["id"], "05.03-20240101-0000123456-4000000001");
    assert_eq!(ports[5]["fault"], "cannot be opened");

    let text = std::fs::read_to_string(place.config()).unwrap();
    let config = Config::parse(&text).expect("a good configuration");
    assert_eq!((config.reader.port, config.reader.baud), (Some(a), 9600));
    assert_eq!(config.printer.port, Some(b));
    assert_eq!(config.scanner.port, Some(c));
    assert_eq!(config.radar.port, Some(d));
    let said = place.kiosk(&["selftest"]);
    assert_eq!(said.code, 0, "{} {}", said.out, said.err);
}

#[test]
fn a_printer_of_any_kind_is_found_with_a_slip_in_its_exit_and_prints_nothing() {
    let place = Place::new();
    let names = ["epson-tm-t88", "cashino-kp-628e", "custom-presenter-80"];
    let ports = names.map(|name| place.0.path().join(name));
    for has_slip in [false, true] {
        let printers = [0, 1, 2].map(|at| {
            let profile = Profile::builtin(names[at]).unwrap();
            PrinterSim::start(&ports[at], PrinterSimOptions::of(&profile)).unwrap()
        });
        if has_slip {
            printers
                .iter()
                .for_each(|printer| printer.with(Mechanism::leave_slip));
        }
        let said = find(&place, &ports.each_ref(), &["--json"]);
        let report = said.json_lines().remove(0);
        for (at, printer) in printers.iter().enumerate() {
            let found = &report["ports"][at];
            assert_eq!(found["device"], "printer", "{} {report}", names[at]);
            let question = [0x10, 4, 1, 0x10, 4, 2, 0x10, 4, 4, 0x10, 4, 20];
            assert_eq!(printer.raw_bytes(), question, "{}", names[at]);
            printer.with(|printer| {
                assert!(printer.papers().is_empty() && printer.under_head().items.is_empty());
                // And it prints as ever.
                let now = Instant::now();
                printer.receive(b"well\n\x1dV\x00", now);
                printer.run(now + Duration::from_secs(10));
                let papers = printer.papers();
                assert_eq!(papers.len(), 1, "{}", names[at]);
                assert_eq!(papers[0].lines(), ["well"], "{}", names[at]);
            });
        }
    }
}

#[test]
fn on_the_port_of_a_reader_that_is_gone_a_person_decides() {
    let place = Place::new();
    let text = std::fs::read_to_string(place.config()).unwrap();
    let left = place.0.path().join("left");
    let reader = format!("[reader]\nport = \"{}\"\n", left.display());
    let before = text.replace("[reader]\n", &reader);
    std::fs::write(place.config(), &before).unwrap();
    let config = Config::parse(&before).expect("a good configuration");
    assert_eq!(config.reader.port.as_ref(), Some(&left));
    let _printer = PrinterSim::start(&left, PrinterSimOptions::default()).unwrap();
    let said = find(&place, &[&left], &["--write"]);
    assert!(said.out.contains("reader.port"), "{}", said.out);
    assert_eq!(said.code, 1);
    assert_eq!(std::fs::read_to_string(place.config()).unwrap(), before);
}

#[test]
fn of_two_printers_a_person_chooses() {
    let place = Place::new();
    let before = std::fs::read_to_string(place.config()).unwrap();
    let [left, right] = ["left", "right"].map(|name| place.0.path().join(name));
    let _printers =
        [&left, &right].map(|port| PrinterSim::start(port, PrinterSimOptions::default()).unwrap());
    let said = find(&place, &[&left, &right], &["--write"]);
    assert!(said.out.contains("找到不止一个"), "{}", said.out);
    assert_eq!(said.code, 1);
    assert_eq!(std::fs::read_to_string(place.config()).unwrap(), before);
    let said = find(&place, &[&right], &["--write"]);
    assert!(
        said.out.contains("已写入 entered: printer.port"),
        "{}",
        said.out
    );
    assert_eq!(said.code, 0);
}

#[test]
fn where_nothing_answers_nothing_is_entered() {
    let place = Place::new();
    let before = std::fs::read_to_string(place.config()).unwrap();
    let port = place.0.path().join("none");
    let said = find(&place, &[&port], &["--write"]);
    assert!(said.out.contains("打不开"), "{}", said.out);
    assert!(said.out.contains("配置无须改动"), "{}", said.out);
    assert_eq!(said.code, 1);
    assert_eq!(std::fs::read_to_string(place.config()).unwrap(), before);
}
