//! `kiosk demo`: the whole machine on this computer.

use std::env;
use std::path::{Path, PathBuf};

use clap::Args;
use kiosk::config::Orientation;
use kiosk::shell::clock::Clock;
use kiosk::shell::journal::Journal;
use kiosk::shell::runtime::Runtime;
use kiosk::sim::rig::{Rig, RigOptions};
use kiosk::text::Lang;

use super::pages::Pages;
use super::visit::{self, Plan};
use super::{Outcome, board, say, screen};

/// Seconds from one state of a case at the demo's platform to the next: short enough to be watched.
const PACE_S: u32 = 60;

/// Show the whole machine on this computer: simulated reader, printer and platform, real bytes between them.
///
/// With a display a window opens. Without one (neither DISPLAY nor WAYLAND_DISPLAY is set) board/laptop/demo.visit is
/// played, and the screenshots, the receipt and a transcript are left in the folder.
#[derive(Args, Default)]
pub struct Demo {
    /// Screen wide instead of upright.
    #[arg(long)]
    landscape: bool,
    /// Folder for everything that comes out, the cases filed among it.
    #[arg(long, value_name = "DIR", default_value = "target/demo")]
    dir: Option<PathBuf>,
}

impl Demo {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let orientation = if self.landscape {
            Orientation::Landscape
        } else {
            Orientation::Portrait
        };
        let dir = self.dir.unwrap_or_else(|| "target/demo".into());
        let named = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
        if named("DISPLAY") || named("WAYLAND_DISPLAY") {
            in_a_window(orientation, dir)
        } else {
            without_a_display(orientation, &dir)
        }
    }
}

fn without_a_display(orientation: Orientation, dir: &Path) -> anyhow::Result<Outcome> {
    let script = board::folder().join("laptop/demo.visit");
    say(&format!(
        "There is no display (DISPLAY and WAYLAND_DISPLAY are empty). Playing {} without one.",
        script.display()
    ));
    let outcome = visit::play(&Plan {
        script,
        config: board::laptop(),
        cards: board::folder().join("laptop/cards"),
        out: dir.to_owned(),
        orientation: Some(orientation),
        lang: Lang::Zh,
    })?;
    for (what, name) in [
        ("screenshots", "*.png"),
        ("receipt    ", "receipt-1.png"),
        ("transcript ", "transcript.jsonl"),
    ] {
        say(&format!("{what}  {}", dir.join(name).display()));
    }
    Ok(outcome)
}

fn in_a_window(orientation: Orientation, dir: PathBuf) -> anyhow::Result<Outcome> {
    let clock = Clock::system();
    let rig = Rig::start(RigOptions {
        folder: Some(dir),
        pace_s: Some(PACE_S),
        ..RigOptions::laptop(&board::folder(), clock.clone())
    })?;
    let pages = Pages::default();
    let window = screen::open(orientation, false)?;
    let runtime = Runtime::start(
        rig.config(),
        clock.clone(),
        Journal::stderr(clock),
        rig.pins(),
        screen::shower(pages.clone()),
    )?;
    let inbox = runtime.inbox();
    screen::run(window, pages, move |intent| inbox.intent(intent))?;
    runtime.stop();
    Ok(Outcome::Well)
}
