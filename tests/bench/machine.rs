//! A core with the shipped items and input methods, a citizen who fills in what is asked, and a card.
#![allow(dead_code)]

use std::time::{Duration, Instant};

use kiosk::domain::input::Engines;
use kiosk::domain::kiosk::{Effect, Event, Kiosk};
use kiosk::domain::outbox::{Outbox, Settings};
use kiosk::domain::page::{Body, Intent, Keys, Page, PageKind};
use kiosk::domain::visit::idle::IdleRules;
use kiosk::domain::world::{MachineWords, Moment, Wall};
use kiosk::item::{Catalogue, Day};
use kiosk::shell::catalogue;
use kiosk::sim::pty::Device as _;
use kiosk::sim::reader::{CardFile, SimReader};
use kiosk::status::{Device, Paper};
use kiosk::text::Text;
use kiosk::wire::Machine as _;
use kiosk::wire::sam::{ReaderCommand, SamConfig, SamReader};

use crate::rows::root;

/// Town of the machine.
pub const TOWN: &str = "440203001";

/// A shipped item for those over 65.
pub const ITEM: &str = "敬老公交IC卡申请";

/// The shipped catalogue.
pub fn shipped() -> Catalogue {
    let loaded = catalogue::load(&root().join("board/catalogue"));
    loaded
        .map(|(catalogue, _)| catalogue)
        .map_err(|(error, _)| error)
        .unwrap()
}

/// The shipped input methods.
pub fn engines() -> Engines {
    let file = |name: &str| std::fs::read(root().join("board/input").join(name)).unwrap();
    let text = |name: &str| String::from_utf8(file(name)).unwrap();
    Engines::from_parts(
        &text("pinyin.tsv"),
        &text("local.tsv"),
        &file("handwriting.bin"),
    )
    .unwrap()
}

/// A core in a time of its own, and the page it shows.
pub struct Bench {
    pub kiosk: Kiosk,
    pub now: Instant,
    pub page: Page,
}

impl Bench {
    pub fn new(catalogue: Catalogue, engines: Engines) -> Self {
        let now = Instant::now();
        let machine = MachineWords {
            handoff: vec!["YSS:".into()],
            draws_photos: true,
            badge_at_start: false,
            training: Duration::from_secs(1800),
            id: "W0012".into(),
            town_code: TOWN.into(),
            service: Text::new("演示区政务服务自助办理", "Demo District Public Services"),
            place: Text::new("演示镇便民服务中心", "Demo Town Service Centre"),
            phone: "0751-000 0000".into(),
            window: Text::new("一楼综合窗口", "Ground floor"),
        };
        let outbox = Outbox::new(Settings::default(), 7, now);
        let mut kiosk = Kiosk::new(
            machine,
            catalogue,
            engines,
            IdleRules::default(),
            outbox,
            now,
        );
        let mut first = Vec::new();
        for event in [Event::Tick, Event::Printer(Device::Online, Paper::Full)] {
            first.extend(kiosk.handle(event, &moment(now)));
        }
        let page = last_page(first).expect("a page at the start");
        Self { kiosk, now, page }
    }

    /// One event; the page follows, everything else comes back.
    pub fn handle(&mut self, event: Event) -> Vec<Effect> {
        self.now += Duration::from_millis(1);
        let effects = self.kiosk.handle(event, &moment(self.now));
        if let Some(page) = shown(&effects) {
            self.page = page.clone();
        }
        effects
    }

    /// One touch.
    pub fn touch(&mut self, intent: Intent) -> Vec<Effect> {
        self.handle(Event::Intent(intent))
    }

    /// Touches that lead from the page of all items to the page of `item`.
    pub fn open_item(&mut self, item: &str) {
        for _ in 0..1000 {
            let place = match &self.page.body {
                Body::Choices(choices) | Body::Tiles(choices) => {
                    choices.iter().position(|c| c.label == item)
                }
                _ => None,
            };
            match place {
                Some(place) => {
                    self.touch(Intent::Choose(place));
                    return;
                }
                None => self.touch(Intent::NextPage),
            };
        }
        panic!("no item {item}");
    }
}

/// What a citizen does on `page` to come one page further towards filing.
pub fn onwards(page: &Page) -> Vec<Intent> {
    match (&page.kind, &page.body) {
        (
            PageKind::Eligibility | PageKind::Question | PageKind::Delivery,
            Body::Choices(_) | Body::Tiles(_),
        ) => {
            vec![Intent::Choose(0), Intent::Primary]
        }
        (_, Body::Field(field)) if field.value.is_empty() => {
            let text = match field.keys {
                Keys::Digits | Keys::IdNumber => "13800138000",
                _ => "演示路1号",
            };
            vec![Intent::Insert(text.into()), Intent::Primary]
        }
        (_, Body::Canvas { .. }) => {
            vec![
                Intent::Stroke(vec![(0.1, 0.5), (0.5, 0.4), (0.9, 0.6)]),
                Intent::Primary,
            ]
        }
        _ => vec![Intent::Primary],
    }
}

/// The moment with a wall clock that is right.
pub fn moment(now: Instant) -> Moment {
    let day = Day::new(2026, 6, 1).expect("a day");
    let wall = Some(Wall {
        day,
        time: "09:41".into(),
        checked: true,
    });
    Moment { now, wall }
}

/// The page among the effects.
pub fn shown(effects: &[Effect]) -> Option<&Page> {
    effects.iter().rev().find_map(|effect| match effect {
        Effect::Show(page) => Some(&**page),
        _ => None,
    })
}

fn last_page(effects: Vec<Effect>) -> Option<Page> {
    shown(&effects).cloned()
}

/// A driver and a simulated reader on a perfect cable, run in a time of their own until the last bytes of a card are
/// about to arrive: those bytes, and the driver that waits for them.
pub fn card_about_to_arrive(now: Instant) -> (SamReader, Vec<u8>, Instant) {
    let card = CardFile::load(&root().join("board/laptop/cards/elder.toml")).unwrap();
    let mut now = now;
    let mut device = SimReader::default();
    let mut card = Some(card);
    let mut driver = SamReader::new(SamConfig {
        with_fingerprint: false,
        ..SamConfig::default()
    });
    driver.port_opened(now);
    driver.command(ReaderCommand::SetPolling(true), now);
    // Reading the newer address is the last request of a reading (30 03).
    let last = [0x30, 0x03];
    let (mut looked, mut asked) = (false, false);
    for _ in 0..1000 {
        let mut quiet = true;
        while let Some(bytes) = driver.poll_transmit() {
            quiet = false;
            looked |= bytes.windows(2).any(|pair| pair == [0x20, 0x01]);
            asked |= bytes.windows(2).any(|pair| pair == last);
            device.handle_input(&bytes, now);
        }
        while driver.poll_event().is_some() {}
        while let Some(bytes) = device.poll_output(now) {
            if asked {
                return (driver, bytes, now);
            }
            quiet = false;
            driver.handle_input(&bytes, now);
        }
        if quiet {
            // Laid once it has looked: what lies there before is not read.
            if let Some(card) = card.take_if(|_| looked) {
                device.lay(card);
            }
            let next = [driver.poll_timeout(), device.poll_timeout()];
            now = next.into_iter().flatten().min().unwrap_or(now).max(now)
                + Duration::from_micros(50);
            driver.handle_timeout(now);
        }
    }
    panic!("the card is never read");
}
