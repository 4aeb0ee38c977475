//! The fleet agent wishes that no further visit begins: nobody who has begun is torn off, and the agent is told the truth.

use kiosk::domain::kiosk::Event;
use kiosk::domain::page::{Intent, PageKind};
use kiosk::fleet::report::Busy;
use kiosk::status::Slot;

use super::machine::Machine;
use super::person::{case, young};

#[test]
fn it_closes_at_once_where_nobody_is_and_opens_again() {
    let mut machine = Machine::new();
    assert_eq!(machine.kiosk.report().closed, None);
    machine.give(Event::StandBy(true));
    machine.expect(PageKind::Closed);
    assert!(machine.page.heading.contains("更新"), "{:?}", machine.page);
    let report = machine.kiosk.report();
    assert_eq!(report.closed.as_deref(), Some("updating"));
    assert_eq!(report.busy, []);
    machine.card(young());
    machine.expect(PageKind::Closed);
    machine.give(Event::StandBy(false));
    machine.expect(PageKind::Start);
    assert_eq!(machine.kiosk.report().closed, None);
}

#[test]
fn a_visit_goes_on_to_its_end_and_only_then_it_is_closed() {
    let mut machine = Machine::new();
    machine.file(young(), &case());
    assert_eq!(machine.kiosk.report().busy, [Busy::Visit]);
    machine.give(Event::StandBy(true));
    assert_ne!(machine.page.kind, PageKind::Closed);
    let report = machine.kiosk.report();
    assert!(report.busy.contains(&Busy::Visit));
    assert_eq!(report.closed, None);
    machine.wait(600);
    machine.expect(PageKind::Closed);
    assert_eq!(machine.kiosk.report().closed.as_deref(), Some("updating"));
}

#[test]
fn paper_under_way_and_a_receipt_at_the_exit_keep_it_busy() {
    let mut machine = Machine::new();
    machine.give(Event::Slot(None, Slot::Presented));
    machine.give(Event::StandBy(true));
    machine.expect(PageKind::Closed);
    assert_eq!(machine.kiosk.report().busy, [Busy::Receipt]);
    machine.give(Event::Slot(None, Slot::Taken));
    assert_eq!(machine.kiosk.report().busy, []);
}

#[test]
fn what_closes_for_a_worse_reason_says_so() {
    let mut machine = Machine::new();
    machine.give(Event::StandBy(true));
    machine.give(Event::Door(true));
    assert_eq!(
        machine.kiosk.report().closed.as_deref(),
        Some("doorOpen"),
        "somebody works at the machine: it is no time to restart"
    );
    machine.give(Event::Door(false));
    assert_eq!(machine.kiosk.report().closed.as_deref(), Some("updating"));
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Closed);
}
