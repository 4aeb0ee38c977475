//! Every answer of the reader comes with bytes lost and bytes added.

use kiosk::sim::reader::ReaderFault;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::of_reader("noise", ReaderFault::NoiseWithin);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
