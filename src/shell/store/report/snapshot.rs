//! A consistent copy of a database that another process holds under an exclusive lock.
//!
//! The lock keeps SQLite out but not plain reading. The database is copied first and its log after it: as long as the
//! log was not begun anew in between (its header has fresh salts each time, sqlite.org/fileformat2.html#walformat),
//! it still has every frame that a checkpoint may have moved while the database was being copied. SQLite then opens
//! the copy as after a power cut. The copy lies in memory (`/dev/shm`) where there is such a place.

use std::fs::{self, DirBuilder, File};
use std::io::{self, Read};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, OpenFlags};
use rustix::fs::FlockOperation;

use super::ReportFault;
use crate::shell::store::{os_random, place};

/// Copies tried before the store is called restless.
const TRIES: u32 = 8;
/// Bytes of the log's header.
const HEADER: usize = 32;

/// A connection to a copy of the store at `path`; the copy has no name any more and goes with the connection.
pub(super) fn of(path: &Path) -> Result<Connection, ReportFault> {
    let folder = Folder::make().map_err(|error| io(Path::new("/dev/shm"), error))?;
    let copy = folder.0.join("store.db");
    for _ in 0..TRIES {
        let before = Generation::of(path)?;
        fs::copy(path, &copy).map_err(|error| io(path, error))?;
        match fs::copy(log_of(path), log_of(&copy)) {
            // The log of an earlier try must not stay beside this one.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                drop(fs::remove_file(log_of(&copy)))
            }
            Err(error) => return Err(io(path, error)),
            Ok(_) => {}
        }
        if before.is_still(&Generation::of(path)?) {
            let db = Connection::open_with_flags(&copy, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            let db = place::bounded(db)?;
            // Nobody else opens the copy, so its log needs no shared memory.
            db.execute_batch("PRAGMA locking_mode=EXCLUSIVE; PRAGMA query_only=ON;")?;
            // Opens the log too, while the files still have names.
            let _: i64 =
                db.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
            return Ok(db);
        }
    }
    Err(ReportFault::Restless)
}

/// Whether another process holds the store. Takes a shared lock for a moment and gives it back.
pub(super) fn held(path: &Path) -> Result<bool, ReportFault> {
    let file = File::open(path).map_err(|error| io(path, error))?;
    match rustix::fs::fcntl_lock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(false),
        Err(rustix::io::Errno::ACCESS | rustix::io::Errno::AGAIN) => Ok(true),
        Err(error) => Err(io(path, error.into())),
    }
}

/// The write-ahead log beside a database.
pub(super) fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

pub(super) fn io(path: &Path, error: io::Error) -> ReportFault {
    match error.kind() {
        io::ErrorKind::NotFound => ReportFault::Missing(path.into()),
        _ => ReportFault::Io {
            path: path.into(),
            error,
        },
    }
}

/// What tells one state of the files from another.
#[derive(PartialEq, Eq)]
struct Generation {
    length: u64,
    modified: Option<SystemTime>,
    /// Header of the log; empty without one.
    log: Vec<u8>,
}

impl Generation {
    fn of(path: &Path) -> Result<Self, ReportFault> {
        let facts = fs::metadata(path).map_err(|error| io(path, error))?;
        let mut log = Vec::with_capacity(HEADER);
        if let Ok(file) = File::open(log_of(path)) {
            file.take(HEADER as u64)
                .read_to_end(&mut log)
                .map_err(|error| io(path, error))?;
        }
        Ok(Self {
            length: facts.len(),
            modified: facts.modified().ok(),
            log,
        })
    }

    /// Whether a copy made between the two is whole.
    fn is_still(&self, later: &Self) -> bool {
        self.log == later.log && (self.log.len() == HEADER || self == later)
    }
}

/// A folder of this process alone, removed with everything in it.
struct Folder(PathBuf);

impl Folder {
    fn make() -> io::Result<Self> {
        let mut random = [0; 8];
        os_random()(&mut random)?;
        let name = format!("kiosk-look-{:016x}", u64::from_ne_bytes(random));
        let made = |place: PathBuf| {
            let folder = place.join(&name);
            DirBuilder::new().mode(0o700).create(&folder)?;
            Ok(Self(folder))
        };
        made("/dev/shm".into()).or_else(|_: io::Error| made(std::env::temp_dir()))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed lies in memory, readable by its owner alone, until the next start.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn generation(length: u64, log: &[u8]) -> Generation {
        Generation {
            length,
            modified: None,
            log: log.to_vec(),
        }
    }

    #[test]
    fn a_copy_is_whole_while_the_log_goes_on_and_not_when_it_began_anew() {
        let (one, other) = ([1; HEADER], [2; HEADER]);
        // A checkpoint within one log moves frames that are in the log still.
        assert!(generation(1, &one).is_still(&generation(2, &one)));
        assert!(!generation(1, &one).is_still(&generation(1, &other)));
        // The log was emptied, or begun: what it held is nowhere in the copy.
        assert!(!generation(1, &one).is_still(&generation(1, &[])));
        assert!(!generation(1, &[]).is_still(&generation(1, &one)));
        assert!(generation(1, &[]).is_still(&generation(1, &[])));
        assert!(!generation(1, &[]).is_still(&generation(2, &[])));
    }

    #[test]
    fn a_copy_leaves_nothing_behind_and_the_store_as_it_was() {
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("store.db");
        let made = Connection::open(&path).expect("made");
        made.execute_batch(
            "PRAGMA journal_mode=WAL; CREATE TABLE t (n); INSERT INTO t VALUES (7);",
        )
        .expect("filled");
        let bytes = fs::read(&path).expect("database");
        let log = fs::read(log_of(&path)).expect("log");
        let folder = {
            let folder = Folder::make().expect("folder");
            assert!(folder.0.is_dir());
            folder.0.clone()
        };
        assert!(!folder.exists());
        let copy = of(&path).expect("copy");
        let n: i64 = copy
            .query_row("SELECT n FROM t", [], |row| row.get(0))
            .expect("row");
        assert_eq!(n, 7, "it is in the log only");
        copy.execute("DELETE FROM t", [])
            .expect_err("for reading only");
        drop(copy);
        assert_eq!(fs::read(&path).expect("database"), bytes);
        assert_eq!(fs::read(log_of(&path)).expect("log"), log);
    }
}
