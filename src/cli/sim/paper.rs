//! `kiosk sim printer`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kiosk::sim::printer::{PrinterAct, PrinterSim, PrinterSimOptions};
use kiosk::wire::escpos::Profile;

use crate::cli::{Outcome, receipts::Receipts, say, say_error};

use super::lines;

/// How often it is looked whether paper came out.
const LOOK: Duration = Duration::from_millis(200);

pub(super) fn run(link: &Path, out: &Path, profile: &str) -> anyhow::Result<Outcome> {
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let names = Profile::NAMES.join(", ");
    let profile = Profile::builtin(profile)
        .with_context(|| format!("no printer `{profile}`; there are {names}"))?;
    let options = PrinterSimOptions::of(&profile);
    let printer = Arc::new(PrinterSim::start(link, options)?);
    say(&format!(
        "printer at {}, paper in {}",
        link.display(),
        out.display()
    ));
    let (watched, mut receipts) = (Arc::clone(&printer), Receipts::new(out));
    std::thread::spawn(move || {
        loop {
            match receipts.collect(&watched) {
                Ok(names) => names.iter().for_each(|name| say(name)),
                Err(error) => say_error(&format!("kiosk: {error:#}")),
            }
            std::thread::sleep(LOOK);
        }
    });
    lines::obey(|words| command(&printer, words))
}

fn command(printer: &PrinterSim, words: &[&str]) -> anyhow::Result<()> {
    let act = PrinterAct::parse(words).map_err(anyhow::Error::msg)?;
    Ok(printer.act(act)?)
}
