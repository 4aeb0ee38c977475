//! Sensors of the case close the machine between visits; guide lights show where to go, at devices that work.

use kiosk::domain::kiosk::{Effect, Event, PrintOutcome, ReaderEvent};
use kiosk::domain::page::{Intent, PageKind};
use kiosk::pins::{Beep, Output, Part};
use kiosk::status::{Device, FlashRate, Paper, Slot};

use super::machine::Machine;
use super::person::young;
use super::to_and_fro::item;

/// Ids of everything logged since the last look.
fn logged(machine: &mut Machine) -> Vec<&'static str> {
    let others = std::mem::take(&mut machine.others).into_iter();
    let ids = others.filter_map(|effect| match effect {
        Effect::Log(event, _) => Some(event.id()),
        _ => None,
    });
    ids.collect()
}

fn rate(machine: &Machine, light: Output) -> FlashRate {
    let mut rate = FlashRate::Off;
    for effect in &machine.others {
        match effect {
            Effect::Light(of, shown) if *of == light => rate = *shown,
            _ => {}
        }
    }
    rate
}

fn latches(machine: &Machine) -> usize {
    let latch = |effect: &&Effect| matches!(effect, Effect::LatchTamper);
    machine.others.iter().filter(latch).count()
}

#[test]
fn a_forced_case_closes_until_it_is_cleared_and_a_contact_that_still_says_so_closes_again() {
    let mut machine = Machine::new();
    machine.give(Event::Tamper(true));
    machine.expect(PageKind::Closed);
    assert_eq!(latches(&machine), 1);
    assert!(logged(&mut machine).contains(&"tamper.detected"));
    // The contact bounces, or the case is pressed shut: it stays closed and is not told again.
    machine.give(Event::Tamper(false));
    machine.give(Event::Tamper(true));
    machine.wait(3600);
    machine.expect(PageKind::Closed);
    assert_eq!(latches(&machine), 0);
    machine.give(Event::TamperLatched(false));
    machine.expect(PageKind::Closed);
    assert_eq!(latches(&machine), 1, "still forced");
    machine.give(Event::Tamper(false));
    machine.give(Event::TamperLatched(false));
    machine.expect(PageKind::Start);
    assert!(logged(&mut machine).contains(&"tamper.cleared"));
}

#[test]
fn a_case_forced_before_this_start_is_closed_from_the_start() {
    let mut machine = Machine::new();
    machine.give(Event::TamperLatched(true));
    machine.give(Event::Tamper(false));
    machine.expect(PageKind::Closed);
    machine.give(Event::Door(true));
    machine.give(Event::Door(false));
    machine.expect(PageKind::Closed);
    machine.give(Event::TamperLatched(false));
    machine.expect(PageKind::Start);
}

#[test]
fn a_power_cut_ends_no_visit_and_lets_none_begin_until_power_has_stood_ten_seconds() {
    let mut machine = Machine::new();
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Identify);
    machine.give(Event::Mains(false));
    machine.give(Event::Mains(false));
    assert_eq!(
        logged(&mut machine)
            .iter()
            .filter(|id| **id == "mains.lost")
            .count(),
        1
    );
    machine.expect(PageKind::Identify);
    machine.card(young());
    machine.expect(PageKind::Choose);
    machine.wait(100);
    machine.expect(PageKind::Closed);
    assert!(
        machine.page.heading.contains("停电"),
        "{}",
        machine.page.heading
    );
    machine.give(Event::Mains(true));
    assert!(logged(&mut machine).contains(&"mains.back"));
    machine.wait(9);
    machine.expect(PageKind::Closed);
    machine.wait(1);
    machine.expect(PageKind::Start);
}

#[test]
fn the_reader_light_blinks_only_at_a_reader_that_reads() {
    let mut machine = Machine::new();
    let reader = |device| Event::Reader(ReaderEvent::Status(device));
    machine.touch(Intent::Primary);
    for (device, expected) in [
        (Device::Online, FlashRate::Slow),
        (Device::PowerOff, FlashRate::Off),
        (Device::DeviceBusy, FlashRate::Slow),
        (Device::HardwareError, FlashRate::Off),
        (Device::Online, FlashRate::Slow),
        (Device::Unknown, FlashRate::Off),
    ] {
        machine.give(reader(device));
        assert_eq!(rate(&machine, Output::ReaderLight), expected, "{device:?}");
    }
}

#[test]
fn dead_pins_are_written_down() {
    let mut machine = Machine::new();
    machine.give(Event::Pins(Device::HardwareError));
    machine.give(Event::PinFailed(Output::SlotLight.word()));
    let ids = logged(&mut machine);
    assert!(ids.contains(&"pins.status") && ids.contains(&"pin.failed"));
}

fn cycles(machine: &Machine) -> usize {
    let cycle = |effect: &&Effect| matches!(effect, Effect::PowerCycle(Part::Printer));
    machine.others.iter().filter(cycle).count()
}

#[test]
fn a_power_cycle_waits_for_the_end_of_a_print() {
    let mut machine = Machine::new();
    machine.world.printer = None;
    machine.begin(young(), &item("生育登记").task_code);
    machine.fill();
    machine.submit();
    let job = machine.prints.last().expect("a print has begun").0;
    machine.give(Event::Printer(Device::PowerOff, Paper::Unknown));
    machine.give(Event::PowerCycle(Part::Printer));
    assert_eq!(cycles(&machine), 0);
    machine.give(Event::PrintEnded(job, PrintOutcome::Unknown, None));
    assert_eq!(cycles(&machine), 1);
    // Nor is a receipt pushed out that waits for its person.
    machine.give(Event::Slot(None, Slot::Presented));
    machine.give(Event::PowerCycle(Part::Printer));
    assert_eq!(cycles(&machine), 1);
    // Whoever answers again by itself needs none.
    machine.give(Event::Printer(Device::Online, Paper::Full));
    machine.give(Event::Slot(None, Slot::Taken));
    assert_eq!(cycles(&machine), 1);
    machine.give(Event::Printer(Device::PowerOff, Paper::Unknown));
    for _ in 0..5 {
        machine.give(Event::PowerCycle(Part::Printer));
    }
    assert_eq!(cycles(&machine), 3);
    assert!(logged(&mut machine).contains(&"power.spent"));
}

#[test]
fn the_screen_may_dim_when_nobody_is_here_and_lights_for_whoever_comes() {
    let mut machine = Machine::new();
    let dimmed = |machine: &mut Machine| {
        let others = std::mem::take(&mut machine.others).into_iter();
        let dims = others.filter_map(|effect| match effect {
            Effect::Dim(dim) => Some(dim),
            _ => None,
        });
        dims.collect::<Vec<bool>>()
    };
    machine.give(Event::Presence(true));
    assert_eq!(dimmed(&mut machine), [true, false]);
    machine.wait(300);
    assert!(dimmed(&mut machine).is_empty());
    machine.give(Event::Presence(false));
    assert_eq!(dimmed(&mut machine), [true]);
    machine.touch(Intent::Help);
    assert_eq!(dimmed(&mut machine), [false]);
    machine.wait(300);
    assert_eq!(dimmed(&mut machine), [true]);
    machine.touch(Intent::Primary);
    assert_eq!(dimmed(&mut machine), [false]);
    machine.wait(300);
    assert_eq!(dimmed(&mut machine), [true]);
}

#[test]
fn a_card_that_stays_behind_is_called_for() {
    let mut machine = Machine::new();
    let beeps = |machine: &mut Machine| {
        let others = std::mem::take(&mut machine.others).into_iter();
        let beeps = others.filter_map(|effect| match effect {
            Effect::Beep(beep) => Some(beep),
            _ => None,
        });
        beeps.collect::<Vec<Beep>>()
    };
    machine.card(young());
    machine.wait(200);
    machine.expect(PageKind::Start);
    assert_eq!(beeps(&mut machine), [Beep::Attention, Beep::CardLeft]);
    machine.give(Event::Reader(ReaderEvent::MediaRemoved));
    machine.touch(Intent::Primary);
    machine.wait(200);
    assert_eq!(beeps(&mut machine), [Beep::Attention]);
}
