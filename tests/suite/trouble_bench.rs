//! The whole firmware on simulated devices, with somebody who makes trouble and somebody who files.

use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use kiosk::config::Config;
use kiosk::domain::page::{Body, Intent, Page, PageKind};
use kiosk::shell::catalogue;
use kiosk::shell::clock::Clock;
use kiosk::shell::journal::Journal;
use kiosk::shell::runtime::{Inbox, Runtime, Watch};
use kiosk::sim::rig::{Rig, RigOptions};
use kiosk::sim::script;

use super::kill_nine::Person;

/// Longest wait for devices and network, which take real time.
const PATIENCE: Duration = Duration::from_secs(40);
/// One look at what happens without a page.
const BLINK: Duration = Duration::from_millis(20);

pub struct Bench {
    pub page: Page,
    pub journal: Journal,
    person: Person,
    clock: Clock,
    pages: Receiver<Page>,
    runtime: Runtime,
    // Last: the firmware ends before its devices.
    pub rig: Rig,
}

impl Bench {
    /// The laptop's board, everything well, ready for a person.
    pub fn new() -> Self {
        let mut bench = Self::with(|_, _| {});
        bench.until("ready to print", |page| page.banners.is_empty());
        bench
    }

    /// The laptop's board with a change to its configuration and its surroundings, on its first page.
    pub fn with(change: impl FnOnce(&mut Config, &Rig)) -> Self {
        let board = Path::new(env!("CARGO_MANIFEST_DIR")).join("board");
        let clock = Clock::system();
        let rig = Rig::start(RigOptions::laptop(&board, clock.clone())).expect("a rig");
        let mut config = rig.config().clone();
        // Their tables are large; the one test that needs them says so.
        config.input.dir = rig.folder().join("no-tables");
        change(&mut config, &rig);
        let journal = Journal::memory(clock.clone());
        let (sender, pages) = channel();
        let runtime = Runtime::start(
            &config,
            clock.clone(),
            journal.clone(),
            rig.pins(),
            Watch::nobody(),
            move |page| {
                drop(sender.send(page));
            },
        );
        let runtime = runtime.expect("it always starts");
        let page = pages.recv_timeout(PATIENCE).expect("a first page");
        let items = catalogue::load(&board.join("catalogue"))
            .expect("catalogue")
            .0;
        Self {
            page,
            journal,
            person: Person::new(items, 7),
            clock,
            pages,
            runtime,
            rig,
        }
    }

    pub fn inbox(&self) -> Inbox {
        self.runtime.inbox()
    }

    /// A line of a script.
    pub fn act(&self, line: &str) {
        let steps = script::parse(line).expect("a line of a script");
        assert!(
            self.rig.act(&steps[0].action).expect(line),
            "{line} is not the rig's"
        );
    }

    /// One touch, with everything it does at once.
    pub fn touch(&mut self, intent: Intent) {
        self.inbox().intent(intent);
        self.settle();
    }

    /// Moves the clock.
    pub fn pass(&mut self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
        self.inbox().clock_moved();
        self.settle();
    }

    fn settle(&mut self) {
        assert!(self.inbox().sync(PATIENCE), "it hangs on {:?}", self.page);
        self.page = self
            .pages
            .try_iter()
            .last()
            .unwrap_or_else(|| self.page.clone());
    }

    /// Waits for a page.
    pub fn until(&mut self, what: &str, good: impl Fn(&Page) -> bool) {
        let until = Instant::now() + PATIENCE;
        while !good(&self.page) {
            let rest = until.saturating_duration_since(Instant::now());
            match self.pages.recv_timeout(rest) {
                Ok(page) => self.page = page,
                Err(_) => panic!("never {what}: {:?}\n{}", self.page, self.journal.written()),
            }
        }
    }

    pub fn until_kind(&mut self, kind: PageKind) {
        self.until(&format!("{kind:?}"), |page| page.kind == kind);
    }

    /// Takes the next page, or none for a moment.
    fn blink(&mut self) {
        if let Ok(page) = self.pages.recv_timeout(BLINK) {
            self.page = page;
        }
    }

    /// Waits for something that no page shows; false when it does not come within `limit`.
    pub fn within(&mut self, limit: Duration, good: impl Fn(&Self) -> bool) -> bool {
        let until = Instant::now() + limit;
        while !good(self) {
            if Instant::now() > until {
                return false;
            }
            self.blink();
        }
        true
    }

    /// How often this event was logged.
    pub fn logged(&self, id: &str) -> usize {
        self.journal
            .written()
            .matches(&format!("\"id\":\"{id}\""))
            .count()
    }

    /// Lets hours pass, minute by minute, until nothing waits to be sent.
    pub fn drained(&mut self, what: &str) {
        let until = Instant::now() + PATIENCE;
        while self.inbox().waiting() > 0 {
            assert!(
                Instant::now() < until,
                "{what}: never sent\n{}",
                self.journal.written()
            );
            self.pass(60);
            self.blink();
        }
    }

    /// Lays a card and waits for what comes of it.
    pub fn lay(&mut self, card: &str) {
        self.act(&format!("card lay {card}"));
    }

    /// A person with this card files something, up to the submit button.
    pub fn file(&mut self, card: &str) {
        self.lay(card);
        self.until_kind(PageKind::Choose);
        self.go_on();
    }

    /// As [`Self::file`], for the item of this name under this tile.
    pub fn file_item(&mut self, card: &str, tile: &str, item: &str) {
        self.lay(card);
        self.until_kind(PageKind::Choose);
        let Body::Tiles(tiles) = &self.page.body else {
            panic!("tiles: {:?}", self.page)
        };
        let at = tiles.iter().position(|one| one.label == tile);
        self.touch(Intent::Choose(at.expect("the tile")));
        let Body::Choices(items) = &self.page.body else {
            panic!("items: {:?}", self.page)
        };
        let at = items.iter().position(|one| one.label == item);
        self.touch(Intent::Choose(at.expect("the item")));
        self.go_on();
    }

    /// Touches what the person would, up to the submit button.
    pub fn go_on(&mut self) {
        for _ in 0..200 {
            match self.person.touch(&self.page) {
                Some(intent) => self.touch(intent),
                None => break,
            }
            if matches!(self.page.kind, PageKind::Working | PageKind::Confirmation) {
                return;
            }
        }
        panic!("not filed: {:?}", self.page);
    }

    /// A whole visit up to the confirmation.
    pub fn visit(&mut self, card: &str) {
        self.file(card);
        self.until_kind(PageKind::Confirmation);
    }

    /// A whole visit without a line: what the paper waits for the platform at most passes at once.
    pub fn visit_at_once(&mut self, card: &str) {
        self.file(card);
        self.pass(3);
        self.until_kind(PageKind::Confirmation);
    }

    /// From the confirmation to the next person.
    pub fn leave(&mut self) {
        self.act("card take");
        self.touch(Intent::Leave);
        self.until_kind(PageKind::Start);
    }

    /// Sentence on the paper, and whether a code to photograph stands there.
    pub fn paper(&self) -> (String, bool) {
        match &self.page.body {
            Body::Result { paper, qr, .. } => (paper.clone(), qr.is_some()),
            other => panic!("no result: {other:?}"),
        }
    }

    /// States of the cases on the confirmation page.
    pub fn states(&self) -> Vec<String> {
        match &self.page.body {
            Body::Result { cases, .. } => cases.iter().map(|case| case.state.clone()).collect(),
            other => panic!("no result: {other:?}"),
        }
    }

    /// Papers that came out, as text.
    pub fn receipts(&self) -> Vec<String> {
        let papers = self.rig.printer().papers();
        papers
            .iter()
            .map(|paper| paper.lines().join("\n"))
            .collect()
    }

    /// Filing numbers at the platform, in order.
    pub fn at_the_platform(&self) -> Vec<String> {
        let cases = self.rig.platform().cases().expect("cases");
        let mut numbers: Vec<_> = cases.into_iter().map(|case| case.filing_number).collect();
        numbers.sort();
        numbers
    }
}
