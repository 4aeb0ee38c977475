//! Bytes that never reach the paper: no receipt counts as printed that is not whole.

use kiosk::sim::printer::Mechanism;
use kiosk::wire::printer::Outcome;

use crate::printer_world::{World, everywhere, whole};

/// Job 1 suffers `loss` after so many lines; unless it is whole all the same it must not end as printed, and the next
/// is not touched by it. Returns how often it was not whole.
fn is_not_called_printed(lines: usize, loss: impl Fn(&mut Mechanism)) -> usize {
    let mut torn = 0;
    everywhere(|mut world: World| {
        world.start(1);
        world.reach_line(lines);
        loss(&mut world.device);
        let end = world.end(1);
        let mut came_out = world.device.papers();
        came_out.push(world.device.under_head().clone());
        if !came_out.iter().any(|paper| paper.lines() == whole(1)) {
            torn += 1;
            assert_ne!(end, Outcome::Printed, "after {lines}");
        }
        world.next_is_alone(2);
    });
    torn
}

#[test]
fn an_overrun_line_is_no_proof() {
    for (lines, bytes) in [(1, 500), (1, 900), (2, 700), (3, 600)] {
        let torn = is_not_called_printed(lines, |device| device.drop_bytes(bytes));
        assert_eq!(torn, 6, "after {lines} lines, {bytes} bytes");
    }
}

#[test]
fn a_power_dip_is_no_proof() {
    let mut torn = 0;
    for lines in [1, 20, 40] {
        torn += is_not_called_printed(lines, Mechanism::power_dip);
    }
    assert!(torn >= 12, "{torn}");
}
