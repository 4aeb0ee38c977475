//! The case is forced; a technician looks and clears it.

use kiosk::domain::kiosk::Event;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "forced",
    |street| street.machine.give(Event::Tamper(true)),
    |street| {
        street.machine.give(Event::Tamper(false));
        street.machine.give(Event::TamperLatched(false));
    },
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
