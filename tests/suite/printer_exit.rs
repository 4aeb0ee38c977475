//! A presenter that resists, and a printer that can do nothing else just then: what lies there is told as it is.

use std::time::Duration;

use kiosk::sim::printer::Clearing;
use kiosk::status::Slot;
use kiosk::wire::escpos::Profile;
use kiosk::wire::printer::{Event, Outcome, Reason};

use crate::printer_world::World;

fn world() -> World {
    World::with(
        Profile::builtin("custom-presenter-80").unwrap(),
        Clearing::Never,
    )
}

fn last_slot(world: &World) -> Option<Slot> {
    let slot = |event: &Event| match event {
        Event::Slot(_, slot) => Some(*slot),
        _ => None,
    };
    world.events.iter().rev().find_map(slot)
}

fn until(world: &mut World, slot: Slot) {
    let what = format!("{slot:?}");
    world.until(&what, |world| last_slot(world) == Some(slot));
}

#[test]
fn a_roll_that_ends_with_a_receipt_takes_nothing_from_it() {
    for cover in [false, true] {
        let mut world = world();
        world.start(1);
        world.reach_line(59);
        // What happens behind it and the receipt at the exit come in one answer.
        world.until("presented", |world| world.device.at_exit().is_some());
        match cover {
            true => world.device.set_cover_open(true),
            false => world.device.paper_out(),
        }
        assert_eq!(world.end(1), Outcome::Printed, "{cover}");
        assert!(world.device.take_receipt());
        until(&mut world, Slot::Taken);
    }
}

#[test]
fn without_paper_a_receipt_that_nobody_takes_is_not_said_to_wait_for_its_person() {
    let mut world = world();
    world.print(1);
    world.device.paper_out();
    world.pass(Duration::from_secs(45));
    // This one obeys no command until there is paper.
    assert_eq!(last_slot(&world), Some(Slot::LeftBehind));
    world.device.refill();
    world.pass(Duration::from_secs(20));
    assert_eq!(world.print(2), Outcome::Printed);
    assert_eq!(world.device.collisions(), 0);
    assert_eq!(world.device.bin().len(), 1);
}

#[test]
fn what_cannot_be_drawn_back_just_now_is_told_as_left_and_not_as_waiting() {
    let mut world = world();
    world.print(1);
    world.device.set_cover_open(true);
    world.pass(Duration::from_secs(60));
    assert_eq!(last_slot(&world), Some(Slot::LeftBehind));
    assert_eq!(
        world.print(2),
        Outcome::NotStarted(Reason::CoverOpen),
        "and is not pushed out for a job that cannot begin"
    );
    assert!(world.device.at_exit().is_some());
    world.device.set_cover_open(false);
    world.pass(Duration::from_secs(20));
    assert_eq!(world.print(3), Outcome::Printed);
    assert_eq!(world.device.collisions(), 0);
}

#[test]
fn a_blocked_exit_stays_blocked_until_somebody_has_freed_it() {
    let mut profile = Profile::builtin("custom-presenter-80").unwrap();
    // Neither does anything on this model.
    let presenter = profile.presenter.as_mut().unwrap();
    presenter.retract = "1D 65 01".to_owned().try_into().unwrap();
    presenter.eject = "1D 65 01".to_owned().try_into().unwrap();
    let mut world = World::with(profile, Clearing::Never);
    world.print(1);
    world.pass(Duration::from_secs(45));
    assert_eq!(
        world.print(2),
        Outcome::NotStarted(Reason::ExitOccupied),
        "tried both"
    );
    until(&mut world, Slot::Blocked);
    let told = world.events.len();
    world.pass(Duration::from_secs(600));
    assert_eq!(last_slot(&world), Some(Slot::Blocked));
    let since = world.events[told..].iter();
    assert_eq!(since.filter(|e| matches!(e, Event::Slot(..))).count(), 0);
    assert!(world.device.take_receipt());
    world.pass(Duration::from_secs(5));
    assert_ne!(last_slot(&world), Some(Slot::Blocked));
    assert_eq!(world.print(3), Outcome::Printed);
}

#[test]
fn a_plug_that_is_pulled_during_a_retract_does_not_give_retracts_up_for_good() {
    let mut world = world();
    world.print(1);
    world.until("the command", |world| {
        world.device.bin().len() == 1 || world.device.at_exit().is_none()
    });
    world.device.leave_slip();
    world.unplug();
    world.pass(Duration::from_secs(30));
    world.replug();
    world.pass(Duration::from_secs(30));
    world.device.take_receipt();
    world.pass(Duration::from_secs(20));
    assert_eq!(world.print(2), Outcome::Printed);
    world.pass(Duration::from_secs(45));
    assert_eq!(last_slot(&world), Some(Slot::Retracted));
}

#[test]
fn a_near_end_sensor_that_flickers_gives_the_roll_nothing_back() {
    let mut world = world();
    let mut printed = 0;
    world.device.paper_low();
    world.pass(Duration::from_secs(5));
    for job in 1..=6 {
        let end = world.print(job);
        if end == Outcome::NotStarted(Reason::PaperLow) {
            break;
        }
        printed += 1;
        world.device.take_receipt();
        world.device.refill();
        world.pass(Duration::from_secs(5));
        world.device.paper_low();
        world.pass(Duration::from_secs(5));
    }
    // 300 mm hold one receipt of sixty lines.
    assert_eq!(printed, 1);
}
