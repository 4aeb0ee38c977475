//! A file that belongs to a case: a scan, a photo. The case names it by its content.

use serde::{Deserialize, Serialize};

use super::digest::Digest;

/// Largest attachment, bytes.
pub const ATTACHMENT_MAX: u64 = 32 * 1024 * 1024;
/// Most attachments of one case.
pub const ATTACHMENTS_MAX: usize = 32;

/// One attachment as the case names it. The content travels and is kept apart from the case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// SHA-256 of the content, and its address at the platform.
    pub digest: Digest,
    /// Bytes, 1 to [`ATTACHMENT_MAX`].
    pub length: u64,
    /// What it shows, e.g. the material's name; nothing personal, at most 100 characters.
    pub name: String,
}

/// The attachments that a frozen body names, in its order; `None` if it is no body.
#[must_use]
pub fn attachments_of(body: &[u8]) -> Option<Vec<Attachment>> {
    #[derive(Deserialize)]
    struct Body {
        #[serde(default)]
        attachments: Vec<Attachment>,
    }
    let body: Body = serde_json::from_slice(body).ok()?;
    Some(body.attachments)
}
