//! Training: a whole visit from card to paper, and nothing of it reaches store, outbox or platform.

use kiosk::audit::Act;
use kiosk::domain::kiosk::{Effect, Event};
use kiosk::domain::page::{Body, Intent, PageKind};
use kiosk::events::EventId;
use kiosk::receipt::Block;

use super::machine::Machine;
use super::person::{case, young};
use super::technician::opened;

fn training() -> Machine {
    let mut machine = opened();
    machine.give(Event::Printer(
        kiosk::status::Device::Online,
        kiosk::status::Paper::Full,
    ));
    let Body::Panel { buttons, .. } = &machine.page.body else {
        panic!("{:?}", machine.page);
    };
    let place = buttons.iter().position(|button| button.label == "练习模式");
    machine.touch(Intent::Choose(place.expect("a button")));
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Start);
    machine.others.clear();
    machine
}

/// Whether an effect would reach store or platform.
fn reaches_out(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::File(_)
            | Effect::Send(_)
            | Effect::Overdue(_)
            | Effect::Park(..)
            | Effect::ClaimPrint(..)
            | Effect::KeepPrint(..)
            | Effect::AskPerson { .. }
            | Effect::AskNumber(_)
            | Effect::AskRefused { .. }
            | Effect::PutAway(_)
            | Effect::Rate(..)
    )
}

#[test]
fn a_whole_visit_leaves_no_trace_outside_and_every_page_and_paper_says_what_it_is() {
    let mut machine = training();
    assert_eq!(machine.page.watermark, "练习 – 无效");
    machine.file(young(), &case());
    machine.wait(5);
    machine.expect(PageKind::Confirmation);
    assert_eq!(machine.page.watermark, "练习 – 无效");
    let shown = format!("{:?}", machine.page);
    assert!(
        shown.contains("练习0001") || shown.contains("-练习-0001"),
        "{shown}"
    );
    machine.touch(Intent::Primary);
    machine.touch(Intent::Choose(0));
    machine.wait(60);
    machine.expect(PageKind::Start);
    let out: Vec<&Effect> = machine.others.iter().filter(|e| reaches_out(e)).collect();
    assert!(
        out.is_empty() && machine.filed.is_empty() && machine.claims.is_empty(),
        "{out:?}"
    );
    assert_eq!(machine.kiosk.waiting_len(), 0);
    let receipt = &machine.prints.last().expect("a paper").1;
    let says = |block: Option<&Block>| matches!(block, Some(Block::Notice { text }) if text.contains("练习") && text.contains("无效"));
    assert!(says(receipt.blocks.first()) && says(receipt.blocks.last()));
    assert!(
        !receipt
            .blocks
            .iter()
            .any(|block| matches!(block, Block::Qr { .. }))
    );
    let counted = machine.others.iter().any(|effect| {
        matches!(
            effect,
            Effect::Log(
                EventId::VisitBegin | EventId::VisitEnd | EventId::CaseStored,
                _
            )
        )
    });
    assert!(!counted, "a lesson is no visit in any figure");
}

#[test]
fn it_ends_by_itself_but_never_within_a_visit() {
    let mut machine = training();
    for _ in 0..3 {
        machine.wait(590);
        machine.touch(Intent::Touch);
    }
    machine.wait(18);
    machine.card(young());
    machine.expect(PageKind::Choose);
    for _ in 0..5 {
        machine.wait(20);
        machine.touch(Intent::Touch);
    }
    assert!(
        !machine.page.watermark.is_empty(),
        "what began as a lesson ends as one"
    );
    machine.touch(Intent::Leave);
    machine.touch(Intent::OverlayLeave);
    // The door has been open all the time.
    machine.expect(PageKind::Closed);
    assert!(machine.page.watermark.is_empty());
    let ends = machine
        .others
        .iter()
        .filter(|effect| matches!(effect, Effect::Audit(note) if note.act == Act::TrainingEnded));
    assert_eq!(ends.count(), 1);
}

fn ended(machine: &Machine) -> Vec<String> {
    let ends = machine.others.iter().filter_map(|effect| match effect {
        Effect::Audit(note) if note.act == Act::TrainingEnded => note.detail.clone(),
        _ => None,
    });
    ends.map(|detail| detail.to_string()).collect()
}

#[test]
fn a_door_that_is_shut_ends_it_before_the_public_comes() {
    let mut machine = training();
    machine.give(Event::Door(false));
    machine.expect(PageKind::Start);
    assert!(machine.page.watermark.is_empty());
    assert_eq!(ended(&machine), ["door"]);
    machine.file(young(), &case());
    machine.wait(5);
    assert_eq!(machine.filed.len(), 1, "in earnest");
    // Shut within a lesson: that ends as it began, and nothing after it is one.
    let mut machine = training();
    machine.card(young());
    machine.expect(PageKind::Choose);
    machine.give(Event::Door(false));
    machine.expect(PageKind::Choose);
    assert!(!machine.page.watermark.is_empty());
    machine.touch(Intent::Leave);
    machine.touch(Intent::OverlayLeave);
    machine.expect(PageKind::Start);
    assert!(machine.page.watermark.is_empty());
    assert_eq!(ended(&machine), ["door"]);
}

#[test]
fn ten_minutes_without_a_touch_end_it_where_no_door_tells() {
    let mut machine = training();
    machine.wait(599);
    assert!(!machine.page.watermark.is_empty());
    machine.wait(2);
    machine.expect(PageKind::Closed);
    assert!(machine.page.watermark.is_empty());
    assert_eq!(ended(&machine), ["silence"]);
}

#[test]
fn whoever_stands_there_can_end_it_and_the_next_visit_is_in_earnest() {
    let mut machine = training();
    machine.file(young(), &case());
    machine.wait(200);
    machine.expect(PageKind::Start);
    machine.touch(Intent::Secondary(0));
    machine.expect(PageKind::Closed);
    machine.give(Event::Door(false));
    machine.expect(PageKind::Start);
    assert!(machine.page.watermark.is_empty());
    machine.file(young(), &case());
    machine.wait(5);
    assert_eq!(machine.filed.len(), 1, "the first real case");
}

#[test]
fn real_cases_of_before_are_still_sent() {
    let mut machine = Machine::new();
    machine.world.platform = None;
    machine.file(young(), &case());
    machine.wait(300);
    let waiting = machine.unanswered.clone();
    assert_eq!(waiting.len(), 1);
    machine.give(Event::Door(true));
    machine.touch(Intent::Secondary(0));
    "123456"
        .chars()
        .for_each(|digit| machine.touch(Intent::Key(digit)));
    machine.touch(Intent::Primary);
    machine.touch(Intent::Choose(9));
    machine.touch(Intent::Primary);
    assert!(!machine.page.watermark.is_empty());
    machine.world.platform = Some(super::machine::accepted());
    let key = waiting[0].key.clone();
    machine.give(Event::Answered(key, super::machine::accepted()));
    assert_eq!(machine.kiosk.waiting_len(), 0);
}
