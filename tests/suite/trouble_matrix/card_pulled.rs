//! The card is pulled off the reader. Nothing to mend: whoever goes on needs it no more.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "card pulled",
    |street| street.hardware.borrow_mut().reader.device.take(),
    |_| {},
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
