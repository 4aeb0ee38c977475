//! The reader's security module says that it may not be used.

use kiosk::sim::reader::ReaderFault;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "SAM refused",
    |street| {
        let mut hardware = street.hardware.borrow_mut();
        hardware.reader.device.set_fault(ReaderFault::Unauthorised);
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
