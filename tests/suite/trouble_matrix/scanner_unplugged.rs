//! The scanner's plug is pulled, and put back at the same path.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "scanner unplugged",
    |street| {
        let now = street.machine.now;
        street.hardware.borrow_mut().scanner.unplug(now);
    },
    |street| {
        let now = street.machine.now;
        street.hardware.borrow_mut().scanner.replug(now);
    },
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
