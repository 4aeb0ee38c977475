//! XON and XOFF: a full buffer is waited for, a stray byte is not waited for ever.

use std::time::Duration;

use kiosk::sim::printer::{Clearing, Mechanism, PrinterSimOptions};
use kiosk::wire::Machine;
use kiosk::wire::escpos::{NoGlyphs, Profile};
use kiosk::wire::printer::{Config, Outcome, Printer, Reason};

use crate::printer_world::{WITH_PROOF, World, everywhere};

#[test]
fn a_buffer_smaller_than_the_profile_says_is_not_overrun() {
    let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
    world.device = Mechanism::new(PrinterSimOptions {
        buffer_bytes: 1024,
        dots_per_second: 600,
        ..PrinterSimOptions::default()
    });
    world.device.set_flow_control(true);
    world.next_is_alone(1);
}

#[test]
fn one_stray_byte_does_not_stop_the_printer_for_good() {
    everywhere(|mut world| {
        world.machine.handle_input(&[0x13], world.now);
        world.next_is_alone(1);
        for lines in [1, 5] {
            let job = world.events.len() as u64 + 10;
            world.start(job);
            world.reach_line(lines);
            world.machine.handle_input(&[0x13], world.now);
            world.settle();
            assert_eq!(world.end(job), Outcome::Printed);
        }
    });
}

/// The printer cannot be asked whether it is back while it has only a part of a command, as at every start.
#[test]
fn one_stray_byte_within_the_first_command_does_not_stop_it_either() {
    for name in WITH_PROOF {
        let mut world = World::new(name, Clearing::ErrorsOnly);
        let config = Config {
            profile: Profile::builtin(name).unwrap(),
            baud: 115_200,
            low_remainder_mm: 300,
            take_limit: Duration::from_secs(30),
        };
        world.machine = Printer::new(config, Box::new(NoGlyphs));
        world.machine.port_opened(world.now);
        world.machine.handle_input(&[0x13], world.now);
        world.settle();
        assert_ne!(world.machine.poll_timeout(), None);
        world.pass(Duration::from_secs(10));
        world.next_is_alone(1);
    }
}

#[test]
fn without_a_byte_sent_a_job_that_stalls_was_not_started() {
    everywhere(|mut world| {
        world.start(1);
        world.until("begun", |world| {
            // As often as the printer could forget it.
            world.machine.handle_input(&[0x13], world.now);
            !world.outcomes(1).is_empty()
        });
        assert_eq!(world.outcomes(1), [Outcome::NotStarted(Reason::Stalled)]);
        assert!(world.device.under_head().is_blank());
        world.machine.handle_input(&[0x11], world.now);
        world.pass(Duration::from_secs(1));
        world.next_is_alone(2);
    });
}
