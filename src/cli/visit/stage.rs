//! The firmware between its simulated devices and a screen in memory.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context as _;
use kiosk::config::{Config, Orientation};
use kiosk::domain::page::{Intent, Page};
use kiosk::shell::clock::Clock;
use kiosk::shell::durable;
use kiosk::shell::journal::Journal;
use kiosk::shell::provisioning::mode;
use kiosk::shell::runtime::{Inbox, Runtime, Watch};
use kiosk::shell::settings;
use kiosk::shell::store::os_random;
use kiosk::shell::technician::read_key;
use kiosk::sim::district::District;
use kiosk::sim::rig::{Rig, RigOptions};
use kiosk::technician::{CodeKey, Step};
use slint::ComponentHandle as _;

use super::Plan;
use super::blank::Blank;
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
    /// A machine that is not in service yet, instead of its firmware.
    blank: Option<Blank>,
    /// The district of a machine that was blank. Before the rig, whose folder it uses.
    district: Option<District>,
    /// Where touches go: into what runs now.
    hand: Rc<RefCell<Option<Hand>>>,
    shown: Option<Page>,
}

/// Way into what runs now.
enum Hand {
    Firmware(Inbox),
    Blank(mode::Inbox),
}

impl Hand {
    fn intent(&self, intent: Intent) {
        match self {
            Self::Firmware(inbox) => inbox.intent(intent),
            Self::Blank(inbox) => inbox.intent(intent),
        }
    }
}

impl Stage {
    /// Builds everything and starts the firmware, or a machine that is not in service yet.
    pub fn new(plan: &Plan, is_blank: bool) -> anyhow::Result<Self> {
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
        let hand: Rc<RefCell<Option<Hand>>> = Rc::default();
        let touching = Rc::clone(&hand);
        window.on_intent(move |intent| {
            if let Some(hand) = touching.borrow().as_ref() {
                hand.intent(intent);
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
            blank: None,
            district: None,
            hand,
            shown: None,
        };
        if is_blank {
            let journal = stage.journal.clone();
            let pages = stage.pages.clone();
            let blank = Blank::start(&plan.config, &stage.rig, &stage.clock, journal, pages)?;
            *stage.hand.borrow_mut() = Some(Hand::Blank(blank.inbox()));
            stage.blank = Some(blank);
        } else {
            stage.start()?;
        }
        Ok(stage)
    }

    /// Begins the firmware of a machine that has come into service, with the settings that it was given, as `kiosk run` does.
    pub fn come_into_service(&mut self) -> anyhow::Result<()> {
        let Some(blank) = self.blank.take_if(|blank| blank.is_over()) else {
            return Ok(());
        };
        let (settings, district) = blank.end();
        self.district = Some(district);
        let settings = settings.context("the way into service ended before its end")?;
        let orientation = self.config.screen.orientation;
        self.config = settings::load(&settings)?;
        self.config.screen.orientation = orientation;
        self.start()
    }

    /// The desk and the server of a machine that is, or was, blank.
    pub fn district(&self) -> anyhow::Result<&District> {
        let blank = self.blank.as_ref().map(Blank::district);
        blank
            .or(self.district.as_ref())
            .context("this machine has no district")
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
        *self.hand.borrow_mut() = Some(Hand::Firmware(runtime.inbox()));
        self.runtime = Some(runtime);
        Ok(())
    }

    /// The firmware ends in the middle of whatever it does and starts anew on the same store.
    pub fn power_cut(&mut self) -> anyhow::Result<()> {
        anyhow::ensure!(
            self.blank.is_none(),
            "a step into service runs on here: tests/suite/provision/resumed.rs cuts those"
        );
        *self.hand.borrow_mut() = None;
        if let Some(runtime) = self.runtime.take() {
            drop(runtime);
        }
        // What the old one showed last is not on the screen of a machine that has just been switched on.
        self.pages.take();
        self.start()
    }

    /// Ends the firmware as on a shutdown.
    pub fn stop(&mut self) {
        *self.hand.borrow_mut() = None;
        if let Some(blank) = self.blank.take() {
            self.district = Some(blank.end().1);
        }
        if let Some(runtime) = self.runtime.take() {
            runtime.stop();
        }
    }

    /// Way into the firmware that runs now.
    pub fn inbox(&self) -> anyhow::Result<Inbox> {
        match self.hand.borrow().as_ref() {
            Some(Hand::Firmware(inbox)) => Ok(inbox.clone()),
            _ => anyhow::bail!("the firmware does not run"),
        }
    }

    /// Somebody does this at the screen.
    pub fn intent(&self, intent: Intent) {
        if let Some(hand) = self.hand.borrow().as_ref() {
            hand.intent(intent);
        }
    }

    /// The world around the machine has changed by hand.
    pub fn nudge(&self) -> anyhow::Result<()> {
        if self.blank.is_none() {
            self.inbox()?.clock_moved();
        }
        self.sync()
    }

    /// Waits until the firmware has handled everything it was given. A machine that is not in service yet has steps of
    /// seconds; what came of them is expected.
    pub fn sync(&self) -> anyhow::Result<()> {
        if self.blank.is_some() {
            return Ok(());
        }
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
