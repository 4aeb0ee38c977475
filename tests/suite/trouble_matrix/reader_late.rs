//! The reader's answers come whole, but after their time.

use kiosk::sim::reader::ReaderFault;
use std::time::Duration;

use super::cell::Trouble;

pub static TROUBLE: Trouble = Trouble::new(
    "late answers",
    |street| {
        let mut hardware = street.hardware.borrow_mut();
        hardware
            .reader
            .device
            .set_fault(ReaderFault::Late(Duration::from_millis(1_300)));
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
