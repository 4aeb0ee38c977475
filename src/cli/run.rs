//! `kiosk run`: the firmware of a real machine.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use kiosk::shell::clock::Clock;
use kiosk::shell::content::ContentWatch;
use kiosk::shell::journal::Journal;
use kiosk::shell::metrics::MetricsFile;
use kiosk::shell::provisioning::{IDENTITY, ORDER_KEY, STICK};
use kiosk::shell::runtime::{Runtime, Watch};
use kiosk::shell::supervisor::Supervisor;
use kiosk::shell::{gpio, settings};

use super::pages::Pages;
use super::provision::{Places, page as provision};
use super::{Outcome, board, screen};

/// Longest wait for the first page.
const FIRST_PAGE: Duration = Duration::from_secs(5);

/// Run the firmware of a real machine until it is stopped. Its journal goes to standard error, or to the file named
/// in the configuration.
#[derive(Args)]
pub struct Run {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
    /// Folder of the machine's key and certificates.
    #[arg(long, value_name = "DIR", default_value = IDENTITY)]
    identity: PathBuf,
    /// Public key of the desk that issues orders. With it, a machine without configuration shows how to bring it into
    /// service.
    #[arg(long, value_name = "FILE", default_value = ORDER_KEY)]
    order_key: PathBuf,
    /// Where a stick is mounted.
    #[arg(long, value_name = "DIR", default_value = STICK)]
    stick: PathBuf,
}

impl Run {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let places = Places {
            identity: self.identity,
            order_key: self.order_key,
            config: self.config.clone(),
            port: Vec::new(),
        };
        if provision::is_wanted(&places) {
            return provision::run(&places, &self.stick);
        }
        let config = settings::load(&self.config)?;
        #[cfg(feature = "kms")]
        crate::window::kms::turned(config.screen.rotation)
            .context("starting with a turned screen")?;
        let clock = Clock::system();
        let journal = match &config.journal.path {
            Some(path) => Journal::file(path, config.journal.max_kib, clock.clone())
                .with_context(|| path.display().to_string())?,
            None => Journal::stderr(clock.clone()),
        };
        let pages = Pages::default();
        let pins = config.gpio.clone();
        // Held until the end: the file of figures is written while it lives.
        let _figures = MetricsFile::open(&config, &clock);
        let runtime = Runtime::start(
            &config,
            clock.clone(),
            journal.clone(),
            Box::new(move |tell| gpio::open(&pins, tell)),
            Watch {
                supervisor: Supervisor::of_process(),
                pulse: screen::pulse(),
            },
            screen::shower(pages.clone()),
        )?;
        let _content = ContentWatch::open(&config, clock, journal, runtime.inbox());
        // The core reads its tables while the window opens; nobody is to see a page without words.
        let window = screen::open(Some(&config.screen))?;
        pages.wait(FIRST_PAGE);
        let inbox = runtime.inbox();
        screen::run(window, pages, None, move |intent| inbox.intent(intent))?;
        Supervisor::stopping();
        runtime.stop();
        Ok(Outcome::Well)
    }
}
