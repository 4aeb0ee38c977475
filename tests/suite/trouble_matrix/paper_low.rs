//! The near-end sensor speaks; a new roll is put in.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "paper low",
    |street| street.hardware.borrow_mut().printer.device.paper_low(),
    |street| street.hardware.borrow_mut().printer.device.refill(),
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
