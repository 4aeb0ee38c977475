//! Status questions: bytes that answer none of them, and a port that takes none.

use std::time::{Duration, Instant};

use kiosk::sim::printer::Clearing;
use kiosk::status::{Device, Paper};
use kiosk::wire::Machine;
use kiosk::wire::escpos::{NoGlyphs, Profile};
use kiosk::wire::printer::{Config, Event, Printer};

use crate::printer_world::World;

fn printer() -> Printer {
    let config = Config {
        profile: Profile::builtin("epson-tm-t88").unwrap(),
        baud: 115_200,
        low_remainder_mm: 300,
        take_limit: Duration::from_secs(30),
    };
    Printer::new(config, Box::new(NoGlyphs))
}

#[test]
fn answers_to_an_earlier_life_shift_no_round() {
    for stray in 1..=4 {
        let mut world = World::new("epson-tm-t88", Clearing::ErrorsOnly);
        world.device.paper_out();
        world.machine = printer();
        world.events.clear();
        world.machine.port_opened(world.now);
        world.settle();
        for _ in 0..stray {
            world.machine.handle_input(&[0x12], world.now);
            world.pass(Duration::from_millis(300));
        }
        world.pass(Duration::from_secs(3));
        assert!(!world.events.is_empty());
        for event in &world.events {
            let Event::Status(status) = event else {
                panic!("no job")
            };
            assert_eq!(
                (status.device, status.paper),
                (Device::Offline, Paper::Out),
                "{stray}: {:?}",
                world.events
            );
        }
    }
}

#[test]
fn a_port_that_takes_nothing_is_not_filled_with_questions() {
    let mut machine = printer();
    let start = Instant::now();
    machine.port_opened(start);
    let mut now = start;
    while now < start + Duration::from_secs(3600) {
        now = machine
            .poll_timeout()
            .unwrap()
            .max(now + Duration::from_millis(1));
        machine.handle_timeout(now);
    }
    assert_eq!(machine.status().device, Device::PowerOff, "and it is told");
    let mut questions = 0;
    let mut bytes = 0;
    while let Some(piece) = machine.poll_transmit() {
        questions += usize::from(piece.starts_with(&[0x10, 0x04]));
        bytes += piece.len();
    }
    assert_eq!(questions, 1);
    assert!(bytes < 2048, "{bytes}");
}
