//! The firmware between its simulated devices and a screen in memory.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context as _;
use kiosk::config::{Config, Orientation};
use kiosk::domain::page::Page;
use kiosk::shell::clock::Clock;
use kiosk::shell::durable;
use kiosk::shell::journal::Journal;
use kiosk::shell::runtime::{Inbox, Runtime, Watch};
use kiosk::shell::store::os_random;
use kiosk::shell::technician::read_key;
use kiosk::sim::rig::{Rig, RigOptions};
use kiosk::technician::{CodeKey, Step};
use slint::ComponentHandle as _;

use super::Plan;
use crate::cli::pages::Pages;
use crate::headless::Headless;
use crate::window::Window;

/// Wall clock of every script: Thursday 2026-03-05, 09:07 in China. Receipts look the same on every day.
const BEGIN_UNIX_S: u64 = 1_772_672_820;
/// How long a `wait` stands still for calls to the platform in all. A slow platform takes longer than that.
const PATIENCE: Duration = Duration::from_secs(20);
/// Longest time for the firmware to handle what it was given.
const HANDLED: Duration = Duration::from_secs(30);

/// Everything that runs during a script.
pub struct Stage {
    pub clock: Clock,
    pub journal: Journal,
    pub screen: Headless,
    pub window: Window,
    pub rig: Rig,
    pages: Pages,
    config: Config,
    runtime: Option<Runtime>,
    /// Where touches go: into the firmware that runs now.
    inbox: Rc<RefCell<Option<Inbox>>>,
    shown: Option<Page>,
}

impl Stage {
    /// Builds everything and starts the firmware.
    pub fn new(plan: &Plan) -> anyhow::Result<Self> {
        let clock = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(BEGIN_UNIX_S));
        let rig = Rig::start(RigOptions {
            config: plan.config.clone(),
            cards: plan.cards.clone(),
            folder: None,
            disk: plan.disk.clone(),
            clock: clock.clone(),
            pace_s: None,
        })?;
        let mut config = rig.config().clone();
        if let Some(orientation) = plan.orientation {
            config.screen.orientation = orientation;
        }
        let (width, height) = size(config.screen.orientation == Orientation::Portrait);
        let screen = Headless::install(width, height)?;
        let window = Window::new()?;
        let inbox: Rc<RefCell<Option<Inbox>>> = Rc::default();
        let hand = Rc::clone(&inbox);
        window.on_intent(move |intent| {
            if let Some(inbox) = hand.borrow().as_ref() {
                inbox.intent(intent);
            }
        });
        window.component().show().context("the window")?;
        let mut stage = Self {
            journal: Journal::memory(clock.clone()),
            clock,
            screen,
            window,
            rig,
            pages: Pages::default(),
            config,
            runtime: None,
            inbox,
            shown: None,
        };
        stage.start()?;
        Ok(stage)
    }

    fn start(&mut self) -> anyhow::Result<()> {
        let pages = self.pages.clone();
        let runtime = Runtime::start(
            &self.config,
            self.clock.clone(),
            self.journal.clone(),
            self.rig.pins(),
            Watch::nobody(),
            move |page| pages.put(page),
        )?;
        *self.inbox.borrow_mut() = Some(runtime.inbox());
        self.runtime = Some(runtime);
        Ok(())
    }

    /// The firmware ends in the middle of whatever it does and starts anew on the same store.
    pub fn power_cut(&mut self) -> anyhow::Result<()> {
        *self.inbox.borrow_mut() = None;
        if let Some(runtime) = self.runtime.take() {
            drop(runtime);
        }
        // What the old one showed last is not on the screen of a machine that has just been switched on.
        self.pages.take();
        self.start()
    }

    /// Ends the firmware as on a shutdown.
    pub fn stop(&mut self) {
        *self.inbox.borrow_mut() = None;
        if let Some(runtime) = self.runtime.take() {
            runtime.stop();
        }
    }

    /// Way into the firmware that runs now.
    pub fn inbox(&self) -> anyhow::Result<Inbox> {
        let inbox = self.inbox.borrow().clone();
        inbox.context("the firmware does not run")
    }

    /// Waits until the firmware has handled everything it was given.
    pub fn sync(&self) -> anyhow::Result<()> {
        let handled = self.inbox()?.sync(HANDLED);
        anyhow::ensure!(
            handled,
            "the firmware hangs: nothing handled for {HANDLED:?}"
        );
        Ok(())
    }

    /// The one-time code that the technician's app would show now. A machine without a secret is given one.
    ///
    /// # Errors
    /// The secret cannot be written or read.
    pub fn technician_code(&self) -> anyhow::Result<String> {
        let path = self.config.technician.key_path(&self.config.store.path);
        if !path.try_exists()? {
            // Nobody else's: a secret that stands in this file would open every machine that was ever tried with it.
            let mut bytes = [0; 20];
            os_random()(&mut bytes).context("the kernel's randomness")?;
            durable::put(&path, CodeKey::from_bytes(&bytes)?.base32().as_bytes())?;
        }
        let now = self.clock.unix_seconds().context("the time is not known")?;
        Ok(read_key(&path)?.code(Step::of(now)))
    }

    /// Moves the clocks in steps of a second at most; the firmware handles its deadlines at each, and its calls to the
    /// platform end before the next.
    pub fn wait(&self, total: Duration) -> anyhow::Result<()> {
        let (mut left, mut patience) = (total, PATIENCE);
        while !left.is_zero() {
            let step = left.min(Duration::from_secs(1));
            left -= step;
            self.clock.advance(step);
            self.inbox()?.clock_moved();
            self.sync()?;
            self.calls_end(&mut patience)?;
        }
        Ok(())
    }

    /// Waits until no call is under way and what came of the calls is handled; at most as long as `patience` lasts.
    fn calls_end(&self, patience: &mut Duration) -> anyhow::Result<()> {
        const LOOK: Duration = Duration::from_micros(500);
        while self.inbox()?.calls() > 0 && !patience.is_zero() {
            std::thread::sleep(LOOK);
            *patience = patience.saturating_sub(LOOK);
            self.sync()?;
        }
        Ok(())
    }

    /// Draws the newest page and lets its animations come to rest; the page if it is new.
    pub fn refresh(&mut self) -> Option<&Page> {
        let page = self.pages.take()?;
        self.window.show(&page);
        self.rest();
        Some(self.shown.insert(page))
    }

    /// Waits a moment for a new page.
    pub fn idle(&self, limit: Duration) {
        self.pages.wait(limit);
        self.screen.advance(limit);
    }

    /// Lets animations run to their end.
    pub fn rest(&self) {
        for _ in 0..8 {
            self.screen.advance(Duration::from_millis(100));
        }
    }

    /// The page on the screen.
    pub fn page(&self) -> Option<&Page> {
        self.shown.as_ref()
    }

    /// Turns the screen.
    pub fn turn(&mut self, portrait: bool) {
        let (width, height) = size(portrait);
        self.screen.resize(width, height);
        self.rest();
    }

    /// Writes what is on the screen.
    pub fn picture(&self, path: &Path) -> anyhow::Result<()> {
        self.rest();
        Ok(self.screen.png(path)?)
    }
}

fn size(portrait: bool) -> (u32, u32) {
    if portrait { (1080, 1920) } else { (1920, 1080) }
}
