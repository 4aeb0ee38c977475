//! The printer loses its power while its port stays.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::of_printer(
    "printer off",
    |printer| printer.set_silent(true),
    |printer| printer.set_silent(false),
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
