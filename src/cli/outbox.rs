//! `kiosk outbox list`: cases on this machine, without anything about the people they are of.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use kiosk::case::Machine;
use kiosk::config::Config;
use kiosk::shell::settings;
use kiosk::shell::store::{self, CaseRow, Counts, Store, StoreFault};

use super::{Outcome, board, say};

/// More than this are not listed: the store keeps no longer history either.
const MOST: u32 = 10_000;

#[derive(Subcommand)]
pub enum Outbox {
    /// List cases, newest first: numbers, item, state. Nothing about a person is shown. The firmware must not run
    /// at the same time, because it alone holds the store.
    List {
        /// Configuration of the machine.
        #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
        config: PathBuf,
        /// One JSON object a line instead of a table.
        #[arg(long)]
        json: bool,
    },
}

impl Outbox {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let Self::List { config, json } = self;
        let config = settings::load(&config)?;
        let store = open(&config)?;
        let rows = store.list(MOST)?;
        let counts = store.counts()?;
        for row in &rows {
            say(&if json { as_json(row) } else { as_line(row) });
        }
        if !json {
            say(&summary(&counts));
        }
        Ok(if counts.parked > 0 {
            Outcome::Faulty
        } else {
            Outcome::Well
        })
    }
}

fn open(config: &Config) -> anyhow::Result<Store> {
    let path: &Path = &config.store.path;
    // Looking must not make a store where there is none.
    anyhow::ensure!(path.is_file(), "{}: there is no store", path.display());
    let machine = Machine::parse(&config.machine.id).context("machine.id")?;
    let mut place = store::Config::new(path, machine);
    place.only_if_whole = true;
    match Store::open(place) {
        Ok(opened) => Ok(opened.store),
        Err(StoreFault::Busy) => anyhow::bail!(
            "{}: the firmware is running and holds the store; stop it first",
            path.display()
        ),
        Err(fault) => Err(fault).with_context(|| path.display().to_string()),
    }
}

fn as_json(row: &CaseRow) -> String {
    serde_json::json!({
        "key": row.key.0,
        "filing_number": row.filing_number.0,
        "task_code": row.task_code,
        "task_name": row.task_name,
        "state": row.state.word(),
        "attempts": row.attempts,
        "stored_at": row.stored_wall,
        "sblsh": row.acceptance.as_ref().map(|a| &a.sblsh),
        "rejected": row.rejection.as_ref().map(|r| &r.code),
    })
    .to_string()
}

fn as_line(row: &CaseRow) -> String {
    let why = row.rejection.as_ref().map_or("", |r| r.code.as_str());
    format!(
        "{}  {:8}  {:3} attempts  {:25}  {}  {why}",
        row.filing_number.0,
        row.state.word(),
        row.attempts,
        row.stored_wall.as_deref().unwrap_or("time not known"),
        row.task_name,
    )
    .trim_end()
    .to_owned()
}

fn summary(counts: &Counts) -> String {
    format!(
        "{} waiting, {} accepted, {} rejected, {} parked, {} ratings waiting",
        counts.waiting, counts.accepted, counts.rejected, counts.parked, counts.ratings_waiting
    )
}
