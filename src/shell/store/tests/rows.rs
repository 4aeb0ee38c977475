//! A row that is not as it was written: it hides no other, it is told, and the next start mends it from its body.

use std::sync::{Arc, Mutex};

use super::*;

pub(super) const CASES: usize = 40;

pub(super) fn filled(folder: &Path) -> Vec<Filed> {
    let store = open(folder).store;
    let one = |n: usize| {
        store
            .file(vec![draft(&n.to_string())], stamp())
            .expect("file")
    };
    (0..CASES).flat_map(one).collect()
}

#[test]
fn a_row_is_marked_as_it_is_written() {
    let folder = tempfile::tempdir().expect("folder");
    filled(folder.path());
    let store = open(folder.path()).store;
    let answered = store.list(1).expect("list")[0].key.clone();
    store
        .record(&answered, &accepted(), attempt())
        .expect("record");
    store.verify().expect("every mark fits its row");
    drop(store);
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    let bare = "SELECT count(*) FROM cases WHERE mark IS NULL";
    let bare: i64 = db.query_row(bare, [], |row| row.get(0)).expect("count");
    assert_eq!(bare, 0, "a row without a mark is believed");
}

fn change(folder: &Path, sql: &str) {
    let db = rusqlite::Connection::open(folder.join("store.db")).expect("sqlite");
    // As damage does it: behind the back of whoever would take the mark off.
    let all = format!("DROP TRIGGER cases_unmarked; {sql};");
    db.execute_batch(&all).expect(sql);
    let trigger = super::super::schema::TRIGGER;
    db.execute_batch(trigger).expect("trigger");
}

fn open_told(folder: &Path) -> (Opened, Arc<Mutex<Vec<u64>>>) {
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut config = config(folder);
    let tell = told.clone();
    config.on_damage = Box::new(move |row| tell.lock().expect("told").push(row));
    (Store::open(config).expect("open"), told)
}

#[test]
fn a_changed_column_is_told_hides_nothing_and_is_mended() {
    for (column, value) in [
        ("state", "'accepted'"),
        ("state", "'reqdy'"),
        ("person", "zeroblob(16)"),
        ("task_name", "'另一事项'"),
        ("digest", "zeroblob(32)"),
        ("attempts", "7"),
        ("stored_wall", "'2031-01-01T00:00:00Z'"),
        ("stored_ms", "99"),
        ("sblsh", "'S9'"),
    ] {
        let folder = tempfile::tempdir().expect("folder");
        let filed = filled(folder.path());
        let before = open(folder.path()).store.list(99).expect("list");
        let set = format!("UPDATE cases SET {column} = {value} WHERE id = 7");
        change(folder.path(), &set);
        let (opened, told) = open_told(folder.path());
        let store = opened.store;
        assert!(opened.set_aside.is_none(), "the last stop was clean");
        let list = store.list(99).expect("list");
        assert_eq!(list.len(), CASES - 1, "{column}");
        assert!(list.iter().all(|row| row.key != filed[6].key));
        let waiting = store.waiting(0, u32::MAX).expect("waiting").len();
        assert_eq!(waiting, CASES - 1, "{column}");
        assert_eq!(store.waiting(6, 1).expect("waiting")[0].seq, 8);
        assert_eq!(*told.lock().expect("told"), [7], "{column}: once");
        assert!(store.verify().is_err());
        let sent = store.record(&filed[6].key, &retry(), attempt());
        assert!(sent.is_err(), "no new mark over a changed row");
        drop(store);

        let (opened, told) = open_told(folder.path());
        assert_eq!((opened.salvaged, opened.lost), (CASES, 0), "{column}");
        let store = opened.store;
        store.verify().expect("sound");
        let mended = store.case(&filed[6].key).expect("case");
        assert_eq!(mended.state, CaseState::Sending);
        let was = before.iter().find(|row| row.key == filed[6].key);
        let was = was.expect("there");
        assert_eq!(
            (&mended.task_name, mended.digest, &mended.stored_wall),
            (&was.task_name, was.digest, &was.stored_wall)
        );
        let waiting = store.waiting(6, 1).expect("waiting").remove(0);
        assert_eq!((waiting.seq, waiting.person), (7, filed[6].person));
        assert!(store.body(&filed[6].key).is_ok());
        assert!(told.lock().expect("told").is_empty());
    }
}

/// Writes over the leaf of a table (type 13, sqlite.org/fileformat2.html#b_tree_pages) that holds a case.
pub(super) fn spoil_leaf(folder: &Path, key: &Key) {
    let path = folder.join("store.db");
    let mut bytes = fs::read(&path).expect("read");
    let key = key.0.as_bytes();
    let holds = |page: &[u8]| page[0] == 13 && page.windows(key.len()).any(|w| w == key);
    let bad = bytes.chunks(1024).position(holds).expect("the leaf");
    bytes[bad * 1024..(bad + 1) * 1024].fill(0xff);
    fs::write(&path, bytes).expect("write");
}

#[test]
fn a_page_that_goes_bad_while_the_store_is_used_hides_no_other() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    spoil_leaf(folder.path(), &filed[20].key);
    let (opened, told) = open_told(folder.path());
    assert!(opened.set_aside.is_none(), "the last stop was clean");
    let rows = opened.store.list(99).expect("list").len();
    assert!((CASES - 8..CASES).contains(&rows), "{rows}");
    let waiting = opened.store.waiting(0, u32::MAX).expect("waiting");
    assert_eq!(waiting.len(), rows);
    assert_eq!(waiting.last().expect("last").seq, CASES as u64);
    assert!(!told.lock().expect("told").is_empty());
    drop(opened);
    let again = open(folder.path());
    assert_eq!(again.salvaged, rows);
    assert_eq!(again.lost, (CASES - rows) as u64);
    again.store.verify().expect("what was lost has been told");
}

#[test]
fn a_row_that_is_gone_is_missed_and_does_not_change_the_chain() {
    let folder = tempfile::tempdir().expect("folder");
    let filed = filled(folder.path());
    let epoch = Epoch::parse(&filed[0].key.0[6..8]).expect("epoch");
    let (whole, end) = {
        let store = open(folder.path()).store;
        store.verify().expect("sound");
        let first = Link::first("00042", epoch.as_str());
        let end = filed.iter().fold(first, |link, case| {
            link.next(case.seq, &case.key, &case.digest)
        });
        (store.chain_end(&machine(), &epoch).expect("end"), end)
    };
    assert_eq!(whole, (CASES as u64, end));
    change(folder.path(), "DELETE FROM cases WHERE id IN (3, 40)");
    let store = open(folder.path()).store;
    assert_eq!(store.chain_end(&machine(), &epoch), Ok(whole));
    // The counts of the clean stop are the first to disagree.
    assert!(store.verify().is_err());
    drop(store);
    change(folder.path(), "UPDATE meta SET clean = 0");
    let store = open(folder.path()).store;
    assert_eq!(store.verify(), Err(StoreFault::Missing { cases: 2 }));
}

#[test]
fn filing_one_case_writes_few_pages() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let log = folder.path().join("store.db-wal");
    let frames = || (fs::metadata(&log).expect("log").len() - 32) / (24 + 1024);
    store.file(vec![draft("1")], stamp()).expect("file");
    let before = frames();
    for _ in 0..50 {
        store.file(vec![draft("1")], stamp()).expect("file");
    }
    let each = (frames() - before) as f64 / 50.0;
    // The row, the sealed body with its rest, the end of the chain, now and then an inner page.
    assert!(each < 6.0, "{each} pages for one case");
}
