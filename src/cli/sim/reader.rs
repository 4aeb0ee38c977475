//! `kiosk sim reader`.

use std::path::{Path, PathBuf};

use kiosk::sim::reader::{CardFile, ReaderAct, ReaderSim};

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
        words => reader.act(ReaderAct::parse(words).map_err(anyhow::Error::msg)?)?,
    }
    Ok(())
}

fn file_of(name: &str) -> PathBuf {
    let named = board::folder().join(format!("laptop/cards/{name}.toml"));
    if named.is_file() { named } else { name.into() }
}
