//! The printer's cover is opened and closed.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "cover open",
    |street| {
        street
            .hardware
            .borrow_mut()
            .printer
            .device
            .set_cover_open(true)
    },
    |street| {
        street
            .hardware
            .borrow_mut()
            .printer
            .device
            .set_cover_open(false)
    },
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
