//! `kiosk sim scanner`.

use std::path::Path;

use kiosk::sim::scanner::{Family, Mode, ScannerFault, ScannerSim};

use crate::cli::{Outcome, say};

use super::lines;

/// The family of this name.
pub(super) fn family(word: &str) -> Result<Family, String> {
    Ok(match word {
        "newland" => Family::Newland,
        "honeywell" => Family::Honeywell,
        "ssi" => Family::Ssi,
        "grow" => Family::Grow,
        _ => return Err("newland, honeywell, ssi or grow".into()),
    })
}

pub(super) fn run(link: &Path, family: Family) -> anyhow::Result<Outcome> {
    let scanner = ScannerSim::start(link, family)?;
    say(&format!("scanner at {}", link.display()));
    lines::obey(|words| command(&scanner, words))
}

fn command(scanner: &ScannerSim, words: &[&str]) -> anyhow::Result<()> {
    match words {
        ["hold", text @ ..] => scanner.hold(text.join(" ").as_bytes()),
        ["take"] => scanner.take(),
        ["trigger"] => scanner.set_mode(Mode::Trigger),
        ["sense"] => scanner.set_mode(Mode::Sense),
        ["continuous"] => scanner.set_mode(Mode::Continuous),
        ["suffix", "cr"] => scanner.set_suffix(b"\r"),
        ["suffix", "crlf"] => scanner.set_suffix(b"\r\n"),
        ["suffix", "none"] => scanner.set_suffix(b""),
        ["noise"] => scanner.set_fault(ScannerFault::Noise),
        ["late"] => scanner.set_fault(ScannerFault::Late),
        ["split"] => scanner.set_fault(ScannerFault::Split),
        ["silent"] => scanner.set_fault(ScannerFault::Silent),
        ["well"] => scanner.set_fault(ScannerFault::None),
        ["unplug"] => scanner.unplug()?,
        ["replug"] => scanner.replug()?,
        _ => anyhow::bail!("not known; see `kiosk sim scanner --help`"),
    }
    Ok(())
}
