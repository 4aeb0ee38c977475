//! The paper jams; it is pulled out.

use kiosk::sim::printer::Mechanism;

use super::cell::Trouble;

pub static TROUBLE: Trouble =
    Trouble::of_printer("paper jam", Mechanism::jam, Mechanism::clear_jam);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
