//! `kiosk selftest` and `kiosk doctor` on real serial bytes: a healthy machine, and each broken one.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use kiosk::domain::health::{DeviceNote, Lack};
use kiosk::shell::clock::Clock;
use kiosk::shell::device_file::DeviceFile;
use kiosk::shell::record::{Recording, replay};
use kiosk::sim::printer::{Mechanism, PrinterSim, PrinterSimOptions};
use kiosk::sim::reader::{ReaderFault, ReaderSim};
use kiosk::wire::gauge::Gauge;

use crate::command::{Place, Said};
use crate::readme::assert_section;

/// A machine with its devices on pseudo terminals.
struct Bench {
    place: Place,
    reader: ReaderSim,
    printer: PrinterSim,
}

impl Bench {
    fn new() -> Self {
        let place = Place::new();
        let [reader, printer] = ["reader", "printer"].map(|name| place.0.path().join(name));
        let config = std::fs::read_to_string(place.config()).unwrap();
        let config = config
            .replace("[reader]\n", &format!("[reader]\nport = {reader:?}\n"))
            .replace("[printer]\n", &format!("[printer]\nport = {printer:?}\n"));
        std::fs::write(place.config(), config).unwrap();
        Self {
            reader: ReaderSim::start(&reader).unwrap(),
            printer: PrinterSim::start(&printer, PrinterSimOptions::default()).unwrap(),
            place,
        }
    }

    /// Exit code, words of what is lacking, what came of the slip.
    fn selftest(&self) -> (i32, Vec<String>, String) {
        let said = self.place.kiosk(&["selftest", "--json"]);
        let report = said.json_lines().remove(0);
        let lacks = report["lacks"].as_array().unwrap().iter();
        let lacks = lacks.map(|word| word.as_str().unwrap().to_owned());
        let slip = report["slip"].as_str().unwrap().to_owned();
        (said.code, lacks.collect(), slip)
    }

    fn slip(&self) -> Vec<String> {
        // What the printer has taken is on paper a moment later.
        for _ in 0..50 {
            if let Some(paper) = self.printer.papers().pop() {
                return paper.lines();
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        panic!("no paper")
    }
}

fn says(said: &Said, lack: Lack) -> bool {
    let (meaning, action) = (lack.meaning(), lack.action());
    [meaning.zh, meaning.en, action.zh, action.en]
        .iter()
        .all(|text| said.out.contains(text.as_str()))
}

#[test]
fn a_healthy_machine_prints_a_slip_that_says_so() {
    let bench = Bench::new();
    let (code, lacks, slip) = bench.selftest();
    assert_eq!((code, lacks, slip.as_str()), (0, vec![], "printed"));
    let slip = bench.slip().join("\n");
    for text in [
        "自检单",
        "一切正常",
        "online",
        "05.03-20240101-0000123456-4000000001",
        "永和九年",
    ] {
        assert!(slip.contains(text), "{text}: {slip}");
    }
    let said = bench.place.kiosk(&["selftest", "--no-slip"]);
    assert!(said.out.contains("读卡器: online"), "{}", said.out);
    assert_eq!((said.code, bench.printer.papers().len()), (0, 1));
}

#[test]
fn each_broken_device_is_named_with_what_to_do() {
    type Break = fn(&Bench);
    let broken: [(Lack, Break, &str); 8] = [
        (Lack::ReaderGone, |b| b.reader.unplug().unwrap(), "printed"),
        (
            Lack::ReaderOff,
            |b| b.reader.set_fault(ReaderFault::Silent),
            "printed",
        ),
        (
            Lack::ReaderFault,
            |b| b.reader.set_fault(ReaderFault::Unauthorised),
            "printed",
        ),
        (
            Lack::PrinterGone,
            |b| b.printer.unplug().unwrap(),
            "not started: no printer",
        ),
        (
            Lack::PaperOut,
            |b| b.printer.with(Mechanism::paper_out),
            "not started: paper out",
        ),
        (
            Lack::PaperJam,
            |b| b.printer.with(Mechanism::jam),
            "not started: paper jam",
        ),
        (
            Lack::CoverOpen,
            |b| b.printer.with(|printer| printer.set_cover_open(true)),
            "not started: cover open",
        ),
        (
            Lack::PrinterOff,
            |b| b.printer.with(|p| p.set_silent(true)),
            "not started: printer does not answer",
        ),
    ];
    let healthy = Bench::new().place.kiosk(&["selftest", "--no-slip"]).out;
    let shown = Mutex::new(BTreeMap::from([(None, healthy)]));
    std::thread::scope(|scope| {
        for (lack, break_it, slip) in broken {
            let shown = &shown;
            scope.spawn(move || {
                let bench = Bench::new();
                break_it(&bench);
                let said = bench.place.kiosk(&["selftest", "--no-slip"]).out;
                shown.lock().unwrap().insert(Some(lack), said);
                let expected = (1, vec![lack.word().to_owned()], slip.to_owned());
                assert_eq!(bench.selftest(), expected, "{lack:?}");
                drop(bench.place.store());
                let said = bench.place.kiosk(&["doctor", "--offline"]);
                assert!(says(&said, lack), "{lack:?}: {}", said.out);
                assert!(
                    said.out.contains("读卡器端口 reader's port: 打开 "),
                    "{}",
                    said.out
                );
                let said_json = bench.place.kiosk(&["doctor", "--offline", "--json"]);
                let report = said_json.json_lines().remove(0);
                let of = |check: &str| {
                    let findings = report["findings"].as_array().unwrap().iter();
                    let mut found = findings.filter(|finding| finding["check"] == check);
                    found.next().unwrap()["counts"].clone()
                };
                let silent = matches!(lack, Lack::ReaderGone | Lack::ReaderOff);
                let (reader, printer) = (of("reader_line"), of("printer_line"));
                assert_eq!(reader["bytes_in"] == 0, silent, "{lack:?}: {reader}");
                assert_eq!(reader["bytes_out"] == 0, lack == Lack::ReaderGone);
                assert_eq!(printer["opened"] == 0, lack == Lack::PrinterGone);
                assert_eq!(said.code, 2, "{lack:?}: {}", said.out);
            });
        }
    });
    let mut section = String::from("```text\n");
    for (lack, said) in shown.into_inner().unwrap() {
        let machine = lack.map_or("a healthy machine", Lack::word);
        section += &format!(
            "$ kiosk selftest --no-slip    # {machine}\n{}\n\n",
            said.trim()
        );
    }
    assert_section("selftest", &(section.trim_end().to_owned() + "\n```"));
}

/// The technician who brings a blank machine into service asks before anything else has run.
#[test]
fn the_doctor_asks_the_devices_of_a_machine_that_has_never_run() {
    let bench = Bench::new();
    bench.printer.with(Mechanism::paper_out);
    let said = bench.place.kiosk(&["doctor", "--offline"]);
    assert!(says(&said, Lack::PaperOut), "{}", said.out);
    assert!(said.out.contains("读卡器端口"), "{}", said.out);
}

/// A module that has to be reset first is well, not off-line: it is given the time.
#[test]
fn a_reader_that_has_to_be_woken_is_well() {
    let bench = Bench::new();
    bench.reader.set_fault(ReaderFault::HungUntilReset);
    let said = bench.place.kiosk(&["selftest", "--no-slip"]);
    assert!(said.out.contains("读卡器: online"), "{}", said.out);
    assert_eq!(said.code, 0);
}

#[test]
fn a_slip_of_a_machine_without_a_reader_says_what_to_do() {
    let bench = Bench::new();
    bench.reader.unplug().unwrap();
    bench.selftest();
    let slip = bench.slip().join("");
    assert!(
        slip.contains("noDevice") && slip.contains("处理："),
        "{slip}"
    );
    assert!(!slip.contains("一切正常"));
}

/// The firmware holds its devices: nobody else talks to them.
#[test]
fn while_the_firmware_runs_nothing_is_asked() {
    let bench = Bench::new();
    let store = bench.place.store();
    let said = bench.place.kiosk(&["selftest"]);
    assert_eq!(said.code, 2, "{}", said.out);
    assert!(said.err.contains("systemctl stop kiosk"), "{}", said.err);
    assert!(bench.printer.raw_bytes().is_empty());
    // What passed on its ports is read from the file that it keeps.
    let clock = Clock::system();
    let gauges = vec![("radar", Gauge::default())];
    let mut file = DeviceFile::open(&bench.place.0.path().join("store.db"), gauges);
    file.note(&DeviceNote::default(), &clock);
    drop(file);
    let said = bench.place.kiosk(&["doctor", "--offline"]);
    assert!(
        said.out.contains("雷达端口 radar's port: 打开 0 次"),
        "{}",
        said.out
    );
    drop(store);
}

/// Real threads and serial bytes, recorded: what was heard is what a fresh machine does, and no slip is in it.
#[test]
fn a_recorded_selftest_is_replayed() {
    let bench = Bench::new();
    let folder = bench.place.0.path().join("recordings");
    std::fs::create_dir(&folder).unwrap();
    let kiosk = |folder: &std::path::Path| {
        std::process::Command::new(env!("CARGO_BIN_EXE_kiosk"))
            .args(["selftest", "--config"])
            .arg(bench.place.config())
            .env("KIOSK_RECORD", folder)
            .output()
            .unwrap()
    };
    assert!(kiosk(&folder).status.success());
    for device in ["reader", "printer"] {
        let path = folder.join(format!("{device}-1.jsonl"));
        let text = std::fs::read_to_string(path).unwrap();
        assert!(!text.contains("自检单"));
        let recording = Recording::parse(text.as_bytes()).unwrap();
        assert!(recording.steps.len() > 4 && recording.end.is_none());
        replay(&recording).unwrap();
    }
    // Nowhere to write: the devices work as before.
    assert!(kiosk("/nonexistent".as_ref()).status.success());
    assert_eq!(bench.printer.papers().len(), 2);
}
