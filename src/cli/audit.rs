//! `kiosk audit`: the audit log, for whoever answers for this machine.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand};
use kiosk::audit::{Act, Anchor, Entry, Finding, Found, Known, Name, Note, Who};
use kiosk::shell::audit::AuditLog;
use kiosk::shell::clock::Clock;
use kiosk::shell::settings;
use serde_json::{Value, json};

use super::{Outcome, board, say};

#[derive(Subcommand)]
pub enum Audit {
    /// List entries, oldest first.
    List(Which),
    /// Whether the log is whole: nothing changed, nothing missing, and what power cuts did to it.
    ///
    /// Exit codes: 0 whole, 1 something is missing or changed, 2 it cannot be read.
    Verify {
        #[command(flatten)]
        which: Which,
        /// The end of a copy elsewhere, `NUMBER:SHA256`, as an earlier `verify` has told it; may be repeated.
        #[arg(long, value_name = "END", value_parser = anchor)]
        against: Vec<Anchor>,
    },
    /// Copy the log into a folder, judged first; the copy is read like the log itself (`--log`).
    Export {
        /// Folder to put it into.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        #[command(flatten)]
        which: Which,
    },
}

#[derive(Args)]
pub struct Which {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
    /// A log in this folder instead, such as a copy.
    #[arg(long, value_name = "DIR")]
    log: Option<PathBuf>,
    /// One JSON object a line.
    #[arg(long)]
    json: bool,
}

impl Which {
    fn open(&self) -> anyhow::Result<AuditLog> {
        Ok(match &self.log {
            Some(folder) => AuditLog::at(folder),
            None => AuditLog::of(&settings::load(&self.config)?),
        })
    }
}

fn anchor(text: &str) -> Result<Anchor, String> {
    Anchor::parse(&text.replacen(':', " ", 1)).ok_or_else(|| "a number, `:`, 64 hex digits".into())
}

impl Audit {
    pub fn run(self) -> anyhow::Result<Outcome> {
        match self {
            Self::List(which) => {
                let log = which.open()?;
                for page in log.pages().with_context(|| shown(&log))? {
                    for entry in page.lines.iter().filter_map(|raw| raw.entry.as_ref().ok()) {
                        say(&if which.json { entry.line() } else { row(entry) });
                    }
                }
                Ok(Outcome::Well)
            }
            Self::Verify { which, against } => verify(&which.open()?, &against, which.json),
            Self::Export { folder, which } => {
                let log = which.open()?;
                let outcome = verify(&log, &[], which.json)?;
                let end = log
                    .copy_to(&folder)
                    .with_context(|| folder.display().to_string())?;
                if which.log.is_none() {
                    let note = Note::done(Who::Shell, Act::LogExported).of(Name::count(end));
                    log.append(note, &Clock::system())
                        .context("the audit log")?;
                }
                Ok(outcome)
            }
        }
    }
}

fn shown(log: &AuditLog) -> String {
    log.folder().display().to_string()
}

fn row(entry: &Entry) -> String {
    let (zh, en) = entry.note.act.sentence();
    let when = entry.at.wall_rfc3339.as_deref().unwrap_or("时间未知");
    let detail = entry.note.detail.as_ref().map_or("", |name| name.as_str());
    format!(
        "{:>6}  {when} ({})  {:<12} {zh} {en}  {detail} {}",
        entry.seq,
        entry.at.clock_class.word(),
        entry.note.who.text(),
        entry.note.outcome.word(),
    )
}

fn verify(log: &AuditLog, against: &[Anchor], as_json: bool) -> anyhow::Result<Outcome> {
    let verdict = log.verify(against).with_context(|| shown(log))?;
    for found in &verdict.found {
        let (zh, en) = words(found);
        let told = match found.known {
            Known::Told => ("，日志自己已注明", ", as the log itself says"),
            Known::AtEnd => (
                "，在最末，下一条会注明",
                ", at the very end; the next entry will say so",
            ),
            Known::No => ("", ""),
        };
        if as_json {
            let finding =
                json!({ "seq": found.seq, "finding": en, "known": found.known != Known::No });
            say(&finding.to_string());
        } else {
            say(&format!("{}: {zh}{}。 {en}{}.", found.seq, told.0, told.1));
        }
    }
    let end = verdict
        .end
        .map(|end| format!("{}:{}", end.seq, end.digest.hex()));
    if as_json {
        let end = end.map_or(Value::Null, Value::from);
        say(&json!({ "whole": verdict.is_whole(), "entries": verdict.entries, "first": verdict.first, "end": end }).to_string());
    } else {
        let whole = if verdict.is_whole() {
            "完整 whole"
        } else {
            "不完整 NOT WHOLE"
        };
        let end = end.unwrap_or_else(|| "-".into());
        say(&format!(
            "{whole}: {} 条 entries, 末条 end {end}",
            verdict.entries
        ));
    }
    Ok(if verdict.is_whole() {
        Outcome::Well
    } else {
        Outcome::Faulty
    })
}

fn words(found: &Found) -> (String, String) {
    if let Finding::Short { promised, after } = found.finding {
        let n = promised.saturating_sub(after);
        return (
            format!("被截断：第 {after} 条之后缺 {n} 条"),
            format!("cut: {n} lines missing after {after}"),
        );
    }
    let (zh, en) = plain(&found.finding);
    (zh.into(), en.into())
}

fn plain(finding: &Finding) -> (&'static str, &'static str) {
    match finding {
        Finding::Broken => (
            "前一条与写入时不同",
            "the entry before it is another one than when it was written",
        ),
        Finding::Gap { .. } => ("编号中断", "numbers are missing before it"),
        Finding::Damaged(_) => ("有一行损坏", "a line is damaged"),
        Finding::BeginMissing => ("开头缺失", "the beginning is missing"),
        Finding::Short { .. } => ("末尾缺失", "the end is missing"),
        Finding::Unsealed => (
            "留存的末条没有本机签名",
            "the end that is kept apart is missing or not signed by this machine",
        ),
        Finding::OtherEnd => (
            "与留存的末条不符",
            "it is another one than the end that was kept",
        ),
        Finding::Unanchored => (
            "末尾多出未登记的条目",
            "entries follow that the kept end does not know",
        ),
    }
}
