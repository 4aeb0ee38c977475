//! The disk fails at the very commit of a filing: what is said is true, and nothing is filed twice.

use rusqlite::{Transaction, ffi};

use super::super::writer::Commit;
use super::*;
use crate::case::BundlePart;

fn failed() -> rusqlite::Error {
    rusqlite::Error::SqliteFailure(ffi::Error::new(ffi::SQLITE_IOERR_FSYNC), None)
}

fn taken_back(transaction: Transaction<'_>) -> rusqlite::Result<()> {
    transaction.rollback()?;
    Err(failed())
}

fn kept(transaction: Transaction<'_>) -> rusqlite::Result<()> {
    transaction.commit()?;
    Err(failed())
}

/// After this the connection writes nothing more, as on a dead disk.
fn taken_back_and_dead(transaction: Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch("ROLLBACK; PRAGMA query_only=ON")?;
    Err(failed())
}

fn kept_and_dead(transaction: Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute_batch("COMMIT; PRAGMA query_only=ON")?;
    Err(failed())
}

fn whole(transaction: Transaction<'_>) -> rusqlite::Result<()> {
    transaction.commit()
}

/// Commits go this way from now on; a file system `vfs` that is not there stands for a disk that cannot be opened.
fn commit_by(store: &Store, commit: Commit, vfs: Option<&str>) {
    let vfs = vfs.map(str::to_owned);
    store
        .tell(move |desk| {
            desk.commit = commit;
            desk.place.vfs = vfs;
        })
        .expect("writer");
}

fn doubled(folder: &Path) -> usize {
    let store = open(folder).store;
    store.verify().expect("sound");
    store.list(99).expect("list").len()
}

#[test]
fn a_commit_that_was_taken_back_is_not_filed_and_its_log_is_buried() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let store = opened.store;
    let salt = || fs::read(folder.path().join("store.db-wal")).expect("log")[16..24].to_vec();
    store.file(vec![draft("1")], stamp()).expect("file");
    let before = salt();
    commit_by(&store, taken_back, None);
    let fault = store.file(vec![draft("2")], stamp()).expect_err("disk");
    assert!(matches!(fault, StoreFault::Io(_)), "{fault:?}");
    assert_ne!(
        salt(),
        before,
        "what lay in the log can never be taken up again"
    );
    commit_by(&store, whole, None);
    let next = store.file(vec![draft("2")], stamp()).expect("file");
    assert!(next[0].filing_number.0.contains("-000002-"), "no gap");
    drop(store);
    assert_eq!(doubled(folder.path()), 2);
}

#[test]
fn a_commit_that_was_kept_is_filed() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    commit_by(&store, kept, None);
    let filed = store
        .file(vec![draft("1"), draft("2")], stamp())
        .expect("filed");
    assert_eq!(filed.len(), 2);
    assert!(store.body(&filed[1].key).is_ok());
    drop(store);
    assert_eq!(doubled(folder.path()), 2);
}

#[test]
fn a_dead_disk_leaves_a_doubt_and_the_same_drafts_are_filed_once() {
    for (commit, there) in [
        (taken_back_and_dead as Commit, false),
        (kept_and_dead as Commit, true),
    ] {
        let folder = tempfile::tempdir().expect("folder");
        let store = open(folder.path()).store;
        store.file(vec![draft("0")], stamp()).expect("file");
        commit_by(&store, commit, Some("no such disk"));
        // A bundle, whose number is not known before it is filed.
        let part = |position: u8| {
            let mut draft = draft(&position.to_string());
            draft.bundle = Some(BundlePart {
                id: String::new(),
                parent_code: "P1".into(),
                parent_name: "一件事".into(),
                position,
                of: 2,
            });
            draft
        };
        let drafts = || vec![part(1), part(2)];
        let doubt = |fault| assert!(matches!(fault, StoreFault::InDoubt(_)), "{fault:?}");
        doubt(store.file(drafts(), stamp()).expect_err("disk"));
        doubt(
            store
                .file(vec![draft("3")], stamp())
                .expect_err("nothing else before it"),
        );
        assert!(store.counts().is_err(), "the disk is still gone");

        commit_by(&store, whole, None);
        let later = Stamp {
            monotonic_ms: 99,
            ..stamp()
        };
        let filed = store.file(drafts(), later).expect("file");
        let body: serde_json::Value =
            serde_json::from_slice(&store.body(&filed[1].key).expect("body")).expect("json");
        assert_eq!(
            body["clock"]["monotonic_ms"], 1,
            "the bytes of the first time, {there}"
        );
        assert_eq!(body["bundle"]["id"], filed[0].filing_number.0);
        assert_eq!(filed[1].filing_number.0[9..15], *"000003");
        let next = store.file(vec![draft("3")], stamp()).expect("file");
        assert_eq!(next[0].seq, filed[1].seq + 1);
        drop(store);
        assert_eq!(doubled(folder.path()), 4);
    }
}

#[test]
fn other_drafts_end_a_doubt() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    commit_by(&store, taken_back_and_dead, Some("no such disk"));
    store.file(vec![draft("1")], stamp()).expect_err("disk");
    commit_by(&store, whole, None);
    let filed = store.file(vec![draft("2")], stamp()).expect("file");
    assert!(filed[0].filing_number.0.contains("-000001-"));
    drop(store);
    assert_eq!(doubled(folder.path()), 1);
}

#[test]
fn an_answer_whose_commit_failed_is_entered_again() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let filed = store
        .file(vec![draft("1"), draft("2")], stamp())
        .expect("file");
    for (commit, key) in [(taken_back as Commit, &filed[0].key), (kept, &filed[1].key)] {
        commit_by(&store, commit, None);
        store.record(key, &accepted(), attempt()).expect_err("disk");
        commit_by(&store, whole, None);
        assert_eq!(
            store.record(key, &accepted(), attempt()),
            Ok(CaseState::Accepted)
        );
    }
    drop(store);
    let store = open(folder.path()).store;
    let counts = store.counts().expect("counts");
    assert_eq!((counts.accepted, counts.waiting), (2, 0));
    store.verify().expect("sound");
}
