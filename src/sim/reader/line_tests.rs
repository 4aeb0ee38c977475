//! The whole way over a real pseudo terminal.

use std::{
    path::Path,
    sync::mpsc::{Receiver, channel},
    time::Duration,
};

use super::{CardFile, ReaderFault, ReaderSim};
use crate::{
    shell::serial::{SerialConfig, SerialDriver},
    status::Device,
    wire::sam::{ReaderCommand, ReaderEvent, SamConfig, SamReader},
};

const PATIENCE: Duration = Duration::from_secs(20);

type Reader = (SerialDriver<ReaderCommand>, Receiver<ReaderEvent>);

fn start(link: &Path) -> Reader {
    let (tell, events) = channel();
    let machine = SamReader::new(SamConfig::default());
    let driver = SerialDriver::start(SerialConfig::new(link, 115_200), machine, move |event| {
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
    sim.set_fault(ReaderFault::Slow);
    sim.lay(card("minority.toml"));
    assert_eq!(wait_for_number(&events), card("minority.toml").number);
}
