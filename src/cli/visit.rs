//! `kiosk visit`: plays a script of a visit through the real firmware and its real pages, without a display.

mod blank;
mod effort;
mod expect;
mod hand;
mod names;
mod player;
mod stage;
mod transcript;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use kiosk::config::Orientation;
use kiosk::sim::script::{self, Action, Step};
use kiosk::text::Lang;

use super::{Outcome, board, say, say_error};
use player::Player;

/// Play a visit script: `card lay elder`, `touch "开始办理"`, `expect page check`, …; the README lists all actions.
///
/// Screenshots, receipts and transcript.jsonl go to the output folder. A visit that goes another way than the script
/// expects ends with exit code 1, a script with mistakes with 2.
#[derive(Args)]
pub struct Visit {
    /// The script.
    script: PathBuf,
    /// Configuration of the machine; its devices, platform and store are simulated all the same.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Folder for everything that comes out. Default: target/visits/NAME-OF-SCRIPT.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Folder on a small disk of its own for the store; scripts with `disk full` need one, see tests/visits/small-disk.
    #[arg(long, value_name = "DIR")]
    disk: Option<PathBuf>,
    /// Screen upright, 1080 × 1920, whatever the configuration says.
    #[arg(long)]
    portrait: bool,
    /// Screen wide, 1920 × 1080.
    #[arg(long, conflicts_with = "portrait")]
    landscape: bool,
    /// Language to begin with: zh or en.
    #[arg(long, value_parser = lang, default_value = "zh")]
    lang: Lang,
}

fn lang(word: &str) -> Result<Lang, String> {
    match word {
        "zh" => Ok(Lang::Zh),
        "en" => Ok(Lang::En),
        _ => Err("zh or en".into()),
    }
}

/// What to play, and where to.
pub struct Plan {
    /// Path of the script, for messages.
    pub script: PathBuf,
    /// Configuration to start from.
    pub config: PathBuf,
    /// Folder of the cards.
    pub cards: PathBuf,
    /// Folder for everything that comes out.
    pub out: PathBuf,
    /// Small disk for the store.
    pub disk: Option<PathBuf>,
    /// Instead of the configuration's.
    pub orientation: Option<Orientation>,
    /// To begin with.
    pub lang: Lang,
}

impl Visit {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let name = self.script.file_stem().unwrap_or_default();
        let orientation = match (self.portrait, self.landscape) {
            (true, _) => Some(Orientation::Portrait),
            (_, true) => Some(Orientation::Landscape),
            _ => None,
        };
        let out = self
            .out
            .unwrap_or_else(|| Path::new("target/visits").join(name));
        play(&Plan {
            script: self.script,
            config: self.config.unwrap_or_else(board::laptop),
            cards: board::folder().join("laptop/cards"),
            out,
            disk: self.disk,
            orientation,
            lang: self.lang,
        })
    }
}

/// Plays a whole script.
///
/// # Errors
/// The script has mistakes (all are named), or there can be no stage for it.
pub fn play(plan: &Plan) -> anyhow::Result<Outcome> {
    let (text, steps) = read(&plan.script)?;
    clear(&plan.out).with_context(|| plan.out.display().to_string())?;
    let lines: Vec<&str> = text.lines().collect();
    let is_blank = matches!(steps.first(), Some(step) if step.action == Action::MachineBlank);
    let mut player = Player::new(plan, is_blank)?;
    for Step { line, action } in &steps {
        let source = lines.get(line - 1).copied().unwrap_or_default().trim();
        if let Err(fault) = player.step(*line, source, action) {
            let message = player.failed(*line, &fault);
            say_error(&message);
            return Ok(Outcome::Faulty);
        }
    }
    player.end()?;
    if let Some(figure) = player.figure() {
        say(&figure);
    }
    say(&format!(
        "{}: {} steps played; see {}",
        plan.script.display(),
        steps.len(),
        plan.out.display()
    ));
    Ok(Outcome::Well)
}

/// An output folder without what an earlier run left: only names that this one writes are removed.
fn clear(folder: &Path) -> std::io::Result<()> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let receipt =
            name.starts_with("receipt-") && (name.ends_with(".png") || name.ends_with(".bin"));
        if receipt || name == "failed.png" {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> anyhow::Result<(String, Vec<Step>)> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    match script::parse(&text) {
        Ok(steps) => Ok((text, steps)),
        Err(faults) => {
            let told = |fault: &script::ScriptFault| {
                format!("{}:{}: {}", path.display(), fault.line, fault.what)
            };
            let told: Vec<String> = faults.iter().map(told).collect();
            anyhow::bail!("the script has mistakes:\n{}", told.join("\n"))
        }
    }
}
