use std::path::PathBuf;
use std::sync::Arc;

use super::*;
use crate::shell::store::files::OsFiles;
use crate::shell::store::open::os_random;

const STORE: [u8; 16] = [3; 16];

struct Bench {
    _folder: tempfile::TempDir,
    place: Place,
    path: PathBuf,
    wrap: Secret,
    random: Random,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("store.db.keys");
        let place = Place {
            path: folder.path().join("store.db"),
            max_pages: 1000,
            vfs: None,
            files: Arc::new(OsFiles),
        };
        Self {
            _folder: folder,
            place,
            path,
            wrap: Zeroizing::new([5; 32]),
            random: os_random(),
        }
    }

    fn create(&mut self) -> KeySlots {
        KeySlots::create(&self.place, &self.path, &self.wrap, STORE, &mut self.random)
            .expect("create")
    }

    fn file(&self) -> Box<dyn OpenFile> {
        self.place.files.open(&self.path).expect("open")
    }

    fn cut(&mut self, held: &[u32]) -> KeySlots {
        let file = self.file();
        let header = Header::read(&*file).expect("header");
        let mut slots = KeySlots::after_a_cut(file, &self.wrap, header, held).expect("open");
        slots.renew(&mut self.random).expect("renew");
        slots
    }
}

#[test]
fn a_key_is_found_again_and_bound_to_its_slot_store_and_machine() {
    let mut bench = Bench::new();
    let mut slots = bench.create();
    let (slot, key) = slots.take(&mut bench.random).expect("take");
    let (other, another) = slots.take(&mut bench.random).expect("take");
    assert_ne!(key, another);
    let file = bench.file();
    let read = |wrap: &Secret, store, slot| unwrap(&*file, wrap, store, slot);
    assert_eq!(read(&bench.wrap, &STORE, slot), Some(key));
    assert_eq!(read(&Zeroizing::new([6; 32]), &STORE, slot), None);
    assert_eq!(read(&bench.wrap, &[4; 16], slot), None);
    let mut record = [0; RECORD];
    file.read_at(&mut record, slot_at(other)).expect("read");
    file.write_at(&record, slot_at(slot)).expect("write");
    assert_eq!(read(&bench.wrap, &STORE, slot), None, "moved");
    assert_eq!(read(&bench.wrap, &STORE, 9_999), None, "past the end");
}

#[test]
fn a_spent_key_is_gone_after_renewal_and_after_a_power_cut_without_it() {
    let mut bench = Bench::new();
    let mut slots = bench.create();
    let taken: Vec<_> = (0..4)
        .map(|_| slots.take(&mut bench.random).expect("take"))
        .collect();
    let old = std::fs::read(&bench.path).expect("read");
    slots.spend(taken[0].0);
    assert!(!slots.due());
    slots.renew(&mut bench.random).expect("renew");
    assert_ne!(slots.key(taken[0].0), Some(taken[0].1.clone()));
    assert!(slots.key(taken[0].0).is_some(), "a new key is there");

    // Spent, and cut before it was overwritten: only the rows know who is still held.
    slots.spend(taken[1].0);
    drop(slots);
    let mut slots = bench.cut(&[taken[2].0, taken[3].0]);
    assert_ne!(slots.key(taken[1].0), Some(taken[1].1.clone()));
    assert_eq!(slots.key(taken[2].0), Some(taken[2].1.clone()));
    assert_eq!(slots.key(taken[3].0), Some(taken[3].1.clone()));
    let new = std::fs::read(&bench.path).expect("read");
    for gone in &taken[..2] {
        let at = slot_at(gone.0) as usize;
        let wrapped = &old[at..at + WRAPPED];
        assert!(
            !new.windows(WRAPPED).any(|w| w == wrapped),
            "slot {}",
            gone.0
        );
    }
    let (next, _) = slots.take(&mut bench.random).expect("take");
    assert_eq!(next, taken[0].0, "the lowest free one");
}

#[test]
fn there_are_always_more_and_a_drained_batch_needs_no_renewal() {
    let mut bench = Bench::new();
    let mut slots = bench.create();
    let taken: Vec<u32> = (0..BATCH * 3)
        .map(|_| slots.take(&mut bench.random).expect("take").0)
        .collect();
    assert_eq!(taken, (0..BATCH * 3).collect::<Vec<_>>());
    let mark = |bench: &Bench, batch| {
        let mut mark = [9];
        bench
            .file()
            .read_at(&mut mark, mark_at(batch))
            .expect("read");
        mark[0]
    };
    assert_eq!([0, 1, 2].map(|b| mark(&bench, b)), [1, 1, 1]);
    taken[5..].iter().for_each(|slot| slots.spend(*slot));
    slots.renew(&mut bench.random).expect("renew");
    assert_eq!([0, 1, 2].map(|b| mark(&bench, b)), [1, 0, 0]);
    let used = slots.used();
    drop(slots);

    let before = std::fs::read(&bench.path).expect("read");
    drop(bench.cut(&[0, 1, 2, 3, 4]));
    let after = std::fs::read(&bench.path).expect("read");
    let from = mark_at(1) as usize;
    assert_eq!(before[from..], after[from..], "not touched");
    assert_ne!(before[..from], after[..from]);
    let file = bench.file();
    let header = Header::read(&*file).expect("header");
    let mut slots = KeySlots::after_clean_stop(file, &bench.wrap, header, &used);
    assert_eq!(slots.take(&mut bench.random).expect("take").0, 5);
}

#[test]
fn a_damaged_free_slot_is_passed_over_and_made_anew() {
    let mut bench = Bench::new();
    let mut slots = bench.create();
    bench
        .file()
        .write_at(&[0xff; RECORD], slot_at(0))
        .expect("write");
    assert_eq!(slots.take(&mut bench.random).expect("take").0, 1);
    slots.renew(&mut bench.random).expect("renew");
    assert_eq!(slots.take(&mut bench.random).expect("take").0, 0);
    assert!(slots.key(0).is_some());
}

#[test]
fn slots_that_are_cut_off_are_held_back_until_they_are_there() {
    let mut bench = Bench::new();
    drop(bench.create());
    let mut slots = bench.cut(&[0, BATCH * 2 + 7]);
    assert!(slots.key(BATCH * 2 + 7).is_none(), "its key was cut off");
    for _ in 0..BATCH * 3 - 2 {
        let (slot, _) = slots.take(&mut bench.random).expect("take");
        assert!(slot != 0 && slot != BATCH * 2 + 7);
    }
}

#[test]
fn a_header_with_one_wrong_bit_is_none() {
    let mut bench = Bench::new();
    drop(bench.create());
    let file = bench.file();
    let whole = Header::read(&*file).expect("header");
    assert_eq!(whole.store, STORE);
    for at in 0..RECORD as u64 {
        let mut byte = [0];
        file.read_at(&mut byte, at).expect("read");
        file.write_at(&[byte[0] ^ 1], at).expect("write");
        let told = Header::read(&*file);
        // Bytes between the numbers and the checksum are covered too.
        assert_eq!(told, None, "byte {at}");
        file.write_at(&byte, at).expect("write");
    }
    assert_eq!(Header::read(&*file), Some(whole));
}
