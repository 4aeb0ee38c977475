//! The printer loses its power while its port stays.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "printer off",
    |street| street.hardware.borrow_mut().printer.device.set_silent(true),
    |street| {
        street
            .hardware
            .borrow_mut()
            .printer
            .device
            .set_silent(false)
    },
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
