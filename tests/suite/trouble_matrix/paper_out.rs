//! The roll ends; a new one is put in.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "paper out",
    |street| street.hardware.borrow_mut().printer.device.paper_out(),
    |street| street.hardware.borrow_mut().printer.device.refill(),
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
