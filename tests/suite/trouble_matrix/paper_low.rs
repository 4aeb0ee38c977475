//! The near-end sensor speaks; a new roll is put in.

use kiosk::sim::printer::Mechanism;

use super::cell::Trouble;

pub static TROUBLE: Trouble =
    Trouble::of_printer("paper low", Mechanism::paper_low, Mechanism::refill);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
