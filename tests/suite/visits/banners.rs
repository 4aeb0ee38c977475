//! What is not as usual: whatever comes together, the page says little and nothing against itself.

use kiosk::case::BODY_LIMIT;
use kiosk::domain::admission::Room;
use kiosk::domain::kiosk::Event;
use kiosk::domain::page::{Intent, PageKind, Tone};
use kiosk::domain::world::Wall;
use kiosk::status::{Device, Paper};

use super::person::{Machine, case, monday, resident, unreachable};
use kiosk::document::Sex;

fn room(full_bodies: u64) -> Event {
    Event::Room(Room {
        free: full_bodies * 2 * BODY_LIMIT as u64,
        reserve: 0,
        log_growth: 0,
    })
}

/// A machine with every trouble whose bit is set.
fn troubled(bits: u32, bodies: u64) -> Machine {
    let mut machine = Machine::new();
    let has = |bit: u32| bits & (1 << bit) != 0;
    machine.give(room(bodies));
    if has(0) {
        machine.world.platform = Some(unreachable());
        let mother = resident("王试用", "19950708", Sex::Female);
        machine.give(room(1_000));
        machine.file(mother, &case());
        machine.give(room(bodies));
        machine.wait(600);
    }
    if has(1) {
        machine.give(Event::Printer(Device::Online, Paper::Out));
    }
    if has(2) {
        machine.give(Event::StoreSetAside(true));
    }
    if has(3) {
        machine.wall = Some(Wall {
            checked: false,
            ..monday()
        });
        machine.give(Event::Tick);
    }
    machine
}

#[test]
fn banners_are_few_and_agree() {
    for (bits, bodies) in (0..16).flat_map(|bits| [(bits, 1_000), (bits, 10), (bits, 0)]) {
        let machine = troubled(bits, bodies);
        assert_eq!(machine.page.kind, PageKind::Start);
        let banners = &machine.page.banners;
        let tones: Vec<Tone> = banners.iter().map(|(tone, _)| *tone).collect();
        assert!(tones.len() <= 2, "{banners:?}");
        assert_ne!(tones, [Tone::Info, Tone::Warning], "{banners:?}");
        let says = |words: &str| banners.iter().any(|(_, text)| text.contains(words));
        assert_eq!(says("不能提交申请"), bodies == 0, "{banners:?}");
        assert!(!(says("不能提交申请") && says("照常填写")), "{banners:?}");
        assert_eq!(banners.is_empty(), bits == 0 && bodies == 1_000);
    }
}

#[test]
fn what_cannot_be_kept_is_refused_before_anything_is_typed() {
    let mut machine = Machine::new();
    machine.give(room(0));
    machine.card(resident("王试用", "19950708", Sex::Female));
    machine.open(&case());
    machine.touch(Intent::Primary);
    assert_eq!(machine.page.kind, PageKind::NotHere);
    machine.give(room(1_000));
    let mut machine = Machine::new();
    machine.give(room(10));
    machine.card(resident("王试用", "19950708", Sex::Female));
    machine.open(&case());
    machine.touch(Intent::Primary);
    assert_eq!(machine.page.kind, PageKind::Eligibility);
}
