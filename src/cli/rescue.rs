//! `kiosk rescue`: the page that stands where the firmware cannot start.

use std::path::{Path, PathBuf};

use clap::Args;
use kiosk::domain::page::rescue;
use kiosk::shell::settings;

use super::pages::Pages;
use super::{Outcome, board, say_error, screen};

/// Show "out of service, call …" on the screen until stopped. Started by the supervisor when the firmware does not stay
/// up; touches nothing but the screen, and needs no file.
#[derive(Args)]
pub struct Rescue {
    /// Configuration of the machine; what cannot be read of it is left out.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
}

impl Rescue {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let config = settings::load(&self.config)
            .inspect_err(|error| say_error(&format!("kiosk: {error:#}")))
            .ok();
        let screen = settings::screen(&[&self.config, Path::new(settings::BOARD)]);
        #[cfg(feature = "kms")]
        crate::window::kms::turned(screen.rotation)?;
        let pages = Pages::default();
        pages.put(rescue(config.as_ref().map(|config| &config.machine)));
        let window = screen::open(Some(&screen))?;
        screen::run(window, pages, None, |_| {})?;
        Ok(Outcome::Well)
    }
}
