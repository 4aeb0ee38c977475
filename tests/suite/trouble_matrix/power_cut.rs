//! The mains fail: the computer starts anew, the devices stay on as their own supplies keep them.

use super::cell::Trouble;
use crate::street::Street;

pub static TROUBLE: Trouble = Trouble::new("power cut", Street::start_again, |_| {});

#[test]
fn in_every_state() {
    TROUBLE.row();
}
