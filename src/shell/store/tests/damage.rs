use std::fs;
use std::path::PathBuf;

use tempfile::TempDir;

use super::super::place::Place;
use super::super::{open, schema};
use super::*;

/// The file as a power cut would leave it: the writer still runs.
pub(super) fn snapshot(from: &Path) -> TempDir {
    let to = tempfile::tempdir().expect("folder");
    for name in ["store.db", "store.db-wal", "store.db.keys", "store.db.key"] {
        if from.join(name).exists() {
            fs::copy(from.join(name), to.path().join(name)).expect("copy");
        }
    }
    to
}

#[test]
fn durability_settings_are_read_back() {
    let folder = tempfile::tempdir().expect("folder");
    let db = open::connect(&Place {
        path: folder.path().join("store.db"),
        max_pages: 1000,
        vfs: None,
        files: std::sync::Arc::new(files::OsFiles),
    })
    .expect("connect");
    for (setting, value) in [
        ("journal_mode", "wal"),
        ("synchronous", "2"),
        ("locking_mode", "exclusive"),
        ("page_size", "1024"),
    ] {
        assert_eq!(open::read_back(&db, setting, value), Ok(()));
    }
    db.execute_batch("PRAGMA synchronous=NORMAL")
        .expect("pragma");
    let unfit = StoreFault::Unfit {
        setting: "synchronous",
        found: "1".into(),
    };
    assert_eq!(open::read_back(&db, "synchronous", "2"), Err(unfit));
}

#[test]
fn nobody_else_may_read_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().expect("folder");
    let _opened = super::open(folder.path());
    for name in ["store.db", "store.db-wal", "store.db.keys", "store.db.key"] {
        let file = fs::metadata(folder.path().join(name)).expect(name);
        assert_eq!(file.permissions().mode() & 0o777, 0o600, "{name}");
    }
    assert!(
        !folder.path().join("store.db-shm").exists(),
        "locked for one"
    );
}

#[test]
fn a_power_cut_image_holds_what_was_filed() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let filed = opened
        .store
        .file(vec![draft("999999000000000001")], stamp())
        .expect("file");
    let image = snapshot(folder.path());
    let again = open(image.path());
    assert!(!again.fresh && again.set_aside.is_none());
    assert!(again.store.body(&filed[0].key).is_ok());
    again.store.verify().expect("sound");
}

#[test]
fn another_process_is_told_apart_from_damage() {
    let folder = tempfile::tempdir().expect("folder");
    let _first = open(folder.path());
    let second = Store::open(config(folder.path())).map(|_| ());
    assert_eq!(second, Err(StoreFault::Busy));
}

#[test]
fn a_file_that_is_no_database_is_set_aside() {
    let folder = tempfile::tempdir().expect("folder");
    for n in 1..=2 {
        fs::write(folder.path().join("store.db"), vec![0xa5; 9000]).expect("write");
        let _ = fs::remove_file(folder.path().join("store.db-wal"));
        let opened = open(folder.path());
        let aside: PathBuf = folder.path().join(format!("store.db.aside-{n}"));
        assert_eq!(opened.set_aside, Some(aside.clone()));
        assert_eq!(fs::read(aside).expect("aside"), vec![0xa5; 9000]);
        assert!(opened.fresh && opened.store.file(vec![draft("1")], stamp()).is_ok());
    }
}

#[test]
fn a_damaged_page_costs_its_rows_and_no_others() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let filed: Vec<Filed> = (0..200)
        .flat_map(|_| opened.store.file(vec![draft("1")], stamp()).expect("file"))
        .collect();
    opened.store.tidy().expect("tidy");
    let image = snapshot(folder.path());
    // The log would mend it.
    fs::remove_file(image.path().join("store.db-wal")).expect("log");
    let path = image.path().join("store.db");
    let mut bytes = fs::read(&path).expect("read");
    let key = filed[100].key.0.as_bytes();
    let leaf = bytes
        .chunks(1024)
        .position(|page| page[0] == 0x0d && page.windows(key.len()).any(|w| w == key))
        .expect("the leaf page of the table that holds the row");
    bytes[leaf * 1024..leaf * 1024 + 64].fill(0xff);
    fs::write(&path, bytes).expect("write");

    let again = open(image.path());
    assert!(again.fresh && again.set_aside.is_some());
    assert!((150..200).contains(&again.salvaged), "{}", again.salvaged);
    again.store.verify().expect("sound");
    for waiting in again.store.waiting(0, u32::MAX).expect("waiting") {
        let before = filed.iter().find(|f| f.key == waiting.key).expect("filed");
        assert_eq!(before.seq, waiting.seq);
        let body = again.store.body(&waiting.key).expect("body");
        assert_eq!(Digest::of(&body), before.digest);
    }
    let new = &again.store.file(vec![draft("1")], stamp()).expect("file")[0];
    assert_ne!(
        new.filing_number.0[..8],
        filed[0].filing_number.0[..8],
        "another epoch"
    );
    assert!(new.seq > filed[199].seq, "order goes on");
}

#[test]
fn rows_whose_numbers_go_back_do_not_keep_a_start_busy_for_ever() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let filed: Vec<Filed> = (0..200)
        .flat_map(|_| opened.store.file(vec![draft("1")], stamp()).expect("file"))
        .collect();
    drop(opened);
    let path = folder.path().join("store.db");
    let mut bytes = fs::read(&path).expect("read");
    let leaf_of = |key: &str| {
        bytes
            .chunks(1024)
            .position(|page| {
                page[0] == 0x0d && page.windows(key.len()).any(|w| w == key.as_bytes())
            })
            .expect("the leaf page of the table that holds the row")
    };
    let mut leaves: Vec<usize> = filed.iter().map(|one| leaf_of(&one.key.0)).collect();
    leaves.dedup();
    assert!(leaves.len() > 20, "{leaves:?}");
    // Two neighbours show the first leaf: past the end of one, SQLite goes on with the beginning of the other.
    let first = leaves[0] * 1024..(leaves[0] + 1) * 1024;
    for leaf in &leaves[10..12] {
        bytes.copy_within(first.clone(), leaf * 1024);
    }
    fs::write(&path, bytes).expect("write");
    // Damage is only looked for after a run that did not end clean.
    let db = rusqlite::Connection::open(&path).expect("sqlite");
    db.execute("UPDATE meta SET clean = 0", []).expect("update");
    drop(db);

    let again = open(folder.path());
    assert!(again.set_aside.is_some(), "{:?}", again.fault);
    let gone = filed.len() - again.salvaged;
    assert!((2..=filed.len() / 5).contains(&gone), "{gone} rows lost");
    again.store.verify().expect("sound");
}

#[test]
fn a_setting_aside_that_was_cut_off_is_ended() {
    let folder = tempfile::tempdir().expect("folder");
    let name = |name: &str| folder.path().join(name);
    let first = open(folder.path());
    first.store.file(vec![draft("1")], stamp()).expect("file");
    let image = snapshot(folder.path());
    drop(first);
    // The case is only in the log, and the power went after the database got its new name.
    for file in ["store.db-wal", "store.db.keys"] {
        fs::copy(image.path().join(file), name(file)).expect("copy");
    }
    fs::copy(image.path().join("store.db"), name("store.db.aside-3")).expect("copy");
    fs::write(name("store.db.aside-1"), b"an older one").expect("write");
    fs::remove_file(name("store.db")).expect("remove");
    let again = open(folder.path());
    assert_eq!(again.set_aside, Some(name("store.db.aside-3")));
    assert_eq!(again.salvaged, 1);
}

#[test]
fn a_salvage_that_was_cut_off_is_done_again() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    opened.store.file(vec![draft("1")], stamp()).expect("file");
    drop(opened);
    // As left by a cut between setting aside and taking over.
    let path = folder.path().join("store.db");
    fs::rename(&path, folder.path().join("store.db.aside-1")).expect("rename");
    let keys = |name: &str| folder.path().join(name);
    fs::rename(keys("store.db.keys"), keys("store.db.aside-1.keys")).expect("rename");
    fs::write(&path, b"").expect("write");
    assert_eq!(open(folder.path()).salvaged, 1);
}

#[test]
fn a_body_that_rotted_is_not_given_out() {
    let folder = tempfile::tempdir().expect("folder");
    let key = open(folder.path())
        .store
        .file(vec![draft("1")], stamp())
        .expect("file")[0]
        .key
        .clone();
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    db.execute("UPDATE bodies SET body = x'7b7d'", [])
        .expect("update");
    drop(db);
    let store = open(folder.path()).store;
    let forged = StoreFault::Unreadable {
        key: key.0.clone(),
        why: SealFault::Forged,
    };
    assert_eq!(store.body(&key), Err(forged.clone()));
    assert_eq!(store.verify(), Err(forged));
}

#[test]
fn a_full_store_says_so_keeps_what_it_has_and_drains() {
    let folder = tempfile::tempdir().expect("folder");
    let mut config = config(folder.path());
    config.max_pages = 800;
    let store = Store::open(config).expect("open").store;
    let mut keys = Vec::new();
    let fault = loop {
        match store.file(vec![draft("1")], stamp()) {
            Ok(filed) => keys.push(filed[0].key.clone()),
            Err(fault) => break fault,
        }
        assert!(keys.len() < 1000, "the quota does not hold");
    };
    assert_eq!(fault, StoreFault::Full);
    assert!(keys.len() > 50);
    assert_eq!(
        store.waiting(0, u32::MAX).expect("waiting").len(),
        keys.len()
    );
    let each = |answer: Answer| -> Vec<_> {
        let all = keys
            .iter()
            .map(|key| (key.clone(), answer.clone(), attempt()));
        store.record_many(all.collect()).expect("record")
    };
    for _ in 0..3 {
        assert!(
            each(retry()).iter().all(Result::is_ok),
            "an answer has room"
        );
    }
    assert!(each(accepted()).iter().all(Result::is_ok), "drains");
    let filed = store.file(vec![draft("1")], stamp()).expect("room again");
    let gap_free = format!("-{:06}-", keys.len() + 1);
    assert!(filed[0].filing_number.0.contains(&gap_free));
    store.verify().expect("sound");
}

#[test]
fn the_attempt_log_has_an_end() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let key = store.file(vec![draft("1")], stamp()).expect("file")[0]
        .key
        .clone();
    for _ in 0..200 {
        store.record(&key, &retry(), attempt()).expect("record");
    }
    store.record(&key, &accepted(), attempt()).expect("record");
    drop(store);
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    let log: (i64, i64) = db
        .query_row("SELECT count(*), max(n) FROM attempts", [], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .expect("log");
    assert_eq!(log, (64 + 2 + 1, 201));
    let version: u32 = db
        .query_row("PRAGMA user_version", [], |r| r.get(0))
        .expect("version");
    assert_eq!(version, schema::CURRENT);
}

#[test]
fn history_has_an_end_and_what_waits_stays() {
    let folder = tempfile::tempdir().expect("folder");
    let store = super::open(folder.path()).store;
    let drafts = (0..10).map(|_| draft("1")).collect();
    let filed = store.file(drafts, stamp()).expect("file");
    assert_eq!(
        filed[0].waiting(),
        store.waiting(0, u32::MAX).expect("waiting")[0]
    );
    for one in &filed[1..8] {
        store
            .record(&one.key, &accepted(), attempt())
            .expect("record");
    }
    drop(store);
    let path = folder.path().join("store.db");
    let mut db = rusqlite::Connection::open(path).expect("sqlite");
    assert_eq!(schema::prune(&mut db, 0), Ok(0));
    assert_eq!(schema::prune(&mut db, 4), Ok(4));
    drop(db);
    let store = super::open(folder.path()).store;
    let mut left: Vec<_> = store
        .list(100)
        .expect("list")
        .into_iter()
        .map(|r| r.key)
        .collect();
    left.reverse();
    let want: Vec<_> = [0, 5, 6, 7, 8, 9]
        .map(|i: usize| filed[i].key.clone())
        .into();
    assert_eq!(left, want);
    assert_eq!(store.counts().expect("counts").waiting, 3);
}
