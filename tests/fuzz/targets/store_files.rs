//! The store's files after a bad disk: the frozen store of a version with anything written into its database, its log and
//! its key slots, or cut off. The firmware always starts, and starts again.

use std::fs::{self, OpenOptions};
use std::os::unix::fs::{FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use kiosk::case::Machine;
use kiosk::shell::store::{Config, Store};

use super::input::Input;

/// One case in each state, a correction and a print.
const DATABASE: &[u8] = include_bytes!("../../vectors/store/v5/store.db");
const SLOTS: &[u8] = include_bytes!("../../vectors/store/v5/store.db.keys");
const KEY: &[u8] = include_bytes!("../../vectors/store/v5/store.db.key");
/// Cases in it.
const CASES: usize = 7;
const PATCHES: usize = 16;
/// Longest file that a patch can make.
const LONGEST: u64 = 64 * 1024;

pub fn run(data: &[u8]) {
    let folder = Folder::new();
    let database = folder.0.join("store.db");
    lay(&database, DATABASE);
    lay(&folder.0.join("store.db.keys"), SLOTS);
    lay(&folder.0.join("store.db.key"), KEY);
    spoil(&folder.0, &mut Input::new(data));
    for start in 1..=2 {
        let machine = Machine::parse("00042").expect("a machine");
        let opened = Store::open(Config::new(&database, machine));
        let opened = opened.unwrap_or_else(|fault| panic!("start {start}: {fault}"));
        let cases = opened.store.list(99).unwrap_or_default();
        assert!(cases.len() <= CASES, "{} cases", cases.len());
        let _ = opened.store.counts();
        let _ = opened.store.waiting(0, 99);
    }
}

/// What the disk did: bytes written over, a file cut off.
fn spoil(folder: &Path, input: &mut Input<'_>) {
    for _ in 0..PATCHES {
        let Some(what) = input.byte() else { return };
        let name = ["store.db", "store.db.keys", "store.db-wal", "store.db"][usize::from(what & 3)];
        let at = u16::from_be_bytes([input.byte_or_zero(), input.byte_or_zero()]);
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).mode(0o600);
        let file = file.open(folder.join(name)).expect("a file");
        if what & 4 == 0 {
            let piece = input.piece();
            let at = u64::from(at).min(LONGEST - piece.len() as u64);
            file.write_all_at(piece, at).expect("a disk");
        } else {
            file.set_len(at.into()).expect("a disk");
        }
    }
}

fn lay(path: &Path, bytes: &[u8]) {
    let mut options = OpenOptions::new();
    let file = options.create_new(true).write(true).mode(0o600);
    let file = file.open(path).expect("a file");
    file.write_all_at(bytes, 0).expect("a disk");
}

/// A folder of its own, in memory where there is a place for that.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let memory = Path::new("/dev/shm");
        let place = if memory.is_dir() {
            memory.into()
        } else {
            std::env::temp_dir()
        };
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let folder = place.join(format!("kiosk-fuzz-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
