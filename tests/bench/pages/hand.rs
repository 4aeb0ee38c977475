//! From the touch to the pixels.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use kiosk::domain::kiosk::{Effect, Event, ReaderEvent as CoreReader};
use kiosk::domain::page::{Body, Intent, Page, PageKind};
use kiosk::wire::Machine as _;
use kiosk::wire::sam::ReaderEvent;

use crate::headless::Headless;
use crate::machine::{Bench, ITEM, card_about_to_arrive, onwards};
use crate::rows::{Beside, Times, row};
use crate::window::Window;

const VISITS: usize = 30;
/// A frame at 60 Hz.
pub const FRAME: Duration = Duration::from_micros(16_667);

/// A core, its pages on a screen in memory, and a finger.
pub struct Hand {
    pub bench: Bench,
    pub window: Window,
    pub screen: Headless,
    touched: Rc<RefCell<Vec<Intent>>>,
}

impl Hand {
    pub fn new(bench: Bench, window: Window, screen: Headless) -> Self {
        let touched: Rc<RefCell<Vec<Intent>>> = Rc::default();
        let to = Rc::clone(&touched);
        window.on_intent(move |intent| to.borrow_mut().push(intent));
        Self {
            bench,
            window,
            screen,
            touched,
        }
    }

    /// One touch, at the place of what says `label` where there is such a thing. Time until the frame is drawn.
    pub fn touch(&mut self, intent: Intent, label: Option<String>) -> (Duration, Vec<Effect>) {
        self.screen.advance(FRAME);
        self.screen.render();
        let place = label.and_then(|label| {
            let targets = self.screen.targets(self.window.component());
            let target = targets
                .into_iter()
                .find(|target| target.label == label && target.enabled)?;
            Some((
                target.x + target.width / 2.0,
                target.y + target.height / 2.0,
            ))
        });
        let began = Instant::now();
        match place {
            Some((x, y)) => self.screen.tap(x, y),
            None => self.touched.borrow_mut().push(intent),
        }
        let intents = std::mem::take(&mut *self.touched.borrow_mut());
        let effects = intents
            .into_iter()
            .flat_map(|intent| self.bench.touch(intent))
            .collect();
        self.window.show(&self.bench.page);
        self.screen.render();
        (began.elapsed(), effects)
    }

    /// Shows the page the core is on, not timed.
    pub fn settle(&mut self) {
        self.window.show(&self.bench.page);
        self.screen.advance(Duration::from_secs(1));
        self.screen.render();
    }

    fn lay_card(&mut self) -> Duration {
        let (mut reader, bytes, now) = card_about_to_arrive(self.bench.now);
        self.bench.now = now;
        let began = Instant::now();
        reader.handle_input(&bytes, now);
        while let Some(event) = reader.poll_event() {
            if let ReaderEvent::CardRead(document) = event {
                self.bench
                    .handle(Event::Reader(CoreReader::CardRead(document)));
            }
        }
        self.window.show(&self.bench.page);
        self.screen.render();
        began.elapsed()
    }

    /// Goes back to the start page.
    pub fn leave(&mut self) {
        for intent in [Intent::Leave, Intent::OverlayLeave] {
            self.bench.touch(intent);
        }
        assert_eq!(self.bench.page.kind, PageKind::Start);
        self.settle();
    }
}

/// What the thing says that `intent` touches.
fn label(page: &Page, intent: &Intent) -> Option<String> {
    match (intent, &page.body) {
        (Intent::Primary, _) => page.primary.clone(),
        (Intent::Choose(at), Body::Choices(choices) | Body::Tiles(choices)) => {
            choices.get(*at).map(|choice| choice.label.clone())
        }
        _ => None,
    }
}

/// Whole visits, from the card to the case that is filed.
pub fn measure(hand: &mut Hand) {
    let (mut touches, mut cards) = (Times::default(), Times::default());
    for _ in 0..VISITS {
        cards.push(hand.lay_card());
        assert_eq!(hand.bench.page.kind, PageKind::Choose);
        touches.push(hand.touch(Intent::Primary, None).0);
        hand.bench.open_item(ITEM);
        hand.settle();
        fill_in(hand, &mut touches);
        hand.leave();
    }
    row(
        "Card: last byte of its answer → frame drawn, p99",
        cards.ms(99),
        "ms",
        Beside::Nothing,
    );
    let visits = format!("({} touches of {VISITS} visits)", touches.len());
    row(
        &format!("Touch → frame drawn, p50 {visits}"),
        touches.ms(50),
        "ms",
        Beside::Below(17.0),
    );
    row(
        "Touch → frame drawn, p99",
        touches.ms(99),
        "ms",
        Beside::Below(17.0),
    );
}

fn fill_in(hand: &mut Hand, touches: &mut Times) {
    for _ in 0..60 {
        // The last page before the case is filed: the visit is left there.
        if matches!(hand.bench.page.kind, PageKind::Consent | PageKind::Sign) {
            return;
        }
        for intent in onwards(&hand.bench.page.clone()) {
            let label = label(&hand.bench.page, &intent);
            touches.push(hand.touch(intent, label).0);
        }
    }
    panic!("never at the end: {:?}", hand.bench.page.kind);
}

/// Letters into the search field, two thousand items behind it.
pub fn measure_search(hand: &mut Hand) {
    let mut times = Times::default();
    for intent in [
        Intent::Touch,
        Intent::Secondary(0),
        Intent::Choose(0),
        Intent::Secondary(0),
    ] {
        hand.bench.touch(intent);
    }
    assert_eq!(hand.bench.page.kind, PageKind::Search);
    hand.settle();
    for typed in [
        "gaolingjintie",
        "shebao",
        "jiaotongka",
        "yibao",
        "juzhuzheng",
    ]
    .repeat(4)
    {
        for key in typed.chars() {
            times.push(hand.touch(Intent::Key(key), None).0);
        }
        hand.touch(Intent::Clear, None);
    }
    for percent in [50, 99] {
        row(
            &format!(
                "Letter into the search of 2,000 items → candidates, results and frame, p{percent}"
            ),
            times.ms(percent),
            "ms",
            Beside::Below(17.0),
        );
    }
}
