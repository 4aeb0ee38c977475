//! What a case costs, in bytes of the log and in pages read: figures that do not depend on the computer.

use super::*;

fn log(folder: &Path) -> u64 {
    fs::metadata(folder.join("store.db-wal")).map_or(0, |log| log.len())
}

/// A body of 2 to 3 KiB.
fn usual(n: u32) -> Draft {
    let mut draft = draft(&format!("999999{n:012}"));
    draft.form = json!({"note": "x".repeat(1500)}).into();
    draft
}

#[test]
fn a_life_dirties_few_pages() {
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let mut keys = Vec::new();
    let begin = log(folder.path());
    for n in 0..50 {
        keys.push(
            store.file(vec![usual(n)], stamp()).expect("file")[0]
                .key
                .clone(),
        );
    }
    let filed = log(folder.path());
    for key in &keys {
        store.record(key, &accepted(), attempt()).expect("record");
    }
    let accepted = log(folder.path());
    let (filing, accepting) = ((filed - begin) / 50, (accepted - filed) / 50);
    // A frame of the log is 1,048 bytes.
    assert!(filing <= 8 * 1048, "{filing} bytes a filing");
    assert!(accepting <= 9 * 1048, "{accepting} bytes an acceptance");
    assert!(accepted < 2000 * 1048, "no checkpoint came between");
}

#[test]
fn nothing_in_the_way_of_a_person_reads_a_whole_table() {
    let folder = tempfile::tempdir().expect("folder");
    drop(open(folder.path()));
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    for sql in [
        "SELECT case_id, key, person, attempts FROM bodies CROSS JOIN cases ON id = case_id
         WHERE case_id > ?1 AND state IN ('ready', 'sending', 'overdue') ORDER BY case_id LIMIT ?2",
        "SELECT alg, slot, body, digest, task_code FROM bodies JOIN cases ON id = case_id
         WHERE case_id = ?1 AND key = ?2",
        "SELECT state, attempts, task_code FROM cases WHERE id = ?1 AND key = ?2",
        "DELETE FROM bodies WHERE case_id = ?1 RETURNING slot",
        "SELECT n, name, bytes, alg, key FROM objects WHERE case_id = ?1 ORDER BY n",
        "DELETE FROM objects WHERE case_id = ?1 RETURNING name, bytes",
    ] {
        let mut plan = db
            .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
            .expect("plan");
        let count = plan.parameter_count();
        let steps: Vec<String> = plan
            .query_map(rusqlite::params_from_iter(vec![1; count]), |row| row.get(3))
            .expect("plan")
            .map(|step| step.expect("step"))
            .collect();
        assert!(
            steps.iter().all(|step| step.starts_with("SEARCH")),
            "{sql}: {steps:?}"
        );
    }
}

#[test]
fn a_clean_start_counts_nothing_and_an_unclean_one_counts_right() {
    let folder = tempfile::tempdir().expect("folder");
    let opened = open(folder.path());
    let filed = opened
        .store
        .file((0..5).map(usual).collect(), stamp())
        .expect("file");
    opened
        .store
        .record(&filed[0].key, &accepted(), attempt())
        .expect("record");
    let image = super::damage::snapshot(folder.path());
    let want = opened.store.counts().expect("counts");
    assert_eq!((want.waiting, want.accepted), (4, 1));
    drop(opened);
    // Nobody counts: a wrong figure of the last stop is taken as it is.
    let db = rusqlite::Connection::open(folder.path().join("store.db")).expect("sqlite");
    db.execute("UPDATE meta SET parked = 8", [])
        .expect("update");
    drop(db);
    assert_eq!(
        open(folder.path()).store.counts().expect("counts").parked,
        8
    );
    assert_eq!(open(image.path()).store.counts().expect("counts"), want);
}

/// Figures for the README, of a release build: 1,000 whole lives, and filing beside the least SQLite can do for one row.
/// Run with `TMPDIR` on a device of its own, its `stat` in `/sys/block` tells bytes and flushes.
#[test]
#[ignore = "figures, not a check"]
fn a_thousand_lives() {
    use std::io::Write as _;
    use std::time::Instant;
    let folder = tempfile::tempdir().expect("folder");
    let store = open(folder.path()).store;
    let turn = |n| {
        let key = store.file(vec![usual(n)], stamp()).expect("file")[0]
            .key
            .clone();
        store.record(&key, &accepted(), attempt()).expect("record");
    };
    (0..200).for_each(turn);
    let device = || {
        let name = std::env::var("KIOSK_BLOCK_STAT").ok()?;
        let text = fs::read_to_string(name).ok()?;
        let fields: Vec<u64> = text
            .split_whitespace()
            .map(|f| f.parse().expect("number"))
            .collect();
        Some((fields[6] * 512, fields[15]))
    };
    let before = device();
    (0..1000).for_each(turn);
    if let (Some(before), Some(after)) = (before, device()) {
        writeln!(
            std::io::stdout(),
            "a life: {} bytes, {:.2} flushes",
            (after.0 - before.0) / 1000,
            (after.1 - before.1) as f64 / 1000.0
        )
        .expect("stdout");
    }
    let bare = rusqlite::Connection::open(folder.path().join("bare.db")).expect("sqlite");
    bare.execute_batch(
        "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;
         CREATE TABLE row (id INTEGER PRIMARY KEY, body BLOB);",
    )
    .expect("table");
    let (mut ours, mut least) = (Vec::new(), Vec::new());
    for n in 0..2000 {
        let drafts = vec![usual(n)];
        let from = Instant::now();
        store.file(drafts, stamp()).expect("file");
        ours.push(from.elapsed().as_secs_f64() * 1e6);
        let body = vec![7_u8; 2300];
        let from = Instant::now();
        bare.execute("INSERT INTO row (body) VALUES (?1)", [body])
            .expect("row");
        least.push(from.elapsed().as_secs_f64() * 1e6);
    }
    for times in [&mut ours, &mut least] {
        times.sort_by(f64::total_cmp);
    }
    let out = format!(
        "filing p50 {:.0} p99 {:.0} us, bare {:.0} {:.0}, ratio {:.3}",
        ours[1000],
        ours[1980],
        least[1000],
        least[1980],
        ours[1000] / least[1000]
    );
    writeln!(std::io::stdout(), "{out}").expect("stdout");
}

/// Figures for the README: `cargo test --release --no-default-features --features sim --lib -- --ignored --nocapture
/// a_million_cases`. 3 GiB of disk.
#[test]
#[ignore = "takes minutes and 3 GiB: figures, not a check"]
fn a_million_cases_that_wait() {
    use std::io::Write as _;
    use std::time::Instant;
    let folder = tempfile::tempdir().expect("folder");
    let config = || {
        let mut config = config(folder.path());
        config.max_pages = 8 << 20;
        config
    };
    let ms = |from: Instant| from.elapsed().as_secs_f64() * 1e3;
    let mut store = Store::open(config()).expect("open").store;
    for backlog in [0_u32, 10_000, 1_000_000] {
        let have = store.counts().expect("counts").waiting as u32;
        store
            .ask(move |desk| desk.fill(backlog - have, usual))
            .expect("fill");
        let mut times: Vec<f64> = (0..200)
            .map(|n| {
                let drafts = vec![usual(n)];
                let from = Instant::now();
                store.file(drafts, stamp()).expect("file");
                ms(from)
            })
            .collect();
        times.sort_by(f64::total_cmp);
        let from = Instant::now();
        let due = store.waiting(0, 1).expect("waiting").len();
        let next = ms(from);
        let mut refused = usual(0);
        refused.applicant.cert_no = "1".into();
        let refused = store.file(vec![refused], stamp()).expect("file").remove(0);
        let no = Answer::Rejected(Rejection {
            code: "X".into(),
            detail: "x".into(),
        });
        store.record(&refused.key, &no, attempt()).expect("record");
        let from = Instant::now();
        let told = store.refused("10", &"1".into()).expect("refused").len();
        let looked = ms(from);
        let from = Instant::now();
        let counts = store.counts().expect("counts");
        let counted = ms(from);
        drop(store);
        let from = Instant::now();
        store = Store::open(config()).expect("open").store;
        let opened = ms(from);
        let from = Instant::now();
        let window = store.waiting(0, 1024).expect("waiting").len();
        let read = ms(from);
        let memory = fs::read_to_string("/proc/self/status").expect("status");
        let memory = memory
            .lines()
            .find(|l| l.starts_with("VmRSS"))
            .unwrap_or_default();
        writeln!(
            std::io::stdout(),
            "{} waiting: file p50 {:.3} p99 {:.3} ms, next {next:.3} ms ({due}), {told} refused {looked:.3} ms, counts {counted:.3} ms, \
             open {opened:.3} ms, {window} of them {read:.3} ms, {memory}",
            counts.waiting, times[100], times[197],
        )
        .expect("stdout");
    }
}

impl Desk {
    /// Files `cases` in few commits, for figures only.
    fn fill(&mut self, cases: u32, draft: fn(u32) -> Draft) -> Result<(), StoreFault> {
        for from in (0..cases).step_by(10_000) {
            let drafts = (from..cases.min(from + 10_000)).map(draft).collect();
            self.file_unlimited(drafts, &stamp())?;
        }
        Ok(())
    }
}
