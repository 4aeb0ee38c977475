//! A window on a real display, fed with pages from the runtime's thread.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context as _;
use kiosk::config::{Orientation, Screen};
use kiosk::domain::page::{Body, Intent, Page, PageKind};
use kiosk::shell::runtime::Pulse;
use kiosk::shell::supervisor::Supervisor;
use slint::platform::WindowEvent;
use slint::{ComponentHandle as _, PhysicalSize};

use super::pages::Pages;
use crate::window::Window;

/// The window is open for certain after this.
const OPENED: Duration = Duration::from_millis(300);

thread_local! {
    /// The window of the thread that runs Slint's loop, for pages that arrive there.
    static SHOWN: RefCell<Option<(Window, Pages)>> = const { RefCell::new(None) };
}

/// A second touch of a double touch comes within this time and was meant for the page before.
const DOUBLE_TOUCH: Duration = Duration::from_millis(350);

thread_local! {
    /// Which page was drawn last and since when.
    static SINCE: RefCell<Option<(PageKind, String, Instant)>> = const { RefCell::new(None) };
}

/// Notes when another page, or the same with another question, came up.
fn note(page: &Page) {
    let what = what(page);
    SINCE.with_borrow_mut(|since| match since {
        Some((kind, known, _)) if *kind == page.kind && *known == what => {}
        _ => *since = Some((page.kind, what, Instant::now())),
    });
}

/// What makes a page another one of its kind: its heading, and where several cases are told one after the other, which
/// case it is.
fn what(page: &Page) -> String {
    let mut what = page.heading.clone();
    if let (PageKind::Refused, Body::Lines(lines)) = (page.kind, &page.body) {
        what.extend(lines.iter().map(|line| line.value.as_str()));
    }
    what
}

/// Whether a touch comes too early after a new page to be meant for it. Keys are typed fast and never are.
fn too_early(intent: &Intent) -> bool {
    let moves_on = matches!(
        intent,
        Intent::Primary
            | Intent::Secondary(_)
            | Intent::Choose(_)
            | Intent::Change(_)
            | Intent::Back
            | Intent::OverlayLeave
    );
    moves_on
        && SINCE.with_borrow(|since| {
            since
                .as_ref()
                .is_some_and(|(_, _, at)| at.elapsed() < DOUBLE_TOUCH)
        })
}

/// Opens the window. On a machine with the screen `full`, it fills the screen.
///
/// # Errors
/// There is no display, or no font with Chinese glyphs.
pub fn open(full: Option<&Screen>) -> anyhow::Result<Window> {
    let window = Window::new().context("the window")?;
    #[cfg(feature = "kms")]
    if let Some(screen) = full {
        crate::window::kms::open(window.component(), screen).context("the display")?;
        return Ok(window);
    }
    if let Some(full) = full {
        let screen = window.component().window();
        // Nobody makes a window full where no window manager runs; it must be as large as the screen by itself.
        screen.set_size(match full.orientation {
            Orientation::Portrait => PhysicalSize::new(1080, 1920),
            Orientation::Landscape => PhysicalSize::new(1920, 1080),
        });
        screen.set_fullscreen(true);
    }
    Ok(window)
}

/// Asks the thread of the window whether its loop turns.
pub fn pulse() -> Pulse {
    let answered = Arc::new(AtomicBool::new(true));
    Box::new(move || {
        let turns = answered.swap(false, Ordering::SeqCst);
        let answer = answered.clone();
        // Before the loop runs the question waits for it, and only a loop that has begun is asked again.
        let asked = slint::invoke_from_event_loop(move || answer.store(true, Ordering::SeqCst));
        turns && asked.is_ok()
    })
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
            note(&page);
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
    window.on_intent(move |intent| {
        if !too_early(&intent) {
            hand(intent);
        }
    });
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
    // Runs when the loop does, the first page before it.
    slint::Timer::single_shot(Duration::ZERO, Supervisor::ready);
    let ended = slint::run_event_loop().context("the window");
    SHOWN.set(None);
    ended
}

/// Only after the window is there: on opening it takes the display's own factor.
fn halve(screen: &slint::Window, orientation: Orientation) {
    const HALF: f32 = 0.5;
    screen.dispatch_event(WindowEvent::ScaleFactorChanged { scale_factor: HALF });
    screen.set_size(small(orientation));
}

/// The screen at half its size, pixels.
pub fn small(orientation: Orientation) -> PhysicalSize {
    match orientation {
        Orientation::Portrait => PhysicalSize::new(540, 960),
        Orientation::Landscape => PhysicalSize::new(960, 540),
    }
}
