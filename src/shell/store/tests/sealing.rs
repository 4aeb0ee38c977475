//! What is personal is not in the files, and a key of another machine opens nothing.

use std::time::Instant;

use super::damage::snapshot;
use super::*;

const MARKERS: [&str; 4] = [
    "999999000000000001",
    "测试甲",
    "0751-0000001",
    "本人已于去年申报",
];

fn marked() -> Draft {
    let mut draft = draft(MARKERS[0]);
    draft.mobile = Some(MARKERS[2].into());
    draft
}

/// Which of the markers stand in which file of the folder.
fn markers_in(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("folder") {
        let path = entry.expect("entry").path();
        let bytes = fs::read(&path).expect("read");
        for marker in MARKERS.iter().chain(&["87654321", "satisfaction"]) {
            if bytes.windows(marker.len()).any(|w| w == marker.as_bytes()) {
                found.push(format!("{marker} in {}", path.display()));
            }
        }
    }
    found
}

#[test]
fn no_file_of_the_store_has_personal_text_at_any_time() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let store = opened.store;
    let filed = store
        .file(vec![marked(), marked(), marked()], stamp())
        .expect("file");
    store.rate(br#"{"satisfaction":1}"#.to_vec()).expect("rate");
    assert_eq!(markers_in(folder.path()), [""; 0], "waiting");
    let body = store.body(&filed[0].key).expect("body");
    assert!(
        body.windows(18).any(|w| w == MARKERS[0].as_bytes()),
        "the search works"
    );

    let refusal = Answer::Rejected(Rejection {
        code: "DUPLICATE".into(),
        detail: MARKERS[3].into(),
    });
    let mut acceptance = accepted();
    if let Answer::Accepted(a) = &mut acceptance {
        a.query_code = "87654321".into();
    }
    store
        .record(&filed[0].key, &acceptance, attempt())
        .expect("record");
    store
        .record(&filed[1].key, &refusal, attempt())
        .expect("record");
    assert_eq!(markers_in(folder.path()), [""; 0], "answered");
    let list = store.list(9).expect("list");
    assert_eq!(
        list[1].rejection.as_ref().expect("rejection").detail,
        MARKERS[3]
    );
    assert_eq!(
        list[2].acceptance.as_ref().expect("acceptance").query_code,
        "87654321"
    );
    store.tidy().expect("tidy");
    drop(store);
    assert_eq!(markers_in(folder.path()), [""; 0], "closed");
}

/// What an attacker has who keeps a copy of everything from before the acceptance except the key slots of today.
#[test]
fn an_accepted_case_cannot_be_read_from_yesterdays_database() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let filed = store.file(vec![marked(), marked()], stamp()).expect("file");
    let yesterday = snapshot(folder.path());
    store
        .record(&filed[0].key, &accepted(), attempt())
        .expect("record");
    store.tidy().expect("tidy");
    for name in ["store.db.keys", "store.db.key"] {
        fs::copy(folder.path().join(name), yesterday.path().join(name)).expect("copy");
    }
    let old = open(yesterday.path()).store;
    let gone = StoreFault::Unreadable {
        key: filed[0].key.0.clone(),
        why: SealFault::Forged,
    };
    assert_eq!(old.body(&filed[0].key), Err(gone));
    assert!(old.body(&filed[1].key).is_ok(), "what waits is still there");
}

#[test]
fn keys_are_destroyed_in_quiet_moments_and_after_many_acceptances() {
    let folder = tempfile::tempdir().expect("folder");
    // Behind the header of 128 bytes, which every filing writes.
    let slots = || {
        let mut file = fs::read(folder.path().join("store.db.keys")).expect("keys");
        file.split_off(128)
    };
    let store = open(folder.path()).store;
    let before = slots();
    for _ in 0..15 {
        let key = &store.file(vec![draft("1")], stamp()).expect("file")[0].key;
        store.record(key, &accepted(), attempt()).expect("record");
    }
    store.counts().expect("the writer is through");
    assert_eq!(slots(), before, "not yet worth a flush");
    let key = &store.file(vec![draft("1")], stamp()).expect("file")[0].key;
    store.record(key, &accepted(), attempt()).expect("record");
    store.counts().expect("the writer is through");
    assert_ne!(slots(), before);
    drop(store);

    let mut config = config(folder.path());
    config.tidy_after = std::time::Duration::ZERO;
    let store = Store::open(config).expect("open").store;
    let key = &store.file(vec![draft("1")], stamp()).expect("file")[0].key;
    let before = slots();
    store.record(key, &accepted(), attempt()).expect("record");
    let until = Instant::now() + std::time::Duration::from_secs(30);
    while slots() == before {
        assert!(Instant::now() < until, "it does not tidy up by itself");
        std::thread::yield_now();
    }
}

#[test]
fn a_row_of_a_newer_algorithm_is_a_fault_of_that_row_only() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let filed = opened
        .store
        .file(vec![draft("1"), draft("2")], stamp())
        .expect("file");
    drop(opened);
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    db.execute("UPDATE bodies SET alg = 2 WHERE case_id = 1", [])
        .expect("update");
    drop(db);
    let store = open(folder.path()).store;
    let unknown = StoreFault::Unreadable {
        key: filed[0].key.0.clone(),
        why: SealFault::UnknownAlgorithm(2),
    };
    assert_eq!(store.body(&filed[0].key), Err(unknown));
    assert!(store.body(&filed[1].key).is_ok());
    assert!(store.file(vec![draft("3")], stamp()).is_ok());
}

#[test]
fn a_row_under_another_number_does_not_authenticate() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let filed = opened
        .store
        .file(vec![draft("1"), draft("2")], stamp())
        .expect("file");
    drop(opened);
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    db.execute_batch(
        "UPDATE bodies SET case_id = 9 WHERE case_id = 1; UPDATE bodies SET case_id = 1 WHERE case_id = 2;
         UPDATE bodies SET case_id = 2 WHERE case_id = 9;",
    )
    .expect("update");
    drop(db);
    let store = open(folder.path()).store;
    for one in &filed {
        assert!(matches!(
            store.body(&one.key),
            Err(StoreFault::Unreadable {
                why: SealFault::Forged,
                ..
            })
        ));
    }
}
