//! Everything that can go wrong with a printer, in memory and with a clock moved by hand.

use std::time::Duration;

use kiosk::receipt::Block;
use kiosk::sim::printer::{Clearing, Mechanism};
use kiosk::status::{Device, Paper as Supply};
use kiosk::wire::Machine;
use kiosk::wire::escpos::{NoGlyphs, Profile};
use kiosk::wire::printer::{Command, Config, Event, Outcome, Printer, Reason, Status};

use crate::printer_world::{WITH_PROOF, World, everywhere, receipt};

#[test]
fn receipts_are_printed_and_proven() {
    everywhere(|mut world| {
        world.next_is_alone(1);
        world.next_is_alone(2);
        assert_eq!(world.device.papers().len(), 2, "nothing else came out");
    });
    let mut world = World::new("generic-gbk-58", Clearing::Never);
    assert_eq!(world.print(1), Outcome::Printed);
}

#[test]
fn nothing_starts_on_a_printer_that_cannot() {
    type Break = fn(&mut Mechanism);
    let cases: [(Break, Reason); 5] = [
        (Mechanism::paper_out, Reason::PaperOut),
        (|device| device.set_cover_open(true), Reason::CoverOpen),
        (Mechanism::jam, Reason::Jam),
        (|device| device.set_offline(true), Reason::Offline),
        (|device| device.set_silent(true), Reason::NoAnswer),
    ];
    for (fault, reason) in cases {
        everywhere(|mut world| {
            fault(&mut world.device);
            assert_eq!(world.print(1), Outcome::NotStarted(reason));
            assert!(world.device.papers().is_empty() && world.device.under_head().is_blank());
        });
    }
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    world.unplug();
    assert_eq!(world.print(1), Outcome::NotStarted(Reason::NoPrinter));
    assert_eq!(world.machine.status().device, Device::NoDevice);
    world.replug();
    world.pass(Duration::from_secs(3));
    world.next_is_alone(2);
}

#[test]
fn paper_that_ends_within_a_receipt_interrupts_it_and_the_rest_never_meets_the_next() {
    for lines in [1, 5, 30, 59] {
        everywhere(|mut world| {
            world.device.paper_out_after_lines(lines);
            assert_eq!(
                world.print(1),
                Outcome::Interrupted(Reason::PaperOut),
                "after {lines}"
            );
            assert_eq!(world.machine.status().paper, Supply::Out);
            assert_eq!(world.print(2), Outcome::NotStarted(Reason::PaperOut));
            world.pass(Duration::from_secs(30));
            world.device.refill();
            world.next_is_alone(3);
        });
    }
}

#[test]
fn a_printer_that_clears_on_request_prints_no_leftovers_at_all() {
    for profile in WITH_PROOF {
        let mut world = World::new(profile, Clearing::Always);
        world.device.paper_out_after_lines(10);
        assert_eq!(world.print(1), Outcome::Interrupted(Reason::PaperOut));
        world.device.refill();
        world.next_is_alone(2);
        let papers = world.device.papers();
        assert_eq!(papers.len(), 2);
        assert!(papers[0].torn && papers[0].lines().len() == 10);
    }
}

#[test]
fn paper_that_ends_after_the_proof_does_not_unprint() {
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    assert_eq!(world.print(1), Outcome::Printed);
    world.device.paper_out();
    world.pass(Duration::from_secs(10));
    assert_eq!(world.outcomes(1), [Outcome::Printed]);
    world.device.refill();
    world.next_is_alone(2);
}

#[test]
fn little_paper_is_enough_for_a_short_receipt_only() {
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    world.device.paper_low();
    assert_eq!(
        world.print(1),
        Outcome::Printed,
        "60 lines are 254 mm of 300"
    );
    let mut long = receipt(2);
    long.blocks.push(Block::Feed { lines: 20 });
    world.command(Command::Print {
        job: 2,
        receipt: long,
    });
    assert_eq!(world.end(2), Outcome::NotStarted(Reason::PaperLow));
    assert_eq!(world.machine.status().paper, Supply::Low);
    assert_eq!(
        world.print(3),
        Outcome::NotStarted(Reason::PaperLow),
        "what was printed since then is gone from the roll"
    );
    world.device.refill();
    world.pass(Duration::from_secs(5));
    world.next_is_alone(4);
}

#[test]
fn a_jam_and_a_cover_interrupt_and_are_recovered_from() {
    everywhere(|mut world| {
        world.start(1);
        world.reach_line(8);
        world.device.jam();
        assert_eq!(world.end(1), Outcome::Interrupted(Reason::Jam));
        world.pass(Duration::from_secs(20));
        world.device.clear_jam();
        world.until("recovery", |world| {
            world.machine.status().device == Device::Online
        });
        world.next_is_alone(2);

        world.start(3);
        world.reach_line(8);
        world.device.set_cover_open(true);
        assert_eq!(world.end(3), Outcome::Interrupted(Reason::CoverOpen));
        assert!(world.machine.status().cover_open);
        world.device.set_cover_open(false);
        world.until("recovery", |world| {
            world.machine.status().device == Device::Online
        });
        world.next_is_alone(4);
    });
}

#[test]
fn a_cutter_that_fails_after_the_proof_leaves_the_receipt_printed() {
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    world.device.break_cutter();
    assert_eq!(world.print(1), Outcome::Printed);
    world.until("report", |world| world.machine.status().cutter_fault);
    assert_eq!(world.machine.status().device, Device::HardwareError);
    assert_eq!(world.print(2), Outcome::NotStarted(Reason::Cutter));
    world.device.mend_cutter();
    world.until("recovery", |world| {
        world.machine.status().device == Device::Online
    });
    world.next_is_alone(3);
}

#[test]
fn a_printer_that_falls_silent() {
    everywhere(|mut world| {
        world.start(1);
        world.reach_line(5);
        world.device.set_silent(true);
        let end = world.end(1);
        let expected = [Outcome::Interrupted(Reason::NoAnswer), Outcome::Unknown];
        assert!(expected.contains(&end), "{end:?}");
        world.until("report", |world| {
            world.machine.status().device == Device::PowerOff
        });
        world.device.set_silent(false);
        world.until("back", |world| {
            world.machine.status().device == Device::Online
        });
        world.next_is_alone(2);
    });
}

#[test]
fn a_plug_pulled_anywhere() {
    for lines in [0, 1, 20, 45, 60] {
        everywhere(|mut world| {
            world.start(1);
            world.reach_line(lines);
            world.unplug();
            let end = world.end(1);
            let proven = world.device.under_head().lines().len() == 60;
            match end {
                Outcome::Printed => assert!(proven),
                Outcome::NotStarted(reason) => assert_eq!((lines, reason), (0, Reason::NoPrinter)),
                Outcome::Interrupted(reason) => assert_eq!(reason, Reason::Lost),
                Outcome::Unknown => assert!(lines >= 1),
            }
            world.pass(Duration::from_secs(10));
            world.replug();
            world.next_is_alone(2);
        });
    }
}

#[test]
fn without_proof_the_end_is_unknown() {
    everywhere(|mut world| {
        world.start(1);
        world.reach_line(1);
        world.device.set_no_proof(true);
        let end = world.end(1);
        assert!(
            [Outcome::Unknown, Outcome::Interrupted(Reason::Stalled)].contains(&end),
            "{end:?}"
        );
        world.device.set_no_proof(false);
        world.next_is_alone(2);
    });
}

#[test]
fn late_answers_do_no_harm() {
    everywhere(|mut world| {
        world.device.set_answer_delay(Duration::from_millis(200));
        world.next_is_alone(1);
        world.device.set_answer_delay(Duration::from_millis(900));
        let end = world.print(2);
        assert_ne!(
            end,
            Outcome::Printed,
            "status answers come too late to be told apart"
        );
        world.device.set_answer_delay(Duration::from_millis(2));
        world.until("back", |world| {
            world.machine.status().device == Device::Online
        });
        world.pass(Duration::from_secs(30));
        world.next_is_alone(3);
    });
}

#[test]
fn cancelled_and_busy_jobs_end_once() {
    everywhere(|mut world| {
        world.start(1);
        world.start(2);
        assert_eq!(world.outcomes(2), [Outcome::NotStarted(Reason::Busy)]);
        world.command(Command::Cancel { job: 2 });
        assert!(world.outcomes(1).is_empty(), "another job's number");
        world.command(Command::Cancel { job: 1 });
        assert_eq!(world.outcomes(1), [Outcome::NotStarted(Reason::Cancelled)]);
        world.start(3);
        world.reach_line(2);
        world.command(Command::Cancel { job: 3 });
        let end = world.end(3);
        assert!([Outcome::Interrupted(Reason::Cancelled), Outcome::Printed].contains(&end));
        world.next_is_alone(4);
    });
}

#[test]
fn a_restart_cuts_off_what_an_earlier_life_left() {
    let mut world = World::new("epson-tm-t88", Clearing::Never);
    world.start(1);
    world.reach_line(10);
    let profile = Profile::builtin("epson-tm-t88").unwrap();
    let config = Config {
        profile,
        baud: 115_200,
        low_remainder_mm: 300,
        take_limit: Duration::from_secs(30),
    };
    world.machine = Printer::new(config, Box::new(NoGlyphs));
    world.events.clear();
    world.machine.port_opened(world.now);
    world.settle();
    world.next_is_alone(2);
}

#[test]
fn changes_are_told_once() {
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    world.events.clear();
    world.device.paper_low();
    world.pass(Duration::from_secs(20));
    world.device.refill();
    world.pass(Duration::from_secs(20));
    let online = |paper| {
        Event::Status(Status {
            device: Device::Online,
            paper,
            cover_open: false,
            cutter_fault: false,
        })
    };
    assert_eq!(world.events, [online(Supply::Low), online(Supply::Full)]);
}

proptest::proptest! {
    #[test]
    fn foreign_bytes_end_no_process(bytes in proptest::collection::vec(proptest::num::u8::ANY, 0..600)) {
        // To the machine, within a job.
        let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
        world.start(1);
        world.reach_line(3);
        let now = world.now;
        world.machine.handle_input(&bytes, now);
        world.settle();
        world.end(1);
        // To the simulated printer.
        let mut device = Mechanism::new(kiosk::sim::printer::PrinterSimOptions::default());
        device.receive(&bytes, now);
        device.run(now + Duration::from_secs(60));
    }
}
