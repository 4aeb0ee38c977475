//! `kiosk content …`: packages of catalogue, playlist, notices and texts, at the desk and on a machine.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow, bail};
use clap::{Args, Subcommand, ValueEnum};
use kiosk::case::MachineIdentity;
use kiosk::content::{Kind, Manifest, Package, approve, pack};
use kiosk::item::Day;
use kiosk::shell::clock::Clock;
use kiosk::shell::content::{self, ContentFault, Place, inspect_file, install_file, rollback};
use kiosk::shell::{catalogue, fresh_file, settings};
use zeroize::Zeroizing;

use super::outbox::table;
use super::{Outcome, board, say};

/// Content packages: what a desk changes on machines without a new firmware, under two approvals.
#[derive(Subcommand)]
pub enum Content {
    /// Make a package that nobody has approved yet.
    Pack(Pack),
    /// Add one's approval to a package. Two different approvers must do so.
    Sign(Sign),
    /// Say what a package is and whether this machine would take it. Changes nothing.
    Check(OnFile),
    /// Take a package in: a running firmware uses it within a minute, between two visits.
    Activate(OnFile),
    /// What lies on this machine, and which is used.
    List(OnMachine),
    /// Go back from the package in use to the one before it, or to what the firmware was shipped with.
    Rollback(Rollback),
}

#[derive(Clone, Copy, ValueEnum)]
enum Word {
    Catalogue,
    Playlist,
    Notices,
    Texts,
}

impl From<Word> for Kind {
    fn from(word: Word) -> Self {
        match word {
            Word::Catalogue => Self::Catalogue,
            Word::Playlist => Self::Playlist,
            Word::Notices => Self::Notices,
            Word::Texts => Self::Texts,
        }
    }
}

#[derive(Args)]
pub struct Pack {
    /// What it holds.
    kind: Word,
    /// Folder of its files; of a catalogue, the folder that `kiosk config check` checks.
    folder: PathBuf,
    /// Name for people.
    #[arg(long)]
    version: String,
    /// Higher than that of any package of this kind before.
    #[arg(long)]
    serial: u64,
    /// First day, `2026-11-23`.
    #[arg(long)]
    from: String,
    /// Last day.
    #[arg(long)]
    until: String,
    /// Division codes it is for, 2 to 12 digits; none for everywhere.
    #[arg(long = "division", value_name = "CODE")]
    divisions: Vec<String>,
    /// Boards it is for; none for all.
    #[arg(long = "board", value_name = "NAME")]
    boards: Vec<String>,
    /// The package.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

#[derive(Args)]
pub struct Sign {
    /// The package; replaced by the approved one.
    file: PathBuf,
    /// The approver's secret: 32 random bytes, readable to nobody else.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
}

#[derive(Args)]
pub struct OnMachine {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
}

#[derive(Args)]
pub struct OnFile {
    /// The package.
    file: PathBuf,
    #[command(flatten)]
    machine: OnMachine,
}

#[derive(Args)]
pub struct Rollback {
    /// What to go back from.
    kind: Word,
    #[command(flatten)]
    machine: OnMachine,
}

impl Content {
    pub fn run(self) -> anyhow::Result<Outcome> {
        match self {
            Self::Pack(pack) => pack.run(),
            Self::Sign(sign) => sign.run(),
            Self::Check(on) => on.check(),
            Self::Activate(on) => on.activate(),
            Self::List(on) => on.list(),
            Self::Rollback(back) => back.run(),
        }
    }
}

fn day(text: &str) -> anyhow::Result<Day> {
    Day::parse(text).ok_or_else(|| anyhow!("`{text}`：不是日期 no day; 写成 write 2026-11-23"))
}

fn today() -> Option<Day> {
    content::today(&Clock::system())
}

impl Pack {
    fn run(self) -> anyhow::Result<Outcome> {
        let kind = Kind::from(self.kind);
        let mut files = BTreeMap::new();
        if kind == Kind::Catalogue {
            let loaded = catalogue::load(&self.folder);
            let (items, report) = loaded.map_err(|(_, report)| anyhow!("{report}"))?;
            if !report.is_clean() {
                bail!("{report}");
            }
            files.insert("catalogue.json".to_owned(), items.to_json());
        } else {
            gather(&self.folder, "", &mut files)?;
        }
        let manifest = Manifest {
            kind,
            version: self.version,
            serial: self.serial,
            from: day(&self.from)?,
            until: day(&self.until)?,
            divisions: self.divisions,
            boards: self.boards,
            files: Vec::new(),
        };
        let bytes = pack(manifest, &files)?;
        fresh_file::write(&self.out, &bytes, 0o644)
            .with_context(|| self.out.display().to_string())?;
        say(&format!(
            "{}：{} 字节 bytes；还需两人批准 two approvals are missing (kiosk content sign)",
            self.out.display(),
            bytes.len()
        ));
        Ok(Outcome::Well)
    }
}

fn gather(folder: &Path, below: &str, files: &mut BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        let name = format!("{below}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            gather(&entry.path(), &format!("{name}/"), files)?;
        } else {
            let content = fs::read(entry.path()).with_context(|| name.clone())?;
            files.insert(name, content);
        }
    }
    Ok(())
}

impl Sign {
    fn run(self) -> anyhow::Result<Outcome> {
        let secret =
            Zeroizing::new(fs::read(&self.key).with_context(|| self.key.display().to_string())?);
        let seed: &[u8; 32] = secret
            .as_slice()
            .try_into()
            .context("an approver's secret is 32 bytes")?;
        let approver = MachineIdentity::from_seed(seed);
        let bytes = fs::read(&self.file).with_context(|| self.file.display().to_string())?;
        let approved = approve(&bytes, &approver)?;
        fresh_file::write(&self.file, &approved, 0o644)?;
        say(&format!("已批准 approved by {}", approver.public().text()));
        Ok(Outcome::Well)
    }
}

impl OnFile {
    fn check(self) -> anyhow::Result<Outcome> {
        let place = self.machine.place()?;
        let file = self.file.canonicalize();
        let file = file.with_context(|| self.file.display().to_string())?;
        let bytes = fs::read(&file).with_context(|| file.display().to_string())?;
        let package = match Package::open(&bytes) {
            Ok(package) => package,
            Err(fault) => return Ok(refused(&fault.into())),
        };
        let manifest = &package.manifest;
        say(&format!(
            "{} {} serial {}  {} – {}  {} 个文件 files  批准 approvals: {}",
            manifest.kind.word(),
            manifest.version,
            manifest.serial,
            manifest.from,
            manifest.until,
            manifest.files.len(),
            package.approved_by(&place.approvers).len()
        ));
        let judged = inspect_file(&file, &place, today());
        Ok(judged.map_or_else(
            |fault| refused(&fault),
            |_| {
                say("可用 it would be taken, unless a newer one is there");
                Outcome::Well
            },
        ))
    }

    fn activate(self) -> anyhow::Result<Outcome> {
        let place = self.machine.place()?;
        let file = self.file.canonicalize();
        let file = file.with_context(|| self.file.display().to_string())?;
        match install_file(&file, &place, today()) {
            Ok(taken) => {
                say(&format!(
                    "已启用 taken: {} {} serial {}",
                    taken.kind.word(),
                    taken.version,
                    taken.serial
                ));
                Ok(Outcome::Well)
            }
            Err(fault @ ContentFault::Package(_)) => Ok(refused(&fault)),
            Err(fault) => Err(fault.into()),
        }
    }
}

fn refused(fault: &ContentFault) -> Outcome {
    say(&format!("不可用 refused: {fault}"));
    if let ContentFault::Package(fault) = fault {
        let action = fault.action();
        say(&format!("处理：{}  what to do: {}", action.zh, action.en));
    }
    Outcome::Faulty
}

impl OnMachine {
    fn place(&self) -> anyhow::Result<Place> {
        Ok(Place::of(&settings::load(&self.config)?))
    }

    fn list(self) -> anyhow::Result<Outcome> {
        let place = self.place()?;
        let headings = [
            ("类别", "kind"),
            ("序号", "serial"),
            ("版本", "version"),
            ("起", "from"),
            ("止", "until"),
            ("状态", "state"),
        ];
        let mut rows = Vec::new();
        for kind in Kind::ALL {
            for one in place.list(kind, today()) {
                let (version, from, until, fault) = match one.judged {
                    Ok((version, from, until)) => {
                        (version, from.to_string(), until.to_string(), None)
                    }
                    Err(fault) => ("-".into(), "-".into(), "-".into(), Some(fault.to_string())),
                };
                let state = match (fault, one.used, one.barred) {
                    (Some(fault), ..) => fault,
                    (None, true, _) => "在用 used".into(),
                    (None, _, true) => "已退回 gone back from".into(),
                    _ => "留存 kept".into(),
                };
                rows.push(vec![
                    kind.word().into(),
                    one.serial.to_string(),
                    version,
                    from,
                    until,
                    state,
                ]);
            }
        }
        table::lines(&headings, &rows)
            .iter()
            .for_each(|line| say(line));
        Ok(Outcome::Well)
    }
}

impl Rollback {
    fn run(self) -> anyhow::Result<Outcome> {
        let place = self.machine.place()?;
        match rollback(self.kind.into(), &place, today()) {
            Ok(serial) => {
                say(&format!("已退回 gone back from serial {serial}"));
                Ok(Outcome::Well)
            }
            Err(ContentFault::Nothing) => {
                say(
                    "没有在用的内容包，用的是出厂内容。 No package is in use; what was shipped is.",
                );
                Ok(Outcome::Faulty)
            }
            Err(fault) => Err(fault.into()),
        }
    }
}
