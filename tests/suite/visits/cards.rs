//! Cards that are laid down at the wrong time, by the wrong person, or are no good.

use kiosk::document::{Date, Sex, ValidUntil};
use kiosk::domain::kiosk::{Event, ReaderEvent};
use kiosk::domain::page::{Body, Intent, Overlay, PageKind};
use kiosk::domain::visit::CardTrouble;
use kiosk::status::Device;

use super::person::{Machine, case, catalogue, old, resident, words, young};

#[test]
fn bad_cards_are_turned_away_with_a_reason_and_without_their_data() {
    let day = |text: &str| Date::parse_compact(text).unwrap();
    let mut expired = young();
    expired.valid_until = ValidUntil::Date(day("20250101"));
    let mut early = young();
    early.valid_from = day("20270101");
    let mut wrong = young();
    let check = if wrong.number.ends_with('5') {
        "6"
    } else {
        "5"
    };
    wrong.number.replace_range(17.., check);
    for (document, word) in [(expired, "有效期"), (early, "生效"), (wrong, "核对不上")] {
        let mut machine = Machine::new();
        machine.card(document);
        machine.expect(PageKind::Identify);
        assert!(machine.page.error.contains(word), "{}", machine.page.error);
        assert!(!machine.kiosk.visit().holds_personal_data());
        machine.card(young());
        machine.expect(PageKind::Choose);
        assert!(machine.page.error.is_empty());
    }
}

#[test]
fn without_a_clock_no_card_is_called_expired() {
    let mut machine = Machine::new();
    machine.wall = None;
    let mut document = young();
    document.valid_until = ValidUntil::Date(Date::parse_compact("20210101").unwrap());
    machine.card(document);
    machine.expect(PageKind::Choose);
    assert_eq!(machine.page.time, "");
}

#[test]
fn without_a_clock_an_age_is_asked_and_the_paper_says_that_there_was_none() {
    let catalogue = catalogue();
    let item = catalogue
        .items()
        .iter()
        .find(|i| i.task_name.zh == "高龄津贴申请")
        .unwrap();
    let mut machine = Machine::new();
    machine.wall = None;
    machine.begin(old(), &item.task_code);
    machine.expect(PageKind::Eligibility);
    machine.fill();
    machine.submit();
    machine.expect(PageKind::Confirmation);
    assert!(words(&machine.prints[0].1).contains("时间未校准"));
}

#[test]
fn a_second_card_in_mid_visit_asks_who_goes_on() {
    let mut machine = Machine::new();
    machine.begin(young(), &case());
    machine.meet();
    let before = machine.page.clone();
    // Their own again, or one that cannot be read, means nothing.
    machine.card(young());
    machine.give(Event::Reader(ReaderEvent::Failed(
        CardTrouble::Unreadable,
        None,
    )));
    machine.give(Event::Reader(ReaderEvent::MediaRemoved));
    assert_eq!(machine.page, before);
    machine.card(old());
    assert!(matches!(machine.page.overlay, Some(Overlay::Leave { .. })));
    let shown = format!("{:?}", machine.page);
    assert!(!shown.contains("陈") && !shown.contains(&old().masked_number()));
    machine.touch(Intent::OverlayStay);
    assert_eq!(machine.page, before);
    machine.fill();
    machine.submit();
    assert_eq!(machine.filed[0][0].applicant.name.reveal(), "王试用");
}

#[test]
fn who_comes_after_one_who_walked_away_begins_anew() {
    let mut machine = Machine::new();
    machine.begin(young(), &case());
    machine.meet();
    machine.card(old());
    machine.touch(Intent::OverlayLeave);
    machine.expect(PageKind::Choose);
    assert!(!format!("{:?}", machine.page).contains("王"));
    machine.open(&case());
    machine.touch(Intent::Primary);
    machine.fill();
    machine.submit();
    machine.expect(PageKind::Confirmation);
    assert_eq!(machine.filed[0][0].applicant.name.reveal(), "陈演示");
    // What is filed stays filed when the next one is quick.
    machine.card(young());
    machine.touch(Intent::OverlayLeave);
    machine.expect(PageKind::Choose);
    assert_eq!(machine.filed.len(), 1);
}

#[test]
fn whoever_looked_around_without_a_card_may_lay_it_down_at_any_time() {
    let browse = || {
        let mut machine = Machine::new();
        machine.touch(Intent::Primary);
        machine.touch(Intent::Secondary(0));
        machine.touch(Intent::Choose(0));
        machine.open(&case());
        machine
    };
    // Asked for after "begin" …
    let mut machine = browse();
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Identify);
    machine.touch(Intent::Back);
    machine.expect(PageKind::ItemInfo);
    machine.touch(Intent::Primary);
    machine.card(young());
    machine.expect(PageKind::ItemInfo);
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Eligibility);
    // … or laid down before that: it is not asked for again.
    let mut machine = browse();
    machine.card(young());
    machine.expect(PageKind::ItemInfo);
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Eligibility);
}

#[test]
fn back_from_the_card_page_leads_to_the_start() {
    let mut machine = Machine::new();
    machine.touch(Intent::Touch);
    machine.expect(PageKind::Identify);
    machine.touch(Intent::Back);
    machine.expect(PageKind::Start);
}

#[test]
fn without_a_reader_one_can_still_look_around() {
    let mut machine = Machine::new();
    machine.give(Event::Reader(ReaderEvent::Status(Device::NoDevice)));
    machine.touch(Intent::Touch);
    assert!(machine.page.heading.contains("读卡器"));
    assert!(matches!(machine.page.body, Body::Paragraphs(_)));
    machine.touch(Intent::Secondary(0));
    machine.touch(Intent::Choose(0));
    machine.expect(PageKind::Choose);
}

#[test]
fn a_foreigner_files_under_the_name_on_the_card() {
    let mut guest = resident("", "19850615", Sex::Male);
    guest.english_name = "UTOPIAN, THOMAS".into();
    let mut machine = Machine::new();
    machine.file(guest, &case());
    assert_eq!(
        machine.filed[0][0].applicant.name.reveal(),
        "UTOPIAN, THOMAS"
    );
}
