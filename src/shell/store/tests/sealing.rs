//! What is personal is not in the files, and a key of another machine opens nothing.

use std::os::unix::fs::PermissionsExt;
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

#[test]
fn a_store_of_another_key_is_set_aside_and_not_lost() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let filed = opened
        .store
        .file(vec![marked(), draft("2")], stamp())
        .expect("file");
    opened
        .store
        .record(&filed[1].key, &accepted(), attempt())
        .expect("record");
    drop(opened);
    let key = folder.path().join("store.db.key");
    let right = fs::read(&key).expect("key");

    fs::write(&key, [7; 32]).expect("write");
    let opened = open(folder.path());
    assert_eq!(
        (opened.fresh, opened.fault),
        (true, Some(StoreFault::WrongKey))
    );
    let aside = opened.set_aside.expect("aside");
    assert_eq!(opened.salvaged, 1, "only what has nothing personal");
    assert!(opened.store.file(vec![draft("3")], stamp()).is_ok());
    drop(opened.store);
    assert_eq!(fs::read(&key).expect("key"), [7; 32], "never overwritten");

    // With the right key the store that was set aside is whole.
    let again = tempfile::tempdir().expect("folder");
    for (ending, name) in [("", "store.db"), (".keys", "store.db.keys")] {
        let from = format!("{}{ending}", aside.display());
        fs::copy(from, again.path().join(name)).expect("copy");
    }
    fs::write(again.path().join("store.db.key"), right).expect("write");
    fs::set_permissions(
        again.path().join("store.db.key"),
        fs::Permissions::from_mode(0o600),
    )
    .expect("mode");
    let store = open(again.path()).store;
    assert!(store.body(&filed[0].key).is_ok());
}

#[test]
fn a_missing_key_is_made_anew_and_the_store_set_aside() {
    let folder = tempfile::tempdir().expect("folder");
    drop(open(folder.path()));
    let key = folder.path().join("store.db.key");
    let old = fs::read(&key).expect("key");
    fs::remove_file(&key).expect("remove");
    let opened = open(folder.path());
    assert_eq!(opened.fault, Some(StoreFault::WrongKey));
    drop(opened);
    let new = fs::read(&key).expect("key");
    assert!(new.len() == 32 && new != old);
    assert!(open(folder.path()).fault.is_none());
    // Cut short: kept under another name, like the store.
    fs::write(&key, b"short").expect("write");
    assert_eq!(open(folder.path()).fault, Some(StoreFault::WrongKey));
    let kept = fs::read(folder.path().join("store.db.key.aside-1")).expect("kept");
    assert_eq!(kept, b"short");
}

#[test]
fn a_tool_without_the_key_changes_nothing() {
    let folder = tempfile::tempdir().expect("folder");
    drop(open(folder.path()));
    let tool = || {
        let mut config = config(folder.path());
        config.only_if_whole = true;
        Store::open(config).map(|_| ())
    };
    assert_eq!(tool(), Ok(()));
    let names = || {
        let mut names: Vec<_> = fs::read_dir(folder.path())
            .expect("folder")
            .map(|entry| entry.expect("entry").file_name())
            .collect();
        names.sort();
        names
    };
    let key = folder.path().join("store.db.key");
    let right = fs::read(&key).expect("key");
    fs::write(&key, [7; 32]).expect("write");
    let before = names();
    assert_eq!(tool(), Err(StoreFault::WrongKey));
    assert_eq!(names(), before);
    fs::remove_file(&key).expect("remove");
    assert!(matches!(tool(), Err(StoreFault::KeyUnfit { .. })));
    assert!(!key.exists());
    fs::write(&key, right).expect("write");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("mode");
    assert!(!open(folder.path()).fresh, "the store is as it was");
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let folder = tempfile::tempdir().expect("folder");
    drop(open(folder.path()));
    let key = folder.path().join("store.db.key");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).expect("mode");
    let fault = Store::open(config(folder.path()))
        .map(|_| ())
        .expect_err("refused");
    assert!(matches!(fault, StoreFault::KeyUnfit { .. }));
    assert!(fault.to_string().contains("0600"), "{fault}");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).expect("mode");
    assert!(!open(folder.path()).fresh, "nothing happened to the store");
}

#[test]
fn a_credential_comes_before_the_file() {
    let folder = tempfile::tempdir().expect("folder");
    let credential = folder.path().join("store-key");
    fs::write(&credential, [9; 32]).expect("write");
    let with = || {
        let mut config = config(folder.path());
        config.key.credential = Some(credential.clone());
        config
    };
    let opened = Store::open(with()).expect("open");
    let key = opened.store.file(vec![draft("1")], stamp()).expect("file")[0]
        .key
        .clone();
    drop(opened);
    assert!(!folder.path().join("store.db.key").exists());
    assert!(Store::open(with()).expect("open").store.body(&key).is_ok());
    fs::write(&credential, [9; 31]).expect("write");
    let fault = Store::open(with()).map(|_| ()).expect_err("refused");
    assert!(matches!(fault, StoreFault::KeyUnfit { .. }));
}
