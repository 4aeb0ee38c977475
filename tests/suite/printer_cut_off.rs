//! The firmware or the cable stops anywhere in a receipt with an image: the printer does not wait for dots for ever.

use std::time::Duration;

use kiosk::receipt::Block;
use kiosk::sim::printer::Clearing;
use kiosk::wire::escpos::{NoGlyphs, Profile};
use kiosk::wire::printer::{Command, Config, Outcome, Printer};

use crate::printer_world::{World, receipt, whole};

/// A printer of 58 mm, which draws no QR codes itself, gets one; the line stops after about so many bytes.
fn stopped_after(bytes: usize) -> World {
    let mut world = World::new("generic-gbk-58", Clearing::Never);
    let mut with_code = receipt(1);
    let data = "https://example.invalid/r/GD2024-0000-0001-7".into();
    with_code.blocks.insert(0, Block::Qr { data, module: 6 });
    world.device.take_raw();
    world.command(Command::Print {
        job: 1,
        receipt: with_code,
    });
    let mut sent = 0;
    world.until("bytes", |world| {
        sent += world.device.take_raw().len();
        sent >= bytes
    });
    world
}

/// Nothing cuts here: the paper of the next hangs below what came out of the first.
fn next_is_whole(world: &mut World) {
    assert_eq!(world.print(2), Outcome::Printed);
    let lines = world.device.under_head().lines();
    assert!(lines.ends_with(&whole(2)), "{lines:?}");
    let of_the_first = |line: &String| line.starts_with("第1号") || line.starts_with("[image");
    assert!(
        lines[..lines.len() - 60].iter().all(of_the_first),
        "{lines:?}"
    );
}

#[test]
fn a_restart_within_an_image() {
    for bytes in (100..4000).step_by(177) {
        let mut world = stopped_after(bytes);
        let config = Config {
            profile: Profile::builtin("generic-gbk-58").unwrap(),
            baud: 115_200,
            low_remainder_mm: 300,
            take_limit: Duration::from_secs(30),
        };
        world.machine = Printer::new(config, Box::new(NoGlyphs));
        world.events.clear();
        world.replug();
        next_is_whole(&mut world);
    }
}

#[test]
fn pieces_that_never_left_the_port() {
    for bytes in (100..4000).step_by(177) {
        let mut world = stopped_after(bytes);
        // Handed out by the machine, never written: the port is already dead.
        world.plugged = false;
        world.pass(Duration::from_millis(60));
        world.unplug();
        world.pass(Duration::from_secs(3));
        world.replug();
        next_is_whole(&mut world);
    }
}
