//! Every answer of the reader comes with bytes lost and bytes added.

use kiosk::sim::reader::ReaderFault;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "noise",
    |street| {
        let mut hardware = street.hardware.borrow_mut();
        hardware.reader.device.set_fault(ReaderFault::NoiseWithin);
    },
    |street| {
        let mut hardware = street.hardware.borrow_mut();
        hardware.reader.device.set_fault(ReaderFault::None);
    },
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
