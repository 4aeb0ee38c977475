//! The cutter is blocked; a technician frees it.

use kiosk::sim::printer::Mechanism;

use super::cell::Trouble;

pub static TROUBLE: Trouble =
    Trouble::of_printer("cutter", Mechanism::break_cutter, Mechanism::mend_cutter);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
