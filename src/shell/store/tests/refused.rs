//! A refused case is found by its person's card, until it is settled; what is settled by a correction is erased.

use super::super::place::Place;
use super::super::refused::OPEN;
use super::super::schema;
use super::damage::snapshot;
use super::*;
use crate::case::{Content, Correction, FilingDate, Private, Refused};

const WHO: &str = "999999000000000001";

fn refusal(detail: &str) -> Answer {
    Answer::Rejected(Rejection {
        code: "NOT_ELIGIBLE".into(),
        detail: detail.into(),
    })
}

fn filed_at(day: &str) -> Stamp {
    Stamp {
        wall_rfc3339: Some(format!("{day}T10:00:00+08:00")),
        clock_class: ClockClass::Trusted,
        ..stamp()
    }
}

fn answered() -> Draft {
    let mut draft = draft(WHO);
    draft.form = json!({"home": "own"}).into();
    draft.mobile = Some("13800000000".into());
    draft
}

/// Files a case and has it refused.
fn refuse(store: &Store, draft: Draft, day: &str) -> Key {
    let key = store.file(vec![draft], filed_at(day)).expect("file")[0]
        .key
        .clone();
    store
        .record(&key, &refusal("年龄不符"), attempt())
        .expect("record");
    key
}

fn told(store: &Store) -> Vec<Refused> {
    store.refused("10", &WHO.into()).expect("read")
}

fn correcting(old: &Refused) -> Draft {
    let mut draft = answered();
    draft.corrects = Some(old.correction());
    draft
}

#[test]
fn its_person_finds_it_with_everything_that_was_answered() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let key = refuse(&store, answered(), "2026-03-05");
    store.file(vec![answered()], stamp()).expect("waits");
    let list = told(&store);
    assert_eq!(list.len(), 1, "what waits is not refused");
    let found = &list[0];
    assert_eq!(found.key, key);
    assert_eq!(
        found.filing_number,
        store.case(&key).expect("row").filing_number
    );
    assert_eq!(
        (found.code.as_str(), found.detail.reveal()),
        ("NOT_ELIGIBLE", "年龄不符")
    );
    assert_eq!(found.filed.day(), Some((2026, 3, 5)));
    let answers = found.answers.as_ref().expect("answers");
    assert_eq!(answers.form.value(), &json!({"home": "own"}));
    assert_eq!(answers.mobile, Some(Private::new("13800000000")));
    assert!(answers.collect);
    assert_eq!(
        told(&store).len(),
        1,
        "told, and told again while nothing is decided"
    );
}

#[test]
fn nobody_else_finds_it() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    refuse(&store, answered(), "2026-03-05");
    for (kind, number) in [
        ("11", WHO),
        ("10", "999999000000000002"),
        ("1", "0999999000000000001"),
    ] {
        let found = store.refused(kind, &number.into()).expect("read");
        assert!(found.is_empty(), "{kind} {number}");
    }
}

#[test]
fn the_newest_five_come_first() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let keys: Vec<Key> = (0..7)
        .map(|_| refuse(&store, answered(), "2026-03-05"))
        .collect();
    let found: Vec<Key> = told(&store).into_iter().map(|one| one.key).collect();
    let newest: Vec<Key> = keys.into_iter().rev().take(5).collect();
    assert_eq!(found, newest);
}

#[test]
fn what_was_put_away_is_not_told_again_and_stays() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let key = refuse(&opened.store, answered(), "2026-03-05");
    opened.store.refusal_put_away(&key).expect("put away");
    let cut = snapshot(folder.path());
    let store = open(cut.path()).store;
    assert!(told(&store).is_empty(), "kept over a power cut");
    assert!(store.body(&key).is_ok(), "the office may still need it");
    assert_eq!(
        store.refusal_put_away(&Key("none".into())),
        Err(StoreFault::NotFound)
    );
}

#[test]
fn a_filed_correction_ends_the_telling_in_the_same_commit() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let old = refuse(&store, answered(), "2026-03-05");
    let draft = correcting(&told(&store)[0]);
    let filed = store
        .file(vec![draft], filed_at("2026-03-09"))
        .expect("file");
    let cut = snapshot(folder.path());
    let store = open(cut.path()).store;
    let new = &filed[0].key;
    assert_ne!(*new, old, "a key of its own");
    assert!(told(&store).is_empty());
    assert!(
        store.body(&old).is_ok(),
        "until the platform has the correction"
    );
    let body: serde_json::Value =
        serde_json::from_slice(&store.body(new).expect("body")).expect("json");
    assert_eq!(body["corrects"], old.0);
    assert_eq!(
        body["filing_date"],
        json!({"created_at": "2026-03-05T10:00:00+08:00", "class": "trusted"})
    );
    assert_eq!(body["created_at"], "2026-03-09T10:00:00+08:00");
}

#[test]
fn an_accepted_correction_erases_the_whole_chain_before_it() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let mut signed = answered();
    signed.contents = Content::new("手写签名", b"[[[1,2]]]".to_vec())
        .into_iter()
        .collect();
    let first = refuse(&store, signed, "2026-03-05");
    let files = || std::fs::read_dir(Place::objects_of(&folder.path().join("store.db")));
    assert_eq!(files().expect("folder").count(), 1);
    let second = refuse(&store, correcting(&told(&store)[0]), "2026-03-09");
    let list = told(&store);
    assert_eq!(list.len(), 1, "only the correction is told");
    assert_eq!(list[0].key, second);
    assert_eq!(
        list[0].filed.day(),
        Some((2026, 3, 5)),
        "the first day counts"
    );
    let filed = store
        .file(vec![correcting(&list[0])], filed_at("2026-03-12"))
        .expect("file");
    store
        .record(&filed[0].key, &accepted(), attempt())
        .expect("record");
    for key in [&first, &second] {
        assert_eq!(store.body(key), Err(StoreFault::NotFound), "body gone");
        let row = store.case(key).expect("the number stays");
        assert_eq!(row.state, CaseState::Rejected);
        assert_eq!(row.rejection.expect("refused").detail, "", "reason gone");
    }
    store.verify().expect("sound");
    drop(store);
    assert_eq!(files().expect("folder").count(), 0, "signature gone");
    let store = open(folder.path()).store;
    assert!(told(&store).is_empty());
    assert_eq!(store.counts().expect("counts").rejected, 2);
}

#[test]
fn a_correction_of_what_is_not_here_is_filed_all_the_same() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let waits = store
        .file(vec![answered()], stamp())
        .expect("file")
        .remove(0);
    for key in [
        waits.key.clone(),
        Key("00042-ZZ-000001-AAAAAAAAAAAAAAAA".into()),
    ] {
        let mut draft = answered();
        draft.corrects = Some(Correction {
            key,
            filing_number: waits.filing_number.clone(),
            filing_date: FilingDate {
                wall_rfc3339: None,
                clock_class: ClockClass::Unknown,
            },
        });
        let filed = store.file(vec![draft], stamp()).expect("file");
        store
            .record(&filed[0].key, &accepted(), attempt())
            .expect("record");
    }
    assert!(
        store.body(&waits.key).is_ok(),
        "what waits is nobody's to erase"
    );
    store.verify().expect("sound");
}

#[test]
fn one_damaged_case_is_told_without_answers_and_hides_no_other() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let rotten = refuse(&opened.store, answered(), "2026-03-05");
    let good = refuse(&opened.store, answered(), "2026-03-06");
    drop(opened);
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    db.execute("UPDATE bodies SET body = x'00' WHERE case_id = 1", [])
        .expect("rot");
    drop(db);
    let list = told(&open(folder.path()).store);
    assert_eq!(
        list.iter().map(|one| &one.key).collect::<Vec<_>>(),
        [&good, &rotten]
    );
    assert!(list[0].answers.is_some() && list[1].answers.is_none());
    assert_eq!(
        list[1].filed.day(),
        Some((2026, 3, 5)),
        "the row knows the day"
    );
}

#[test]
fn what_was_decided_is_known_after_a_salvage() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let store = &opened.store;
    let corrected = refuse(store, answered(), "2026-03-05");
    let filed = store
        .file(vec![correcting(&told(store)[0])], stamp())
        .expect("file");
    store
        .record(&filed[0].key, &accepted(), attempt())
        .expect("record");
    let away = refuse(store, answered(), "2026-03-06");
    store.refusal_put_away(&away).expect("put away");
    let open_one = refuse(store, answered(), "2026-03-07");
    drop(opened);
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    db.execute_batch("UPDATE meta SET clean = 0; UPDATE cases SET state = 'odd' WHERE id = 2")
        .expect("damage");
    drop(db);
    let again = open(folder.path());
    assert!(again.set_aside.is_some());
    let found: Vec<Key> = told(&again.store).into_iter().map(|one| one.key).collect();
    assert_eq!(found, [open_one]);
    assert!(again.store.case(&corrected).is_ok(), "its number stays");
    assert!(again.store.body(&away).is_ok());
}

#[test]
fn a_file_of_the_first_version_finds_its_refused_cases() {
    let folder = super::frozen::thawed(1);
    let store = open(folder.path()).store;
    let list = told(&store);
    assert_eq!(list.len(), 1);
    assert_eq!(list[0].detail.reveal(), "已申报");
    let filed = store
        .file(vec![correcting(&list[0])], stamp())
        .expect("file");
    store
        .record(&filed[0].key, &accepted(), attempt())
        .expect("record");
    assert_eq!(store.body(&list[0].key), Err(StoreFault::NotFound));
    store.verify().expect("sound");
    drop(store);
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    let version: u32 = db
        .query_row("SELECT user_version FROM pragma_user_version", [], |row| {
            row.get(0)
        })
        .expect("version");
    assert_eq!(version, schema::CURRENT);
}

#[test]
fn it_is_found_through_an_index_that_holds_nothing_else() {
    let folder = tempfile::tempdir().expect("folder");
    let place = Place {
        path: folder.path().join("store.db"),
        max_pages: 1000,
        vfs: None,
        files: std::sync::Arc::new(files::OsFiles),
    };
    let db = open::connect(&place).expect("connect");
    let mut plan = db
        .prepare(&format!("EXPLAIN QUERY PLAN {OPEN}"))
        .expect("plan");
    let steps: Vec<String> = plan
        .query_map((1, 1), |row| row.get(3))
        .expect("plan")
        .map(|step| step.expect("step"))
        .collect();
    assert_eq!(
        steps,
        [
            "SEARCH cases USING INDEX cases_refused (person=?)",
            "SEARCH bodies USING INTEGER PRIMARY KEY (rowid=?) LEFT-JOIN"
        ]
    );
}
