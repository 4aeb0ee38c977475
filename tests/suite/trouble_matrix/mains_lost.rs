//! Mains power goes and comes back; the machine runs from its UPS.

use kiosk::domain::kiosk::Event;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "mains lost",
    |street| street.sense(Event::Mains(false)),
    |street| street.sense(Event::Mains(true)),
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
