//! What an older firmware or damage left open between a refused case and its correction is brought to an end at the start.

use super::*;
use crate::case::Rejection;

const WHO: &str = "999999000000000001";

/// A store with a refused case and the correction that waits; their keys.
fn corrected(folder: &Path) -> (Key, Key) {
    let store = open(folder).store;
    let old = store.file(vec![draft(WHO)], stamp()).expect("file");
    let refusal = Answer::Rejected(Rejection {
        code: "NOT_ELIGIBLE".into(),
        detail: "年龄不符".into(),
    });
    let refusal = store.record(&old[0].key, &refusal, attempt());
    refusal.expect("record");
    let mut draft = draft(WHO);
    draft.corrects = Some(store.refused("10", &WHO.into()).expect("told")[0].correction());
    let new = store.file(vec![draft], stamp()).expect("file");
    (old[0].key.clone(), new[0].key.clone())
}

fn change(folder: &Path, sql: &str) {
    let db = rusqlite::Connection::open(folder.join("store.db")).expect("sqlite");
    db.execute_batch(sql).expect(sql);
}

fn told(store: &Store) -> usize {
    store.refused("10", &WHO.into()).expect("read").len()
}

#[test]
fn a_correction_that_an_older_firmware_had_accepted_erases_what_it_corrects() {
    let folder = tempfile::tempdir().expect("folder");
    let (old, _) = corrected(folder.path());
    // As a firmware before corrections keeps an acceptance: its own row, and nothing else.
    change(
        folder.path(),
        "UPDATE cases SET state = 'accepted', person = NULL WHERE id = 2;
         DELETE FROM bodies WHERE case_id = 2; UPDATE meta SET clean = 0",
    );
    let store = open(folder.path()).store;
    assert_eq!(store.body(&old), Err(StoreFault::NotFound), "erased");
    let row = store.case(&old).expect("row");
    assert_eq!(row.rejection.expect("refused").detail, "");
    assert_eq!(told(&store), 0);
    store.verify().expect("sound");
}

#[test]
fn a_correction_that_is_lost_is_asked_for_again() {
    let folder = tempfile::tempdir().expect("folder");
    let (old, new) = corrected(folder.path());
    assert_eq!(told(&open(folder.path()).store), 0, "the correction waits");
    change(
        folder.path(),
        "DELETE FROM cases WHERE id = 2; DELETE FROM bodies WHERE case_id = 2; UPDATE meta SET clean = 0",
    );
    // A store that waits for its key may have it.
    let other = tempfile::tempdir().expect("folder");
    let filed = open(other.path()).store.file(vec![draft("2")], stamp());
    filed.expect("file");
    let aside = |ending: &str| folder.path().join(format!("store.db.aside-1{ending}"));
    for ending in ["", ".keys"] {
        let from = other.path().join(format!("store.db{ending}"));
        fs::copy(from, aside(ending)).expect("copy");
    }
    let locked = aside(".locked");
    fs::write(&locked, "").expect("write");
    assert_eq!(told(&open(folder.path()).store), 0, "perhaps it waits");
    fs::remove_file(locked).expect("remove");
    let store = open(folder.path()).store;
    assert_eq!(store.case(&new), Err(StoreFault::NotFound));
    assert_eq!(told(&store), 1);
    assert!(store.body(&old).is_ok());
}
