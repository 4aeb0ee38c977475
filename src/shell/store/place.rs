//! Where the files of a store lie, and how damaged ones get out of the way.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{Connection, OpenFlags};

use super::fault::StoreFault;
use super::files::Files;

/// Most damaged stores kept; then the last one is overwritten.
const ASIDE_LIMIT: u32 = 99;
/// Ending of the file of key slots.
const KEYS: &str = ".keys";

/// Where a database lies and how it is opened.
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) max_pages: u32,
    pub(super) vfs: Option<String>,
    pub(super) files: Arc<dyn Files>,
}

impl Place {
    /// A plain connection to a database of this disk.
    pub(super) fn database(&self, path: &Path, flags: OpenFlags) -> Result<Connection, StoreFault> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(match &self.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
            None => Connection::open_with_flags(path, flags)?,
        })
    }

    pub(super) fn exists(&self, path: &Path) -> bool {
        self.files.open(path).is_ok()
    }

    /// The key slots of the database at `database`.
    pub(super) fn keys_of(database: &Path) -> PathBuf {
        with_ending(database, KEYS)
    }

    /// Renames the store's files out of the way, as `….aside-N`. The log goes first: a log left beside a new file would
    /// be replayed into it.
    pub(super) fn set_aside(&self) -> Result<PathBuf, StoreFault> {
        let aside = self.free_name(&self.path);
        for ending in ["-wal", KEYS] {
            let from = with_ending(&self.path, ending);
            if self.exists(&from) {
                self.files.rename(&from, &with_ending(&aside, ending))?;
            }
        }
        self.files.rename(&self.path, &aside)?;
        self.sync_folder()?;
        Ok(aside)
    }

    /// Renames one file out of the way.
    pub(super) fn move_aside(&self, path: &Path) -> Result<(), StoreFault> {
        self.files.rename(path, &self.free_name(path))?;
        self.files.sync_folder(Self::folder_of(path))?;
        Ok(())
    }

    pub(super) fn newest_aside(&self) -> Option<PathBuf> {
        (1..=ASIDE_LIMIT)
            .rev()
            .map(|n| with_ending(&self.path, format!(".aside-{n}")))
            .find(|aside| self.exists(aside))
    }

    fn free_name(&self, path: &Path) -> PathBuf {
        let name = |n: u32| with_ending(path, format!(".aside-{n}"));
        let free = |n: &u32| {
            ["", "-wal", KEYS]
                .iter()
                .all(|ending| !self.exists(&with_ending(&name(*n), ending)))
        };
        name((1..ASIDE_LIMIT).find(free).unwrap_or(ASIDE_LIMIT))
    }

    pub(super) fn sync_folder(&self) -> Result<(), StoreFault> {
        self.files.sync_folder(Self::folder_of(&self.path))?;
        Ok(())
    }

    pub(super) fn folder_of(path: &Path) -> &Path {
        match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }
}

fn with_ending(path: &Path, ending: impl AsRef<OsStr>) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}
