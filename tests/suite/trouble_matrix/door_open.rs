//! The service door is opened and closed.

use kiosk::domain::kiosk::Event;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "door open",
    |street| street.sense(Event::Door(true)),
    |street| street.sense(Event::Door(false)),
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
