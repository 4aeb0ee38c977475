//! A printer that stays silent or broken has its power cut, where there is a relay: not at once, not often.

use std::time::Duration;

use kiosk::sim::printer::Clearing;
use kiosk::wire::printer::Event;

use crate::printer_world::World;

fn wishes(world: &World) -> usize {
    let wish = |event: &&Event| **event == Event::PowerCycleWanted;
    world.events.iter().filter(wish).count()
}

fn world() -> World {
    World::new("epson-tm-t88", Clearing::Never)
}

#[test]
fn a_printer_that_stays_silent_or_broken_wishes_it_once_in_ten_minutes() {
    for broken in [false, true] {
        let mut world = world();
        match broken {
            // Noticed at the next cut.
            true => {
                world.device.break_cutter();
                world.print(1);
            }
            false => world.device.set_silent(true),
        }
        world.pass(Duration::from_secs(20));
        assert_eq!(wishes(&world), 0, "it may pass");
        world.pass(Duration::from_secs(60));
        assert_eq!(wishes(&world), 1, "broken: {broken}");
        world.pass(Duration::from_secs(600));
        assert_eq!(wishes(&world), 2);
    }
}

#[test]
fn what_a_person_can_mend_at_the_printer_wishes_nothing() {
    type Trouble = fn(&mut World);
    let troubles: [Trouble; 4] = [
        |world| world.device.paper_out(),
        |world| world.device.set_cover_open(true),
        |world| world.device.set_offline(true),
        |world| world.unplug(),
    ];
    for trouble in troubles {
        let mut world = world();
        trouble(&mut world);
        world.pass(Duration::from_secs(300));
        assert_eq!(wishes(&world), 0);
    }
}

#[test]
fn one_that_comes_back_in_time_wishes_nothing() {
    let mut world = world();
    for _ in 0..10 {
        world.device.set_silent(true);
        world.pass(Duration::from_secs(20));
        world.device.set_silent(false);
        world.pass(Duration::from_secs(10));
    }
    assert_eq!(wishes(&world), 0);
}
