//! Files of every released version are read for ever, and a newer one is left as it is.

use std::os::unix::fs::PermissionsExt;

use super::super::schema;
use super::*;

const NAMES: [&str; 3] = ["v1.db", "v1.db.keys", "v1.db.key"];

fn vectors() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/store")
}

/// A copy of the frozen store of version 1, as it has to lie on a machine.
pub(super) fn thawed() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for name in NAMES {
        let to = folder.path().join(name.replace("v1", "store"));
        fs::copy(vectors().join(name), &to).expect(name);
        fs::set_permissions(to, fs::Permissions::from_mode(0o600)).expect("mode");
    }
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
    drop(opened);
    fs::create_dir_all(vectors()).expect("folder");
    for name in NAMES {
        let from = folder.path().join(name.replace("v1", "store"));
        fs::copy(from, vectors().join(name)).expect(name);
    }
}

#[test]
fn version_1_is_read_and_drained() {
    let folder = thawed();
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
    let folder = thawed();
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
