//! The roll ends; a new one is put in.

use kiosk::sim::printer::Mechanism;

use super::cell::Trouble;

pub static TROUBLE: Trouble =
    Trouble::of_printer("paper out", Mechanism::paper_out, Mechanism::refill);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
