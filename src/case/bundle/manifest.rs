//! What a bundle holds, signed by the machine.

use serde::{Deserialize, Serialize};

use super::{BUNDLE_VERSION, BundleError, CARRIED_MAX, CASES_MAX};
use crate::case::{ATTACHMENT_MAX, BODY_LIMIT, Digest, Key, Link, Stamp};

/// The manifest of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`BUNDLE_VERSION`].
    pub version: u8,
    /// The machine, as in `X-Kiosk-Device` and in the keys.
    pub machine: String,
    /// Epoch of its store.
    pub epoch: String,
    /// Fingerprint of the platform's key that the bundle is sealed to, so that nobody passes it on as meant for them.
    pub platform: String,
    /// When it was made.
    pub created: Created,
    /// Last case the machine had filed in this epoch, sent or not; 0 if none.
    pub up_to_seq: u64,
    /// End of the chain after that case.
    pub head: Link,
    /// How many cases follow; the same as the length of [`Self::cases`], for who reads it aloud.
    pub count: usize,
    /// The cases, in order of their sequence.
    pub cases: Vec<CarriedCase>,
    /// The attachments that these cases name and the bundle carries.
    #[serde(default)]
    pub attachments: Vec<Carried>,
}

/// One case of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CarriedCase {
    /// Its place in the machine's order of filing.
    pub seq: u64,
    /// Idempotency key.
    pub key: Key,
    /// Its body.
    #[serde(flatten)]
    pub body: Carried,
}

/// Some content of a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carried {
    /// SHA-256.
    pub digest: Digest,
    /// Bytes.
    pub length: u64,
}

/// What the machine knew of the time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// Wall clock, RFC 3339, if the machine had any idea of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// `trusted` or `unknown`.
    pub clock_class: String,
    /// This run of the kernel.
    pub boot_id: String,
    /// Milliseconds since that boot.
    pub monotonic_ms: u64,
}

impl From<&Stamp> for Created {
    fn from(stamp: &Stamp) -> Self {
        Self {
            at: stamp.wall_rfc3339.clone(),
            clock_class: stamp.clock_class.word().into(),
            boot_id: stamp.boot_id.clone(),
            monotonic_ms: stamp.monotonic_ms,
        }
    }
}

impl Manifest {
    /// Whether it agrees with itself and keeps the limits.
    pub(super) fn check(&self) -> Result<(), BundleError> {
        let rising = |cases: &[CarriedCase]| cases.windows(2).all(|w| w[0].seq < w[1].seq);
        let own = |case: &CarriedCase| {
            case.key.parts() == Some((self.machine.as_str(), self.epoch.as_str(), case.seq))
        };
        let body = |case: &CarriedCase| (1..=BODY_LIMIT as u64).contains(&case.body.length);
        let carried = |item: &Carried| (1..=ATTACHMENT_MAX).contains(&item.length);
        for (good, why) in [
            (self.version == BUNDLE_VERSION, "another version"),
            (
                self.count == self.cases.len(),
                "count is not the number of cases",
            ),
            (self.cases.len() <= CASES_MAX, "too many cases"),
            (
                self.attachments.len() <= CARRIED_MAX,
                "too many attachments",
            ),
            (rising(&self.cases), "cases out of order"),
            (
                self.cases.iter().all(own),
                "a key of another machine, epoch or sequence",
            ),
            (
                self.cases.iter().all(body),
                "a body of no or too great length",
            ),
            (
                self.attachments.iter().all(carried),
                "an attachment of no or too great length",
            ),
            (
                self.cases
                    .last()
                    .is_none_or(|case| case.seq <= self.up_to_seq),
                "a case after the last one",
            ),
        ] {
            if !good {
                return Err(BundleError::Unsound(why));
            }
        }
        Ok(())
    }

    /// Name of the item at `index` (attachments first), its digest and its length.
    pub(super) fn item(&self, index: usize) -> Option<(String, &Carried)> {
        if let Some(attachment) = self.attachments.get(index) {
            let name = format!("attachment {}", attachment.digest.hex());
            return Some((name, attachment));
        }
        let case = self.cases.get(index - self.attachments.len())?;
        Some((format!("case {}", case.key.0), &case.body))
    }
}
