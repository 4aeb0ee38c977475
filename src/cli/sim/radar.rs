//! `kiosk sim radar`.

use std::path::Path;

use anyhow::Context as _;
use kiosk::sim::radar::{RadarFault, RadarSim, Target};

use crate::cli::{Outcome, say};

use super::lines;

pub(super) fn run(link: &Path) -> anyhow::Result<Outcome> {
    let radar = RadarSim::start(link)?;
    say(&format!("radar at {}", link.display()));
    lines::obey(|words| command(&radar, words))
}

fn command(radar: &RadarSim, words: &[&str]) -> anyhow::Result<()> {
    match words {
        ["nobody"] => radar.see(Target::Nobody),
        ["moving", cm] => radar.see(Target::Moving(distance(cm)?)),
        ["still", cm] => radar.see(Target::Still(distance(cm)?)),
        ["engineering"] => radar.set_engineering(true),
        ["basic"] => radar.set_engineering(false),
        ["noise"] => radar.set_fault(RadarFault::Noise),
        ["garbled"] => radar.set_fault(RadarFault::Garbled),
        ["silent"] => radar.set_fault(RadarFault::Silent),
        ["well"] => radar.set_fault(RadarFault::None),
        ["unplug"] => radar.unplug()?,
        ["replug"] => radar.replug()?,
        _ => anyhow::bail!("not known; see `kiosk sim radar --help`"),
    }
    Ok(())
}

fn distance(word: &str) -> anyhow::Result<u16> {
    word.parse().context("a distance in centimetres")
}
