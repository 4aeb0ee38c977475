//! `kiosk config check`: every mistake with its place, what was expected and how to mend it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use kiosk::config::Config;
use kiosk::shell::catalogue;
use kiosk::shell::settings::{self, SettingsError};
use kiosk::wire::escpos::Profile;

use super::{Outcome, say};

#[derive(Subcommand)]
pub enum Command {
    /// Check a kiosk.toml, or a folder with a catalogue of items. Names every mistake: place, field, what was
    /// expected, what was found, how to mend it.
    Check {
        /// kiosk.toml, or a catalogue folder.
        path: PathBuf,
    },
}

impl Command {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let Self::Check { path } = self;
        let about = fs::metadata(&path).with_context(|| path.display().to_string())?;
        if about.is_dir() {
            check_catalogue(&path)
        } else {
            check_config(&path)
        }
    }
}

fn check_catalogue(folder: &Path) -> anyhow::Result<Outcome> {
    let looks_like_one = folder.join("items").is_dir() || folder.join("catalogue.toml").is_file();
    anyhow::ensure!(
        looks_like_one,
        "{}: no catalogue (there is neither items/ nor catalogue.toml)",
        folder.display()
    );
    let report = catalogue::check(folder);
    for fault in &report.faults {
        say(&format!("{}/{fault}", folder.display()));
    }
    let errors = report.errors();
    let warnings = report.faults.len() - errors;
    say(&format!(
        "{}: {} items good, {errors} errors, {warnings} warnings",
        folder.display(),
        report.good
    ));
    Ok(outcome(report.is_clean()))
}

fn check_config(path: &Path) -> anyhow::Result<Outcome> {
    let config = match settings::load(path) {
        Ok(config) => config,
        Err(SettingsError::Faulty { faults, .. }) => {
            for fault in &faults {
                say(&format!(
                    "{}:{}: {}: expected {}; found {}; correct this line, 请更正此行",
                    path.display(),
                    fault.line,
                    if fault.field.is_empty() {
                        "text"
                    } else {
                        &fault.field
                    },
                    fault.expected,
                    fault.found
                ));
            }
            say(&format!("{}: {} errors", path.display(), faults.len()));
            return Ok(Outcome::Faulty);
        }
        Err(error) => return Err(error.into()),
    };
    let faults = beyond_the_file(&config);
    for fault in &faults {
        say(&format!("{}: {fault}", path.display()));
    }
    if faults.is_empty() {
        say(&format!("{}: good", path.display()));
    }
    Ok(outcome(faults.is_empty()))
}

/// What the file alone does not show: names and folders that lead nowhere on this computer.
fn beyond_the_file(config: &Config) -> Vec<String> {
    let mut faults = Vec::new();
    if let Err(fault) = Profile::configured(&config.printer) {
        faults.push(format!("{fault}; correct it, 请更正"));
    }
    let folders = [
        ("catalogue.dir", &config.catalogue.dir),
        ("input.dir", &config.input.dir),
    ];
    for (field, dir) in folders {
        if !dir.is_dir() {
            faults.push(format!(
                "{field}: expected a folder; found nothing at {}; correct the path, 请更正路径",
                dir.display()
            ));
        }
    }
    faults
}

fn outcome(clean: bool) -> Outcome {
    if clean {
        Outcome::Well
    } else {
        Outcome::Faulty
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::board;

    #[test]
    fn the_shipped_files_are_good() {
        for path in [board::laptop(), board::folder().join("catalogue")] {
            let outcome = Command::Check { path: path.clone() }.run();
            assert_eq!(outcome.expect("looked at"), Outcome::Well, "{path:?}");
        }
    }

    #[test]
    fn names_that_lead_nowhere_are_named() {
        let mut config = settings::load(&board::laptop()).expect("the laptop's file");
        config.printer.profile = "laser".into();
        config.input.dir = "/nowhere/input".into();
        let faults = beyond_the_file(&config);
        assert!(faults[0].contains("laser") && faults[0].contains("epson-tm-t88"));
        assert!(faults[1].contains("/nowhere/input"));
    }

    #[test]
    fn a_folder_of_something_else_is_not_checked() {
        let path = board::folder().join("laptop");
        Command::Check { path }.run().expect_err("no catalogue");
    }
}
