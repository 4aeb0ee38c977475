//! Ships the audit log off the machine: what the firmware has handed over is posted to the desk, one entry a line; the desk says which
//! one it has last, and the firmware is told.
//!
//! ```text
//! POST [fleet] audit        application/x-ndjson, x-kiosk-machine: ID     entries as they lie in the log
//! 200 { "seq": 123, "sha256": 64 hexadecimal digits }                     the last one that is kept for good
//! ```
//! The same lines come again until they are acknowledged: the desk keeps each once, by its hash. An answer is believed only for a line
//! that was sent.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use std::{fs, io};

use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;

use crate::audit::{Anchor, Entry};
use crate::case::Digest;
use crate::config::Config;
use crate::shell::audit::HANDED_MOST;
use crate::shell::clock::Clock;
use crate::shell::{durable, snapshot_file};

use super::ddi::Connector;

/// Between two looks for entries.
const EVERY: Duration = Duration::from_secs(30);
/// Between two tries while none works, at most.
const LONGEST: Duration = Duration::from_secs(900);
/// Longest wait for an answer.
const ANSWER: Duration = Duration::from_secs(15);
/// Longest answer, bytes.
const ANSWER_MAX: usize = 4096;
/// What the agent keeps in its own folder.
const KEPT: &str = "audit.head";

/// Why entries are still here. The next try is the cure.
#[derive(Debug, thiserror::Error)]
pub enum ShipFault {
    /// Nobody answered.
    #[error("the desk does not answer: {0}")]
    NoAnswer(#[from] reqwest::Error),
    /// It does not take them.
    #[error("the desk answers {0}")]
    Refused(u16),
    /// It acknowledges what was never sent, or answers something else.
    #[error("the desk's answer is not understood")]
    NotUnderstood,
    /// A file.
    #[error(transparent)]
    Disk(#[from] io::Error),
}

#[derive(Deserialize)]
struct Acknowledged {
    seq: u64,
    sha256: Digest,
}

/// Ships, one batch at a time.
#[derive(Debug)]
pub struct Shipper {
    url: String,
    machine: String,
    entries: PathBuf,
    kept: PathBuf,
    told: PathBuf,
    next: Instant,
    failures: u32,
    random: fastrand::Rng,
}

impl Shipper {
    /// Of this machine; none where the log is not shipped. What was acknowledged before is told the firmware anew: of the last start of
    /// the machine nothing is left in memory.
    #[must_use]
    pub fn of(config: &Config, seed: u64, now: Instant) -> Option<Self> {
        let mut random = fastrand::Rng::with_seed(seed);
        let shipper = Self {
            url: config.fleet.audit.clone()?,
            machine: config.machine.id.clone(),
            entries: config.fleet.entries()?,
            told: config.fleet.acknowledged()?,
            kept: config.updates.as_ref()?.state_dir.join(KEPT),
            next: now + EVERY.mul_f64(random.f64()),
            failures: 0,
            random,
        };
        if let Some(anchor) = anchor(&shipper.kept) {
            // Untold, the same lines are sent again.
            let _ = snapshot_file::keep(&shipper.told, anchor.text().as_bytes());
        }
        Some(shipper)
    }

    /// When the next look is due.
    #[must_use]
    pub fn poll_timeout(&self) -> Instant {
        self.next
    }

    /// Posts what waits and plans the next look; the end that is acknowledged now, none when nothing waited.
    ///
    /// # Errors
    /// [`ShipFault`]; what waits still does.
    pub async fn ship(
        &mut self,
        http: &reqwest::Client,
        now: Instant,
    ) -> Result<Option<Anchor>, ShipFault> {
        let result = self.shipped(http).await;
        self.failures = if result.is_ok() {
            0
        } else {
            self.failures.saturating_add(1)
        };
        let wait = EVERY.saturating_mul(1 << self.failures.min(5)).min(LONGEST);
        self.next = now + wait.mul_f64(0.9 + 0.2 * self.random.f64());
        result
    }

    async fn shipped(&self, http: &reqwest::Client) -> Result<Option<Anchor>, ShipFault> {
        let (text, ends) = waiting(&self.entries)?;
        let last = anchor(&self.kept);
        // The firmware has not heard yet.
        if ends.is_empty() || ends.last() == last.as_ref() {
            return Ok(None);
        }
        let post = http
            .post(&self.url)
            .header(CONTENT_TYPE, "application/x-ndjson")
            .header("x-kiosk-machine", &self.machine);
        let mut answer = post.timeout(ANSWER).body(text).send().await?;
        if !answer.status().is_success() {
            return Err(ShipFault::Refused(answer.status().as_u16()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            body.extend_from_slice(&chunk);
            if body.len() > ANSWER_MAX {
                return Err(ShipFault::NotUnderstood);
            }
        }
        let has: Acknowledged =
            serde_json::from_slice(&body).map_err(|_| ShipFault::NotUnderstood)?;
        let has = Anchor {
            seq: has.seq,
            digest: has.sha256,
        };
        if !ends.contains(&has) {
            return Err(ShipFault::NotUnderstood);
        }
        durable::put(&self.kept, has.text().as_bytes())?;
        snapshot_file::keep(&self.told, has.text().as_bytes())?;
        Ok(Some(has))
    }
}

fn anchor(path: &Path) -> Option<Anchor> {
    Anchor::parse(&fs::read_to_string(path).ok()?)
}

/// What the firmware has handed over, and the end after each line. Only entries go out, whatever lies there: they have no room for a
/// citizen.
fn waiting(path: &Path) -> io::Result<(String, Vec<Anchor>)> {
    let bytes = match fs::metadata(path) {
        Ok(facts) if facts.len() <= HANDED_MOST as u64 => fs::read(path)?,
        Ok(_) => return Err(io::ErrorKind::InvalidData.into()),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
        Err(error) => return Err(error),
    };
    let (mut text, mut ends) = (String::new(), Vec::new());
    for line in bytes.split(|b| *b == b'\n') {
        let Ok(entry) = Entry::parse(line) else {
            continue;
        };
        ends.push(Anchor {
            seq: entry.seq,
            digest: Digest::of(line),
        });
        text += &entry.line();
        text.push('\n');
    }
    Ok((text, ends))
}

/// Ships again and again, for as long as it is polled; ends at once where no desk is configured.
pub async fn keep_shipping(config: Config, clock: Clock, connector: Connector, seed: u64) {
    let Some(mut shipper) = Shipper::of(&config, seed, clock.now()) else {
        return;
    };
    loop {
        let due = shipper
            .poll_timeout()
            .saturating_duration_since(clock.now());
        tokio::time::sleep(due).await;
        // A desk that has nothing of a machine sees it by the end in its attributes.
        let _ = shipper.ship(&connector.http(), clock.now()).await;
    }
}

#[cfg(test)]
mod tests;
