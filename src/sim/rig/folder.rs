//! The folder of a rig: a given one, or one that goes with it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder that is there.
pub(super) struct Folder {
    path: PathBuf,
    /// Made for this rig alone.
    own: bool,
}

impl Folder {
    /// `given`, made if missing, or a new one below the system's temporary folder.
    pub(super) fn new(given: Option<PathBuf>) -> io::Result<Self> {
        if let Some(path) = given {
            fs::create_dir_all(&path)?;
            let path = path.canonicalize()?;
            return Ok(Self { path, own: false });
        }
        static COUNT: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = COUNT.fetch_add(1, Ordering::Relaxed);
            let name = format!("kiosk-rig-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            match fs::create_dir(&path) {
                Ok(()) => return Ok(Self { path, own: true }),
                // Left by a process of the same number that was killed.
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.own {
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
