//! The window of simulated devices beside the citizen's window (`kiosk demo`).

use std::rc::Rc;

use kiosk_ui::{DevDock, Theme};
use slint::{ComponentHandle, Image, Model, Rgba8Pixel, SharedPixelBuffer, SharedString, VecModel};

use crate::window::{WindowError, fonts_present};

/// Most lines of the log that are kept.
const LOG_MAX: usize = 12;

/// One printed slip, RGBA, rows from above, four bytes a pixel.
#[derive(Clone, Debug)]
pub struct Paper {
    /// Width in dots.
    pub width: u32,
    /// Height in dots.
    pub height: u32,
    /// `width * height * 4` bytes.
    pub rgba: Vec<u8>,
}

/// The window.
pub struct Dock {
    ui: DevDock,
    papers: Rc<VecModel<Image>>,
    log: Rc<VecModel<SharedString>>,
}

impl Dock {
    /// Makes the window with one button per made-up person.
    ///
    /// # Errors
    /// No Chinese font, or no window.
    pub fn new(people: &[String]) -> Result<Self, WindowError> {
        let ui = DevDock::new().map_err(|error| WindowError::Platform(error.to_string()))?;
        let family = fonts_present()?;
        ui.global::<Theme>().set_family(family.into());
        let people: Vec<SharedString> = people.iter().map(SharedString::from).collect();
        ui.set_people(Rc::new(VecModel::from(people)).into());
        let dock = Self {
            ui,
            papers: Rc::default(),
            log: Rc::default(),
        };
        dock.ui.set_papers(Rc::clone(&dock.papers).into());
        dock.ui.set_log(Rc::clone(&dock.log).into());
        Ok(dock)
    }

    /// The Slint component, to show it.
    #[must_use]
    pub fn component(&self) -> &DevDock {
        &self.ui
    }

    /// What is pressed: `card N`, `take-card`, `unplug-reader`, `replug-reader`, `network-down`, `network-up`,
    /// `platform-slow`, `platform-normal`, `power-cut`, or a line of a script such as `printer paper-out`.
    pub fn on_act(&self, act: impl Fn(&str) + 'static) {
        self.ui.on_act(move |what| act(what.as_str()));
    }

    /// The slips printed so far, newest first. Those whose bytes do not fit their size are left out.
    pub fn set_papers(&self, papers: &[Paper]) {
        let images: Vec<Image> = papers.iter().filter_map(picture).collect();
        self.papers.set_vec(images);
    }

    /// One more line of the log.
    pub fn log(&self, line: &str) {
        if self.log.row_count() >= LOG_MAX {
            self.log.remove(0);
        }
        self.log.push(line.into());
    }
}

fn picture(paper: &Paper) -> Option<Image> {
    let pixels = usize::try_from(paper.width).ok()? * usize::try_from(paper.height).ok()?;
    if pixels == 0 || paper.rgba.len() != pixels * 4 {
        return None;
    }
    let buffer =
        SharedPixelBuffer::<Rgba8Pixel>::clone_from_slice(&paper.rgba, paper.width, paper.height);
    Some(Image::from_rgba8(buffer))
}
