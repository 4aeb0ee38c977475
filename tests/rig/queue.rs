//! The programs whose power is cut: the real store, and a queue that does not sync, to show that the rig sees it.

use std::io::Write;
use std::path::Path;

use kiosk::case::{Acceptance, Answer, ClockClass, Draft, Machine, Stamp, sample};
use kiosk::shell::store::{Attempt, Config, Store};
use rusqlite::Connection;

/// Which queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The firmware's store.
    Store,
    /// One table, `synchronous=OFF`.
    Unsynced,
}

impl Kind {
    pub fn word(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Unsynced => "unsynced",
        }
    }

    pub fn from_word(word: &str) -> Option<Self> {
        [Self::Store, Self::Unsynced]
            .into_iter()
            .find(|kind| kind.word() == word)
    }

    /// Works in `folder` until it is killed, and says each thing after its commit, a line each.
    pub fn work(self, folder: &Path) -> anyhow::Result<()> {
        match self {
            Self::Store => file_cases(folder),
            Self::Unsynced => fill_table(folder),
        }
    }

    /// How many of the lines `said` are not true any more in `folder`.
    pub fn lost(self, folder: &Path, said: &[String]) -> anyhow::Result<usize> {
        match self {
            Self::Store => cases_lost(folder, said),
            Self::Unsynced => rows_lost(folder, said),
        }
    }
}

fn say(line: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

fn open(folder: &Path) -> anyhow::Result<Store> {
    let machine = Machine::parse("00042").map_err(|_| anyhow::anyhow!("machine"))?;
    let opened = Store::open(Config::new(folder.join("store.db"), machine))?;
    anyhow::ensure!(opened.set_aside.is_none(), "a cut damaged the store");
    Ok(opened.store)
}

fn stamp() -> Stamp {
    Stamp {
        wall_rfc3339: None,
        clock_class: ClockClass::Unknown,
        boot_id: "boot".into(),
        monotonic_ms: 0,
    }
}

fn draft(n: usize) -> Draft {
    let mut draft = sample::draft(&format!("999999{n:012}"));
    draft.form = serde_json::json!({"note": "x".repeat(n * 700 % 5000)}).into();
    draft.offline = true;
    draft
}

fn file_cases(folder: &Path) -> anyhow::Result<()> {
    let store = open(folder)?;
    for n in 0.. {
        let drafts = (0..=n % 3).map(|part| draft(n + part)).collect();
        let filed = store.file(drafts, stamp())?;
        for one in &filed {
            say(&format!("FILED {}", one.key.0))?;
        }
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
                http_status: None,
                server_date: None,
                problem: None,
            };
            store.record(&filed[0].key, &answer, attempt)?;
            say(&format!("ACCEPTED {}", filed[0].key.0))?;
        }
    }
    Ok(())
}

fn cases_lost(folder: &Path, said: &[String]) -> anyhow::Result<usize> {
    let store = open(folder)?;
    store.verify()?;
    let list = store.list(u32::MAX)?;
    let rows: std::collections::BTreeMap<&str, bool> = list
        .iter()
        .map(|row| (row.key.0.as_str(), row.acceptance.is_some()))
        .collect();
    for row in list.iter().filter(|row| row.acceptance.is_none()) {
        store.body(&row.key)?;
    }
    let kept = |line: &&String| match line.split_once(' ') {
        Some(("ACCEPTED", key)) => rows.get(key) == Some(&true),
        Some((_, key)) => rows.contains_key(key),
        None => false,
    };
    Ok(said.iter().filter(|line| !kept(line)).count())
}

fn table(folder: &Path) -> rusqlite::Result<Connection> {
    let db = Connection::open(folder.join("queue.db"))?;
    db.execute_batch(
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;
         CREATE TABLE IF NOT EXISTS queue (n INTEGER PRIMARY KEY, body BLOB);",
    )?;
    Ok(db)
}

fn fill_table(folder: &Path) -> anyhow::Result<()> {
    let db = table(folder)?;
    for n in 1_i64.. {
        db.execute("INSERT INTO queue VALUES (?1, ?2)", (n, vec![7_u8; 1500]))?;
        say(&format!("ROW {n}"))?;
        // The kernel writes back what it likes when it likes; a machine does not file ten thousand cases a second.
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    Ok(())
}

fn rows_lost(folder: &Path, said: &[String]) -> anyhow::Result<usize> {
    // A malformed file has lost all of it.
    let there = table(folder)
        .and_then(|db| db.query_row("SELECT count(*) FROM queue", [], |row| row.get::<_, i64>(0)));
    Ok(said
        .len()
        .saturating_sub(usize::try_from(there.unwrap_or(0))?))
}
