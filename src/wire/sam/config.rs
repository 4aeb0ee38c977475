//! What is set once for a reader.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Settings of one reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SamConfig {
    /// Time from one "find" to the next, at least 300 ms by the makers' manuals.
    pub poll_interval: Duration,
    /// So many "no card" in a row mean that the card is gone. Some modules answer "no card" for a card that was
    /// read and still lies there, so one is no proof.
    pub removal_votes: u8,
    /// Ask for text, photo and fingerprint first (30 10), and without fingerprint when that is refused.
    /// The fingerprint is never kept.
    pub with_fingerprint: bool,
    /// Longest radio exchange in bytes, 24..=255; shorter ones are tried while cards cannot be read.
    pub max_rf: u8,
    /// Bit rate that the port is opened with, bits a second.
    pub rate: u32,
}

impl Default for SamConfig {
    fn default() -> Self {
        Self {
            poll_interval: Duration::from_millis(300),
            removal_votes: 3,
            with_fingerprint: true,
            max_rf: 0x50,
            rate: 115_200,
        }
    }
}
