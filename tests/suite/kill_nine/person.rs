//! A person who knows nothing but the page in front and answers whatever it asks, well.

use kiosk::domain::page::{Body, Intent, Overlay, Page, PageKind};
use kiosk::item::{Catalogue, Item, QuestionKind};
use kiosk::text::Lang;

/// What is named so is only read, not filed.
const GUIDES: [&str; 2] = ["指引", "Guide"];

/// Reads Chinese pages and touches them.
pub struct Person {
    catalogue: Catalogue,
    rng: fastrand::Rng,
}

impl Person {
    /// Files whatever comes first, differently for each seed.
    pub fn new(catalogue: Catalogue, seed: u64) -> Self {
        Self {
            catalogue,
            rng: fastrand::Rng::with_seed(seed),
        }
    }

    /// The next touch, or `None` where one can only wait or lay a card.
    pub fn touch(&mut self, page: &Page) -> Option<Intent> {
        assert_eq!(page.lang, Lang::Zh);
        match &page.overlay {
            Some(Overlay::Idle { .. } | Overlay::Leave { .. } | Overlay::Help { .. }) => {
                return Some(Intent::OverlayStay);
            }
            None => {}
        }
        match page.kind {
            PageKind::Start
            | PageKind::Identify
            | PageKind::Working
            | PageKind::Provisioning
            | PageKind::Closed
            | PageKind::TechnicianEntry
            | PageKind::Technician
            | PageKind::TechnicianTool
            | PageKind::Goodbye => None,
            PageKind::Choose if self.rng.u8(0..8) == 0 => Some(Intent::Primary),
            PageKind::Choose => Some(Intent::Choose(self.tile(page))),
            PageKind::Items => Some(self.pick(page)),
            PageKind::ItemInfo | PageKind::Check | PageKind::Problem | PageKind::Confirmation => {
                Some(Intent::Primary)
            }
            PageKind::Consent if page.primary_enabled => Some(Intent::Primary),
            PageKind::Consent => Some(Intent::Choose(0)),
            PageKind::NotHere | PageKind::Refused => Some(Intent::Secondary(0)),
            PageKind::Eligibility => Some(self.meet(page)),
            PageKind::Question | PageKind::Delivery => Some(self.answer(page)),
            PageKind::Sign => Some(sign(page)),
            PageKind::Rating => Some(match self.rng.u8(0..3) {
                0 => Intent::Primary,
                level => Intent::Choose(level.into()),
            }),
            PageKind::NoCard | PageKind::Search | PageKind::Progress | PageKind::ProgressQuery => {
                Some(Intent::Back)
            }
        }
    }

    fn tile(&mut self, page: &Page) -> usize {
        let Body::Tiles(tiles) = &page.body else {
            panic!("tiles: {page:?}")
        };
        self.rng.usize(0..tiles.len())
    }

    fn pick(&mut self, page: &Page) -> Intent {
        let Body::Choices(items) = &page.body else {
            panic!("items: {page:?}")
        };
        let good = |place: &usize| !GUIDES.contains(&items[*place].tag.as_str());
        let places: Vec<usize> = (0..items.len()).filter(good).collect();
        let (at, of) = page.pager;
        match self.rng.choice(&places) {
            Some(place) => Intent::Choose(*place),
            None if at < of => Intent::NextPage,
            None => Intent::Back,
        }
    }

    fn item(&self, page: &Page) -> &Item {
        let mut items = self.catalogue.items().iter();
        let item = items.find(|item| item.task_name.zh == page.task);
        item.unwrap_or_else(|| panic!("no item is called {}", page.task))
    }

    /// Says of a condition what lets one go on.
    fn meet(&self, page: &Page) -> Intent {
        if page.primary_enabled {
            return Intent::Primary;
        }
        let conditions = &self.item(page).conditions;
        let condition = conditions.iter().find(|c| c.ask.zh == page.heading);
        Intent::Choose(usize::from(!condition.expect("the condition asked").need))
    }

    fn answer(&mut self, page: &Page) -> Intent {
        assert!(
            page.error.is_empty(),
            "{}: {}: {}",
            page.task,
            page.heading,
            page.error
        );
        if page.primary.is_some() && page.primary_enabled {
            return Intent::Primary;
        }
        match &page.body {
            Body::Choices(choices) => Intent::Choose(self.rng.usize(0..choices.len())),
            Body::Field(_) => self.fill(page),
            Body::Canvas { .. } => sign(page),
            other => panic!("a question with {other:?}"),
        }
    }

    fn fill(&self, page: &Page) -> Intent {
        let questions = &self.item(page).form;
        let question = questions.iter().find(|q| q.text.zh == page.heading);
        // Questions that every item has stand in no catalogue.
        let kind = question.map_or(
            if page.heading.contains("手机") {
                QuestionKind::Mobile
            } else {
                QuestionKind::Address
            },
            |question| question.kind,
        );
        let text = match kind {
            QuestionKind::Number => {
                let least = question.and_then(|q| q.min).unwrap_or(1).max(1);
                return Intent::Insert(least.to_string());
            }
            QuestionKind::Date => "20260101",
            QuestionKind::Mobile => "13800000000",
            QuestionKind::BankCard => "6200000000000000000",
            QuestionKind::IdNumber => "11010519491231002X",
            QuestionKind::Text => "示范",
            _ => "演示路1号",
        };
        Intent::Insert(text.into())
    }
}

/// Writes a line, then goes on.
fn sign(page: &Page) -> Intent {
    let Body::Canvas { ink, .. } = &page.body else {
        panic!("a canvas: {page:?}")
    };
    if ink.len() == 3 {
        return Intent::Primary;
    }
    let y = 0.3 + 0.2 * ink.len() as f32;
    Intent::Stroke((0..20).map(|x| (0.1 + 0.04 * x as f32, y)).collect())
}
