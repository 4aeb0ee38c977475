//! A case that is told as filed has its attachments after any cut. The rig catches each step of writing one that is left
//! out on the way of a filing through the store.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use kiosk::case::attachments_of;
use kiosk::shell::store::files::{Files, OpenFile};

use super::disk::TornDisk;
use super::machine::{Bench, STORE, draft, stamp};

/// Cuts for each step left out.
const CUTS: u64 = 24;
/// Bytes of the form of a case that carries a file.
const LENGTH: usize = 900;

/// A step of writing an attachment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// Flushing the file.
    Content,
    /// Flushing its name.
    Name,
    /// Flushing the name of the folder of all attachments.
    Folder,
}

/// The disk of the plain files, on which one step does nothing.
struct Without(Option<Step>, TornDisk);

struct Unflushed(Box<dyn OpenFile>);

impl Without {
    fn folder() -> PathBuf {
        format!("{STORE}.objects").into()
    }
}

impl OpenFile for Unflushed {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_at(bytes, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }
}

impl Files for Without {
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        Files::open(&self.1, path)
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let file = Files::create(&self.1, path)?;
        Ok(match self.0 {
            Some(Step::Content) if path.starts_with(Self::folder()) => Box::new(Unflushed(file)),
            _ => file,
        })
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.1.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.1.remove(path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.1.make_folder(path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        self.1.list(folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let left_out = match self.0 {
            Some(Step::Name) => folder == Self::folder(),
            // The store flushes this folder at its start, too, when the one of the attachments is not there yet.
            Some(Step::Folder) => Self::folder().parent() == Some(folder),
            _ => false,
        };
        if left_out && self.1.list(&Self::folder()).is_ok() {
            return Ok(());
        }
        self.1.sync_folder(folder)
    }

    fn free_bytes(&self, _: &Path) -> io::Result<u64> {
        self.1.free_bytes()
    }
}

/// Cuts after which a case that was told as filed had not its whole attachment.
fn lost(step: Option<Step>) -> u64 {
    let mut lost = 0;
    for seed in 0..CUTS {
        let mut bench = Bench::new(seed);
        bench.files = Arc::new(Without(step, bench.disk.clone()));
        let opened = bench.open().expect("open");
        let filed = opened.store.file(vec![draft(LENGTH, true)], stamp());
        let key = filed.expect("filed").remove(0).key;
        bench.disk.cut();
        drop(opened);
        bench.disk.power_on();
        let store = bench.open().expect("it starts").store;
        let body = store.body(&key).expect("the case itself is there");
        let named = &attachments_of(&body).expect("a body")[0];
        let whole = store
            .attachment(&key, 0)
            .and_then(|mut object| object.holds(&named.digest));
        lost += u64::from(whole != Ok(true));
    }
    lost
}

#[test]
fn every_step_left_out_is_caught_and_with_all_of_them_nothing_is_lost() {
    assert_eq!(lost(None), 0);
    for step in [Step::Content, Step::Name, Step::Folder] {
        let lost = lost(Some(step));
        assert!(lost > CUTS / 10, "{step:?}: {lost}");
    }
}
