//! The cutter is blocked; a technician frees it.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "cutter",
    |street| street.hardware.borrow_mut().printer.device.break_cutter(),
    |street| street.hardware.borrow_mut().printer.device.mend_cutter(),
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
