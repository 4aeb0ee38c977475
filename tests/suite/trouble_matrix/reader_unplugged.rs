//! The reader's plug is pulled, and put back at the same path.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::of_plug("reader unplugged", |hardware| &mut hardware.reader);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
