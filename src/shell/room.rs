//! Room on the disk: how much there is, and a ballast that is thrown off when there is none.
//!
//! A file of real bytes lies beside the store. On a full disk SQLite cannot write down an acknowledgement nor cut its
//! log; without the ballast the queue would be dead until somebody comes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::admission::Room;
use crate::shell::store::Inside;
use crate::shell::store::files::Files;

/// Size of the ballast: twice what the database's log may grow to (`journal_size_limit`), bytes.
pub const BALLAST: u64 = 8 * 1024 * 1024;
/// The database's log before it is cut, bytes.
const LOG: u64 = 4 * 1024 * 1024;
/// Written at once, bytes.
const CHUNK: usize = 64 * 1024;
/// The ballast is made again when so much is free beside it, bytes.
const ENOUGH: u64 = 2 * BALLAST;

/// The room of one store.
pub struct RoomKeeper {
    files: Arc<dyn Files>,
    folder: PathBuf,
    ballast: PathBuf,
}

impl RoomKeeper {
    /// For the store at `store`.
    #[must_use]
    pub fn new(store: &Path, files: Arc<dyn Files>) -> Self {
        let folder = match store.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
            _ => PathBuf::from("."),
        };
        Self {
            files,
            folder,
            ballast: store.with_extension("ballast"),
        }
    }

    /// Measures the room, and keeps the ballast: made when there is room for it, thrown off when the disk is full.
    ///
    /// # Errors
    /// Of the disk.
    pub fn look(&self, inside: Inside) -> io::Result<Room> {
        let free = self.files.free_bytes(&self.folder)?;
        let held = self.held();
        if held < BALLAST && free >= ENOUGH + BALLAST {
            self.take_up()?;
        } else if held > 0 && free < LOG {
            self.throw_off()?;
        }
        self.measure(inside)
    }

    /// Measures the room and changes nothing.
    ///
    /// # Errors
    /// Of the disk.
    pub fn measure(&self, inside: Inside) -> io::Result<Room> {
        let free = self.files.free_bytes(&self.folder)?;
        // Without its ballast the machine owes it: that much is not for filings.
        let owed = BALLAST.saturating_sub(self.held());
        let within_quota = inside.free.saturating_sub(inside.attached);
        Ok(Room {
            free: free.saturating_add(inside.reusable).min(within_quota),
            reserve: owed.max(inside.quota / 16),
            log_growth: LOG,
        })
    }

    /// Removes the ballast: the disk is full, and an acknowledgement must be written.
    ///
    /// # Errors
    /// Of the disk; none if there is no ballast.
    pub fn throw_off(&self) -> io::Result<()> {
        match self.files.remove(&self.ballast) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => self.files.sync_folder(&self.folder),
        }
    }

    fn held(&self) -> u64 {
        let file = self.files.open(&self.ballast);
        file.and_then(|file| file.len()).unwrap_or(0)
    }

    /// Real bytes, no hole, and none that a disk could press together.
    fn take_up(&self) -> io::Result<()> {
        self.throw_off()?;
        let made = self.fill();
        if made.is_err() {
            // Half a ballast would be taken for none, and be in the way.
            self.throw_off()?;
        }
        made
    }

    fn fill(&self) -> io::Result<()> {
        let file = self.files.create(&self.ballast)?;
        let mut noise = fastrand::Rng::with_seed(BALLAST);
        let mut chunk = vec![0; CHUNK];
        for at in (0..BALLAST).step_by(CHUNK) {
            noise.fill(&mut chunk);
            file.write_at(&chunk, at)?;
        }
        file.sync()?;
        self.files.sync_folder(&self.folder)
    }
}

#[cfg(test)]
mod tests;
