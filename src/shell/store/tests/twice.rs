//! Copies of an earlier day: no number is given out twice, and the rest goes on.

use super::damage::snapshot;
use super::*;

/// Puts the files of `from` over those of `to`, without the log of today.
fn restore(from: &Path, to: &Path, names: &[&str]) {
    let _ = fs::remove_file(to.join("store.db-wal"));
    for name in names {
        fs::copy(from.join(name), to.join(name)).expect("copy");
    }
}

fn epoch(filed: &[Filed]) -> String {
    filed[0].filing_number.0[6..8].to_owned()
}

#[test]
fn yesterdays_database_gets_a_new_epoch() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let first = opened.store.file(vec![draft("1")], stamp()).expect("file");
    drop(opened);
    let yesterday = snapshot(folder.path());
    let opened = open(folder.path());
    let lost = opened.store.file(vec![draft("2")], stamp()).expect("file");
    assert_eq!(epoch(&lost), epoch(&first), "a usual start keeps the epoch");
    drop(opened);

    restore(yesterday.path(), folder.path(), &["store.db"]);
    let store = open(folder.path()).store;
    assert!(store.body(&first[0].key).is_ok(), "what it holds is sound");
    let new = store.file(vec![draft("3")], stamp()).expect("file");
    assert_ne!(epoch(&new), epoch(&lost));
    assert!(new[0].filing_number.0.contains("-000001-"));
    store.verify().expect("sound");
}

#[test]
fn a_copy_made_while_it_ran_is_noticed_too() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let first = opened.store.file(vec![draft("1")], stamp()).expect("file");
    let copy = snapshot(folder.path());
    opened.store.file(vec![draft("2")], stamp()).expect("file");
    drop(opened);
    restore(copy.path(), folder.path(), &["store.db", "store.db-wal"]);
    let store = open(folder.path()).store;
    assert!(store.body(&first[0].key).is_ok());
    let new = store.file(vec![draft("3")], stamp()).expect("file");
    assert_ne!(epoch(&new), epoch(&first));
}

#[test]
fn power_cuts_keep_the_epoch() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let mut all = opened.store.file(vec![draft("1")], stamp()).expect("file");
    let mut images = vec![snapshot(folder.path())];
    for _ in 0..3 {
        let last = images.last().expect("image");
        let opened = open(last.path());
        all.extend(opened.store.file(vec![draft("1")], stamp()).expect("file"));
        let next = snapshot(last.path());
        images.push(next);
    }
    let numbers: Vec<&str> = all.iter().map(|f| &f.filing_number.0[6..15]).collect();
    let epoch = &numbers[0][..2];
    let want: Vec<String> = (1..=4).map(|n| format!("{epoch}-{n:06}")).collect();
    assert_eq!(numbers, want);
}

#[test]
fn yesterdays_slots_get_a_new_epoch_and_cost_only_their_rows() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let before = opened.store.file(vec![draft("1")], stamp()).expect("file");
    drop(opened);
    let yesterday = snapshot(folder.path());
    for _ in 0..2 {
        let opened = open(folder.path());
        opened.store.file(vec![draft("2")], stamp()).expect("file");
    }
    restore(yesterday.path(), folder.path(), &["store.db.keys"]);
    let store = open(folder.path()).store;
    assert!(store.body(&before[0].key).is_ok());
    let new = store.file(vec![draft("3")], stamp()).expect("file");
    assert_ne!(epoch(&new), epoch(&before));
    assert!(store.body(&new[0].key).is_ok());
}

#[test]
fn slots_that_are_gone_cost_the_rows_and_not_the_store() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let lost = opened.store.file(vec![draft("1")], stamp()).expect("file");
    drop(opened);
    fs::remove_file(folder.path().join("store.db.keys")).expect("remove");
    let store = open(folder.path()).store;
    assert!(matches!(
        store.body(&lost[0].key),
        Err(StoreFault::Unreadable { .. })
    ));
    let drafts = (0..300).map(|_| draft("1"));
    for draft in drafts {
        let new = store.file(vec![draft], stamp()).expect("file");
        assert!(store.body(&new[0].key).is_ok());
    }
    assert_eq!(store.counts().expect("counts").waiting, 301);
}

#[test]
fn a_damaged_slot_or_header_costs_no_other_row() {
    use std::os::unix::fs::FileExt;
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let filed = opened
        .store
        .file((0..4).map(|_| draft("1")).collect(), stamp())
        .expect("file");
    drop(opened);
    let keys = fs::OpenOptions::new()
        .write(true)
        .open(folder.path().join("store.db.keys"))
        .expect("keys");
    // Header, mark of the first batch, then slots: the second slot is damaged, and the header.
    keys.write_all_at(&[0xff; 128], 3 * 128).expect("write");
    keys.write_all_at(&[0xff; 20], 30).expect("write");
    let store = open(folder.path()).store;
    let readable: Vec<bool> = filed.iter().map(|f| store.body(&f.key).is_ok()).collect();
    assert_eq!(readable, [true, false, true, true]);
    let new = store.file(vec![draft("1")], stamp()).expect("file");
    assert_ne!(
        epoch(&new),
        epoch(&filed),
        "nobody knows what was given out"
    );
    assert!(store.body(&new[0].key).is_ok());
}

#[test]
fn slots_of_another_store_are_kept_and_not_used() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("folder"));
    let [filed, _] = folders.each_ref().map(|folder| {
        let opened = open(folder.path());
        opened.store.file(vec![draft("1")], stamp()).expect("file")
    });
    let foreign = fs::read(folders[1].path().join("store.db.keys")).expect("keys");
    fs::write(folders[0].path().join("store.db.keys"), &foreign).expect("write");
    let store = open(folders[0].path()).store;
    assert!(store.body(&filed[0].key).is_err());
    assert!(store.file(vec![draft("2")], stamp()).is_ok());
    let kept = fs::read(folders[0].path().join("store.db.keys.aside-1")).expect("kept");
    assert!(kept == foreign);
}

#[test]
fn a_log_that_was_cut_short_holds_what_came_before() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let mut keys = Vec::new();
    let log = |folder: &Path| {
        fs::metadata(folder.join("store.db-wal"))
            .expect("log")
            .len()
    };
    let mut ends = Vec::new();
    for _ in 0..8 {
        keys.push(
            opened.store.file(vec![draft("1")], stamp()).expect("file")[0]
                .key
                .clone(),
        );
        ends.push(log(folder.path()));
    }
    for cut in [0, 1, 5, 8] {
        let image = snapshot(folder.path());
        let length = if cut == 0 {
            0
        } else {
            ends[cut - 1] + 100 * u64::from(cut < 8)
        };
        let file = fs::OpenOptions::new()
            .write(true)
            .open(image.path().join("store.db-wal"))
            .expect("log");
        file.set_len(length).expect("cut");
        let again = open(image.path());
        let there: Vec<bool> = keys
            .iter()
            .map(|key| again.store.body(key).is_ok())
            .collect();
        if cut > 0 {
            let want: Vec<bool> = (0..8).map(|n| n < cut).collect();
            assert_eq!(there, want, "cut after {cut}");
        }
        assert!(again.store.file(vec![draft("1")], stamp()).is_ok());
        again.store.verify().expect("sound");
    }
}
