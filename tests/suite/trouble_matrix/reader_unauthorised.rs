//! The reader's security module says that it may not be used.

use kiosk::sim::reader::ReaderFault;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::of_reader("SAM refused", ReaderFault::Unauthorised);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
