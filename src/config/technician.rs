//! `[technician]`: who may open the technician's page, and what it works with.

use std::path::{Path, PathBuf};

use super::reading::Section;
use crate::audit::Name;
use crate::case::PublicIdentity;

/// Most keys, and most badges that are called in.
const MOST: usize = 64;

/// The technician's page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Technician {
    /// `key_file`: secret of the one-time codes, base32; without one `technician.key` beside the store.
    pub key_file: Option<PathBuf>,
    /// `badge_keys`: Ed25519 public keys of the desks whose badges open, base64url, divided by blanks.
    pub badge_keys: Vec<PublicIdentity>,
    /// `revoked`: names of badges that were called in, divided by blanks.
    pub revoked: Vec<Name>,
    /// `audit_dir`: folder of the audit log; without one, `….audit` beside the store.
    pub audit_dir: Option<PathBuf>,
    /// `stick_dir`: where the system mounts a stick that is plugged in.
    pub stick_dir: PathBuf,
    /// `request_file`: where the fleet agent looks for what a technician asks of it.
    pub request_file: PathBuf,
    /// `training_min`: longest training, 5–240 minutes.
    pub training_min: u32,
    /// `leave_s`: silence on the page until its countdown, 30–600 s.
    pub leave_s: u32,
}

impl Technician {
    /// Folder of the audit log of the machine whose store is at `store`.
    #[must_use]
    pub fn audit_folder(&self, store: &Path) -> PathBuf {
        let beside = || store.with_extension("audit");
        self.audit_dir.clone().unwrap_or_else(beside)
    }

    /// File of the one-time codes' secret.
    #[must_use]
    pub fn key_path(&self, store: &Path) -> PathBuf {
        let beside = || store.with_file_name("technician.key");
        self.key_file.clone().unwrap_or_else(beside)
    }
}

pub(super) fn technician(s: &mut Section<'_>) -> Technician {
    let keys = s.parsed(
        "badge_keys",
        "Ed25519 public keys of 43 characters of base64url, divided by blanks",
        |v| list(v, |word| PublicIdentity::parse(word).ok()),
    );
    let revoked = s.parsed("revoked", "names of badges, divided by blanks", |v| {
        list(v, Name::new)
    });
    Technician {
        key_file: s.optional_path("key_file"),
        badge_keys: keys.flatten().unwrap_or_default(),
        revoked: revoked.flatten().unwrap_or_default(),
        audit_dir: s.optional_path("audit_dir"),
        stick_dir: s.path("stick_dir", "/run/kiosk-stick"),
        request_file: s.path("request_file", "/run/kiosk/request.json"),
        training_min: s.number("training_min", 30, 5..=240),
        leave_s: s.number("leave_s", 180, 30..=600),
    }
}

fn list<T>(text: &str, read: impl Fn(&str) -> Option<T>) -> Option<Vec<T>> {
    let words: Option<Vec<T>> = text.split_whitespace().map(read).collect();
    words.filter(|words| words.len() <= MOST)
}
