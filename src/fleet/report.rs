//! What the firmware tells of itself: whether somebody uses it, whether it is well.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A report older than this says nothing any more: the firmware writes one at every change, and at least every ten seconds.
pub const STALE_MS: u64 = 30_000;

/// The firmware, as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Version of the firmware that runs.
    pub version: String,
    /// Boot in which it was written; of another one it says nothing.
    pub boot: String,
    /// When it was written, in milliseconds of that boot.
    pub boot_ms: u64,
    /// When the firmware began, in milliseconds of that boot.
    pub began_boot_ms: u64,
    /// Turns of its loop since then. One that stands still serves nobody.
    pub turns: u64,
    /// Name of the page that is shown; empty before the first.
    pub page: String,
    /// Why nobody may disturb it now; empty when nothing is under way.
    pub busy: Vec<Busy>,
    /// Why it is closed, a word of `domain::guard::Closure`; none when it is open.
    pub closed: Option<String>,
    /// `inService`, `degraded` or `outOfService`.
    pub service: String,
    /// Words of what is lacking, worst first.
    pub lacks: Vec<String>,
    /// State of each part in the words of XFS4IoT: `reader`, `printer`, `paper`, ….
    pub parts: BTreeMap<String, String>,
    /// The line to the platform: `up`, `down` or `unknown`.
    pub line: String,
    /// When the platform answered last, in milliseconds of this boot.
    pub answered_boot_ms: Option<u64>,
    /// The outbox; none when it cannot be read.
    pub outbox: Option<Outbox>,
    /// End of the audit log, `NUMBER:SHA256`: whoever holds it sees a log that was cut; empty before the first entry.
    pub audit: String,
    /// How far the time is believed, a word of the clock.
    pub clock: String,
    /// Version of the catalogue that is offered.
    pub catalogue: String,
}

/// Why a machine may not be disturbed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Busy {
    /// Somebody is at the machine, or was a moment ago.
    Visit,
    /// Paper is under way.
    Print,
    /// A receipt waits at the exit.
    Receipt,
    /// A technician is at work.
    Technician,
}

/// The outbox in figures.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outbox {
    /// Cases that wait to be sent.
    pub waiting: u64,
    /// Of these, how long the oldest has waited in this boot or by what is known of earlier ones, seconds.
    pub oldest_s: Option<u64>,
    /// Cases set apart for a technician.
    pub parked: u64,
}

impl Report {
    /// Whether it speaks for the boot `boot` at `boot_ms`, milliseconds of it.
    #[must_use]
    pub fn is_fresh(&self, boot: &str, boot_ms: u64) -> bool {
        self.boot == boot && boot_ms.saturating_sub(self.boot_ms) <= STALE_MS
    }
}
