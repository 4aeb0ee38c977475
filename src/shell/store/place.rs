//! Where the files of a store lie, and how damaged ones get out of the way.

use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};

use super::fault::StoreFault;
use super::files::Files;
use crate::case::BODY_LIMIT;

/// Most damaged stores kept; then the last one is overwritten.
const ASIDE_LIMIT: u32 = 99;
/// Ending of the file of key slots.
const KEYS: &str = ".keys";
/// Ending of the folder of attachments.
const OBJECTS: &str = ".objects";
/// Ending of the write-ahead log.
const LOG: &str = "-wal";
/// Ending of the mark of a store that was set aside because no key opened it.
const LOCKED: &str = ".locked";

/// Bytes of a page of a new database: a case dirties few of them, and each is written twice.
pub(super) const PAGE: usize = 1024;

/// Where a database lies and how it is opened.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) path: PathBuf,
    pub(super) max_pages: u32,
    pub(super) vfs: Option<String>,
    pub(super) files: Arc<dyn Files>,
}

/// Longest value or row, in bytes: four times what is ever written. Of a damaged file SQLite would believe a gigabyte and take
/// that much memory to read it.
const LONGEST: i32 = 4 * BODY_LIMIT as i32;

/// A connection that believes no length that cannot be.
pub(super) fn bounded(db: Connection) -> rusqlite::Result<Connection> {
    db.set_limit(Limit::SQLITE_LIMIT_LENGTH, LONGEST)?;
    Ok(db)
}

impl Place {
    /// A plain connection to a database of this disk.
    pub(super) fn database(&self, path: &Path, flags: OpenFlags) -> Result<Connection, StoreFault> {
        let flags = flags | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        Ok(bounded(match &self.vfs {
            Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs.as_str())?,
            None => Connection::open_with_flags(path, flags)?,
        })?)
    }

    pub(super) fn exists(&self, path: &Path) -> bool {
        // What cannot be opened is there: a folder, or somebody else's file.
        !matches!(self.files.open(path), Err(error) if error.kind() == ErrorKind::NotFound)
    }

    /// The key slots of the database at `database`.
    pub(super) fn keys_of(database: &Path) -> PathBuf {
        with_ending(database, KEYS)
    }

    /// The folder of attachments of the database at `database`. It stays where it is when the database is set aside: the
    /// names in it are of no two files, so it serves them both.
    pub(super) fn objects_of(database: &Path) -> PathBuf {
        with_ending(database, OBJECTS)
    }

    /// Renames the store's files out of the way, as `….aside-N`. The database goes first and by itself: while it lies in
    /// its place its log and its keys do too, and once it is gone the next start knows whose they are.
    pub(super) fn set_aside(&self) -> Result<PathBuf, StoreFault> {
        let aside = self.free_name(&self.path);
        self.files.rename(&self.path, &aside)?;
        self.sync_folder()?;
        self.follow(&aside)?;
        Ok(aside)
    }

    /// Ends a setting aside that was cut off after the database; returns where it went, if there was one. To be called
    /// before a new database is made: a log left beside it would be replayed into it.
    pub(super) fn finish_set_aside(&self) -> Result<Option<PathBuf>, StoreFault> {
        if self.exists(&self.path) {
            return Ok(None);
        }
        match self.newest_aside() {
            Some(aside) if self.follow(&aside)? => Ok(Some(aside)),
            _ => Ok(None),
        }
    }

    /// Log and keys go where their database went; returns whether any was still here.
    fn follow(&self, aside: &Path) -> Result<bool, StoreFault> {
        let mut moved = false;
        for ending in [LOG, KEYS] {
            let from = with_ending(&self.path, ending);
            if self.exists(&from) {
                self.files.rename(&from, &with_ending(aside, ending))?;
                moved = true;
            }
        }
        self.sync_folder()?;
        Ok(moved)
    }

    /// Renames one file out of the way.
    pub(super) fn move_aside(&self, path: &Path) -> Result<(), StoreFault> {
        self.files.rename(path, &self.free_name(path))?;
        self.files.sync_folder(Self::folder_of(path))?;
        Ok(())
    }

    /// Marks a store that was set aside as one to be taken over when its key is back.
    pub(super) fn lock_aside(&self, aside: &Path) -> Result<(), StoreFault> {
        match self.files.create(&with_ending(aside, LOCKED)) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error.into()),
            _ => self.sync_folder(),
        }
    }

    /// What was taken over needs no other time.
    pub(super) fn unlock_aside(&self, aside: &Path) -> Result<(), StoreFault> {
        self.files.remove(&with_ending(aside, LOCKED))?;
        self.sync_folder()
    }

    /// Stores that wait for their key, in the order they were set aside.
    pub(super) fn locked_asides(&self) -> Vec<PathBuf> {
        (1..=ASIDE_LIMIT)
            .map(|n| with_ending(&self.path, format!(".aside-{n}")))
            .filter(|aside| self.exists(&with_ending(aside, LOCKED)))
            .collect()
    }

    pub(super) fn newest_aside(&self) -> Option<PathBuf> {
        self.asides().next()
    }

    /// Databases that were set aside, the newest first.
    pub(super) fn asides(&self) -> impl Iterator<Item = PathBuf> {
        (1..=ASIDE_LIMIT)
            .rev()
            .map(|n| with_ending(&self.path, format!(".aside-{n}")))
            .filter(|aside| self.exists(aside))
    }

    /// The name after the last one taken, so that [`Self::newest_aside`] is the one set aside last.
    fn free_name(&self, path: &Path) -> PathBuf {
        let name = |n: u32| with_ending(path, format!(".aside-{n}"));
        let taken = |n: &u32| {
            ["", LOG, KEYS]
                .iter()
                .any(|ending| self.exists(&with_ending(&name(*n), ending)))
        };
        let last = (1..=ASIDE_LIMIT).rev().find(taken).unwrap_or(0);
        name((last + 1).min(ASIDE_LIMIT))
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

/// The write-ahead log of a database.
pub(super) fn log_of(database: &Path) -> PathBuf {
    with_ending(database, LOG)
}

fn with_ending(path: &Path, ending: impl AsRef<OsStr>) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_longer_than_anything_written_is_damage() {
        let db = bounded(Connection::open_in_memory().expect("sqlite")).expect("a limit");
        let read = |bytes: usize| {
            let sql = format!("SELECT length(zeroblob({bytes}) || '')");
            let read = db.query_row(&sql, [], |row| row.get::<_, usize>(0));
            read.map_err(StoreFault::from)
        };
        assert_eq!(read(2 * BODY_LIMIT).map_err(|fault| fault.word()), Ok(0));
        for bytes in [5 * BODY_LIMIT, 1 << 30] {
            let fault = read(bytes).expect_err("too long");
            assert!(matches!(fault, StoreFault::Corrupt(_)), "{fault}");
        }
    }
}
