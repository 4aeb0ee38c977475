//! The reader loses its power while its port stays.

use kiosk::sim::reader::ReaderFault;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "reader off",
    |street| {
        let mut hardware = street.hardware.borrow_mut();
        hardware.reader.device.set_fault(ReaderFault::Silent);
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
