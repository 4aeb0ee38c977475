//! The scanner's plug is pulled, and put back at the same path.

use super::cell::Trouble;

pub static TROUBLE: Trouble =
    Trouble::of_plug("scanner unplugged", |hardware| &mut hardware.scanner);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
