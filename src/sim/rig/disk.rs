//! A small disk that something else fills to the last byte.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, ensure};

use crate::shell::store::files::{Files as _, OsFiles};

/// Larger disks are somebody's and not for filling, bytes.
const SMALL: u64 = 256 * 1024 * 1024;
/// The something else.
const FILLER: &str = "filler";

pub(super) struct Disk {
    folder: PathBuf,
}

impl Disk {
    /// The disk at `folder`, emptied by nobody here.
    pub(super) fn new(folder: PathBuf) -> anyhow::Result<Self> {
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(Self { folder })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    pub(super) fn fill(&self) -> anyhow::Result<()> {
        let free = OsFiles.free_bytes(&self.folder)?;
        ensure!(
            free <= SMALL,
            "{}: `disk full` fills disks of at most {} MiB, as `tests/visits/small-disk` mounts one",
            self.folder.display(),
            SMALL / 1024 / 1024,
        );
        let mut filler = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join(FILLER))?;
        // To the last byte: large pieces first.
        for size in [1024 * 1024, 4096, 1] {
            while filler.write_all(&vec![0x5A; size]).is_ok() {}
        }
        Ok(())
    }

    pub(super) fn free(&self) -> io::Result<()> {
        match fs::remove_file(self.folder.join(FILLER)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }
}
