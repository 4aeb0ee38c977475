//! The whole way over a real pseudo terminal.

use std::{
    path::Path,
    sync::mpsc::{Receiver, Sender, channel},
    time::{Duration, Instant},
};

use super::{CardFile, ReaderFault, ReaderSetting, ReaderSim};
use crate::{
    shell::serial::{SerialConfig, SerialDriver},
    status::Device,
    wire::{
        Machine,
        sam::{ReaderCommand, ReaderEvent, SamConfig, SamReader},
    },
};

const PATIENCE: Duration = Duration::from_secs(20);

type Reader = (SerialDriver<ReaderCommand>, Receiver<ReaderEvent>);

fn start(link: &Path) -> Reader {
    start_at(link, 115_200)
}

fn start_at(link: &Path, rate: u32) -> Reader {
    let (tell, events) = channel();
    let config = SamConfig {
        rate,
        ..SamConfig::default()
    };
    let machine = SamReader::new(config);
    let driver = SerialDriver::start(SerialConfig::new(link, rate), machine, move |event| {
        let _ = tell.send(event);
    });
    (driver.expect("a thread can be started"), events)
}

/// Waits for the event that `wanted` picks; others before it are passed over.
fn wait_for<T>(
    events: &Receiver<ReaderEvent>,
    mut wanted: impl FnMut(ReaderEvent) -> Option<T>,
) -> T {
    loop {
        let event = events.recv_timeout(PATIENCE).expect("the event comes");
        if let Some(found) = wanted(event) {
            return found;
        }
    }
}

fn wait_for_status(events: &Receiver<ReaderEvent>, status: Device) {
    wait_for(events, |event| {
        (event == ReaderEvent::Status(status)).then_some(())
    });
}

fn card(name: &str) -> CardFile {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("board/laptop/cards");
    CardFile::load(&folder.join(name)).expect("a card of the laptop board")
}

fn wait_for_number(events: &Receiver<ReaderEvent>) -> String {
    wait_for(events, |event| match event {
        ReaderEvent::CardRead(document) => Some(document.number.clone()),
        _ => None,
    })
}

#[test]
fn reads_a_card_and_survives_the_plug_being_pulled() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("ports/reader");
    // The firmware starts first: a missing device is a status, not an error.
    let (driver, events) = start(&link);
    wait_for_status(&events, Device::NoDevice);
    let sim = ReaderSim::start(&link).unwrap();
    sim.set_read_time(Duration::ZERO);
    wait_for_status(&events, Device::Online);
    driver.send(ReaderCommand::SetPolling(true)).unwrap();
    sim.wait_until_watched(PATIENCE);
    sim.lay(card("elder.toml"));
    assert_eq!(wait_for_number(&events), card("elder.toml").number);
    sim.take();
    wait_for(&events, |event| {
        (event == ReaderEvent::MediaRemoved).then_some(())
    });

    sim.unplug().unwrap();
    assert!(!link.exists());
    wait_for_status(&events, Device::NoDevice);
    sim.replug().unwrap();
    wait_for_status(&events, Device::Online);
    sim.lay(card("farmer.toml"));
    assert_eq!(wait_for_number(&events), card("farmer.toml").number);
}

#[test]
fn a_port_has_one_owner_and_is_free_after_drop() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let sim = ReaderSim::start(&link).unwrap();
    let (first, first_events) = start(&link);
    wait_for_status(&first_events, Device::Online);
    let (_second, second_events) = start(&link);
    wait_for_status(&second_events, Device::NoDevice);
    drop(first);
    assert!(
        first_events.recv_timeout(PATIENCE).is_err(),
        "the thread has ended and with it the channel"
    );
    wait_for_status(&second_events, Device::Online);
    drop(sim);
    assert!(std::fs::symlink_metadata(&link).is_err());
    wait_for_status(&second_events, Device::NoDevice);
}

#[test]
fn a_slow_reader_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let sim = ReaderSim::start(&link).unwrap();
    let (driver, events) = start(&link);
    wait_for_status(&events, Device::Online);
    driver.send(ReaderCommand::SetPolling(true)).unwrap();
    sim.wait_until_watched(PATIENCE);
    sim.set_fault(ReaderFault::Slow);
    sim.lay(card("minority.toml"));
    assert_eq!(wait_for_number(&events), card("minority.toml").number);
}

#[test]
fn a_reader_at_another_bit_rate_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let sim = ReaderSim::start(&link).unwrap();
    sim.set(ReaderSetting::Rate(57_600));
    let (driver, events) = start_at(&link, 9600);
    wait_for(&events, |event| {
        (event == ReaderEvent::RateFound(57_600)).then_some(())
    });
    wait_for_status(&events, Device::Online);
    driver.send(ReaderCommand::SetPolling(true)).unwrap();
    sim.wait_until_watched(PATIENCE);
    sim.lay(card("elder.toml"));
    assert_eq!(wait_for_number(&events), card("elder.toml").number);
    // Pulled out and put back, it is spoken to at the rate that was found.
    sim.unplug().unwrap();
    wait_for_status(&events, Device::NoDevice);
    sim.replug().unwrap();
    wait_for_status(&events, Device::Online);
}

#[test]
fn a_port_is_opened_again_for_a_reader_that_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("reader");
    let sim = ReaderSim::start(&link).unwrap();
    let (driver, events) = start(&link);
    wait_for_status(&events, Device::Online);
    driver.send(ReaderCommand::SetPolling(true)).unwrap();
    sim.set_fault(ReaderFault::HungUntilReopen);
    let mut statuses = Vec::new();
    while statuses.last() != Some(&Device::Online) {
        statuses.push(wait_for(&events, |event| match event {
            ReaderEvent::Status(status) => Some(status),
            _ => None,
        }));
    }
    assert_eq!(statuses, [Device::Offline, Device::Online], "never lost");
}

#[test]
fn what_lay_in_the_line_before_is_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("line");
    let device = super::super::pty::PtyDevice::start(&link, Chatter(true)).unwrap();
    // Nobody reads: it stays in the line.
    while device.with(|chatter| chatter.0) {
        std::thread::yield_now();
    }
    let (tell, heard) = channel();
    let machine = Listener { at: None, tell };
    let driver = SerialDriver::start(SerialConfig::new(&link, 115_200), machine, |()| {});
    assert_eq!(heard.recv_timeout(PATIENCE), Ok(Vec::new()));
    drop(driver);
}

/// Says one thing as soon as it can.
struct Chatter(bool);

impl super::super::pty::Device for Chatter {
    fn handle_input(&mut self, _: &[u8], _: Instant) {}

    fn poll_output(&mut self, _: Instant) -> Option<Vec<u8>> {
        std::mem::take(&mut self.0).then(|| b"yesterday's answer".to_vec())
    }

    fn poll_timeout(&self) -> Option<Instant> {
        None
    }

    fn unplugged(&mut self) {}
}

/// Tells what came within a moment after the port was opened.
struct Listener {
    at: Option<Instant>,
    tell: Sender<Vec<u8>>,
}

impl Machine for Listener {
    type Event = ();
    type Command = ();

    fn port_opened(&mut self, now: Instant) {
        self.at = Some(now + Duration::from_millis(100));
    }

    fn port_lost(&mut self, _: Instant) {}

    fn command(&mut self, (): (), _: Instant) {}

    fn handle_input(&mut self, bytes: &[u8], _: Instant) {
        let _ = self.tell.send(bytes.to_vec());
    }

    fn handle_timeout(&mut self, _: Instant) {
        self.at = None;
        let _ = self.tell.send(Vec::new());
    }

    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        None
    }

    fn poll_event(&mut self) -> Option<()> {
        None
    }

    fn poll_timeout(&self) -> Option<Instant> {
        self.at
    }
}
