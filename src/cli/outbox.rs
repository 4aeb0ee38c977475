//! `kiosk outbox`: the cases on this machine. Nothing about a person is shown unless it is asked for and allowed.

mod export;
mod hold;
mod import;
mod list;
mod person;
mod retry;
mod show;
pub(super) mod table;
mod verify;

use std::path::PathBuf;

use clap::{Args, Subcommand};
use kiosk::config::Config;
use kiosk::shell::settings;
use kiosk::shell::store::report::Report;

use super::{Outcome, board};

#[derive(Subcommand)]
pub enum Outbox {
    /// List cases, newest first: numbers, item, state. Works while the firmware runs.
    List(list::List),
    /// Show one case with every attempt to send it. Works while the firmware runs.
    Show(show::Show),
    /// Let parked cases be sent again. The firmware must not run meanwhile, because it alone holds the store.
    Retry(retry::Retry),
    /// Copy every case that waits into a sealed bundle, to be carried to the platform by hand. The firmware must not run
    /// meanwhile. Nothing changes here until the import receipt comes back.
    Export(export::Export),
    /// Take the platform's import receipt for a bundle: its cases are accepted or refused as over the line. The firmware
    /// must not run meanwhile. Harmless when repeated.
    ///
    /// Exit codes: 0 all is well, 1 some cases were not taken or not changed, 2 not a receipt for this machine.
    Import(import::Import),
    /// Check a receipt's code: whether this filing was made on that machine and nothing was changed. Needs no line
    /// and no store.
    ///
    /// Exit codes: 0 valid, 1 not valid (what is wrong is said), 2 unreadable.
    Verify(verify::Verify),
}

/// Which machine is looked at.
#[derive(Args)]
pub struct Which {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
}

impl Which {
    fn load(&self) -> anyhow::Result<Config> {
        Ok(settings::load(&self.config)?)
    }
}

impl Outbox {
    pub fn run(self) -> anyhow::Result<Outcome> {
        match self {
            Self::List(list) => list.run(),
            Self::Show(show) => show.run(),
            Self::Retry(retry) => retry.run(),
            Self::Export(export) => export.run(),
            Self::Import(import) => import.run(),
            Self::Verify(verify) => verify.run(),
        }
    }
}

/// Looks at the store of the machine without touching it.
fn look(config: &Config) -> anyhow::Result<Report> {
    Ok(Report::open(&config.store.path)?)
}
