//! Pages as the core makes them, in both languages: a walk through visits of the shipped catalogue.

use kiosk::case::{BODY_LIMIT, Private, Refused};
use kiosk::document::IdentityDocument;
use kiosk::document::photo::Portrait;
use kiosk::domain::admission::Room;
use kiosk::domain::kiosk::{Effect, Event, PrintOutcome, ReaderEvent};
use kiosk::domain::page::{Body, Intent, Page, PageKind};
use kiosk::domain::visit::KnownCase;
use kiosk::domain::world::Wall;
use kiosk::status::{Device, Paper, Slot};
use kiosk::text::Text;

use crate::person::{Machine, case, catalogue, monday, old, refused, unreachable, young};

/// Name of the picture, page.
#[derive(Default)]
struct Walk {
    pages: Vec<(String, Page)>,
}

/// Every page of the walk.
pub fn all() -> Vec<(String, Page)> {
    let mut walk = Walk::default();
    walk.before_an_item();
    walk.an_item();
    walk.endings();
    walk.troubles();
    walk.progress();
    walk.store();
    walk.refusals();
    walk.pages
}

fn code(name: &str) -> String {
    let catalogue = catalogue();
    let mut items = catalogue.items().iter();
    let found = items.find(|item| item.task_name.zh.contains(name));
    found.expect("an item of this name").task_code.clone()
}

fn filed(world: impl FnOnce(&mut Machine), who: Box<IdentityDocument>, name: &str) -> Machine {
    let mut machine = Machine::new();
    world(&mut machine);
    machine.file(who, &code(name));
    // The paper waits a moment for the platform.
    machine.wait(5);
    machine
}

/// With the photo of a simulated card.
fn photo_of(mut who: Box<IdentityDocument>) -> Box<IdentityDocument> {
    who.photo = b"WLf\0".to_vec();
    who.photo.resize(1024, 2);
    who
}

/// Nobody, drawn for that photo.
fn figure() -> Portrait {
    let png = kiosk::sim::photo::draw(&photo_of(old()).photo).unwrap();
    kiosk::shell::portrait::picture(&png).unwrap()
}

impl Walk {
    /// The page of now, in both languages.
    fn look(&mut self, machine: &mut Machine, name: &str) {
        self.pages
            .push((format!("walk-{name}"), machine.page.clone()));
        machine.touch(Intent::Language);
        let english = machine.page.clone();
        self.pages.push((format!("walk-{name}-en"), english));
        machine.touch(Intent::Language);
    }

    fn before_an_item(&mut self) {
        let mut machine = Machine::new();
        self.look(&mut machine, "start");
        machine.touch(Intent::Primary);
        self.look(&mut machine, "identify");
        machine.touch(Intent::Help);
        self.look(&mut machine, "help");
        machine.touch(Intent::OverlayStay);
        machine.touch(Intent::Secondary(0));
        self.look(&mut machine, "no-card");
        machine.touch(Intent::Back);
        machine.card(old());
        self.look(&mut machine, "choose");
        let mut photographed = Machine::new();
        photographed.card(photo_of(old()));
        let asked = photographed.others.iter().find_map(|effect| match effect {
            Effect::DrawPhoto(question, _) => Some(*question),
            _ => None,
        });
        photographed.give(Event::Face(asked.unwrap(), figure()));
        self.look(&mut photographed, "choose-photo");
        machine.touch(Intent::Secondary(0));
        self.look(&mut machine, "search");
        machine.touch(Intent::Insert("高龄".into()));
        self.look(&mut machine, "search-found");
        machine.touch(Intent::Back);
        machine.touch(Intent::Primary);
        self.look(&mut machine, "items");
        machine.touch(Intent::Leave);
        self.look(&mut machine, "leave");
    }

    /// The longest form, every page before and after its answer.
    fn an_item(&mut self) {
        let mut machine = Machine::new();
        machine.card(old());
        machine.open(&code("高龄津贴"));
        self.look(&mut machine, "item-info");
        machine.touch(Intent::Primary);
        self.look(&mut machine, "eligibility");
        while machine.page.kind == PageKind::Eligibility {
            machine.meet();
        }
        let mut at = 0;
        while matches!(machine.page.kind, PageKind::Question | PageKind::Delivery) {
            at += 1;
            self.look(&mut machine, &format!("question-{at}"));
            machine.enter();
            let answered = format!("walk-question-{at}-answered");
            self.pages.push((answered, machine.page.clone()));
            machine.touch(Intent::Primary);
        }
        self.look(&mut machine, "check");
        machine.touch(Intent::Primary);
        self.look(&mut machine, "consent");
        machine.tick();
        machine.card(young());
        self.look(&mut machine, "another-card");
        machine.touch(Intent::OverlayStay);
        machine.touch(Intent::Primary);
        self.look(&mut machine, "sign");
        machine.sign();
        self.look(&mut machine, "signed");
        (machine.world.platform, machine.world.printer) = (None, None);
        machine.touch(Intent::Primary);
        machine.expect(PageKind::Working);
        self.look(&mut machine, "working");
    }

    fn endings(&mut self) {
        let mut machine = filed(|_| (), old(), "高龄津贴");
        machine.expect(PageKind::Confirmation);
        self.look(&mut machine, "confirmation");
        machine.touch(Intent::Primary);
        self.look(&mut machine, "rating");
        machine.touch(Intent::Choose(0));
        self.look(&mut machine, "goodbye");
        let offline = |machine: &mut Machine| machine.world.platform = Some(unreachable());
        let mut machine = filed(offline, young(), "生育登记");
        self.look(&mut machine, "confirmation-waiting");
        let no_paper =
            |machine: &mut Machine| machine.world.printer = Some(PrintOutcome::NotStarted);
        let mut machine = filed(no_paper, young(), "生育登记");
        self.look(&mut machine, "confirmation-no-paper");
        for (name, slot) in [("taken", Slot::Taken), ("retracted", Slot::Retracted)] {
            let mut machine = filed(|_| (), old(), "高龄津贴");
            machine.give(Event::Slot(Some(1), Slot::Presented));
            machine.give(Event::Slot(Some(1), slot));
            self.look(&mut machine, &format!("confirmation-{name}"));
        }
        let mut machine = filed(|_| (), young(), "水电气");
        self.look(&mut machine, "confirmation-four");
        let mut machine = filed(offline, young(), "水电气");
        self.look(&mut machine, "confirmation-four-waiting");
    }

    fn troubles(&mut self) {
        let mut machine = filed(|machine| machine.world.store = false, young(), "生育登记");
        machine.expect(PageKind::Problem);
        self.look(&mut machine, "problem");
        let mut machine = Machine::new();
        machine.begin(young(), &code("高龄津贴"));
        machine.fill();
        machine.expect(PageKind::NotHere);
        self.look(&mut machine, "not-here");
        let mut machine = Machine::new();
        machine.give(Event::Reader(ReaderEvent::Status(Device::NoDevice)));
        machine.give(Event::Printer(Device::Online, Paper::Out));
        machine.wait(2);
        self.look(&mut machine, "start-troubled");
        machine.touch(Intent::Primary);
        self.look(&mut machine, "no-reader");
        for (name, mut machine) in crate::lacks::all() {
            self.look(&mut machine, &name);
        }
        let mut machine = Machine::new();
        machine.card(old());
        machine.give(Event::Reader(ReaderEvent::MediaInserted));
        machine.wait(90);
        self.look(&mut machine, "start-card-left");
    }

    fn progress(&mut self) {
        let mut machine = Machine::new();
        machine.touch(Intent::Primary);
        machine.touch(Intent::Secondary(0));
        machine.touch(Intent::Choose(1));
        self.look(&mut machine, "progress-query");
        let mut machine = Machine::new();
        machine.card(old());
        machine.touch(Intent::Secondary(1));
        self.look(&mut machine, "progress-asking");
        let known = |number: &str, name: &str, state: Text| KnownCase {
            number: number.into(),
            task_name: name.into(),
            state,
            updated_at: "2026-03-01".into(),
        };
        machine.give(Event::Progress(Some(vec![
            known(
                "W0012-A7-000017-C",
                "高龄津贴申请",
                Text::new("办理中", "Under way"),
            ),
            known(
                "W0012-A7-000018-Q",
                "城乡居民基本养老保险参保登记",
                Text::new("已办结", "Done"),
            ),
        ])));
        self.look(&mut machine, "progress");
        assert!(matches!(machine.page.body, Body::Lines(_)));
        let mut machine = Machine::new();
        machine.card(old());
        machine.touch(Intent::Secondary(1));
        machine.give(Event::Progress(None));
        self.look(&mut machine, "progress-not-now");
    }

    /// What store, disk and clock do to the pages.
    fn store(&mut self) {
        for (name, full_bodies) in [("green", 1_000), ("amber", 10), ("red", 0)] {
            let mut machine = Machine::new();
            machine.give(Event::Room(Room {
                free: full_bodies * 2 * BODY_LIMIT as u64,
                reserve: 0,
                log_growth: 0,
            }));
            self.look(&mut machine, &format!("start-{name}"));
            machine.card(old());
            self.look(&mut machine, &format!("choose-{name}"));
            machine.open(&code("高龄津贴"));
            self.look(&mut machine, &format!("item-{name}"));
        }
        let mut machine = Machine::new();
        machine.world.platform = Some(unreachable());
        machine.file(young(), &code("生育登记"));
        machine.give(Event::Room(Room {
            free: 0,
            reserve: 0,
            log_growth: 0,
        }));
        self.look(&mut machine, "confirmation-red-offline");
        machine.wait(600);
        self.look(&mut machine, "start-red-offline");
        let mut machine = Machine::new();
        machine.give(Event::StoreSetAside(true));
        self.look(&mut machine, "start-set-aside");
        let mut machine = Machine::new();
        machine.wall = Some(Wall {
            checked: false,
            ..monday()
        });
        machine.give(Event::Tick);
        self.look(&mut machine, "start-clock-unknown");
        machine.card(old());
        self.look(&mut machine, "choose-clock-unknown");
        // Everything at once: no more than two banners, and the page still fits.
        machine.give(Event::StoreSetAside(true));
        machine.give(Event::Printer(Device::Online, Paper::Out));
        self.look(&mut machine, "choose-much-wrong");
    }

    fn refusals(&mut self) {
        let mut correctable = refused(17, &case(), serde_json::json!({}));
        let told = |told: &Refused| {
            let mut machine = Machine::new();
            machine.refused = vec![(young().number.clone(), vec![told.clone()])];
            machine.card(young());
            machine.expect(PageKind::Refused);
            machine
        };
        self.look(&mut told(&correctable), "refused");
        correctable.detail = Private::new(
            "上传的孕周证明上没有医院公章，也看不清开具日期；请让医院重新开具，盖章以后再到窗口或者自助机上提交一次，原件请您保管好。",
        );
        let mut machine = told(&correctable);
        machine.touch(Intent::Primary);
        machine.fill();
        self.look(&mut machine, "check-correction");
        correctable.answers = None;
        self.look(&mut told(&correctable), "refused-window");
    }
}
