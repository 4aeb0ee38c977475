//! `kiosk sim printer`.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use kiosk::sim::printer::{PrinterSim, PrinterSimOptions};

use crate::cli::{Outcome, receipts::Receipts, say, say_error};

use super::lines;

/// How often it is looked whether paper came out.
const LOOK: Duration = Duration::from_millis(200);

pub(super) fn run(link: &Path, out: &Path) -> anyhow::Result<Outcome> {
    std::fs::create_dir_all(out).with_context(|| out.display().to_string())?;
    let printer = Arc::new(PrinterSim::start(link, PrinterSimOptions::default())?);
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
    match words {
        ["paper-low"] => printer.paper_low(),
        ["paper-out"] => printer.paper_out(),
        ["paper-out-after", lines] => printer.paper_out_after_lines(lines.parse()?),
        ["refill"] => printer.refill(),
        ["jam"] => printer.jam(),
        ["clear-jam"] => printer.clear_jam(),
        ["cover-open"] => printer.open_cover(),
        ["cover-close"] => printer.close_cover(),
        ["unplug"] => printer.unplug()?,
        ["replug"] => printer.replug()?,
        _ => anyhow::bail!(
            "`{}` is not known; see `kiosk sim printer --help`",
            words.join(" ")
        ),
    }
    Ok(())
}
