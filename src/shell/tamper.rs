//! That the case was forced, kept beside the store over restarts until a technician clears it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// The latch of one machine: closed while its file is there.
#[derive(Debug)]
pub struct TamperLatch {
    path: PathBuf,
    /// What is wanted on the disk.
    closed: bool,
    /// Whether it is there for sure: a file that was never written is not missing because somebody cleared it.
    written: bool,
}

impl TamperLatch {
    /// The latch beside the store at `store`. A file that cannot be looked at counts as there.
    #[must_use]
    pub fn beside(store: &Path) -> Self {
        let path = store.with_extension("tamper");
        let closed = path.try_exists().unwrap_or(true);
        Self {
            path,
            closed,
            written: closed,
        }
    }

    /// Whether the case was forced.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Closes it durably. A disk that takes no file is tried again by [`Self::look`]; until then a restart would forget.
    pub fn close(&mut self) {
        self.closed = true;
        self.written = write(&self.path).is_ok();
    }

    /// Looks whether somebody has cleared it; true once for each time.
    pub fn look(&mut self) -> bool {
        if !self.closed {
            return false;
        }
        if !self.written {
            self.close();
            return false;
        }
        self.closed = self.path.try_exists().unwrap_or(true);
        !self.closed
    }

    /// Clears it; false when it was not closed.
    ///
    /// # Errors
    /// Of the disk.
    pub fn clear(&mut self) -> io::Result<bool> {
        match fs::remove_file(&self.path) {
            Ok(()) => sync_folder(&self.path)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        }
        self.closed = false;
        Ok(true)
    }
}

fn write(path: &Path) -> io::Result<()> {
    let mut file = crate::shell::owner::fresh(path, 0o600)?;
    file.write_all(b"forced\n")?;
    file.sync_all()?;
    sync_folder(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_latch_survives_a_restart_and_opens_when_it_is_cleared() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("store.db");
        let mut latch = TamperLatch::beside(&store);
        assert!(!latch.is_closed() && !latch.look());
        latch.close();
        assert!(latch.is_closed() && !latch.look());

        let mut again = TamperLatch::beside(&store);
        assert!(again.is_closed());
        let mut technician = TamperLatch::beside(&store);
        assert!(technician.clear().expect("cleared"));
        assert!(!technician.clear().expect("it is open already"));
        assert!(again.look(), "told");
        assert!(!again.look(), "once");
        assert!(!TamperLatch::beside(&store).is_closed());
    }

    #[test]
    fn a_disk_that_takes_no_file_opens_nothing_and_is_tried_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let away = folder.path().join("away");
        let mut latch = TamperLatch::beside(&away.join("store.db"));
        latch.close();
        assert!(!latch.look(), "not written is not cleared");
        assert!(latch.is_closed());
        fs::create_dir(&away).expect("the disk is back");
        assert!(!latch.look());
        assert!(away.join("store.tamper").is_file());
    }
}
