//! The paper jams; it is pulled out.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "paper jam",
    |street| street.hardware.borrow_mut().printer.device.jam(),
    |street| street.hardware.borrow_mut().printer.device.clear_jam(),
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
