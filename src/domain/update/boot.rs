//! What became of a restart: success, rolled back, or never rebooted.

use super::order::Running;
use super::state::Trial;

/// What runs, in the light of what was to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Boot {
    /// Still the boot in which the update was installed.
    Same,
    /// A new boot, in the new system.
    New,
    /// A new boot, in the old system: the boot loader fell back.
    Old,
}

/// Decides by boot id and slot; by version where the slot is not known. The boot id comes first: without another boot, nothing
/// that a file says of slots can mean a restart.
#[must_use]
pub fn boot(trial: &Trial, running: &Running, boot_id: &str) -> Boot {
    if trial.boot == boot_id {
        return Boot::Same;
    }
    let new = if !running.slot.is_empty() && !trial.from.slot.is_empty() {
        running.slot != trial.from.slot
    } else {
        !running.version.is_empty() && running.version == trial.to && trial.from.version != trial.to
    };
    if new { Boot::New } else { Boot::Old }
}
