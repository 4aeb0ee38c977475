//! The reader's plug is pulled, and put back at the same path.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "reader unplugged",
    |street| {
        let now = street.machine.now;
        street.hardware.borrow_mut().reader.unplug(now);
    },
    |street| {
        let now = street.machine.now;
        street.hardware.borrow_mut().reader.replug(now);
    },
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
