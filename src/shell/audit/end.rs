//! The end of the log, kept apart from it: `head` beside its pages, for every reader and every copy, and `….audit-head` beside the
//! store, signed with the machine's key, which whoever can only write files cannot make anew:
//!
//! ```text
//! 123 64-hex-digits signature, base64url, of "kiosk audit head\0123 64-hex-digits\n"
//! ```

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::audit::Anchor;
use crate::shell::durable;
use crate::shell::identity::{self, Place};
use crate::shell::owner;

/// Signed before the end, so that no other signature of this key can be taken for one.
const CONTEXT: &[u8] = b"kiosk audit head\0";

/// The signed end.
#[derive(Clone, Debug)]
pub(super) struct Seal {
    file: PathBuf,
    key: Place,
}

/// What lies there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sealed {
    /// An end under this machine's signature; or under one that cannot be judged here, for this process is not given the key.
    At(Anchor),
    /// None, or not under this machine's signature.
    Missing,
    /// None, and no key to make one with.
    Unknown,
}

impl Sealed {
    pub(super) fn anchor(self) -> Option<Anchor> {
        match self {
            Self::At(anchor) => Some(anchor),
            Self::Missing | Self::Unknown => None,
        }
    }
}

impl Seal {
    /// Of the machine whose store is `store`.
    pub(super) fn of(store: &Path) -> Self {
        Self {
            file: store.with_extension("audit-head"),
            key: Place::of(store),
        }
    }

    pub(super) fn read(&self) -> Sealed {
        let key = identity::load(&self.key).ok().map(|key| key.public());
        let text = fs::read_to_string(&self.file).unwrap_or_default();
        let parts = text.trim_end().rsplit_once(' ');
        let found = parts.and_then(|(end, signature)| {
            let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
            Some((Anchor::parse(end)?, signature))
        });
        match (found, key) {
            (Some((anchor, signature)), Some(key)) => {
                if key.verifies(&message(anchor), &signature) {
                    Sealed::At(anchor)
                } else {
                    Sealed::Missing
                }
            }
            (Some((anchor, _)), None) => Sealed::At(anchor),
            (None, Some(_)) => Sealed::Missing,
            (None, None) => Sealed::Unknown,
        }
    }

    /// Moves it on. Without the key it stays behind, which the next entry of the firmware mends.
    pub(super) fn put(&self, anchor: Anchor) -> io::Result<()> {
        let Ok(key) = identity::load(&self.key) else {
            return Ok(());
        };
        let signature = URL_SAFE_NO_PAD.encode(key.sign(&message(anchor)));
        let text = format!("{} {signature}\n", anchor.text().trim_end());
        durable::put(&self.file, text.as_bytes())
    }
}

fn message(anchor: Anchor) -> Vec<u8> {
    [CONTEXT, anchor.text().as_bytes()].concat()
}

/// The end beside the pages. One that cannot be read is none.
pub(super) fn head(folder: &Path) -> io::Result<Option<Anchor>> {
    match fs::read_to_string(folder.join("head")) {
        Ok(text) => Ok(Anchor::parse(&text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn put_head(folder: &Path, anchor: Anchor) -> io::Result<()> {
    let partial = folder.join("head.partial");
    let mut file = owner::fresh(&partial, 0o640)?;
    file.write_all(anchor.text().as_bytes())?;
    file.sync_all()?;
    fs::rename(&partial, folder.join("head"))?;
    fs::File::open(folder)?.sync_all()
}
