//! The demo's machine: the rig and the firmware, which survives a power cut of its own.

use std::cell::{Cell, RefCell};

use kiosk::domain::page::Intent;
use kiosk::shell::clock::Clock;
use kiosk::shell::journal::Journal;
use kiosk::shell::runtime::{Runtime, Watch};
use kiosk::sim::printer::{PaperFont, PrinterSimOptions};
use kiosk::sim::rig::Rig;
use kiosk::sim::script::Action;

use crate::cli::pages::Pages;
use crate::cli::screen;
use crate::dock::Paper;

/// Most slips beside the window; older ones are left out.
const SLIPS: usize = 6;
/// Colours of thermal paper and its ink, RGBA.
const PAPER: [u8; 4] = [0xFA, 0xF8, 0xF2, 0xFF];
const INK: [u8; 4] = [0x26, 0x25, 0x2A, 0xFF];

/// Everything that runs behind the two windows.
pub(super) struct Machine {
    rig: Rig,
    clock: Clock,
    journal: Journal,
    pages: Pages,
    runtime: RefCell<Option<Runtime>>,
    font: Option<PaperFont>,
    slips: Cell<usize>,
}

impl Machine {
    /// Starts the firmware on `rig`.
    pub(super) fn start(rig: Rig, clock: Clock, pages: Pages) -> anyhow::Result<Self> {
        let machine = Self {
            rig,
            journal: Journal::stderr(clock.clone()),
            clock,
            pages,
            runtime: RefCell::default(),
            font: PaperFont::find().ok(),
            slips: Cell::new(0),
        };
        machine.switch_on()?;
        Ok(machine)
    }

    fn switch_on(&self) -> anyhow::Result<()> {
        let runtime = Runtime::start(
            self.rig.config(),
            self.clock.clone(),
            self.journal.clone(),
            self.rig.pins(),
            Watch::nobody(),
            screen::shower(self.pages.clone()),
        )?;
        *self.runtime.borrow_mut() = Some(runtime);
        Ok(())
    }

    /// A touch on the citizen's window.
    pub(super) fn touch(&self, intent: Intent) {
        if let Some(runtime) = self.runtime.borrow().as_ref() {
            runtime.inbox().intent(intent);
        }
    }

    /// What a script's line would do.
    pub(super) fn act(&self, action: &Action) -> anyhow::Result<()> {
        if *action == Action::PowerCut {
            drop(self.runtime.borrow_mut().take());
            return self.switch_on();
        }
        anyhow::ensure!(self.rig.act(action)?, "only scripts do this");
        Ok(())
    }

    /// The newest slips, newest first, if one came out since this was last asked.
    pub(super) fn new_slips(&self) -> Option<Vec<Paper>> {
        let papers = self.rig.printer().papers();
        let before = self.slips.replace(papers.len());
        let font = self.font.as_ref().filter(|_| papers.len() != before)?;
        let newest = papers.iter().rev().take(SLIPS);
        Some(newest.filter_map(|paper| picture(paper, font)).collect())
    }

    /// Ends the firmware as on a shutdown.
    pub(super) fn stop(&self) {
        if let Some(runtime) = self.runtime.borrow_mut().take() {
            runtime.stop();
        }
    }
}

/// A piece that is too long to draw is left out.
fn picture(paper: &kiosk::sim::printer::Paper, font: &PaperFont) -> Option<Paper> {
    let width = PrinterSimOptions::default().width_dots;
    let dots = paper.dots(font, width).ok()?;
    let places = (0..dots.height()).flat_map(|y| (0..width).map(move |x| (x, y)));
    let ink = |(x, y)| if dots.get(x, y) { INK } else { PAPER };
    Some(Paper {
        width: u32::try_from(width).ok()?,
        height: u32::try_from(dots.height()).ok()?,
        rgba: places.flat_map(ink).collect(),
    })
}
