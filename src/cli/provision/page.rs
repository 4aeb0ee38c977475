//! What `kiosk run` does on a machine that is not in service yet.

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use kiosk::shell::clock::Clock;
use kiosk::shell::journal::Journal;
use kiosk::shell::provisioning::mode::Mode;
use kiosk::shell::provisioning::{DESK_PHONE, Folder, order_key};
use kiosk::shell::settings;
use kiosk::shell::supervisor::Supervisor;

use super::Places;
use super::works;
use crate::cli::pages::Pages;
use crate::cli::{Outcome, screen};

const FIRST_PAGE: Duration = Duration::from_secs(5);
/// Hotline of public services all over the country.
const HOTLINE: &str = "12345";

/// Whether this machine is to be brought into service: its image knows who issues orders, and it has no configuration or
/// has stopped in the middle.
pub fn is_wanted(places: &Places) -> bool {
    let saved = || Folder::open(&places.identity).and_then(|folder| folder.saved());
    places.order_key.exists()
        && Mode::is_wanted(&saved().unwrap_or_default(), places.config.exists())
}

/// Shows the page until the machine is in service; then this very process begins anew as its firmware.
pub fn run(places: &Places, stick: &Path) -> anyhow::Result<Outcome> {
    let built_in = settings::screen(&[&places.config, Path::new(settings::BOARD)]);
    #[cfg(feature = "kms")]
    crate::window::kms::turned(built_in.rotation).context("starting with a turned screen")?;
    let phone = std::fs::read_to_string(DESK_PHONE).unwrap_or_default();
    let phone = Some(phone.trim())
        .filter(|phone| !phone.is_empty())
        .unwrap_or(HOTLINE);
    let clock = Clock::system();
    let journal = Journal::stderr(clock.clone());
    let works = works(places, clock, journal)?;
    let mode = Mode::new(
        works,
        order_key(&places.order_key)?,
        stick.to_owned(),
        phone,
    )?;
    let (pages, inbox) = (Pages::default(), mode.inbox());
    let show = screen::shower(pages.clone());
    let (supervisor, mut pulse) = (Supervisor::of_process(), screen::pulse());
    let mut show = move |page| {
        // Its loop shows its page at every turn.
        if pulse() {
            supervisor.alive();
        }
        show(page);
    };
    let turning = thread::Builder::new()
        .name("provisioning".into())
        .spawn(move || {
            let in_service = mode.run(&mut show);
            // The window's loop may have ended by itself.
            let _ = slint::quit_event_loop();
            in_service
        })?;
    let window = screen::open(Some(&built_in))?;
    pages.wait(FIRST_PAGE);
    let touched = inbox.clone();
    screen::run(window, pages, None, move |intent| touched.intent(intent))?;
    inbox.stop();
    if turning.join().unwrap_or(false) {
        let mut again = Command::new(std::env::current_exe()?);
        return Err(again.args(std::env::args_os().skip(1)).exec())
            .context("the firmware does not begin");
    }
    Ok(Outcome::Well)
}
