//! One page or one number that went bad, also while the machine was off: the store opens and loses no more than that.

use std::collections::BTreeSet;

use super::damage::snapshot;
use super::rows::{CASES, filled, spoil_leaf};
use super::*;

fn change(folder: &Path, sql: &str) {
    let db = rusqlite::Connection::open(folder.join("store.db")).expect("sqlite");
    db.execute_batch(sql).expect(sql);
}

/// Files one more; its number must be new.
fn goes_on(store: &Store, before: &[Filed]) {
    let next = store.file(vec![draft("9")], stamp()).expect("file");
    let numbers: BTreeSet<&str> = before.iter().map(|one| &*one.filing_number.0).collect();
    assert!(!numbers.contains(&*next[0].filing_number.0), "given twice");
}

#[test]
fn the_last_page_of_cases_may_go_bad_while_the_machine_is_off() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    spoil_leaf(folder.path(), &filed[CASES - 1].key);
    let opened = open(folder.path());
    assert!(opened.set_aside.is_some());
    assert!(opened.salvaged >= CASES - 8, "{}", opened.salvaged);
    goes_on(&opened.store, &filed);
}

#[test]
fn a_wrong_beginning_of_an_epoch_is_noticed_after_a_clean_stop_too() {
    for first in [-3, 0, 3, 30, 4097] {
        let folder = tempfile::tempdir().expect("folder");
        let filed = filled(folder.path());
        change(folder.path(), &format!("UPDATE epochs SET first = {first}"));
        let opened = open(folder.path());
        assert!(opened.set_aside.is_some(), "{first}");
        assert_eq!(opened.salvaged, CASES, "{first}");
        for one in &filed {
            assert!(opened.store.body(&one.key).is_ok(), "{first}: {one:?}");
        }
        goes_on(&opened.store, &filed);
        drop(opened);
        let again = open(folder.path());
        assert!(again.set_aside.is_none(), "{first}: mended for good");
    }
}

#[test]
fn one_bit_of_the_head_that_forbids_writing_costs_nothing() {
    use std::os::unix::fs::FileExt as _;
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    let database = fs::OpenOptions::new()
        .write(true)
        .open(folder.path().join("store.db"));
    // The version of the format that may write: 2 is this one, SQLite reads a file with more and writes nothing into it.
    database
        .expect("file")
        .write_all_at(&[3], 18)
        .expect("disk");
    let opened = open(folder.path());
    assert!(opened.set_aside.is_some());
    assert_eq!(opened.salvaged, CASES);
    goes_on(&opened.store, &filed);
}

#[test]
fn a_number_that_no_slot_has_costs_its_own_case() {
    for slot in ["-1", "4000000000", "9223372036854775807"] {
        let folder = tempfile::tempdir().expect("folder");
        let filed = filled(folder.path());
        change(
            folder.path(),
            &format!(
                "UPDATE bodies SET slot = {slot} WHERE case_id = 7; UPDATE meta SET clean = 0"
            ),
        );
        let opened = open(folder.path());
        let store = &opened.store;
        assert!(store.body(&filed[6].key).is_err(), "{slot}");
        assert!(store.body(&filed[7].key).is_ok(), "{slot}");
        goes_on(store, &filed);
    }
}

#[test]
fn what_finds_no_room_now_comes_back_when_there_is_room() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    let key = folder.path().join("store.db.key");
    let key = if key.exists() {
        key
    } else {
        folder.path().join("store.key")
    };
    let right = fs::read(&key).expect("key");
    fs::write(&key, [7; 32]).expect("key");
    drop(open(folder.path()));
    fs::write(&key, right).expect("key");
    let mut small = config(folder.path());
    let bytes = fs::metadata(folder.path().join("store.db")).expect("store");
    small.max_pages = u32::try_from(bytes.len() / 1024).expect("pages") + 30;
    let opened = Store::open(small).expect("starts");
    assert!(opened.returned < CASES);
    drop(opened);
    let mut back = 0;
    for _ in 0..4 {
        back += open(folder.path()).returned;
    }
    let store = open(folder.path()).store;
    let waiting = store.waiting(0, 99).expect("waiting").len();
    assert_eq!(waiting, CASES, "{back} came back");
    for one in &filed {
        assert!(store.body(&one.key).is_ok());
    }
}

#[test]
fn a_damaged_store_that_finds_no_room_waits_beside_the_fresh_one() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    change(folder.path(), "UPDATE epochs SET first = 4097");
    let mut small = config(folder.path());
    small.max_pages = 60;
    let opened = Store::open(small).expect("starts");
    assert_eq!(opened.salvaged, 0);
    assert_eq!(opened.troubles, ["not-taken-back", "not-taken-back"]);
    goes_on(&opened.store, &filed);
    drop(opened);
    assert_eq!(open(folder.path()).returned, CASES);
    let store = open(folder.path()).store;
    assert_eq!(store.waiting(0, 99).expect("waiting").len(), CASES + 1);
    for one in &filed {
        assert!(store.body(&one.key).is_ok());
    }
}

#[test]
fn a_log_that_a_cut_tore_is_not_gone_on_with() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    store.file(vec![draft("1")], stamp()).expect("file");
    store.tidy().expect("a log of its own for the next case");
    store.file(vec![draft("2")], stamp()).expect("file");
    let cut = snapshot(folder.path());
    let log = cut.path().join("store.db-wal");
    let salts = |bytes: &[u8]| bytes[16..24].to_vec();
    let mut bytes = fs::read(&log).expect("log");
    let first = salts(&bytes);
    // In the page of the first frame (32 bytes of header, 24 of the frame's own): SQLite takes nothing of the log.
    bytes[32 + 24 + 100] ^= 0xff;
    fs::write(&log, bytes).expect("write");
    let opened = open(cut.path());
    assert!(opened.set_aside.is_none(), "{:?}", opened.fault);
    opened.store.file(vec![draft("3")], stamp()).expect("file");
    assert_ne!(salts(&fs::read(&log).expect("log")), first);
}
