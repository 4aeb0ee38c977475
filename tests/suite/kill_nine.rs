//! The power fails at any moment of any visit: nothing that was said is lost, doubled or shown to the next person.
//!
//! The test starts its own binary again as the whole firmware, on simulated devices and a platform that live here,
//! and kills it (SIGKILL) while people file. The kernel keeps what was written, so this does not test the disk; it
//! tests that every order of commit, send, print and page is sound.

mod books;
mod machine;
mod person;
mod world;

use std::collections::BTreeMap;
use std::thread;

use books::Sum;
pub use person::Person;
use world::World;

/// Kills in one run of the test, over all machines. More in a long night.
const KILLS: &str = "KIOSK_KILLS";
const USUAL_KILLS: u32 = 200;
/// Machines that are killed side by side: a machine mostly waits for its devices.
const MACHINES: u32 = 4;

#[test]
#[ignore = "started by what_was_said_survives_a_kill_at_any_moment"]
fn machine_that_is_killed() {
    machine::run();
}

#[test]
fn what_was_said_survives_a_kill_at_any_moment() {
    let kills = std::env::var(KILLS).map_or(USUAL_KILLS, |kills| kills.parse().expect("a number"));
    let machines: Vec<_> = (0..MACHINES)
        .map(|number| thread::spawn(move || live_and_die(number, kills.div_ceil(MACHINES))))
        .collect();
    let mut all = Sum::default();
    let mut killed_on = BTreeMap::new();
    for machine in machines {
        let (sum, pages) = machine.join().expect("a machine that kept its word");
        all.cases += sum.cases;
        all.told += sum.told;
        all.printed += sum.printed;
        for (page, times) in pages {
            *killed_on.entry(page).or_insert(0) += times;
        }
    }
    println!("{kills} kills, {all:?}, killed on {killed_on:?}");
    if kills >= USUAL_KILLS {
        assert!(
            all.cases >= 80 && all.told >= 10 && all.printed >= 10,
            "hardly ran: {all:?}"
        );
        for page in ["Start", "Choose", "Question", "Working", "Confirmation"] {
            assert!(
                killed_on.contains_key(page),
                "never killed on {page}: {killed_on:?}"
            );
        }
    }
}

/// What was compared at the end, and how often the machine was killed on which page.
fn live_and_die(number: u32, kills: u32) -> (Sum, BTreeMap<String, u32>) {
    let mut world = World::new(number);
    for kill in 1..=kills {
        world.run_and_kill();
        if kill % 8 == 0 {
            world.look_into_the_store();
        }
    }
    world.look_into_the_store();
    world.drain();
    (books::check(&world), world.killed_on)
}
