//! The case is forced; a technician looks and clears it.

use kiosk::domain::kiosk::Event;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "forced",
    |street| street.sense(Event::Tamper(true)),
    |street| {
        street.sense(Event::Tamper(false));
        street.sense(Event::TamperLatched(false));
    },
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
