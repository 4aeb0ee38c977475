//! A window on a real display, fed with pages from the runtime's thread.

use std::cell::RefCell;

use anyhow::Context as _;
use kiosk::config::Orientation;
use kiosk::domain::page::{Intent, Page};
use slint::{ComponentHandle as _, LogicalSize};

use super::pages::Pages;
use crate::window::Window;

thread_local! {
    /// The window of the thread that runs Slint's loop, for pages that arrive there.
    static SHOWN: RefCell<Option<(Window, Pages)>> = const { RefCell::new(None) };
}

/// Opens the window; on a machine it fills the screen.
///
/// # Errors
/// There is no display, or no font with Chinese glyphs.
pub fn open(orientation: Orientation, full: bool) -> anyhow::Result<Window> {
    let window = Window::new().context("the window")?;
    let screen = window.component().window();
    if full {
        screen.set_fullscreen(true);
    } else {
        // Half the size of the machine's screen fits on a laptop.
        screen.set_size(match orientation {
            Orientation::Portrait => LogicalSize::new(540.0, 960.0),
            Orientation::Landscape => LogicalSize::new(960.0, 540.0),
        });
    }
    Ok(window)
}

/// Passes pages on to the thread of the window.
pub fn shower(pages: Pages) -> impl Fn(Page) + Send + 'static {
    move |page| {
        pages.put(page);
        // Before the loop runs and after it has ended there is nobody to draw; the page waits in its box.
        let _ = slint::invoke_from_event_loop(draw);
    }
}

fn draw() {
    SHOWN.with_borrow(|shown| {
        if let Some((window, pages)) = shown
            && let Some(page) = pages.take()
        {
            window.show(&page);
        }
    });
}

/// Runs the window until it is closed.
///
/// # Errors
/// The display went away.
pub fn run(window: Window, pages: Pages, hand: impl Fn(Intent) + 'static) -> anyhow::Result<()> {
    window.on_intent(hand);
    window.component().show().context("the window")?;
    SHOWN.set(Some((window, pages)));
    draw();
    let ended = slint::run_event_loop().context("the window");
    SHOWN.set(None);
    ended
}
