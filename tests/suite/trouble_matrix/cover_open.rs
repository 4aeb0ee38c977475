//! The printer's cover is opened and closed.

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::of_printer(
    "cover open",
    |printer| printer.set_cover_open(true),
    |printer| printer.set_cover_open(false),
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
