//! What the platform answers to a bundle: which of its cases it has now, under which numbers.

use serde::{Deserialize, Serialize};

use crate::case::{Acceptance, Digest, Key, Rejection};

/// `typ` of an import receipt's signature; the platform signs it.
pub const IMPORT_RECEIPT: &str = "kiosk-import-receipt";

/// An import receipt. It travels back to the machine as the bundle came, by hand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReceipt {
    /// 1.
    pub version: u8,
    /// The machine that made the bundle.
    pub machine: String,
    /// Epoch of its store.
    pub epoch: String,
    /// SHA-256 of the bundle's file.
    pub bundle: Digest,
    /// When it was imported, RFC 3339, by the platform's clock.
    pub imported_at: String,
    /// Every case of the bundle, in its order.
    pub cases: Vec<Imported>,
}

/// One case of an import receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Imported {
    /// Idempotency key.
    pub key: Key,
    /// SHA-256 of the body in the bundle.
    pub digest: Digest,
    /// What became of it.
    #[serde(flatten)]
    pub outcome: ImportOutcome,
}

/// What became of one case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum ImportOutcome {
    /// Taken, now or before; the same answer as over the line.
    Accepted {
        /// With its numbers.
        acceptance: Acceptance,
    },
    /// Refused for good; the same answer as over the line.
    Rejected {
        /// Why.
        rejection: Rejection,
    },
    /// The key came before with another body.
    KeyReused,
    /// Not taken and not judged: the body breaks the contract or attachments are missing. It stays on the machine.
    NotTaken {
        /// For the engineer.
        detail: String,
    },
}
