//! Somebody leaves while their receipt is under way: it does not come out beside or before the next person's.

use std::time::Duration;

use kiosk::sim::printer::Clearing;
use kiosk::wire::printer::{Command, Outcome, Reason};

use crate::printer_world::{World, everywhere};

/// Torn by an empty roll, which is then refilled: leftovers are still to be cleared.
fn torn_and_refilled(world: &mut World) {
    world.device.paper_out_after_lines(20);
    assert_eq!(world.print(1), Outcome::Interrupted(Reason::PaperOut));
    world.device.refill();
}

#[test]
fn a_copy_that_waits_for_the_cleaning_never_begins() {
    everywhere(|mut world| {
        torn_and_refilled(&mut world);
        world.start(2);
        world.pass(Duration::from_millis(300));
        assert!(world.outcomes(2).is_empty(), "it waits");
        world.command(Command::Cancel { job: 2 });
        assert_eq!(world.outcomes(2), [Outcome::NotStarted(Reason::Cancelled)]);
        world.pass(Duration::from_secs(30));
        let second = |paper: &kiosk::sim::printer::Paper| paper.lines().concat().contains("第2号");
        assert!(!world.device.papers().iter().any(second) && !second(world.device.under_head()));
        world.next_is_alone(3);
    });
}

#[test]
fn what_is_half_sent_is_cut_off_before_the_next() {
    for lines in [1, 10, 40] {
        everywhere(|mut world| {
            world.start(1);
            world.reach_line(lines);
            world.command(Command::Cancel { job: 1 });
            let end = world.end(1);
            let all_sent = [Outcome::Printed, Outcome::Interrupted(Reason::Cancelled)];
            assert!(all_sent.contains(&end), "{lines}: {end:?}");
            world.next_is_alone(2);
        });
    }
}

#[test]
fn what_is_all_sent_comes_out_and_holds_the_next_until_it_has_ended() {
    for profile in ["epson-tm-t88", "generic-gb18030-80"] {
        let mut world = World::new(profile, Clearing::Never);
        world.start(1);
        world.reach_line(60);
        world.command(Command::Cancel { job: 1 });
        world.start(2);
        assert_eq!(world.outcomes(2), [Outcome::NotStarted(Reason::Busy)]);
        assert_eq!(world.end(1), Outcome::Printed);
        world.next_is_alone(3);
    }
}
