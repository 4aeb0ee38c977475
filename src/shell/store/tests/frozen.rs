//! Files of every released version are read for ever, and a newer one is left as it is.

use std::os::unix::fs::PermissionsExt;

use super::super::schema;
use super::*;
use crate::case::{Signature, attachments_of};
use crate::domain::kiosk::PrintOutcome;

fn vectors(version: u32) -> std::path::PathBuf {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/store");
    all.join(format!("v{version}"))
}

/// Copies files and folders for nobody but their owner.
fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("folder") {
        let (from, to) = {
            let entry = entry.expect("entry");
            (entry.path(), to.join(entry.file_name()))
        };
        if from.is_dir() {
            fs::create_dir(&to).expect("folder");
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).expect("copy");
            fs::set_permissions(to, fs::Permissions::from_mode(0o600)).expect("mode");
        }
    }
}

/// A copy of the frozen store of a version, as it has to lie on a machine.
pub(super) fn thawed(version: u32) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    copy(&vectors(version), folder.path());
    folder
}

/// One case in each state, in the order of [`CaseState::ALL`], then a rating.
fn fill(store: &Store) {
    let mut drafts = vec![draft("999999000000000001"); 6];
    drafts[0].offline = true;
    let filed = store.file(drafts, stamp()).expect("file");
    store.deadline_passed(&filed[2].key).expect("overdue");
    let refusal = Answer::Rejected(Rejection {
        code: "DUPLICATE".into(),
        detail: "已申报".into(),
    });
    for (n, answer) in [
        (3, accepted()),
        (4, refusal),
        (5, Answer::Parked(ParkCause::KeyReused)),
    ] {
        store
            .record(&filed[n].key, &answer, attempt())
            .expect("record");
    }
    store.rate(br#"{"satisfaction":1}"#.to_vec()).expect("rate");
}

/// What later versions know besides: a signature, and a correction of the refused case.
fn fill_more(store: &Store) {
    let strokes = Signature::new(&[vec![(1.0, 2.0), (3.3, 4.0)]]).expect("signature");
    let signature = strokes.content();
    let mut correction = draft("999999000000000001");
    correction.signature = Some(signature.attachment().digest);
    correction.contents = vec![signature];
    let refused = store.refused("10", &"999999000000000001".into());
    correction.corrects = Some(refused.expect("refused")[0].correction());
    let filed = store.file(vec![correction], stamp()).expect("file");
    for again in [false, true] {
        let key = filed[0].key.clone();
        let claimed = store.claim_print_then(key, again, stamp(), drop);
        claimed.expect("writer");
    }
    store.print_ended(1, PrintOutcome::Printed).expect("writer");
}

fn states(store: &Store) -> Vec<CaseState> {
    let list = store.list(99).expect("list");
    list.into_iter().rev().map(|row| row.state).collect()
}

#[test]
#[ignore = "writes the frozen files of a new version; run once before it is released"]
fn freeze_this_version() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    fill(&opened.store);
    fill_more(&opened.store);
    drop(opened);
    let vectors = vectors(schema::CURRENT);
    fs::create_dir_all(&vectors).expect("folder");
    copy(folder.path(), &vectors);
}

#[test]
fn version_5_keeps_what_was_printed() {
    let folder = thawed(5);
    let opened = open(folder.path());
    assert!(!opened.fresh && opened.set_aside.is_none() && opened.troubles.is_empty());
    let store = opened.store;
    store.verify().expect("sound");
    assert_eq!(store.settle_prints(), Ok(1), "the copy was never proved");
    let key = store.list(1).expect("list")[0].key.clone();
    let (sender, claimed) = std::sync::mpsc::channel();
    let then = move |claim| drop(sender.send(claim));
    let asked = store.claim_print_then(key, true, stamp(), then);
    asked.expect("writer");
    let claim = claimed.recv().expect("answer").expect("written");
    assert_eq!(claim.map(|claim| (claim.job, claim.copy)), Some((3, 2)));
}

#[test]
fn version_4_is_read_and_drained() {
    let folder = thawed(4);
    let opened = open(folder.path());
    assert!(!opened.fresh && opened.set_aside.is_none() && opened.troubles.is_empty());
    let store = opened.store;
    store.verify().expect("every body, file, mark and chain");
    let list = store.list(99).expect("list");
    let (correction, refused) = (&list[0], &list[2]);
    assert_eq!(
        refused.rejection.as_ref().expect("refused").detail,
        "已申报"
    );
    let body = store.body(&correction.key).expect("body");
    let named = attachments_of(&body).expect("attachments");
    let mut object = store.attachment(&correction.key, 0).expect("there");
    assert!(object.holds(&named[0].digest).expect("read"));
    let told = store.refused("10", &"999999000000000001".into());
    assert!(told.expect("read").is_empty(), "its correction waits");
    for waiting in store.waiting(0, 99).expect("waiting") {
        store.body_to_send(&waiting.key).expect("body");
        let kept = store.record(&waiting.key, &accepted(), attempt());
        kept.expect("record");
    }
    assert_eq!(
        store.body(&refused.key),
        Err(StoreFault::NotFound),
        "erased"
    );
    let filed = store.file(vec![draft("2")], stamp()).expect("file");
    assert!(
        filed[0].filing_number.0.contains("-000008-"),
        "its numbers go on"
    );
}

#[test]
fn version_1_is_read_and_drained() {
    let folder = thawed(1);
    let opened = open(folder.path());
    assert!(!opened.fresh && opened.set_aside.is_none());
    let store = opened.store;
    assert_eq!(states(&store), CaseState::ALL);
    store.verify().expect("every body opens");
    let list = store.list(99).expect("list");
    assert_eq!(
        list[1].rejection.as_ref().expect("refused").detail,
        "已申报"
    );
    assert_eq!(
        list[2].acceptance.as_ref().expect("taken").query_code,
        "12345678"
    );
    let counts = store.counts().expect("counts");
    assert_eq!((counts.waiting, counts.ratings_waiting), (3, 1));

    for waiting in store.waiting(0, 99).expect("waiting") {
        let body: serde_json::Value =
            serde_json::from_slice(&store.body_to_send(&waiting.key).expect("body")).expect("json");
        assert_eq!(body["applicant"]["cert_no"], "999999000000000001");
        store
            .record(&waiting.key, &accepted(), attempt())
            .expect("record");
    }
    let rating = store.ratings_waiting().expect("ratings").remove(0).key;
    assert_eq!(
        store.body(&rating).expect("body")[..],
        br#"{"satisfaction":1}"#[..]
    );
    store.record_rating(&rating, &accepted()).expect("record");
    let filed = store.file(vec![draft("2")], stamp()).expect("file");
    assert!(
        filed[0].filing_number.0.contains("-000007-"),
        "its numbers go on"
    );
    drop(store);
    assert_eq!(
        open(folder.path()).store.counts().expect("counts").accepted,
        4
    );
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    let version: u32 = db
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .expect("version");
    assert_eq!(version, schema::CURRENT, "it became a current one");
}

#[test]
fn a_file_of_the_next_version_is_read_written_and_left_at_it() {
    let folder = thawed(1);
    drop(open(folder.path()));
    let newer = schema::CURRENT + 1;
    let path = folder.path().join("store.db");
    let db = rusqlite::Connection::open(&path).expect("sqlite");
    db.execute_batch(&format!(
        "ALTER TABLE cases ADD COLUMN lane INTEGER NOT NULL DEFAULT 7;
         ALTER TABLE bodies ADD COLUMN parts TEXT;
         ALTER TABLE meta ADD COLUMN channel TEXT;
         CREATE TABLE plans (id INTEGER PRIMARY KEY, plan TEXT NOT NULL);
         INSERT INTO plans (plan) VALUES ('of the newer firmware');
         PRAGMA user_version = {newer};"
    ))
    .expect("newer");
    drop(db);
    let opened = open(folder.path());
    assert!(!opened.fresh && opened.set_aside.is_none());
    let store = opened.store;
    assert_eq!(states(&store), CaseState::ALL);
    let filed = store.file(vec![draft("2")], stamp()).expect("file");
    for waiting in store.waiting(0, 99).expect("waiting") {
        store.body_to_send(&waiting.key).expect("body");
        store
            .record(&waiting.key, &accepted(), attempt())
            .expect("record");
    }
    store.verify().expect("sound");
    drop(store);
    let db = rusqlite::Connection::open(&path).expect("sqlite");
    let left: (u32, i64, String) = db
        .query_row(
            "SELECT (SELECT user_version FROM pragma_user_version), lane, plan
             FROM cases, plans WHERE key = ?1",
            [&filed[0].key.0],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .expect("left");
    assert_eq!(left, (newer, 7, "of the newer firmware".into()));
}

#[test]
fn what_an_older_firmware_changes_is_believed_without_a_mark() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = {
        let store = open(folder.path()).store;
        let drafts = vec![draft("1"), draft("2")];
        store.file(drafts, stamp()).expect("file")
    };
    let path = folder.path().join("store.db");
    let marks = |sql: &str| -> Vec<bool> {
        let db = rusqlite::Connection::open(&path).expect("sqlite");
        db.execute_batch(sql).expect(sql);
        let mut marks = db
            .prepare("SELECT mark IS NULL FROM cases ORDER BY id")
            .expect("marks");
        let marks = marks.query_map([], |row| row.get(0)).expect("rows");
        marks.collect::<Result<_, _>>().expect("marks")
    };
    assert_eq!(marks(""), [false, false]);
    // The words of the first version, which knows of no mark and of no end of a chain.
    let attempt = "UPDATE cases SET attempts = 1, state = 'overdue' WHERE id = 1";
    assert_eq!(marks(attempt), [true, false]);
    marks(
        "INSERT INTO cases (id, state, key, task_code, task_name, digest, stored_class, stored_boot, stored_ms)
         SELECT 3, state, substr(key, 1, 14) || '3' || substr(key, 16), task_code, task_name, digest, stored_class,
            stored_boot, stored_ms FROM cases WHERE id = 2",
    );
    marks("UPDATE meta SET clean = 0; UPDATE cases SET state = 'accepted' WHERE id = 3");
    let opened = open(folder.path());
    assert!(opened.set_aside.is_none(), "{:?}", opened.fault);
    opened.store.verify().expect("sound");
    let epoch = Epoch::parse(&filed[0].key.0[6..8]).expect("epoch");
    let end = opened.store.chain_end(&machine(), &epoch).expect("end");
    assert_eq!(end.0, 3, "the chain goes on over what it filed");
    opened
        .store
        .deadline_passed(&filed[1].key)
        .expect("written");
    drop(opened);
    assert_eq!(marks(""), [true, false, true]);
}
