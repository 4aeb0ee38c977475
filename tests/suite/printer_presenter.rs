//! Receipts wait at the exit for their person: taken, drawn back, pushed out or left, and never met by the next.

use std::time::Duration;

use kiosk::sim::printer::{Clearing, Mechanism, Paper, PrinterSimOptions};
use kiosk::status::Slot;
use kiosk::wire::Machine;
use kiosk::wire::escpos::{Code, Profile, encode};
use kiosk::wire::printer::{Command, Config, Event, Outcome, Printer, Reason};

use crate::printer_world::{Blots, World, receipt, whole};

fn custom() -> Profile {
    Profile::builtin("custom-presenter-80").unwrap()
}

/// The same without a retract.
fn only_ejects() -> Profile {
    let mut profile = custom();
    profile.presenter.as_mut().unwrap().retract = Code::default();
    profile
}

fn world() -> World {
    World::with(custom(), Clearing::Never)
}

/// What this job's receipt looks like.
fn drawn(job: u64) -> Paper {
    let profile = custom();
    let bytes = encode(&receipt(job), &profile, &Blots)
        .unwrap()
        .to_bytes(&profile);
    let mut printer = Mechanism::new(PrinterSimOptions {
        buffer_bytes: bytes.len(),
        dots_per_second: u32::MAX,
        cut_time: Duration::ZERO,
        ..PrinterSimOptions::of(&profile)
    });
    printer.receive(&bytes, std::time::Instant::now());
    printer.at_exit().expect("presented").clone()
}

impl World {
    fn slots(&self) -> Vec<(Option<u64>, Slot)> {
        let slot = |event: &Event| match event {
            Event::Slot(job, slot) => Some((*job, *slot)),
            _ => None,
        };
        self.events.iter().filter_map(slot).collect()
    }

    fn until_told(&mut self, job: Option<u64>, slot: Slot) {
        let what = format!("{slot:?}");
        self.until(&what, |world| world.slots().last() == Some(&(job, slot)));
    }

    /// The next receipt is presented whole and alone, and its person takes it.
    fn next_is_taken(&mut self, job: u64) {
        assert_eq!(self.print(job), Outcome::Printed);
        let presented = self.device.at_exit().unwrap();
        assert!(presented.items == drawn(job).items, "job {job}, alone");
        assert!(self.device.take_receipt());
        self.until_told(Some(job), Slot::Taken);
        assert_eq!(self.device.collisions(), 0);
        assert_eq!(self.device.lost_bytes(), 0);
        assert!(self.device.under_head().items.is_empty());
    }
}

#[test]
fn a_receipt_is_presented_and_taken() {
    let mut world = world();
    assert_eq!(world.print(1), Outcome::Printed);
    assert_eq!(
        world.slots(),
        [(None, Slot::Empty), (Some(1), Slot::Presented)]
    );
    let told_first = world.events.iter().rev().nth(1);
    assert_eq!(told_first, Some(&Event::Slot(Some(1), Slot::Presented)));
    world.pass(Duration::from_secs(10));
    assert!(world.device.at_exit() == Some(&drawn(1)));
    assert!(world.device.take_receipt() && !world.device.take_receipt());
    world.until_told(Some(1), Slot::Taken);
    world.pass(Duration::from_secs(60));
    world.next_is_taken(2);
    assert_eq!(
        (world.device.taken().len(), world.device.bin().len()),
        (2, 0)
    );
}

#[test]
fn what_nobody_takes_is_drawn_back_after_its_time() {
    let mut world = world();
    world.print(1);
    world.pass(Duration::from_secs(29));
    assert!(world.device.at_exit().is_some(), "it has thirty seconds");
    world.pass(Duration::from_secs(4));
    assert_eq!(world.slots().last(), Some(&(Some(1), Slot::Retracted)));
    assert!(world.device.bin() == [drawn(1)]);
    assert_eq!(world.outcomes(1), [Outcome::Printed], "once, and it stays");
    world.next_is_taken(2);
}

#[test]
fn nothing_is_printed_behind_a_receipt_that_still_lies_there() {
    let mut world = world();
    world.print(1);
    assert_eq!(world.print(2), Outcome::Printed);
    assert!(world.device.bin() == [drawn(1)]);
    assert!(world.device.at_exit() == Some(&drawn(2)));
    let told = world.slots();
    let order = [(Some(1), Slot::Retracted), (Some(2), Slot::Presented)];
    assert!(told.ends_with(&order), "{told:?}");
    assert_eq!(world.device.collisions(), 0);
}

#[test]
fn whose_person_has_gone_is_drawn_back_at_once() {
    let mut world = world();
    world.print(1);
    world.command(Command::GiveUpReceipt);
    world.pass(Duration::from_secs(3));
    assert_eq!(world.slots().last(), Some(&(Some(1), Slot::Retracted)));
    world.command(Command::GiveUpReceipt);
    world.next_is_taken(2);
}

#[test]
fn without_a_retract_it_is_told_as_left_and_pushed_out_before_the_next() {
    // One printer has none, the other's is switched off in its settings: it hears the command and does nothing.
    for (profile, retracts) in [(only_ejects(), true), (custom(), false)] {
        let mut world = World::with(profile, Clearing::Never);
        world.device.set_retracts(retracts);
        world.print(1);
        world.pass(Duration::from_secs(45));
        assert_eq!(world.slots().last(), Some(&(Some(1), Slot::LeftBehind)));
        world.pass(Duration::from_secs(120));
        assert!(
            world.device.at_exit() == Some(&drawn(1)),
            "for whoever returns"
        );
        assert_eq!(world.print(2), Outcome::Printed);
        assert!(world.device.ejected() == [drawn(1)]);
        assert!(world.slots().contains(&(Some(1), Slot::Ejected)));
        world.device.take_receipt();
        world.next_is_taken(3);
    }
}

#[test]
fn a_slip_that_nobody_tears_off_stops_the_printer_until_somebody_does() {
    let mut world = World::new("cashino-kp-628e", Clearing::Never);
    assert_eq!(world.print(1), Outcome::Printed);
    assert_eq!(world.device.at_exit().unwrap().lines(), whole(1));
    world.start(2);
    world.pass(Duration::from_secs(5));
    assert!(world.outcomes(2).is_empty(), "it may yet be torn off");
    world.device.take_receipt();
    assert_eq!(world.end(2), Outcome::Printed);
    world.pass(Duration::from_secs(40));
    assert_eq!(world.slots().last(), Some(&(Some(2), Slot::Blocked)));
    assert_eq!(world.print(3), Outcome::NotStarted(Reason::ExitOccupied));
    assert_eq!(world.device.at_exit().unwrap().lines(), whole(2));
    world.device.take_receipt();
    world.until_told(Some(2), Slot::Taken);
    assert_eq!(world.print(4), Outcome::Printed);
    assert_eq!(world.device.at_exit().unwrap().lines(), whole(4));
    assert_eq!(world.device.collisions(), 0);
}

#[test]
fn a_receipt_that_gets_stuck_on_its_way_out_is_not_printed() {
    let mut world = world();
    world.device.jam_exit();
    assert_eq!(world.print(1), Outcome::Interrupted(Reason::Jam));
    assert_eq!(world.slots().last(), Some(&(Some(1), Slot::Jammed)));
    assert_eq!(world.print(2), Outcome::NotStarted(Reason::Jam));
    world.device.clear_jam();
    world.until_told(None, Slot::Empty);
    world.pass(Duration::from_secs(10));
    world.next_is_taken(3);
    // One that waits there.
    assert_eq!(world.print(4), Outcome::Printed);
    world.device.jam_exit();
    world.until_told(Some(4), Slot::Jammed);
    world.pass(Duration::from_secs(60));
    world.device.clear_jam();
    world.until_told(Some(4), Slot::Empty);
    world.next_is_taken(5);
}

#[test]
fn a_jam_of_the_roll_is_none_of_the_exit() {
    let mut world = world();
    world.start(1);
    world.reach_line(10);
    world.device.jam();
    assert_eq!(world.end(1), Outcome::Interrupted(Reason::Jam));
    assert_eq!(world.slots(), [(None, Slot::Empty)]);
    world.device.clear_jam();
    world.pass(Duration::from_secs(15));
    world.next_is_taken(2);
}

#[test]
fn leftovers_of_a_torn_receipt_are_drawn_back_and_not_handed_to_the_next() {
    for lines in [1, 20, 59] {
        let mut world = world();
        world.device.paper_out_after_lines(lines);
        let end = world.print(1);
        assert_eq!(end, Outcome::Interrupted(Reason::PaperOut), "{lines}");
        world.device.refill();
        world.pass(Duration::from_secs(30));
        assert!(world.device.at_exit().is_none() && world.device.ejected().is_empty());
        world.next_is_taken(2);
    }
}

#[test]
fn a_start_finds_an_earlier_receipt_and_draws_it_back() {
    let mut world = world();
    world.print(1);
    let config = Config {
        profile: custom(),
        baud: 115_200,
        low_remainder_mm: 300,
        take_limit: Duration::from_secs(30),
    };
    world.machine = Printer::new(config, Box::new(Blots));
    world.events.clear();
    world.machine.port_opened(world.now);
    world.settle();
    world.until_told(None, Slot::Retracted);
    world.pass(Duration::from_secs(10));
    world.next_is_taken(2);
}

#[test]
fn bytes_lost_by_a_full_buffer_leave_the_receipt_unproven() {
    let mut world = world();
    world.start(1);
    world.reach_line(20);
    // What came while there was no room is told in the next full status.
    world.device.overrun();
    assert_eq!(world.end(1), Outcome::Unknown);
    world.device.take_receipt();
    world.pass(Duration::from_secs(15));
    world.next_is_taken(2);
}

#[test]
fn an_exit_that_never_sees_the_receipt_proves_nothing() {
    let mut profile = custom();
    // The command does nothing on this model.
    profile.presenter.as_mut().unwrap().present = Code::try_from("1D 65 01".to_owned()).unwrap();
    let mut world = World::with(profile, Clearing::Never);
    assert_eq!(world.print(1), Outcome::Unknown);
}

#[test]
fn a_port_that_comes_back_finds_what_was_taken_meanwhile() {
    let mut world = world();
    world.print(1);
    world.unplug();
    world.device.take_receipt();
    world.pass(Duration::from_secs(60));
    world.replug();
    world.until_told(Some(1), Slot::Taken);
    world.next_is_taken(2);
}
