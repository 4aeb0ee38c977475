//! The technician's page: nobody gets there but by a good code or a good badge, and never during somebody's visit.

use kiosk::audit::{Act, Note, Outcome, Who};
use kiosk::case::Private;
use kiosk::domain::kiosk::{Effect, Event, PrintOutcome, ReaderEvent, Request, ScannerEvent};
use kiosk::domain::page::{Body, Intent, Page, PageKind, Progress};
use kiosk::domain::technician::{Answer, Ended, TARGETS};
use kiosk::status::{Device, FlashRate, Paper};
use kiosk::technician::Reason;
use kiosk::text::Text;
use proptest::prelude::*;

use super::machine::Machine;
use super::person::{case, young};

/// Notes in the audit log so far.
fn notes(machine: &Machine) -> Vec<Note> {
    let notes = machine.others.iter().filter_map(|effect| match effect {
        Effect::Audit(note) => Some(note.clone()),
        _ => None,
    });
    notes.collect()
}

fn acts(machine: &Machine) -> Vec<Act> {
    notes(machine).iter().map(|note| note.act).collect()
}

fn at_the_entry() -> Machine {
    let mut machine = Machine::new();
    machine.give(Event::Door(true));
    machine.expect(PageKind::Closed);
    machine.touch(Intent::Secondary(0));
    machine.expect(PageKind::TechnicianEntry);
    machine
}

fn enter(machine: &mut Machine, code: &str) {
    code.chars()
        .for_each(|digit| machine.touch(Intent::Key(digit)));
    machine.touch(Intent::Primary);
}

pub fn opened() -> Machine {
    let mut machine = at_the_entry();
    enter(&mut machine, "123456");
    machine.expect(PageKind::Technician);
    machine
}

/// Opens the tool with this button.
fn tool(machine: &mut Machine, label: &str) {
    let Body::Panel { buttons, .. } = &machine.page.body else {
        panic!("{:?}", machine.page);
    };
    let place = buttons.iter().position(|button| button.label == label);
    machine.touch(Intent::Choose(place.expect("a button of this name")));
    machine.expect(PageKind::TechnicianTool);
}

fn steps(page: &Page) -> Vec<Progress> {
    match &page.body {
        Body::Work(steps) => steps.iter().map(|(_, state)| *state).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_code_opens_at_the_open_door_and_leaving_ends_it() {
    let mut machine = Machine::new();
    machine.touch(Intent::Secondary(0));
    machine.expect(PageKind::Start);
    let mut machine = at_the_entry();
    enter(&mut machine, "000000");
    machine.expect(PageKind::TechnicianEntry);
    assert!(machine.page.error.contains("不对"), "{:?}", machine.page);
    enter(&mut machine, "123456");
    machine.expect(PageKind::Technician);
    machine.touch(Intent::Leave);
    machine.expect(PageKind::Closed);
    let found = notes(&machine);
    assert_eq!(
        found[found.len() - 2],
        Note::done(Who::Code, Act::PageOpened)
    );
    assert_eq!(found[found.len() - 1].act, Act::PageLeft);
    machine.touch(Intent::Secondary(0));
    machine.expect(PageKind::TechnicianEntry);
}

#[test]
fn a_badge_opens_at_the_open_door_and_a_bad_one_does_not() {
    let badge = |text: &str| Event::Scanner(ScannerEvent::Code(Private::new(text)));
    let mut machine = Machine::new();
    machine.give(badge("KIOSKT/1/GOOD"));
    machine.expect(PageKind::Start);
    machine.give(Event::Door(true));
    machine.give(badge("KIOSKT/1/BAD"));
    machine.expect(PageKind::Closed);
    machine.give(badge("KIOSKT/1/GOOD"));
    machine.expect(PageKind::Technician);
    let opened = notes(&machine)
        .into_iter()
        .find(|note| note.act == Act::PageOpened);
    assert!(matches!(opened.expect("in the log").who, Who::Badge(_)));
}

#[test]
fn no_visit_is_disturbed_and_none_begins_meanwhile() {
    let mut machine = Machine::new();
    machine.file(young(), &case());
    machine.give(Event::Door(true));
    machine.give(Event::Scanner(ScannerEvent::Code(Private::new(
        "KIOSKT/1/GOOD",
    ))));
    assert!(!matches!(
        machine.page.kind,
        PageKind::Technician | PageKind::TechnicianEntry
    ));
    let mut machine = opened();
    machine.card(young());
    machine.expect(PageKind::Technician);
    assert!(!machine.kiosk.visit().holds_personal_data());
}

#[test]
fn silence_ends_it_and_a_shut_door_soon() {
    let mut machine = opened();
    machine.wait(170);
    machine.expect(PageKind::Technician);
    machine.wait(60);
    machine.expect(PageKind::Closed);
    assert_eq!(acts(&machine).last(), Some(&Act::PageLeft));
    let mut machine = opened();
    machine.give(Event::Door(false));
    assert!(machine.page.overlay.is_some(), "asked at once");
    machine.touch(Intent::OverlayStay);
    machine.expect(PageKind::Technician);
    machine.give(Event::Door(true));
    machine.give(Event::Door(false));
    machine.wait(31);
    machine.expect(PageKind::Start);
}

#[test]
fn paper_is_changed_step_by_step_as_the_printer_sees_it() {
    use Progress::{Active, Done, Waiting};
    let mut machine = opened();
    tool(&mut machine, "更换打印纸");
    machine.touch(Intent::Primary);
    assert_eq!(
        steps(&machine.page),
        [Active, Waiting, Waiting, Waiting, Waiting]
    );
    machine.give(Event::Printer(Device::UserError, Paper::Low));
    assert_eq!(
        steps(&machine.page),
        [Done, Active, Waiting, Waiting, Waiting]
    );
    machine.wait(170);
    machine.give(Event::Printer(Device::UserError, Paper::Out));
    machine.wait(170);
    machine.give(Event::Printer(Device::UserError, Paper::Full));
    assert_eq!(steps(&machine.page), [Done, Done, Done, Active, Waiting]);
    machine.give(Event::Printer(Device::Online, Paper::Full));
    assert_eq!(steps(&machine.page), [Done; 5], "the slip came out");
    assert!(machine.page.lead.contains("换好了"), "{:?}", machine.page);
    let note = notes(&machine)
        .into_iter()
        .find(|note| note.act == Act::PaperChanged);
    assert_eq!(note.expect("in the log").outcome, Outcome::Done);
}

#[test]
fn a_slip_that_does_not_come_is_told() {
    let mut machine = opened();
    machine.world.printer = Some(PrintOutcome::Interrupted);
    tool(&mut machine, "测试打印");
    machine.touch(Intent::Primary);
    assert_eq!(steps(&machine.page), [Progress::Failed]);
    let note = notes(&machine).pop().expect("a note");
    assert_eq!((note.act, note.outcome), (Act::TestPrint, Outcome::Failed));
    machine.give(Event::Printer(Device::NoDevice, Paper::Unknown));
    machine.touch(Intent::Primary);
    assert!(machine.page.banners[0].1.contains("不能打印"));
}

#[test]
fn cards_and_codes_are_counted_and_nothing_of_them_is_shown_or_held() {
    let mut machine = opened();
    tool(&mut machine, "读卡器测试");
    let who = young();
    let secrets = [who.name.clone(), who.number.clone()];
    machine.card(who);
    machine.give(Event::Reader(ReaderEvent::MediaRemoved));
    let shown = format!("{:?}", machine.page);
    assert!(shown.contains("value: \"1\""), "{shown}");
    assert!(
        secrets
            .iter()
            .all(|secret| !shown.contains(secret.as_str()))
    );
    assert!(!machine.kiosk.visit().holds_personal_data());
    machine.touch(Intent::Back);
    tool(&mut machine, "扫码器测试");
    let code = Private::new("SECRET TEXT");
    machine.give(Event::Scanner(ScannerEvent::Code(code)));
    let shown = format!("{:?}", machine.page);
    assert!(
        shown.contains("value: \"1\"") && !shown.contains("SECRET"),
        "{shown}"
    );
    let logged = format!("{:?}", machine.others);
    assert!(!logged.contains("SECRET") && !secrets.iter().any(|s| logged.contains(s.as_str())));
}

#[test]
fn targets_lights_queue_and_stick_answer() {
    let mut machine = opened();
    tool(&mut machine, "触摸屏检查");
    (0..TARGETS).for_each(|target| machine.touch(Intent::Choose(target)));
    machine.touch(Intent::Choose(TARGETS));
    assert_eq!(machine.page.body, Body::Targets(vec![true; TARGETS]));
    machine.touch(Intent::Back);
    let note = notes(&machine).pop().expect("a note");
    assert_eq!(note.detail.expect("how many").as_str(), "12");

    tool(&mut machine, "灯和蜂鸣器");
    machine.touch(Intent::Primary);
    let lit = |machine: &Machine, rate| {
        let last = machine.others.iter().rev();
        let mut lights = last.filter_map(|effect| match effect {
            Effect::Light(_, rate) => Some(*rate),
            _ => None,
        });
        lights.next() == Some(rate)
    };
    assert!(lit(&machine, FlashRate::Medium));
    machine.wait(11);
    assert!(lit(&machine, FlashRate::Off));
    machine.touch(Intent::Back);

    tool(&mut machine, "待上传办件");
    assert!(
        format!("{:?}", machine.page).contains("1 天 2 小时"),
        "{:?}",
        machine.page
    );
    machine.touch(Intent::Back);

    tool(&mut machine, "U盘");
    machine.touch(Intent::Choose(0));
    let asked = |machine: &Machine, request: Request| {
        let same = |effect: &&Effect| matches!(effect, Effect::Request(of) if *of == request);
        machine.others.iter().filter(same).count()
    };
    assert_eq!(asked(&machine, Request::Export), 1);
    machine.touch(Intent::Choose(0));
    assert_eq!(asked(&machine, Request::Export), 1, "not twice at once");
    let text = Text::new("已导出", "exported");
    machine.give(Event::RequestEnded(Ended { well: true, text }));
    machine.touch(Intent::Choose(1));
    assert_eq!(
        asked(&machine, Request::Update("kiosk-1.4.0.raucb".into())),
        1
    );
}

#[test]
fn the_service_is_switched_off_and_on_and_a_command_can_too() {
    let mut machine = opened();
    tool(&mut machine, "暂停或恢复服务");
    machine.touch(Intent::Choose(1));
    machine.touch(Intent::Leave);
    machine.give(Event::Door(false));
    machine.expect(PageKind::Closed);
    assert!(
        format!("{:?}", machine.page).contains("缺耗材"),
        "{:?}",
        machine.page
    );
    assert!(machine.page.secondary.is_empty(), "the door is shut");
    assert_eq!(
        machine.kiosk.report().closed.as_deref(),
        Some("outOfService")
    );
    machine.card(young());
    machine.expect(PageKind::Closed);
    machine.give(Event::Service(None));
    machine.expect(PageKind::Start);
    machine.give(Event::Service(Some(Reason::Site)));
    machine.expect(PageKind::Closed);
}

fn intent() -> impl Strategy<Value = Event> {
    let touches = prop_oneof![
        Just(Intent::Primary),
        Just(Intent::Back),
        Just(Intent::Touch),
        Just(Intent::OverlayStay),
        Just(Intent::Insert("654321".into())),
        (0..3_usize).prop_map(Intent::Secondary),
        (0..12_usize).prop_map(Intent::Choose),
        (0..9_usize).prop_map(Intent::Change),
        proptest::char::range('0', '9').prop_map(Intent::Key),
    ];
    prop_oneof![
        4 => touches.prop_map(Event::Intent),
        1 => any::<bool>().prop_map(Event::Door),
        1 => any::<bool>().prop_map(Event::Tamper),
        1 => Just(Event::Tick),
        1 => Just(Event::Reader(ReaderEvent::CardRead(young()))),
        1 => Just(Event::Scanner(ScannerEvent::Code(Private::new("KIOSKT/1/GOOD")))),
        1 => Just(Event::Service(Some(Reason::Repair))),
        // The gate has said yes to something else, or to nothing.
        2 => (0..40_u64).prop_map(|q| Event::Gate(q + 1_000, Answer::Granted(Who::Code))),
        2 => (0..40_u64).prop_map(|q| Event::Gate(q, Answer::Wrong)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn no_order_of_events_opens_it_without_a_grant_that_was_asked_for(
        events in prop::collection::vec(intent(), 1..80)
    ) {
        let mut machine = Machine::new();
        for event in events {
            // Nobody answers: neither gate nor store.
            for effect in machine.raw(event) {
                if let Effect::Show(page) = &effect {
                    machine.page = (**page).clone();
                }
                let opens = matches!(&effect, Effect::Audit(note) if note.act == Act::PageOpened);
                prop_assert!(!opens, "{effect:?}");
                let wishes = matches!(
                    effect,
                    Effect::KeepService(_) | Effect::Request(_) | Effect::LookAround
                );
                prop_assert!(!wishes, "{effect:?}");
            }
            let kind = machine.page.kind;
            prop_assert!(!matches!(kind, PageKind::Technician | PageKind::TechnicianTool));
        }
    }
}
