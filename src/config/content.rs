//! `[content]`: packages that a desk approves.

use std::path::PathBuf;

use super::reading::Section;
use crate::case::PublicIdentity;

/// Most approvers.
const MOST: usize = 8;

/// Whose content packages are used, and where they lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Folder of the packages; the fleet agent writes it, the firmware reads it. So it lies in neither's own folder, which
    /// the other cannot even see.
    pub dir: PathBuf,
    /// Public keys (Ed25519), two of which must approve a package; without any no package is used.
    pub approvers: Vec<PublicIdentity>,
    /// Name of the board, for packages that are not for all of them.
    pub board: Option<String>,
}

pub(super) fn content(s: &mut Section<'_>) -> Content {
    let keys =
        "2 to 8 different Ed25519 public keys with blanks between, 43 characters of base64url each";
    Content {
        dir: s.path("dir", "/data/content"),
        approvers: s
            .parsed("approvers", keys, approvers)
            .flatten()
            .unwrap_or_default(),
        board: s
            .parsed("board", "1 to 40 letters, digits, - or .", |v| {
                crate::events::Id::new(v).map(|_| v.to_owned())
            })
            .flatten(),
    }
}

fn approvers(text: &str) -> Option<Vec<PublicIdentity>> {
    let mut all = Vec::new();
    for word in text.split_whitespace() {
        let key = PublicIdentity::parse(word).ok()?;
        if all.contains(&key) {
            return None;
        }
        all.push(key);
    }
    (2..=MOST).contains(&all.len()).then_some(all)
}
