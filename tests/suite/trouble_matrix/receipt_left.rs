//! Somebody's receipt hangs in the exit and the printer cannot get rid of it; at last somebody takes it away.

use kiosk::domain::visit::State;

use super::cell::Trouble;
use crate::street::Model;

pub static TROUBLE: Trouble = Trouble::new(
    "receipt left",
    |street| {
        // None can be left where one is just being printed.
        if street.machine.kiosk.visit().state() != State::Working {
            street.hardware.borrow_mut().printer.device.leave_slip();
        }
    },
    |street| {
        street.hardware.borrow_mut().printer.device.take_receipt();
    },
)
.with(Model::TearOff);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
