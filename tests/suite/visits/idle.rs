//! Nobody touches anything.

use kiosk::domain::page::{Intent, Overlay, PageKind};
use kiosk::text::Lang;

use super::person::{Machine, case, young};
use super::sound::assert_sound;

fn seconds_left(machine: &Machine) -> Option<u32> {
    match machine.page.overlay {
        Some(Overlay::Idle { seconds_left, .. }) => Some(seconds_left),
        _ => None,
    }
}

fn asked() -> Machine {
    let mut machine = Machine::new();
    machine.begin(young(), &case());
    machine
}

#[test]
fn after_a_warning_and_a_countdown_everything_is_gone() {
    let mut machine = asked();
    machine.wait(44);
    assert_eq!(seconds_left(&machine), None);
    machine.wait(1);
    assert!(seconds_left(&machine).is_some_and(|left| left >= 20));
    assert_sound(&machine.page);
    machine.wait(29);
    assert_eq!(seconds_left(&machine), Some(1));
    machine.wait(1);
    machine.expect(PageKind::Start);
    assert!(!machine.kiosk.visit().holds_personal_data());
    assert_eq!(machine.kiosk.next_deadline(), None);
}

#[test]
fn one_may_go_on_as_often_as_one_needs() {
    let mut machine = asked();
    let page = machine.page.clone();
    for _ in 0..12 {
        machine.wait(60);
        assert!(seconds_left(&machine).is_some());
        machine.touch(Intent::OverlayStay);
        assert_eq!(machine.page, page);
    }
}

#[test]
fn leaving_is_asked_before_filing_and_wipes() {
    let mut machine = asked();
    machine.touch(Intent::Leave);
    assert!(matches!(machine.page.overlay, Some(Overlay::Leave { .. })));
    assert_sound(&machine.page);
    machine.touch(Intent::Primary);
    machine.touch(Intent::OverlayStay);
    machine.expect(PageKind::Eligibility);
    machine.touch(Intent::Leave);
    machine.touch(Intent::OverlayLeave);
    machine.expect(PageKind::Start);
    assert!(!machine.kiosk.visit().holds_personal_data());
}

#[test]
fn leaving_after_filing_reminds_of_card_and_receipt() {
    let mut machine = asked();
    machine.fill();
    machine.submit();
    machine.touch(Intent::Leave);
    machine.expect(PageKind::Goodbye);
    assert_eq!(machine.page.heading, "请拿好身份证和回执");
    machine.give(kiosk::domain::kiosk::Event::Reader(
        kiosk::domain::kiosk::ReaderEvent::MediaRemoved,
    ));
    machine.expect(PageKind::Start);
}

#[test]
fn a_start_page_left_in_english_or_with_help_open_goes_back_to_rest() {
    let mut machine = Machine::new();
    machine.touch(Intent::Language);
    machine.touch(Intent::Help);
    assert!(machine.page.overlay.is_some());
    assert_sound(&machine.page);
    machine.wait(60);
    assert_eq!(
        (machine.page.lang, &machine.page.overlay),
        (Lang::Zh, &None)
    );
    assert_eq!(machine.kiosk.next_deadline(), None);
}
