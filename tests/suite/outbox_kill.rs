//! The firmware is killed while it files: what it said was filed is there, without a gap.
//!
//! The test starts its own binary again as the machine that is killed. A kill does not test the disk
//! (the kernel keeps what was written); it tests that the store is sound after a stop at any point.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use kiosk::case::{Acceptance, Answer, ClockClass, Draft, Machine, Stamp, sample};
use kiosk::shell::store::{Attempt, Config, Opened, Store};

const FOLDER: &str = "KIOSK_KILL_TEST_FOLDER";
const KILLS: u32 = 100;

fn open(folder: &Path) -> Opened {
    let machine = Machine::parse("00042").expect("machine");
    Store::open(Config::new(folder.join("store.db"), machine)).expect("open")
}

fn stamp() -> Stamp {
    Stamp {
        wall_rfc3339: None,
        clock_class: ClockClass::Unknown,
        boot_id: "boot".into(),
        monotonic_ms: 0,
    }
}

fn draft(person: u64) -> Draft {
    let mut draft = sample::draft(&format!("999999{person:012}"));
    draft.form = serde_json::json!({"note": "x".repeat(2000)}).into();
    draft.offline = true;
    draft
}

/// The machine that is killed: files one to three cases at a time, has some of them accepted, and says
/// so after each commit.
#[test]
#[ignore = "started by filed_cases_survive_a_kill_at_any_moment"]
fn machine_that_is_killed() {
    let folder = std::env::var_os(FOLDER).expect("the folder of the store");
    let opened = open(Path::new(&folder));
    assert!(opened.set_aside.is_none(), "a kill damaged the store");
    let mut out = std::io::stdout().lock();
    for n in 0_u64.. {
        let drafts = (0..=n % 3).map(|part| draft(n + part)).collect();
        let filed = opened.store.file(drafts, stamp()).expect("file");
        for one in &filed {
            writeln!(out, "FILED {}", one.key.0).expect("say");
        }
        out.flush().expect("say");
        if n % 2 == 1 {
            let answer = Answer::Accepted(Acceptance {
                sblsh: format!("S{n}"),
                sblsh_short: "s".into(),
                query_code: "12345678".into(),
                accepted_at: "2026-11-22T09:30:00+08:00".into(),
                promise_until: None,
            });
            let attempt = Attempt {
                at: stamp(),
                http_status: Some(201),
                server_date: None,
                problem: None,
            };
            opened
                .store
                .record(&filed[0].key, &answer, attempt)
                .expect("record");
            writeln!(out, "ACCEPTED {}", filed[0].key.0).expect("say");
        }
    }
}

/// Runs the machine until it has said `lines` things and a little longer, kills it, returns all it said.
fn run_and_kill(folder: &Path, lines: usize, spins: u32) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args(["outbox_kill::machine_that_is_killed", "--exact"])
        .args(["--ignored", "--nocapture", "--test-threads=1"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("start");
    let mut said = BufReader::new(child.stdout.take().expect("pipe")).lines();
    let mut all: Vec<String> = Vec::new();
    while all.len() < lines {
        let line = said
            .next()
            .expect("it runs until it is killed")
            .expect("text");
        all.extend(statement(&line));
    }
    for _ in 0..spins {
        std::hint::spin_loop();
    }
    child.kill().expect("kill");
    all.extend(
        said.map_while(Result::ok)
            .filter_map(|line| statement(&line)),
    );
    child.wait().expect("gone");
    all
}

/// `FILED key` or `ACCEPTED key`; the harness writes its own words before the first one.
fn statement(line: &str) -> Option<String> {
    let at = line.find("FILED ").or_else(|| line.find("ACCEPTED "))?;
    // A line that the kill cut short was not said.
    let statement = &line[at..];
    let key = statement.split(' ').nth(1)?;
    (key.len() == 32).then(|| statement.to_owned())
}

#[test]
fn filed_cases_survive_a_kill_at_any_moment() {
    let folder = tempfile::tempdir().expect("folder");
    let mut said: BTreeSet<String> = BTreeSet::new();
    let mut rng = fastrand::Rng::with_seed(0x6b69_6f73);
    for kill in 1..=KILLS {
        said.extend(run_and_kill(
            folder.path(),
            rng.usize(0..30),
            rng.u32(0..200_000),
        ));
        if kill % 10 == 0 {
            check(folder.path(), &said);
        }
    }
    assert!(said.len() > KILLS as usize, "it hardly ran: {}", said.len());
}

fn check(folder: &Path, said: &BTreeSet<String>) {
    let opened = open(folder);
    assert!(!opened.fresh && opened.set_aside.is_none());
    opened.store.verify().expect("quick_check and every digest");
    let list = opened.store.list(u32::MAX).expect("list");
    let waiting: BTreeSet<_> = opened
        .store
        .waiting(0, u32::MAX)
        .expect("waiting")
        .into_iter()
        .map(|w| w.key.0)
        .collect();
    for statement in said {
        let (word, key) = statement.split_once(' ').expect("two words");
        let row = list.iter().find(|row| row.key.0 == key);
        let row = row.unwrap_or_else(|| panic!("{statement} and it is not there"));
        if word == "ACCEPTED" {
            assert!(row.acceptance.is_some() && !waiting.contains(key));
        } else {
            assert!(row.acceptance.is_some() || waiting.contains(key));
        }
    }
    let numbers: Vec<u32> = list
        .iter()
        .rev()
        .map(|row| row.filing_number.0[9..15].parse().expect("six digits"))
        .collect();
    let last = u32::try_from(numbers.len()).expect("few");
    assert_eq!(numbers, (1..=last).collect::<Vec<_>>(), "a gap");
}
