//! The store is set aside: its attachments stay, and go with their cases when these were taken over.

use super::*;

fn damage(folder: &Path) {
    let path = folder.join("store.db");
    let mut bytes = fs::read(&path).expect("read");
    // The page of the table of epochs: what is in it is known from the cases, too.
    let db = rusqlite::Connection::open(&path).expect("sqlite");
    let page: usize = db
        .query_row(
            "SELECT rootpage FROM sqlite_schema WHERE name = 'ratings'",
            [],
            |row| row.get(0),
        )
        .expect("page");
    db.execute("UPDATE meta SET clean = 0", []).expect("update");
    drop(db);
    let clean = fs::read(&path).expect("read");
    bytes.copy_from_slice(&clean);
    bytes[(page - 1) * 1024..page * 1024].fill(0xa5);
    fs::write(&path, bytes).expect("write");
}

#[test]
fn a_salvage_takes_the_attachments_over_and_they_go_with_their_cases() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let keys: Vec<Key> = (0..3).map(|_| file(&store, signed("1")).key).collect();
    drop(store);
    let before = files(folder.path());
    damage(folder.path());
    let opened = open(folder.path());
    assert_eq!(opened.salvaged, 3, "{:?}", opened.fault);
    let store = opened.store;
    assert_eq!(files(folder.path()), before, "not written a second time");
    store.verify().expect("every attachment opens");
    assert_eq!(
        read(&store, &keys[2], 0).expect("strokes"),
        STROKES.as_bytes()
    );
    store
        .record(&keys[0], &accepted(), attempt())
        .expect("record");
    store.tidy().expect("tidy");
    assert_eq!(files(folder.path()).len(), 4);
    drop(store);
    drop(open(folder.path()));
    assert_eq!(files(folder.path()).len(), 4);
}

/// The files of a store that was set aside and not taken over stay for the day when it is.
#[test]
fn files_of_a_store_set_aside_are_not_swept() {
    let folder = tempfile::tempdir().expect("folder");
    let name = |name: &str| folder.path().join(name);
    let store = open(folder.path()).store;
    file(&store, signed("1"));
    drop(store);
    let before = files(folder.path());
    let orphan = Digest::of(b"orphan").hex();
    let path = |name: &str| folder.path().join("store.db.objects").join(name);
    fs::write(path(&orphan), b"x").expect("write");
    fs::write(path("03.part"), b"x").expect("write");
    fs::rename(name("store.db.key"), name("away")).expect("rename");
    let opened = open(folder.path());
    assert_eq!(
        (opened.fault.clone(), opened.salvaged),
        (Some(StoreFault::WrongKey), 0)
    );
    drop(opened);
    assert_eq!(files(folder.path()), before, "the orphan alone went");

    // Nothing can be read of this one: any file may be its.
    fs::write(path(&orphan), b"x").expect("write");
    fs::write(path("04.part"), b"x").expect("write");
    fs::write(name("store.db.aside-2"), [0xa5; 5000]).expect("write");
    drop(open(folder.path()));
    assert_eq!(
        files(folder.path()).len(),
        before.len() + 1,
        "the part alone went"
    );
}
