//! The reader loses its power while its port stays.

use kiosk::sim::reader::ReaderFault;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::of_reader("reader off", ReaderFault::Silent);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
