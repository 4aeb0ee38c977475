//! The page of a blank machine, its scanner and its stick: a person holds one code up, or plugs one stick in, and no more.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant, UNIX_EPOCH};

use kiosk::domain::page::{Body, Intent, Page, PageKind, Progress};
use kiosk::domain::provisioning::Check;
use kiosk::shell::clock::Clock;
use kiosk::shell::journal::Journal;
use kiosk::shell::provisioning::mode::{Inbox, Mode};
use kiosk::shell::provisioning::works::Works;
use kiosk::shell::provisioning::{Folder, order_key};
use kiosk::sim::est::EstFault;
use kiosk::sim::printer::{PrinterSim, PrinterSimOptions};
use kiosk::sim::reader::ReaderSim;
use kiosk::sim::scanner::{Family, ScannerSim};
use kiosk::text::Text;

use crate::provision::world::District;

/// Longest wait for a page: two searches of all ports and a slip lie in it.
const LIMIT: Duration = Duration::from_secs(90);

struct Shown {
    pages: Receiver<Page>,
    inbox: Inbox,
    journal: Journal,
    turning: Option<JoinHandle<bool>>,
}

impl Shown {
    /// The firmware of a machine that wakes in 1970, on these ports.
    fn start(district: &District, ports: &[PathBuf]) -> Self {
        let at = |name: &str| district.folder.path().join(name);
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(60));
        let journal = Journal::memory(clock.clone());
        let works = Works {
            folder: Folder::open(&at("m/identity")).unwrap(),
            config: at("m/kiosk.toml"),
            ports: Some(ports.to_vec()),
            journal: journal.clone(),
            clock,
            examine: Box::new(|_| {
                vec![Check {
                    name: Text::new("读卡器", "reader"),
                    passed: Some(true),
                    found: Text::default(),
                }]
            }),
            root: None,
        };
        let key = order_key(&at("order-key")).unwrap();
        let mode = Mode::new(works, key, at("stick"), "0751-000 0000").unwrap();
        let (inbox, (show, pages)) = (mode.inbox(), channel());
        let turning = std::thread::spawn(move || mode.run(move |page| drop(show.send(page))));
        Self {
            pages,
            inbox,
            journal,
            turning: Some(turning),
        }
    }

    fn until(&self, what: &str, is_it: impl Fn(&Page) -> bool) -> Page {
        let end = Instant::now() + LIMIT;
        let mut last = None;
        while let Ok(page) = self
            .pages
            .recv_timeout(end.saturating_duration_since(Instant::now()))
        {
            assert_eq!(page.kind, PageKind::Provisioning);
            if is_it(&page) {
                return page;
            }
            last = Some(page);
        }
        panic!("{what}: the last page was {last:?}");
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.inbox.stop();
        if let Some(turning) = self.turning.take() {
            let _ = turning.join();
        }
    }
}

fn reads(page: &Page) -> bool {
    matches!(&page.body, Body::Enrol { ways, .. } if ways[0].value.contains("对准"))
}

/// The journal says these events in this order, each with its fields, and nothing that nobody may read there.
fn said(journal: &Journal, expected: &[(&str, &[&str])]) {
    let written = journal.written();
    let lines: Vec<&str> = written.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{written}");
    for (line, (id, fields)) in lines.iter().zip(expected) {
        assert!(line.contains(&format!("provisioning.{id}\"")), "{line}");
        assert!(fields.iter().all(|field| line.contains(field)), "{line}");
    }
    for secret in ["KIOSKP", "西联", "127.0.0.1"] {
        assert!(!written.contains(secret), "{written}");
    }
}

#[test]
fn a_disk_that_keeps_nothing_is_tried_again_up_to_the_last_step() {
    let district = District::new();
    let ports = ["reader", "printer"].map(|name| district.folder.path().join(name));
    let _reader = ReaderSim::start(&ports[0]).unwrap();
    let _printer = PrinterSim::start(&ports[1], PrinterSimOptions::default()).unwrap();
    let at = |name: &str| district.folder.path().join(name);
    std::fs::create_dir_all(at("m/identity/state.json.new")).unwrap();
    std::fs::create_dir_all(at("stick")).unwrap();
    std::fs::write(
        at("stick/kiosk-order.txt"),
        district.issue(&district.order()),
    )
    .unwrap();
    let mut shown = Shown::start(&district, &ports);
    shown.until("told", |page| page.heading.contains("存储读写失败"));
    assert!(
        district.server.told().is_empty(),
        "nothing before the order is kept"
    );
    std::fs::remove_dir(at("m/identity/state.json.new")).unwrap();
    shown.until("it goes on", |page| page.heading.contains("正在开通"));
    // The last one as well: in service is what the disk says.
    shown.until("the last step", |page| match &page.body {
        Body::Work(steps) => steps
            .last()
            .is_some_and(|(_, state)| *state == Progress::Active),
        _ => false,
    });
    std::fs::create_dir_all(at("m/identity/state.json.new")).unwrap();
    shown.until("told again", |page| page.heading.contains("存储读写失败"));
    std::fs::remove_dir(at("m/identity/state.json.new")).unwrap();
    shown.inbox.intent(Intent::Primary);
    shown.until("in service", |page| page.heading == "已投入使用");
    assert!(shown.turning.take().unwrap().join().unwrap());
    let state = std::fs::read_to_string(at("m/identity/state.json")).unwrap();
    assert!(state.contains("inService"), "{state}");
}

#[test]
fn one_code_held_before_the_scanner_brings_a_blank_machine_into_service() {
    let district = District::new();
    let ports = ["reader", "printer", "scanner"].map(|name| district.folder.path().join(name));
    let _reader = ReaderSim::start(&ports[0]).unwrap();
    let printer = PrinterSim::start(&ports[1], PrinterSimOptions::default()).unwrap();
    let scanner = ScannerSim::start(&ports[2], Family::Newland).unwrap();
    let began = Instant::now();
    let mut shown = Shown::start(&district, &ports);
    shown.until("three ways", reads);
    let ready = began.elapsed();
    // A code of something else is told, and nothing else happens.
    scanner.hold(b"https://shop.example/1");
    shown.until("a foreign code", |page| page.error.contains("不是开通工单"));
    scanner.take();
    let held = Instant::now();
    scanner.hold(district.issue(&district.order()).as_bytes());
    shown.until("the order", |page| page.place == "西联村便民点");
    // All that a person has to do is over.
    let person = held.elapsed();
    let done = shown.until("in service", |page| page.heading == "已投入使用");
    println!(
        "ready {ready:?}, person {person:?}, whole {:?}",
        began.elapsed()
    );
    assert!(person < Duration::from_secs(60) && began.elapsed() < Duration::from_secs(300));
    assert!(matches!(done.body, Body::Work(_)));
    assert!(shown.turning.take().unwrap().join().unwrap());
    assert_eq!(printer.papers().len(), 1);
    said(
        &shown.journal,
        &[
            ("began", &["\"step\":\"order\""]),
            ("order_refused", &["\"why\":\"order\""]),
            ("order_taken", &["\"task\":\"enrol\"", "W0012"]),
            ("key_made", &[]),
            ("certified", &["\"days\":730"]),
            ("in_service", &["\"faults\":0"]),
        ],
    );
    let config = std::fs::read_to_string(district.folder.path().join("m/kiosk.toml")).unwrap();
    assert!(config.contains("dialect = \"newland\""), "{config}");
    let settings = std::fs::metadata(district.folder.path().join("m/kiosk.toml")).unwrap();
    let rights = std::os::unix::fs::MetadataExt::mode(&settings) & 0o777;
    assert_eq!(rights, 0o640, "a token may stand in it");
}

#[test]
fn a_stick_does_without_a_scanner_and_a_touch_tries_again() {
    let district = District::new();
    let stick = district.folder.path().join("stick");
    let shown = Shown::start(&district, &[]);
    shown.until(
        "no scanner",
        |page| matches!(&page.body, Body::Enrol { ways, .. } if ways[0].value.contains("没有找到")),
    );
    district.server.set_fault(Some(EstFault::WrongKey));
    let text = district.issue(&district.order());
    std::fs::create_dir(&stick).unwrap();
    // As some editors write it.
    std::fs::write(stick.join("kiosk-order.txt"), format!("\u{feff}{text}\r\n")).unwrap();
    let halted = shown.until("the failure", |page| page.heading.contains("不是本机密钥"));
    assert!(halted.primary.is_some() && halted.lead.contains("致电后台"));
    district.server.set_fault(None);
    shown.inbox.intent(Intent::Primary);
    shown.until("no devices", |page| {
        page.heading.contains("没有找到任何串口设备")
    });
    said(
        &shown.journal,
        &[
            ("began", &[]),
            ("order_taken", &[]),
            ("key_made", &[]),
            (
                "step_failed",
                &["\"step\":\"enrol\"", "\"why\":\"wrongKey\""],
            ),
            ("certified", &[]),
            (
                "step_failed",
                &["\"step\":\"devices\"", "\"why\":\"noDevice\""],
            ),
        ],
    );
    shown.inbox.intent(Intent::Language);
    shown.until("English", |page| {
        page.heading == "No device was found at any serial port."
    });
}
