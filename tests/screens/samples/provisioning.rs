//! A machine that is not in service yet.

use std::time::Instant;

use kiosk::case::MachineIdentity;
use kiosk::domain::provisioning::page::{Facts, Looks, page};
use kiosk::domain::provisioning::{Check, Event, Failure, Journey, Outcome, Saved, Step, Wall};
use kiosk::text::Text;

use super::*;

fn facts(lang: Lang, looks: Looks) -> Facts {
    Facts {
        serial: "10000000A1B2C3D4".into(),
        key: "3b94b0dd86f4537196006ee5053b322591fdba9fa8a907850e8081beba5df4c9".into(),
        time: String::new(),
        phone: "0751-000 0000".into(),
        lang,
        looks,
        unkept: false,
    }
}

fn journey(step: Step) -> Journey {
    let saved = Saved {
        step,
        machine: Some("W0012".into()),
        site: Some("西联镇西联村便民服务点".into()),
        ..Saved::default()
    };
    let mut journey = Journey::new(saved, MachineIdentity::from_seed(&[5; 32]).public(), [0; 8]);
    journey.begin();
    journey
}

pub(super) fn all() -> Vec<(&'static str, Page)> {
    let (now, wall) = (Instant::now(), Wall::default());
    let mut foreign = Journey::new(
        Saved::default(),
        MachineIdentity::from_seed(&[5; 32]).public(),
        [0; 8],
    );
    let blank = foreign.clone();
    foreign.handle(Event::Text("https://shop.example".into()), now, wall);
    let mut portal = journey(Step::Fetch);
    portal.handle(Event::Failed(Step::Fetch, Failure::Portal), now, wall);
    let mut unwell = journey(Step::Doctor);
    let check = |zh: &str, en: &str, found: &str| Check {
        name: Text::new(zh, en),
        passed: Some(false),
        found: Text::new(found, found),
    };
    let checks = vec![
        check("读卡器", "card reader", "没有应答，检查电源和接线"),
        check("打印机", "printer", "缺纸"),
    ];
    unwell.handle(
        Event::Done(Step::Doctor, Outcome::Checked(checks)),
        now,
        wall,
    );
    let (zh, en) = (Lang::Zh, Lang::En);
    vec![
        ("provisioning", page(&blank, &facts(zh, Looks::Reading))),
        ("provisioning-en", page(&blank, &facts(en, Looks::Reading))),
        (
            "provisioning-foreign",
            page(&foreign, &facts(zh, Looks::None)),
        ),
        (
            "provisioning-steps",
            page(&journey(Step::Fetch), &facts(zh, Looks::Reading)),
        ),
        (
            "provisioning-portal",
            page(&portal, &facts(zh, Looks::Reading)),
        ),
        (
            "provisioning-unwell",
            page(&unwell, &facts(zh, Looks::Reading)),
        ),
        (
            "provisioning-unkept",
            page(
                &journey(Step::Fetch),
                &Facts {
                    unkept: true,
                    ..facts(zh, Looks::Reading)
                },
            ),
        ),
        (
            "provisioning-done",
            page(&journey(Step::InService), &facts(zh, Looks::Reading)),
        ),
    ]
}
