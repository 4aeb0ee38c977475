//! The start page for each thing that a machine can lack.

use kiosk::domain::health::Lack;
use kiosk::domain::kiosk::{Effect, Event, ReaderEvent, ScannerEvent};
use kiosk::domain::page::PageKind;
use kiosk::status::{Device, Paper, Slot};

use crate::person::Machine;

/// What the devices say of it.
fn said(lack: Lack) -> Event {
    let reader = |device| Event::Reader(ReaderEvent::Status(device));
    match lack {
        Lack::ReaderGone => reader(Device::NoDevice),
        Lack::ReaderOff => reader(Device::PowerOff),
        Lack::ReaderFault => reader(Device::HardwareError),
        Lack::PrinterGone => Event::Printer(Device::NoDevice, Paper::Unknown),
        Lack::PrinterOff => Event::Printer(Device::PowerOff, Paper::Unknown),
        Lack::PaperOut => Event::Printer(Device::Online, Paper::Out),
        Lack::PaperJam => Event::Printer(Device::Offline, Paper::Jammed),
        Lack::PresenterJam => Event::Slot(None, Slot::Jammed),
        Lack::ReceiptLeft => Event::Slot(None, Slot::Blocked),
        Lack::CoverOpen => Event::Printer(Device::UserError, Paper::Full),
        Lack::PrinterFault => Event::Printer(Device::HardwareError, Paper::Full),
        Lack::PaperLow => Event::Printer(Device::Online, Paper::Low),
        Lack::ScannerOff => Event::Scanner(ScannerEvent::Status(Device::NoDevice)),
        Lack::RadarOff => Event::Radar(Device::NoDevice),
        Lack::PinsOff => Event::Pins(Device::NoDevice),
        Lack::DoorOpen => Event::Door(true),
        Lack::MainsLost => Event::Mains(false),
        Lack::Updating => Event::StandBy(true),
        Lack::OutOfService => Event::Service(Some(kiosk::technician::Reason::Repair)),
        Lack::Tampered => Event::Tamper(true),
    }
}

/// The machine that lacks this and nothing else.
fn lacking(lack: Lack) -> Machine {
    let mut machine = Machine::new();
    machine.give(said(lack));
    // Longer than a loose plug counts for nothing.
    machine.wait(10);
    let noted = machine.others.iter().rev().find_map(|effect| match effect {
        Effect::NoteDevices(note) => Some(note.lacks.clone()),
        _ => None,
    });
    assert_eq!(noted, Some(vec![lack]));
    machine
}

/// Every one that people are told of, with its name.
pub fn all() -> Vec<(String, Machine)> {
    let mut usual = Machine::new();
    usual.wait(10);
    let mut all = Vec::new();
    for lack in Lack::ALL {
        let machine = lacking(lack);
        let told = lack.told();
        if told.zh.is_empty() {
            assert_eq!(machine.page, usual.page, "{}", lack.word());
            continue;
        }
        let is_start = machine.page.kind == PageKind::Start;
        let name = if is_start { "start" } else { "closed" };
        all.push((format!("{name}-{}", lack.word()), machine));
    }
    all
}
