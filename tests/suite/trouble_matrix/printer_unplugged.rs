//! The printer's plug is pulled, and put back at the same path.

use super::cell::Trouble;

pub static TROUBLE: Trouble =
    Trouble::of_plug("printer unplugged", |hardware| &mut hardware.printer);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
