//! The reader's answers come whole, but after their time.

use std::time::Duration;

use kiosk::sim::reader::ReaderFault;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::of_reader(
    "late answers",
    ReaderFault::Late(Duration::from_millis(1_300)),
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
