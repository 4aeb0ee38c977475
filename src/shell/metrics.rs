//! The machine's figures as OpenMetrics, in a file that the fleet agent pushes and a collector may read.
//!
//! Whatever is told comes from files that others keep anyway: the report, the note of the devices, the tally, the kernel.
//! So nothing of the firmware's loop waits for this, and what is not known is not told.

mod agent;
mod firmware;
mod system;
#[cfg(test)]
mod tests;

use std::io::Read as _;
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::config::Config;
use crate::fleet::openmetrics::Exposition;
use crate::fleet::report::Report;
use crate::shell::clock::Clock;
use crate::shell::device_file::Noted;
use crate::shell::tally::{Ledger, folder};
use crate::shell::{foreign_file, snapshot_file};

pub use agent::{AgentFigures, whole};
pub use firmware::{Firmware, Machine};
pub use system::System;

/// How often the file is written.
pub const EVERY: Duration = Duration::from_secs(30);
/// Largest report that is read, bytes.
const REPORT_MAX: u64 = 64 * 1024;

/// Everything that is known now, as OpenMetrics.
#[must_use]
pub fn text(config: &Config, clock: &Clock, root: &Path) -> String {
    let report = config.fleet.report.as_deref().and_then(read_report);
    let fresh = report.filter(|report| report.is_fresh(clock.boot_id(), clock.boot_ms()));
    let firmware = Firmware {
        machine: Machine::of(config),
        boot_ms: clock.boot_ms(),
        report: fresh,
        devices: Noted::read(&Noted::path(&config.store.path), clock),
        tally: Ledger::new(folder(&config.store.path)).total(),
        clock: clock.class(),
    };
    let mut out = Exposition::default();
    firmware.tell(&mut out);
    let data = config.store.path.parent().unwrap_or(Path::new("/"));
    System::look(root, data).tell(&mut out);
    out.finish()
}

fn read_report(path: &Path) -> Option<Report> {
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).ok()?;
    file.take(REPORT_MAX).read_to_end(&mut bytes).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// Writes the file again and again, until it is dropped.
pub struct MetricsFile {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl MetricsFile {
    /// To the file that the configuration names; nowhere without one.
    #[must_use]
    pub fn open(config: &Config, clock: &Clock) -> Self {
        let Some(path) = config.fleet.metrics.clone() else {
            return Self {
                stop: None,
                thread: None,
            };
        };
        let (config, clock) = (config.clone(), clock.clone());
        let (stop, stopped) = channel();
        let write = move || {
            loop {
                let now = text(&config, &clock, Path::new("/"));
                // A disk in memory that is full has alarms of its own; the agent says that the figures are old.
                let _ = snapshot_file::keep(&path, now.as_bytes());
                if stopped.recv_timeout(EVERY) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let thread = std::thread::Builder::new().name("metrics".into());
        Self {
            stop: Some(stop),
            thread: thread.spawn(write).ok(),
        }
    }
}

impl Drop for MetricsFile {
    fn drop(&mut self) {
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// The firmware's text as it lies in the file, not older than `limit`; none else.
#[must_use]
pub fn read_fresh(path: &Path, limit: Duration) -> Option<String> {
    // Of the firmware's folder: another user's.
    let file = foreign_file::open(path).ok()?;
    let age = file.metadata().ok()?.modified().ok()?.elapsed();
    // A wall clock that was set back makes a file of the future: that is fresh.
    if age.is_ok_and(|age| age > limit) {
        return None;
    }
    let mut text = String::new();
    file.take(MAX).read_to_string(&mut text).ok()?;
    text.ends_with(crate::fleet::openmetrics::END)
        .then_some(text)
}

/// Longest text that is read, bytes: five hundred items are some 200 KB.
const MAX: u64 = 1024 * 1024;
