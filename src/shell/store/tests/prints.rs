//! A receipt is printed once by itself, whatever stops in between.

use std::sync::mpsc::channel;

use rusqlite::{Transaction, ffi};

use super::super::report::Report;
use super::*;
use crate::domain::kiosk::{Claim, PrintOutcome};

fn claim(store: &Store, key: &Key, again: bool) -> Result<Option<Claim>, StoreFault> {
    let (sender, claimed) = channel();
    let then = move |claim| drop(sender.send(claim));
    store
        .claim_print_then(key.clone(), again, stamp(), then)
        .expect("writer");
    claimed.recv().expect("an answer")
}

fn filed(store: &Store) -> Key {
    let mut filed = store.file(vec![draft("1")], stamp()).expect("file");
    filed.remove(0).key
}

/// What the column says, in order of the jobs.
fn outcomes(folder: &Path) -> Vec<Option<String>> {
    let db = rusqlite::Connection::open(folder.join("store.db")).expect("sqlite");
    let mut rows = db
        .prepare("SELECT outcome FROM prints ORDER BY id")
        .expect("prints");
    let rows = rows.query_map([], |row| row.get(0)).expect("rows");
    rows.collect::<Result<_, _>>().expect("outcomes")
}

#[test]
fn once_by_itself_and_then_as_numbered_copies() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let (key, other) = (filed(&store), filed(&store));
    let first = claim(&store, &key, false);
    assert_eq!(first, Ok(Some(Claim { job: 1, copy: 0 })));
    assert_eq!(claim(&store, &key, false), Ok(None), "it may be on paper");
    let copy = claim(&store, &key, true);
    assert_eq!(copy, Ok(Some(Claim { job: 2, copy: 1 })));
    let another = claim(&store, &other, false);
    assert_eq!(another, Ok(Some(Claim { job: 3, copy: 0 })));
}

#[test]
fn what_never_began_is_no_copy() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let key = filed(&store);
    for job in 1..=3 {
        let first = claim(&store, &key, job > 1);
        assert_eq!(first, Ok(Some(Claim { job, copy: 0 })));
        let ended = store.print_ended(job, PrintOutcome::NotStarted);
        ended.expect("writer");
    }
    let whole = claim(&store, &key, true).expect("claim").expect("free");
    assert_eq!((whole.job, whole.copy), (4, 0));
    store
        .print_ended(4, PrintOutcome::Interrupted)
        .expect("writer");
    let copy = claim(&store, &key, true).expect("claim").expect("copy");
    assert_eq!(copy.copy, 1);
}

#[test]
fn a_stop_between_the_claim_and_the_first_byte_prints_nothing_by_itself() {
    let folder = tempfile::tempdir().expect("folder");
    let key = {
        let store = open(folder.path()).store;
        let key = filed(&store);
        claim(&store, &key, false).expect("claim");
        claim(&store, &key, true).expect("claim");
        store.print_ended(2, PrintOutcome::Printed).expect("writer");
        key
    };
    assert_eq!(outcomes(folder.path()), [None, Some("printed".into())]);
    let store = open(folder.path()).store;
    assert_eq!(store.settle_prints(), Ok(1));
    assert_eq!(store.settle_prints(), Ok(0), "once");
    assert_eq!(claim(&store, &key, false), Ok(None));
    let copy = claim(&store, &key, true).expect("claim").expect("copy");
    assert_eq!((copy.job, copy.copy), (3, 2), "numbers go on");
    drop(store);
    let report = Report::open(&folder.path().join("store.db")).expect("report");
    assert_eq!(report.prints().expect("counts"), (3, 2));
}

#[test]
fn a_disk_that_fails_at_the_claim_lets_nothing_be_printed() {
    fn taken_back(transaction: Transaction<'_>) -> rusqlite::Result<()> {
        transaction.rollback()?;
        let error = ffi::Error::new(ffi::SQLITE_IOERR_FSYNC);
        Err(rusqlite::Error::SqliteFailure(error, None))
    }
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let key = filed(&store);
    store.tell(|desk| desk.commit = taken_back).expect("writer");
    claim(&store, &key, false).expect_err("no claim, no byte");
    store
        .tell(|desk| desk.commit = |transaction| transaction.commit())
        .expect("writer");
    let after = claim(&store, &key, false);
    assert_eq!(after, Ok(Some(Claim { job: 1, copy: 0 })));
}
