//! `kiosk tally`: what this machine has counted, for the report's bureau and the curious.

use std::path::PathBuf;

use anyhow::bail;
use clap::Args;
use kiosk::domain::tally::Figures;
use kiosk::item::{Catalogue, Day};
use kiosk::shell::tally::{Ledger, folder};
use kiosk::shell::{catalogue, settings};
use serde_json::json;

use super::outbox::table;
use super::{Outcome, board, say};

/// Say what this machine has counted: per item 查询, 办理, 成功 and 失败, and visits, receipts, paper and lacks. Works while the
/// firmware runs; the last half minute may be missing. Holds nothing of a person.
#[derive(Args)]
pub struct Tally {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
    /// One day, `2026-11-23`, or `unknown` for what was counted while the clock was not believed. Without it: all that was
    /// ever counted, and with `--csv` or `--json` every day that is kept.
    #[arg(long, value_name = "DAY")]
    day: Option<String>,
    /// One JSON object a day.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// One line a day and item: day, item, query, filed, accepted, failed.
    #[arg(long)]
    csv: bool,
}

impl Tally {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let config = settings::load(&self.config)?;
        let ledger = Ledger::new(folder(&config.store.path));
        let days = match self.day.as_deref() {
            None => ledger.days(),
            Some("unknown") => vec![None],
            Some(text) => match Day::parse(text) {
                Some(day) => vec![Some(day)],
                None => bail!("`{text}`：不是日期 no day; 写成 write 2026-11-23 或 or unknown"),
            },
        };
        let name = |day: Option<Day>| day.map_or_else(|| "unknown".into(), |day| day.to_string());
        if self.csv {
            say("day,item,query,filed,accepted,failed");
        }
        for day in days.iter().filter(|_| self.csv || self.json) {
            let figures = ledger.day(*day);
            if self.json {
                say(&json!({ "day": name(*day), "figures": figures }).to_string());
                continue;
            }
            for (code, item) in &figures.items {
                let [query, filed, accepted, failed] =
                    [item.query, item.filed, item.accepted, item.failed];
                say(&format!(
                    "{},{code},{query},{filed},{accepted},{failed}",
                    name(*day)
                ));
            }
        }
        if !self.csv && !self.json {
            let figures = match (&self.day, days.first()) {
                (Some(_), Some(day)) => ledger.day(*day),
                _ => ledger.total(),
            };
            let items = catalogue::load(&config.catalogue.dir).map(|(items, _)| items);
            in_words(&figures, &items.unwrap_or_default());
        }
        Ok(Outcome::Well)
    }
}

fn in_words(figures: &Figures, catalogue: &Catalogue) {
    let headings = [
        ("事项", "item"),
        ("查询", "query"),
        ("办理", "filed"),
        ("成功", "accepted"),
        ("失败", "failed"),
    ];
    let rows: Vec<Vec<String>> = figures
        .items
        .iter()
        .map(|(code, item)| {
            let known = catalogue.get(code);
            let name = known.map_or_else(|| code.clone(), |item| item.task_name.zh.clone());
            let counts = [item.query, item.filed, item.accepted, item.failed];
            std::iter::once(name)
                .chain(counts.map(|n| n.to_string()))
                .collect()
        })
        .collect();
    table::lines(&headings, &rows)
        .iter()
        .for_each(|line| say(line));
    say("");
    let rows: Vec<Vec<String>> = figures
        .rows()
        .into_iter()
        .map(|(group, word, n)| vec![group.into(), word.into(), n.to_string()])
        .collect();
    let headings = [("类别", "group"), ("结果", "outcome"), ("次数", "count")];
    table::lines(&headings, &rows)
        .iter()
        .for_each(|line| say(line));
}
