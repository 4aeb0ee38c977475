//! A window on a real display, fed with pages from the runtime's thread.

use std::cell::RefCell;

use anyhow::Context as _;
use kiosk::config::Orientation;
use kiosk::domain::page::{Intent, Page};
use slint::platform::WindowEvent;
use slint::{ComponentHandle as _, PhysicalSize};

use super::pages::Pages;
use crate::window::Window;

/// The window is open for certain after this.
const OPENED: std::time::Duration = std::time::Duration::from_millis(300);

thread_local! {
    /// The window of the thread that runs Slint's loop, for pages that arrive there.
    static SHOWN: RefCell<Option<(Window, Pages)>> = const { RefCell::new(None) };
}

/// Opens the window; on a machine it fills the screen.
///
/// # Errors
/// There is no display, or no font with Chinese glyphs.
pub fn open(full: bool) -> anyhow::Result<Window> {
    let window = Window::new().context("the window")?;
    window.component().window().set_fullscreen(full);
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

/// Runs the window until it is closed; `small` draws the machine's screen at half its size, which fits a laptop.
///
/// # Errors
/// The display went away.
pub fn run(
    window: Window,
    pages: Pages,
    small: Option<Orientation>,
    hand: impl Fn(Intent) + 'static,
) -> anyhow::Result<()> {
    window.on_intent(hand);
    window.component().show().context("the window")?;
    if let Some(orientation) = small {
        let shown = window.component().as_weak();
        // The display's own factor is taken over when the loop has opened the window.
        slint::Timer::single_shot(OPENED, move || {
            if let Some(shown) = shown.upgrade() {
                halve(shown.window(), orientation);
            }
        });
    }
    SHOWN.set(Some((window, pages)));
    draw();
    let ended = slint::run_event_loop().context("the window");
    SHOWN.set(None);
    ended
}

/// Only after the window is there: on opening it takes the display's own factor.
fn halve(screen: &slint::Window, orientation: Orientation) {
    const HALF: f32 = 0.5;
    screen.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: HALF });
    screen.set_size(match orientation {
        Orientation::Portrait => PhysicalSize::new(540, 960),
        Orientation::Landscape => PhysicalSize::new(960, 540),
    });
}
