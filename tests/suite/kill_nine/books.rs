//! The books are closed: store, platform, paper and what was said on pages agree.

use std::collections::{BTreeMap, BTreeSet};

use kiosk::case::Digest;

use super::world::World;

/// How much was compared.
#[derive(Debug, Default)]
pub struct Sum {
    pub cases: usize,
    pub told: usize,
    pub printed: usize,
}

/// Panics where two books differ.
pub fn check(world: &World) -> Sum {
    the_platform_has_what_the_store_knows(world);
    numbers_have_no_gap(world);
    what_was_told_is_there(world);
    the_journal_names_nobody(world);
    Sum {
        cases: world.known.len(),
        told: world.told.len(),
        printed: papers_are_honest(world),
    }
}

fn the_platform_has_what_the_store_knows(world: &World) {
    let mut there = BTreeMap::new();
    for case in world.platform.cases().expect("cases") {
        let digest = Digest::of(&case.body);
        if let Some(body) = world.bodies.get(&case.key) {
            assert!(
                *body == case.body,
                "{} came with other bytes",
                case.filing_number
            );
        }
        let twice = there.insert(case.filing_number.clone(), (case.key.clone(), digest));
        assert!(twice.is_none(), "{} is there twice", case.filing_number);
    }
    assert_eq!(there, world.known);
}

fn numbers_have_no_gap(world: &World) {
    let mut numbers: Vec<u32> = world
        .known
        .keys()
        .map(|number| number[9..15].parse().expect("six digits"))
        .collect();
    numbers.sort_unstable();
    let last = u32::try_from(numbers.len()).expect("few");
    assert_eq!(numbers, (1..=last).collect::<Vec<_>>());
}

/// A page names the filing number, and beside it the platform's query code once it has it.
fn what_was_told_is_there(world: &World) {
    let mut times: BTreeMap<String, u32> = BTreeMap::new();
    for case in world.platform.cases().expect("cases") {
        let number = format!("{}/", case.filing_number);
        *times.entry(number).or_default() += 1;
        let number = format!("{}/{}", case.filing_number, case.acceptance.query_code);
        *times.entry(number).or_default() += 1;
    }
    for number in &world.told {
        assert_eq!(times.get(number), Some(&1), "{number} was told");
    }
}

/// No number on two papers unless the second calls itself a copy, and none that the store does not know.
fn papers_are_honest(world: &World) -> usize {
    let mut printed = BTreeSet::new();
    let mut lines: Vec<String> = Vec::new();
    for paper in world.printer.papers() {
        lines.extend(paper.lines());
    }
    let mut copy = false;
    for line in lines {
        if line.contains("自助办理回执") {
            copy = false;
        }
        copy |= line.contains("补打");
        let Some(at) = line.find(&format!("{}-", world.id)) else {
            continue;
        };
        // A line may be the last one before the paper tore.
        let number = line[at..].split_whitespace().next().expect("a number");
        assert!(
            world.known.contains_key(number),
            "{number} is on paper only"
        );
        assert!(
            printed.insert(number.to_owned()) || copy,
            "{number} came out twice"
        );
    }
    printed.len()
}

fn the_journal_names_nobody(world: &World) {
    let journal = std::fs::read_to_string(world.folder.path().join("journal")).expect("journal");
    assert!(journal.contains("firmware.started"));
    assert!(!journal.contains("store.set_aside"));
    for card in &world.cards {
        assert!(!journal.contains(&card.name) && !journal.contains(&card.number));
    }
}
