//! The machine that is killed: the whole firmware in a process of its own, and a person at its screen.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use kiosk::config::{Config, Secret, Token};
use kiosk::domain::page::{Body, Intent, Page, PageKind};
use kiosk::shell::clock::Clock;
use kiosk::shell::gpio::SimGpio;
use kiosk::shell::journal::Journal;
use kiosk::shell::runtime::{Inbox, Runtime, Watch};
use kiosk::shell::{catalogue, settings};
use kiosk::sim::platform::{DEMO_PAASID, DEMO_TOKEN};

use super::person::Person;

/// Folder with the ports, the store and the journal.
pub const FOLDER: &str = "KIOSK_KILL_NINE_FOLDER";
/// Address of the platform.
pub const URL: &str = "KIOSK_KILL_NINE_URL";
/// Number of the machine.
pub const ID: &str = "KIOSK_KILL_NINE_ID";
/// What the person is like; without one nobody comes and the machine ends when nothing waits.
pub const SEED: &str = "KIOSK_KILL_NINE_SEED";

/// Longest silence of a machine that has something to do.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long the person reads what came of it.
const READS: Duration = Duration::from_millis(100);
/// How long the person takes for an answer: little, but a kill must find the page.
const TYPES: Duration = Duration::from_millis(4);

/// The laptop's board as shipped.
fn board() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("board")
}

fn config(folder: &Path, url: String, id: String) -> Config {
    let mut config = settings::load(&board().join("laptop/kiosk.toml")).expect("settings");
    config.machine.id = id;
    config.platform.url = url;
    config.platform.paasid = DEMO_PAASID.into();
    config.platform.token = Token::Inline(Secret(DEMO_TOKEN.into()));
    config.reader.port = Some(folder.join("reader"));
    config.reader.poll_ms = 300;
    config.printer.port = Some(folder.join("printer"));
    config.store.path = folder.join("store.db");
    config.catalogue.cache_dir = folder.join("catalogue");
    // Their tables take longer to load than most of these machines live.
    config.input.dir = folder.join("no-tables");
    config
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}")
        .and_then(|()| out.flush())
        .expect("say");
}

/// Runs until it is killed, or without a person until everything is sent.
pub fn run() {
    let told = |name: &str| std::env::var(name).expect("what the parent told");
    let folder = PathBuf::from(told(FOLDER));
    let clock = Clock::system();
    let journal = Journal::file(&folder.join("journal"), 65_536, clock.clone()).expect("journal");
    let (sender, pages) = channel();
    let runtime = Runtime::start(
        &config(&folder, told(URL), told(ID)),
        clock,
        journal,
        Box::new(|on_input| Box::new(SimGpio::new(on_input))),
        Watch::nobody(),
        move |page| drop(sender.send(page)),
    )
    .expect("it always starts");
    let mut screen = Screen::new(pages);
    match std::env::var(SEED) {
        Ok(seed) => visits(
            &mut screen,
            &runtime.inbox(),
            seed.parse().expect("a number"),
        ),
        Err(_) => {
            let until = Instant::now() + PATIENCE;
            let inbox = runtime.inbox();
            // The backlog is read beside the loop: nothing waits before it has come, nor between a call and its event.
            let mut quiet = 0;
            while quiet < 3 {
                let calls = inbox.calls();
                assert!(inbox.sync(PATIENCE), "it hangs");
                let busy = calls + inbox.calls() + inbox.waiting() > 0;
                quiet = if busy { 0 } else { quiet + 1 };
                screen.look(Duration::from_millis(20));
                assert!(Instant::now() < until, "{} wait", inbox.waiting());
            }
            say("DRAINED");
            runtime.stop();
        }
    }
}

fn visits(screen: &mut Screen, inbox: &Inbox, seed: u64) {
    let shipped = catalogue::load(&board().join("catalogue"))
        .expect("catalogue")
        .0;
    let mut person = Person::new(shipped, seed);
    let mut touches = 0;
    loop {
        let before = screen.page.kind;
        let Some(intent) = person.touch(&screen.page) else {
            assert!(
                screen.look(PATIENCE),
                "nothing happens on {:?}",
                screen.page
            );
            continue;
        };
        let thinks = match screen.page.kind {
            PageKind::Confirmation => READS,
            PageKind::Question => TYPES,
            _ => Duration::ZERO,
        };
        if screen.look(thinks) {
            continue;
        }
        inbox.intent(asks_for_paper(&screen.page).unwrap_or(intent));
        assert!(inbox.sync(PATIENCE), "it hangs on {:?}", screen.page);
        while screen.look(Duration::ZERO) {}
        touches = if screen.page.kind == before {
            touches + 1
        } else {
            0
        };
        assert!(touches < 100, "there is no way on from {:?}", screen.page);
    }
}

/// Who has no receipt in hand asks for it.
fn asks_for_paper(page: &Page) -> Option<Intent> {
    (page.kind == PageKind::Confirmation && page.secondary.len() > 1)
        .then_some(Intent::Secondary(1))
}

/// The page now on, and what the parent hears of every page.
struct Screen {
    pages: Receiver<Page>,
    page: Page,
}

impl Screen {
    fn new(pages: Receiver<Page>) -> Self {
        let page = pages.recv_timeout(PATIENCE).expect("a first page");
        say(&format!("FIRST {page:?}"));
        say(&format!("PAGE {:?}", page.kind));
        Self { pages, page }
    }

    /// Takes the next page; false when none comes within `limit`.
    fn look(&mut self, limit: Duration) -> bool {
        let page = match self.pages.recv_timeout(limit) {
            Ok(page) => page,
            Err(RecvTimeoutError::Timeout) => return false,
            Err(RecvTimeoutError::Disconnected) => panic!("the firmware ended"),
        };
        if let Body::Result { cases, .. } = &page.body {
            for case in cases {
                say(&format!("TOLD {}/{}", case.number, case.query_code));
            }
        }
        if page.kind != self.page.kind {
            say(&format!("PAGE {:?}", page.kind));
        }
        self.page = page;
        true
    }
}
