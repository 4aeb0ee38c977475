//! The technician's pages as the core makes them, in both languages, on a machine that is not quite well.

use kiosk::domain::kiosk::{Event, ScannerEvent};
use kiosk::domain::page::{Intent, Page};
use kiosk::domain::technician::Tool;
use kiosk::status::{Device, Paper};
use kiosk::technician::Reason;

use crate::machine::Machine;

/// Names of the pictures, in the order of the overview's buttons.
const TOOLS: [&str; 11] = [
    "print", "paper", "touch", "reader", "scanner", "lights", "network", "queue", "stick",
    "training", "service",
];

/// At the open door, in this language.
fn at_the_door(english: bool) -> Machine {
    let mut machine = Machine::new();
    machine.give(Event::Scanner(ScannerEvent::Status(Device::Online)));
    machine.give(Event::Pins(Device::Online));
    machine.give(Event::Door(true));
    if english {
        machine.touch(Intent::Language);
    }
    machine
}

fn opened(english: bool) -> Machine {
    let mut machine = at_the_door(false);
    machine.touch(Intent::Secondary(0));
    "123456"
        .chars()
        .for_each(|digit| machine.touch(Intent::Key(digit)));
    machine.touch(Intent::Primary);
    if english {
        machine.touch(Intent::Language);
    }
    machine
}

pub(super) fn all() -> Vec<(String, Page)> {
    let mut pages = Vec::new();
    for english in [false, true] {
        let end = if english { "-en" } else { "" };
        let mut add = |name: &str, machine: &Machine| {
            pages.push((format!("technician-{name}{end}"), machine.page.clone()))
        };
        add("door", &at_the_door(english));
        let mut entry = at_the_door(false);
        entry.touch(Intent::Secondary(0));
        if english {
            entry.touch(Intent::Language);
        }
        entry.touch(Intent::Insert("1234".into()));
        add("entry", &entry);
        entry.touch(Intent::Insert("654321".into()));
        entry.touch(Intent::Primary);
        add("refused", &entry);
        add("overview", &opened(english));
        let mut ill = opened(english);
        ill.give(Event::Printer(Device::Online, Paper::Low));
        ill.give(Event::Reader(kiosk::domain::kiosk::ReaderEvent::Status(
            Device::PowerOff,
        )));
        ill.wait(3);
        add("ill", &ill);
        ill.touch(Intent::Change(0));
        add("light", &ill);
        for (place, tool) in TOOLS.iter().enumerate() {
            let mut machine = opened(english);
            machine.touch(Intent::Choose(place));
            match Tool::MENU[place] {
                Tool::Paper => {
                    machine.give(Event::Printer(Device::UserError, Paper::Low));
                    machine.give(Event::Printer(Device::UserError, Paper::Out));
                }
                Tool::Touch => [0, 4, 7]
                    .into_iter()
                    .for_each(|target| machine.touch(Intent::Choose(target))),
                Tool::Print => machine.touch(Intent::Primary),
                _ => {}
            }
            add(tool, &machine);
        }
        let mut out = at_the_door(english);
        out.give(Event::Service(Some(Reason::Supplies)));
        out.give(Event::Door(false));
        add("out-of-service", &out);
        let mut training = opened(english);
        training.touch(Intent::Choose(9));
        training.touch(Intent::Primary);
        if english {
            training.touch(Intent::Language);
        }
        add("training-start", &training);
        training.card(crate::person::old());
        add("training-choose", &training);
        let mut idle = opened(english);
        idle.wait(185);
        add("idle", &idle);
    }
    pages
}
