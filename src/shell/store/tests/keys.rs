//! The machine's key is wrong, missing or something else: the machine starts, and nothing that can be read is lost.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::*;

fn key_of(folder: &Path) -> PathBuf {
    folder.join("store.db.key")
}

fn put_key(folder: &Path, bytes: &[u8]) {
    fs::write(key_of(folder), bytes).expect("write");
    fs::set_permissions(key_of(folder), fs::Permissions::from_mode(0o600)).expect("mode");
}

fn keys_waiting(store: &Store) -> Vec<Key> {
    let waiting = store.waiting(0, 99).expect("waiting");
    waiting.into_iter().map(|one| one.key).collect()
}

/// A store with three cases that wait and one that was accepted.
fn filled(folder: &Path) -> Vec<Filed> {
    let store = open(folder).store;
    let drafts = vec![draft("1"), draft("2"), draft("3"), draft("4")];
    let filed = store.file(drafts, stamp()).expect("file");
    store
        .record(&filed[3].key, &accepted(), attempt())
        .expect("record");
    filed
}

#[test]
fn cases_of_another_key_come_back_with_it_once() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    let right = fs::read(key_of(folder.path())).expect("key");

    put_key(folder.path(), &[7; 32]);
    let opened = open(folder.path());
    assert_eq!(
        (opened.fresh, &opened.fault),
        (true, &Some(StoreFault::WrongKey))
    );
    assert!(opened.set_aside.is_some());
    assert_eq!(
        (opened.salvaged, opened.lost, opened.returned),
        (1, 0, 0),
        "only what has nothing personal"
    );
    let between = opened.store.file(vec![draft("5")], stamp()).expect("file");
    assert!(between[0].seq > filed[3].seq, "order goes on");
    drop(opened);
    assert_eq!(open(folder.path()).returned, 0, "no key, no case");
    assert_eq!(
        fs::read(key_of(folder.path())).expect("key"),
        [7; 32],
        "never overwritten"
    );

    put_key(folder.path(), &right);
    let opened = open(folder.path());
    assert_eq!(opened.fault, Some(StoreFault::WrongKey));
    assert_eq!(opened.returned, 3);
    let waiting: Vec<Key> = filed[..3].iter().map(|one| one.key.clone()).collect();
    assert_eq!(keys_waiting(&opened.store), waiting, "same keys, in order");
    for one in &filed[..3] {
        let body = opened.store.body(&one.key).expect("body");
        assert_eq!(Digest::of(&body), one.digest);
    }
    opened.store.verify().expect("sound");
    let list = opened.store.list(9).expect("list");
    let code = list.iter().find(|row| row.key == filed[3].key);
    let code = code.and_then(|row| row.acceptance.clone());
    assert_eq!(code.expect("accepted").query_code, "12345678");
    drop(opened);
    // What was filed under the other key waits for that one, and what came back does not come twice.
    let again = open(folder.path());
    assert_eq!((again.returned, &again.set_aside), (0, &None));
    assert_eq!(keys_waiting(&again.store), waiting);
    drop(again);
    put_key(folder.path(), &[7; 32]);
    let opened = open(folder.path());
    assert!(keys_waiting(&opened.store).contains(&between[0].key));
}

#[test]
fn a_key_made_while_the_right_one_was_missing_is_not_forgotten() {
    for bad in [None, Some(&b""[..]), Some(&b"short"[..])] {
        let folder = tempfile::tempdir().expect("folder");
        let filed = filled(folder.path());
        let right = fs::read(key_of(folder.path())).expect("key");
        match bad {
            None => fs::remove_file(key_of(folder.path())).expect("remove"),
            Some(bytes) => put_key(folder.path(), bytes),
        }
        let opened = open(folder.path());
        assert_eq!(opened.fault, Some(StoreFault::WrongKey));
        assert_eq!(opened.troubles.is_empty(), bad.is_none());
        let between = opened.store.file(vec![draft("5")], stamp()).expect("file");
        drop(opened);
        assert!(open(folder.path()).fault.is_none());

        put_key(folder.path(), &right);
        let opened = open(folder.path());
        let mut all: Vec<Key> = filed[..3].iter().map(|one| one.key.clone()).collect();
        all.push(between[0].key.clone());
        assert_eq!(keys_waiting(&opened.store), all, "{bad:?}");
        opened.store.verify().expect("sound");
    }
}

#[test]
fn whatever_lies_in_the_place_of_the_key_the_machine_starts() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    let key = key_of(folder.path());
    let right = fs::read(&key).expect("key");
    fs::remove_file(&key).expect("remove");
    fs::create_dir(&key).expect("folder");
    let opened = open(folder.path());
    assert_eq!(opened.troubles, ["key-unfit"]);
    assert!(opened.store.file(vec![draft("5")], stamp()).is_ok());
    drop(opened);
    put_key(folder.path(), &right);
    let opened = open(folder.path());
    assert!(keys_waiting(&opened.store).contains(&filed[0].key));
}

#[test]
fn a_key_that_others_may_read_is_made_private_and_told() {
    let folder = tempfile::tempdir().expect("folder");
    drop(open(folder.path()));
    let key = key_of(folder.path());
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("mode");
    let opened = open(folder.path());
    assert_eq!(opened.troubles, ["key-exposed"]);
    assert!(!opened.fresh, "nothing happened to the store");
    let mode = fs::metadata(&key).expect("key").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    drop(opened);
    assert!(open(folder.path()).troubles.is_empty());
}

type Spoil = fn(&Path);

#[test]
fn without_its_key_slots_the_store_starts_and_tells_what_cannot_be_read() {
    let spoil: [(Spoil, &str); 3] = [
        (
            |slots| fs::remove_file(slots).expect("remove"),
            "slots-missing",
        ),
        (
            |slots| {
                fs::remove_file(slots).expect("remove");
                fs::create_dir(slots).expect("folder");
            },
            "slots-missing",
        ),
        (
            |slots| fs::write(slots, [0xa5; 9000]).expect("write"),
            "slots-damaged",
        ),
    ];
    for (spoil, trouble) in spoil {
        let folder = tempfile::tempdir().expect("folder");
        let filed = filled(folder.path());
        spoil(&folder.path().join("store.db.keys"));
        let opened = open(folder.path());
        assert_eq!(opened.troubles, [trouble]);
        let store = opened.store;
        assert_eq!(
            keys_waiting(&store).len(),
            3,
            "each is parked when it is sent"
        );
        let gone = store.body(&filed[0].key).expect_err("its key is gone");
        assert!(matches!(gone, StoreFault::Unreadable { .. }), "{gone}");
        assert!(store.case(&filed[3].key).is_ok());
        let new = &store.file(vec![draft("5")], stamp()).expect("file")[0];
        assert!(store.body(&new.key).is_ok());
    }
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
    let key = key_of(folder.path());
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
    // One that cannot be used: the machine goes on with a key of its own, and the cases wait.
    fs::write(&credential, [9; 31]).expect("write");
    let opened = Store::open(with()).expect("open");
    assert_eq!(opened.troubles, ["key-unfit"]);
    drop(opened);
    fs::write(&credential, [9; 32]).expect("write");
    let opened = Store::open(with()).expect("open");
    assert_eq!(opened.returned, 1);
    assert!(opened.store.body(&key).is_ok());
    drop(opened);
    let mut tool = with();
    tool.only_if_whole = true;
    fs::write(&credential, [9; 31]).expect("write");
    let fault = Store::open(tool).map(|_| ()).expect_err("refused");
    assert!(matches!(fault, StoreFault::KeyUnfit { .. }));
}

#[test]
fn the_last_copy_that_can_be_read_is_taken_before_its_key_is_destroyed() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    let right = fs::read(key_of(folder.path())).expect("key");
    put_key(folder.path(), &[7; 32]);
    drop(open(folder.path()));
    let [aside, locked] =
        ["keys", "locked"].map(|ending| folder.path().join(format!("store.db.aside-1.{ending}")));
    let keys = fs::read(&aside).expect("keys");
    put_key(folder.path(), &right);
    assert_eq!(open(folder.path()).returned, 3);
    assert!(!locked.exists());
    let left = || fs::read(&aside).expect("keys");
    assert!(left() != keys, "copies are destroyed");

    // As if the power had gone before that, and then the store's own keys were lost.
    fs::write(&aside, &keys).expect("write");
    fs::write(&locked, "").expect("write");
    fs::remove_file(folder.path().join("store.db.keys")).expect("remove");
    let opened = open(folder.path());
    for one in &filed[..3] {
        assert!(opened.store.body(&one.key).is_ok(), "taken from the copy");
    }
    assert!(left() != keys, "and the copy is destroyed now");
    opened.store.verify().expect("sound");
}

#[test]
fn cases_come_back_with_their_key_even_if_nothing_says_whose_they_are() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    let path = folder.path().join("store.db");
    let db = rusqlite::Connection::open(&path).expect("sqlite");
    let sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'meta'";
    let page: usize = db.query_row(sql, [], |row| row.get(0)).expect("there");
    drop(db);
    let mut bytes = fs::read(&path).expect("read");
    bytes[(page - 1) * 1024..page * 1024].fill(0xff);
    fs::write(&path, bytes).expect("write");
    let right = fs::read(key_of(folder.path())).expect("key");
    put_key(folder.path(), &[7; 32]);
    let opened = open(folder.path());
    assert_eq!((opened.salvaged, opened.lost), (0, 0), "all wait");
    drop(opened);
    put_key(folder.path(), &right);
    let opened = open(folder.path());
    assert_eq!(opened.returned, 4);
    for one in &filed[..3] {
        assert!(opened.store.body(&one.key).is_ok());
    }
}

#[test]
fn a_case_without_its_body_is_taken_from_the_copy_too() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    let copies = ["", ".keys"].map(|ending| {
        let bytes = fs::read(folder.path().join(format!("store.db{ending}"))).expect("read");
        (
            folder.path().join(format!("store.db.aside-1{ending}")),
            bytes,
        )
    });
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    db.execute_batch("DELETE FROM bodies WHERE case_id = 2")
        .expect("gone");
    drop(db);
    for (path, bytes) in &copies {
        fs::write(path, bytes).expect("write");
    }
    fs::write(folder.path().join("store.db.aside-1.locked"), "").expect("write");
    let store = open(folder.path()).store;
    assert!(store.body(&filed[1].key).is_ok());
    assert_eq!(keys_waiting(&store).len(), 3);
    assert!(
        fs::read(&copies[1].0).expect("keys") != copies[1].1,
        "destroyed"
    );
    store.verify().expect("sound");
}
