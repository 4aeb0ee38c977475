//! `kiosk sim reader`.

use std::path::{Path, PathBuf};

use kiosk::sim::reader::{CardFile, ReaderFault, ReaderSim};

use crate::cli::{Outcome, board, say};

use super::lines;

pub(super) fn run(link: &Path, card: Option<&Path>) -> anyhow::Result<Outcome> {
    let reader = ReaderSim::start(link)?;
    if let Some(card) = card {
        reader.lay(CardFile::load(card)?);
    }
    say(&format!("reader at {}", link.display()));
    lines::obey(|words| command(&reader, words))
}

fn command(reader: &ReaderSim, words: &[&str]) -> anyhow::Result<()> {
    match words {
        ["lay", name] => reader.lay(CardFile::load(&file_of(name))?),
        ["take"] => reader.take(),
        ["unplug"] => reader.unplug()?,
        ["replug"] => reader.replug()?,
        [word] => match fault(word) {
            Some(fault) => reader.set_fault(fault),
            None => anyhow::bail!("`{word}` is not known; see `kiosk sim reader --help`"),
        },
        _ => anyhow::bail!("not known; see `kiosk sim reader --help`"),
    }
    Ok(())
}

fn fault(word: &str) -> Option<ReaderFault> {
    Some(match word {
        "noise" => ReaderFault::NoiseBefore,
        "garbled" => ReaderFault::GarbledChecksum,
        "silent" => ReaderFault::Silent,
        "slow" => ReaderFault::Slow,
        "unreadable" => ReaderFault::AuthenticationFailed,
        "not-a-card" => ReaderFault::NotAnIdCard,
        "pull" => ReaderFault::MovedAway,
        "well" => ReaderFault::None,
        _ => return None,
    })
}

fn file_of(name: &str) -> PathBuf {
    let named = board::folder().join(format!("laptop/cards/{name}.toml"));
    if named.is_file() { named } else { name.into() }
}
