//! What a technician at the machine asks of the fleet agent: one small file, written whole by the firmware; the agent removes it
//! when it has taken it up. The agent judges what it is asked for as if it had come over the line.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A request.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Request {
    /// Boot in which it was written; of another one it says nothing.
    pub boot: String,
    /// When it was written, in milliseconds of that boot.
    pub boot_ms: u64,
    /// Install this bundle, as `kiosk fleet install FILE` does.
    pub install: Option<PathBuf>,
}
