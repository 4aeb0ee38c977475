use std::sync::atomic::{AtomicU64, Ordering};

use super::*;
use crate::domain::admission::Admission;
use crate::shell::store::files::{OpenFile, OsFiles};

const MIB: u64 = 1024 * 1024;

/// The machine's disk, as if it had only so much room for this folder.
struct SmallDisk {
    folder: PathBuf,
    size: AtomicU64,
}

impl SmallDisk {
    fn used(&self) -> u64 {
        let files = OsFiles.list(&self.folder).expect("list");
        let len = |path: &PathBuf| path.metadata().map_or(0, |file| file.len());
        files.iter().map(len).sum()
    }
}

impl Files for SmallDisk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        OsFiles.open(path)
    }
    fn create(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        OsFiles.create(path)
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
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        OsFiles.list(folder)
    }
    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        OsFiles.sync_folder(folder)
    }
    fn free_bytes(&self, _: &Path) -> io::Result<u64> {
        let size = self.size.load(Ordering::SeqCst);
        Ok(size.saturating_sub(self.used()))
    }
}

#[test]
fn the_ballast_is_thrown_off_on_a_full_disk_and_taken_up_again() {
    let folder = tempfile::tempdir().expect("folder");
    let disk = Arc::new(SmallDisk {
        folder: folder.path().to_owned(),
        size: AtomicU64::new(64 * MIB),
    });
    let store = folder.path().join("store.db");
    let keeper = RoomKeeper::new(&store, disk.clone());
    let inside = Inside {
        quota: 256 * MIB,
        free: 256 * MIB,
        reusable: 0,
        attached: 0,
    };
    let ballast = folder.path().join("store.ballast");
    let one = 300 * 1024;

    let room = keeper.look(inside).expect("look");
    assert_eq!(ballast.metadata().expect("there").len(), BALLAST);
    assert_eq!(room.free, 56 * MIB);
    assert_eq!(room.admits(one), Admission::Amber);

    // Something else fills the disk.
    let other = folder.path().join("other");
    std::fs::write(&other, vec![1; 55 * MIB as usize]).expect("fill");
    let room = keeper.look(inside).expect("look");
    assert!(!ballast.exists());
    assert_eq!(room.free, 9 * MIB, "room to acknowledge");
    assert_eq!(room.admits(one), Admission::Red, "and for nothing else");
    assert_eq!(keeper.look(inside).expect("look"), room, "it stays off");

    std::fs::remove_file(&other).expect("remove");
    let room = keeper.look(inside).expect("look");
    assert_eq!(ballast.metadata().expect("there").len(), BALLAST);
    assert_eq!(room.admits(one), Admission::Amber);
    disk.size.store(4096 * MIB, Ordering::SeqCst);
    assert_eq!(
        keeper.look(inside).expect("look").admits(one),
        Admission::Green
    );
}

#[test]
fn a_store_near_its_quota_is_a_full_disk_and_what_it_gave_back_is_room() {
    let folder = tempfile::tempdir().expect("folder");
    let keeper = RoomKeeper::new(&folder.path().join("store.db"), Arc::new(OsFiles));
    let mut inside = Inside {
        quota: 16 * MIB,
        free: MIB,
        reusable: 0,
        attached: 0,
    };
    let room = keeper.look(inside).expect("look");
    assert_eq!(room.free, MIB);
    assert_eq!(room.admits(100), Admission::Red);
    inside.free = 12 * MIB;
    inside.reusable = 11 * MIB;
    let room = keeper.look(inside).expect("look");
    assert_eq!(room.free, 12 * MIB);
    assert_ne!(room.admits(100), Admission::Red);
    inside.attached = 11 * MIB;
    let room = keeper.look(inside).expect("look");
    assert_eq!(room.free, MIB, "attachments take of the quota too");
    inside.attached = 64 * MIB;
    assert_eq!(keeper.look(inside).expect("look").free, 0);
}
