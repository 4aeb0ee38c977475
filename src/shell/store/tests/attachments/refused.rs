//! What cannot be filed leaves no file.

use rusqlite::Transaction;

use super::*;
use crate::shell::store::files::{Files, OpenFile, OsFiles};
use crate::shell::store::writer::Commit;

/// The machine's disk, full for the files of one folder after so many bytes.
struct Brim(u64);

struct BrimFile(Box<dyn OpenFile>, u64);

impl OpenFile for BrimFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_at(bytes, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        if offset + bytes.len() as u64 > self.1 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.write_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync()
    }

    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }
}

impl Files for Brim {
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        OsFiles.open(path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let file = OsFiles.create(path)?;
        Ok(match path.extension() {
            Some(part) if part == "part" => Box::new(BrimFile(file, self.0)),
            _ => file,
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        OsFiles.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        OsFiles.remove(path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        OsFiles.make_folder(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<std::path::PathBuf>> {
        OsFiles.list(folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        OsFiles.sync_folder(folder)
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        OsFiles.free_bytes(path)
    }
}

#[test]
fn a_full_disk_files_nothing_and_leaves_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    let mut config = config(folder.path());
    // The strokes fit, the scan does not.
    config.files = std::sync::Arc::new(Brim(60_000));
    let store = Store::open(config).expect("open").store;
    let refused = store.file(vec![draft("1"), signed("1")], stamp());
    assert_eq!(refused, Err(StoreFault::Full));
    assert_eq!(store.counts().expect("counts"), Counts::default());
    assert_eq!(files(folder.path()), [""; 0]);
    assert_eq!(store.inside().expect("inside").attached, 0);
    let mut small = signed("1");
    small.contents.pop();
    let filed = file(&store, small);
    assert!(filed.filing_number.0.contains("-000001-"), "no gap");
    assert_eq!(
        read(&store, &filed.key, 0).expect("strokes"),
        STROKES.as_bytes()
    );
}

#[test]
fn too_many_are_refused_whole() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let mut draft = signed("1");
    draft.contents = vec![draft.contents[0].clone(); ATTACHMENTS_MAX + 1];
    assert_eq!(
        store.file(vec![signed("1"), draft], stamp()),
        Err(StoreFault::TooLarge)
    );
    assert_eq!(files(folder.path()), [""; 0]);
}

fn failed(transaction: Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch("COMMIT; PRAGMA query_only=ON")?;
    let why = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC);
    Err(rusqlite::Error::SqliteFailure(why, None))
}

fn taken_back(transaction: Transaction<'_>) -> rusqlite::Result<()> {
    transaction.rollback()?;
    let why = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_IOERR_FSYNC);
    Err(rusqlite::Error::SqliteFailure(why, None))
}

#[test]
fn a_filing_in_doubt_keeps_its_files_until_the_doubt_is_settled() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let commit_by = |commit: Commit, vfs: Option<&'static str>| {
        let told = store.tell(move |desk| {
            desk.commit = commit;
            desk.place.vfs = vfs.map(str::to_owned);
        });
        told.expect("writer");
    };
    commit_by(taken_back, None);
    let fault = store.file(vec![signed("1")], stamp());
    assert!(matches!(fault, Err(StoreFault::Io(_))), "{fault:?}");
    assert_eq!(files(folder.path()), [""; 0], "certainly not filed");

    commit_by(failed, Some("none"));
    let fault = store.file(vec![signed("1")], stamp());
    assert!(matches!(fault, Err(StoreFault::InDoubt(_))), "{fault:?}");
    assert_eq!(files(folder.path()).len(), 2);
    commit_by(|transaction| transaction.commit(), None);
    let key = file(&store, signed("1")).key;
    assert_eq!(files(folder.path()).len(), 2, "the same ones");
    assert_eq!(read(&store, &key, 0).expect("strokes"), STROKES.as_bytes());
    let inside = store.inside().expect("inside");
    assert_eq!(inside.attached, 100_000 + STROKES.len() as u64);
}
