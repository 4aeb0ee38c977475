//! What a technician asks of the agent: a file in the agent's folder, left there by a command or, for the machine's own page, by
//! the agent itself when it has made the copy. Taken up at its next turn.

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::kept;
use super::stick::Copied;
use crate::domain::update::{Handling, Kind, Order, Origin, Source};
use crate::fleet::request as page;

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "want", rename_all = "camelCase")]
pub enum Request {
    /// Install this copy of a bundle.
    Install {
        /// Name for the order, and for the journal.
        action: String,
        /// `os` or `content`.
        kind: Kind,
        /// The copy, on this machine's own disk.
        file: String,
        /// Its length, bytes.
        size: u64,
        /// Its SHA-256.
        sha256: String,
        /// Whether an older version is meant.
        allow_older: bool,
    },
    /// Answer the question that waits for a technician.
    Answer {
        /// Yes or no.
        yes: bool,
    },
}

impl Request {
    /// To install this copy.
    #[must_use]
    pub fn of(copied: &Copied, kind: Kind, allow_older: bool) -> Self {
        Self::Install {
            action: copied.action(),
            kind,
            file: copied.file.display().to_string(),
            size: copied.size,
            sha256: copied.sha256.clone(),
            allow_older,
        }
    }

    /// The order of an [`Request::Install`].
    #[must_use]
    pub fn order(&self) -> Option<Order> {
        let Self::Install {
            action,
            kind,
            file,
            size,
            sha256,
            allow_older,
        } = self
        else {
            return None;
        };
        Some(Order {
            action: action.clone(),
            origin: Origin::Stick,
            kind: *kind,
            name: format!("kiosk-{}", kind.word()),
            version: String::new(),
            source: Source {
                href: file.clone(),
                size: *size,
                sha256: sha256.clone(),
            },
            download: Handling::Forced,
            update: Handling::Attempt,
            window: true,
            allow_older: *allow_older,
        })
    }
}

fn path(state_dir: &Path) -> PathBuf {
    state_dir.join("request.json")
}

/// Writes what the machine's page asks for to `path`, in the firmware's folder; the agent, another user, reads it.
///
/// # Errors
/// Of the file system.
pub fn ask(path: &Path, wanted: &page::Request) -> io::Result<()> {
    kept::publish(path, wanted)
}

/// Leaves a request; a second one takes the place of the first.
///
/// # Errors
/// Of the disk.
pub fn leave(state_dir: &Path, request: &Request) -> io::Result<()> {
    kept::write(&path(state_dir), request)
}

/// Reads the request that was left, without taking it.
///
/// # Errors
/// Of the disk; `InvalidData` for one that means nothing.
pub fn look(state_dir: &Path) -> io::Result<Option<Request>> {
    kept::read(&path(state_dir))
}

/// Sets one that means nothing aside as `request.bad`, for whoever asks why nothing came of it.
///
/// # Errors
/// Of the disk.
pub fn set_aside(state_dir: &Path) -> io::Result<()> {
    let path = path(state_dir);
    std::fs::rename(&path, path.with_extension("bad"))?;
    kept::sync_folder(&path)
}

/// Takes it away, once it is in the update's own record.
///
/// # Errors
/// Of the disk.
pub fn done(state_dir: &Path) -> io::Result<()> {
    std::fs::remove_file(path(state_dir))?;
    kept::sync_folder(&path(state_dir))
}
