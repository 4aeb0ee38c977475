mod answers;
mod attachments;
mod backlog;
mod damage;
mod doubt;
mod frozen;
mod keys;
mod prints;
mod refused;
mod rows;
mod sealing;
mod settled;
mod size;
mod start;
mod twice;

use std::fs;
use std::path::Path;

use super::*;
use crate::case::{
    Acceptance, BundlePart, ClockClass, Digest, FilingNumber, Machine, ParkCause, Rejection,
    RetryCause, SEQ_LAST, sample,
};
use serde_json::json;

fn machine() -> Machine {
    Machine::parse("00042").expect("machine")
}

fn config(folder: &Path) -> Config {
    Config::new(folder.join("store.db"), machine())
}

fn open(folder: &Path) -> Opened {
    Store::open(config(folder)).expect("open")
}

fn stamp() -> Stamp {
    Stamp {
        wall_rfc3339: None,
        clock_class: ClockClass::Unknown,
        boot_id: "boot".into(),
        monotonic_ms: 1,
    }
}

fn attempt() -> Attempt {
    Attempt {
        at: stamp(),
        http_status: Some(201),
        server_date: None,
        problem: None,
    }
}

fn draft(cert_no: &str) -> Draft {
    let mut draft = sample::draft(cert_no);
    draft.form = json!({"note": "x".repeat(500)}).into();
    draft
}

fn accepted() -> Answer {
    Answer::Accepted(Acceptance {
        sblsh: "S1".into(),
        sblsh_short: "s1".into(),
        query_code: "12345678".into(),
        accepted_at: "2026-11-22T09:30:00+08:00".into(),
        promise_until: None,
    })
}

fn retry() -> Answer {
    Answer::Retry {
        why: RetryCause::TimedOut,
        retry_after_s: None,
    }
}

#[test]
fn a_filed_case_is_there_after_reopening() {
    let folder = tempfile::tempdir().expect("folder");
    let first = open(folder.path());
    assert!(first.fresh && first.set_aside.is_none());
    let filed = first
        .store
        .file(vec![draft("999999000000000001")], stamp())
        .expect("file");
    drop(first);
    let again = open(folder.path());
    assert!(!again.fresh);
    let body = again.store.body(&filed[0].key).expect("body");
    assert_eq!(Digest::of(&body), filed[0].digest);
    let waiting = again.store.waiting(0, 9).expect("waiting");
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].key, filed[0].key);
    assert_eq!(
        (waiting[0].seq, waiting[0].person),
        (filed[0].seq, filed[0].person)
    );
    assert!(FilingNumber::parse(&filed[0].filing_number.0).is_ok());
}

#[test]
fn a_bundle_is_filed_whole_or_not_at_all() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let part = |position| {
        let mut part = draft("999999000000000001");
        part.bundle = Some(BundlePart {
            id: String::new(),
            parent_code: "P".into(),
            parent_name: "一件事".into(),
            position,
            of: 2,
        });
        part
    };
    let mut huge = part(2);
    huge.form = json!({"note": "x".repeat(crate::case::BODY_LIMIT)}).into();
    assert_eq!(
        store.file(vec![part(1), huge], stamp()),
        Err(StoreFault::TooLarge)
    );
    assert_eq!(store.counts().expect("counts"), Counts::default());
    let too_many = vec![draft("1"); BUNDLE_LIMIT + 1];
    assert_eq!(store.file(too_many, stamp()), Err(StoreFault::TooLarge));

    let filed = store.file(vec![part(1), part(2)], stamp()).expect("file");
    assert_eq!(filed[1].seq, filed[0].seq + 1);
    for one in &filed {
        let body: serde_json::Value =
            serde_json::from_slice(&store.body(&one.key).expect("body")).expect("json");
        assert_eq!(body["bundle"]["id"], filed[0].filing_number.0);
        assert_eq!(body["idempotency_key"], one.key.0);
    }
    assert!(filed[0].filing_number.0.contains("-000001-"), "no gap");
}

#[test]
fn one_person_has_one_token_and_another_store_another() {
    let folders = [(); 2].map(|()| tempfile::tempdir().expect("folder"));
    let [one, two] = folders.each_ref().map(|folder| {
        let drafts = vec![draft("1"), draft("1"), draft("2")];
        open(folder.path())
            .store
            .file(drafts, stamp())
            .expect("file")
    });
    assert_eq!(one[0].person, one[1].person);
    assert_ne!(one[0].person, one[2].person);
    assert_ne!(one[0].person, two[0].person);
}

#[test]
fn after_the_last_number_comes_a_new_epoch() {
    let folder = tempfile::tempdir().expect("folder");
    open(folder.path())
        .store
        .file(vec![draft("1")], stamp())
        .expect("file");
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    db.execute("UPDATE epochs SET first = 3 - ?1", [SEQ_LAST])
        .expect("update");
    // The case that is there becomes the one that such an epoch has in this row.
    db.execute(
        "UPDATE cases SET key = substr(key, 1, 9) || (?1 - 1) || substr(key, 16)",
        [SEQ_LAST],
    )
    .expect("update");
    drop(db);
    let store = open(folder.path()).store;
    let last = &store.file(vec![draft("1")], stamp()).expect("file")[0];
    let next = &store.file(vec![draft("1")], stamp()).expect("file")[0];
    assert!(last.filing_number.0.contains("-999999-"));
    assert!(next.filing_number.0.contains("-000001-"));
    assert_ne!(last.filing_number.0[6..8], next.filing_number.0[6..8]);
    assert_eq!(next.seq, last.seq + 1);
}

#[test]
fn ratings_wait_and_go() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let key = store.rate(br#"{"satisfaction":1}"#.to_vec()).expect("rate");
    store.rate(b"{}".to_vec()).expect("rate");
    assert_eq!(
        store.rate(vec![b' '; RATING_LIMIT + 1]),
        Err(StoreFault::TooLarge)
    );
    assert_eq!(
        store.body(&key).expect("body")[..],
        br#"{"satisfaction":1}"#[..]
    );
    let waiting = store.ratings_waiting().expect("waiting");
    assert_eq!((waiting.len(), &waiting[0].key), (2, &key));
    assert_ne!(waiting[0].person, waiting[1].person);
    assert_eq!(store.record_rating(&key, &retry()), Ok(CaseState::Sending));
    assert_eq!(
        store.record_rating(&key, &accepted()),
        Ok(CaseState::Accepted)
    );
    assert_eq!(store.body(&key), Err(StoreFault::NotFound));
    assert_eq!(store.counts().expect("counts").ratings_waiting, 1);
}
