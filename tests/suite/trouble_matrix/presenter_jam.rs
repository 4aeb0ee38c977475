//! A receipt gets stuck in the presenter; a technician pulls it out.

use kiosk::sim::printer::Mechanism;

use super::cell::Trouble;
use crate::street::Model;

pub static TROUBLE: Trouble =
    Trouble::of_printer("exit jam", Mechanism::jam_exit, Mechanism::clear_jam)
        .with(Model::Presenter);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
