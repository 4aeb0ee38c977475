//! The line to the platform is down and comes back.

use super::cell::Trouble;
use crate::visits::person::{accepted, unreachable};

pub static TROUBLE: Trouble = Trouble::new(
    "line down",
    |street| street.machine.world.platform = Some(unreachable()),
    |street| street.machine.world.platform = Some(accepted()),
);

#[test]
fn in_every_state() {
    TROUBLE.row();
}
