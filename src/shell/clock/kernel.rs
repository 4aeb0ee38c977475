//! What the kernel says of time.

use std::fs;
use std::path::Path;

use rustix::time::{ClockId, clock_gettime};

/// Made by systemd-timesyncd when it has set the clock in this boot.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";

/// Milliseconds since boot, suspend included (`CLOCK_BOOTTIME`).
pub(super) fn boot_ms() -> u64 {
    let time = clock_gettime(ClockId::Boottime);
    let s = u64::try_from(time.tv_sec).unwrap_or(0);
    s * 1000 + u64::try_from(time.tv_nsec).unwrap_or(0) / 1_000_000
}

/// Random name of this run of the kernel.
pub(crate) fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|text| text.trim().chars().take(36).collect())
        .unwrap_or_else(|_| "unknown".into())
}

/// Whether a time source has set the wall clock in this boot.
pub(super) fn is_synchronised() -> bool {
    Path::new(SYNCHRONISED).exists()
}
