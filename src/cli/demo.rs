//! `kiosk demo`: the whole machine on this computer.

mod machine;
mod words;

use std::env;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use kiosk::config::Orientation;
use kiosk::shell::clock::Clock;
use kiosk::sim::rig::{Rig, RigOptions};
use kiosk::sim::script;
use kiosk::text::Lang;
use slint::ComponentHandle as _;

use super::pages::Pages;
use super::visit::{self, Plan};
use super::{Outcome, board, say, screen};
use crate::dock::Dock;
use machine::Machine;

/// Seconds from one state of a case at the demo's platform to the next: short enough to be watched.
const PACE_S: u32 = 60;

/// How often it is looked whether paper came out.
const LOOK: Duration = Duration::from_millis(500);
/// Between the screen and the dock beside it, pixels.
const GAP: u32 = 24;

/// Show the whole machine on this computer: simulated reader, printer and platform, real bytes between them.
///
/// With a display two windows open, the machine's screen and its simulated devices. Without one (neither DISPLAY nor WAYLAND_DISPLAY is set) board/laptop/demo.visit is
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
        disk: None,
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
    let options = RigOptions {
        folder: Some(dir),
        pace_s: Some(PACE_S),
        ..RigOptions::laptop(&board::folder(), clock.clone())
    };
    let people = words::people(&options.cards);
    let pages = Pages::default();
    let window = screen::open(None)?;
    let dock = Rc::new(Dock::new(&people)?);
    let machine = Rc::new(Machine::start(Rig::start(options)?, clock, pages.clone())?);

    let (acted, told) = (Rc::clone(&machine), Rc::downgrade(&dock));
    dock.on_act(move |button| {
        let line = words::line_of(button, &people);
        let result = act(&acted, &line);
        if let Some(dock) = told.upgrade() {
            dock.log(&match result {
                Ok(()) => line,
                Err(error) => format!("{line}: {error:#}"),
            });
        }
    });
    let (printed, told) = (Rc::clone(&machine), Rc::downgrade(&dock));
    let looks = slint::Timer::default();
    looks.start(slint::TimerMode::Repeated, LOOK, move || {
        if let (Some(slips), Some(dock)) = (printed.new_slips(), told.upgrade()) {
            dock.set_papers(&slips);
        }
    });
    let beside = screen::small(orientation).width + GAP;
    let corner = slint::PhysicalPosition::new(beside.cast_signed(), 0);
    dock.component().window().set_position(corner);
    dock.component().show().context("the dock")?;
    let touched = Rc::clone(&machine);
    screen::run(window, pages, Some(orientation), move |intent| {
        touched.touch(intent);
    })?;
    machine.stop();
    Ok(Outcome::Well)
}

fn act(machine: &Machine, line: &str) -> anyhow::Result<()> {
    let steps = script::parse(line).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    steps.iter().try_for_each(|step| machine.act(&step.action))
}
