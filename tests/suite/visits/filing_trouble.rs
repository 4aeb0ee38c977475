//! Store, platform and printer failing between "submit" and the paper in the hand.

use std::time::{Duration, Instant};

use kiosk::case::{Answer, Key, Rejection};
use kiosk::domain::kiosk::{Effect, Event, PrintOutcome, ReaderEvent};
use kiosk::domain::page::{Body, Intent, PageKind, Tone};
use kiosk::domain::visit::KnownCase;
use kiosk::item::Kind;
use kiosk::status::{Device, Paper};

use super::person::{Machine, accepted, case, catalogue, old, unreachable, words, young};
use super::sound::assert_sound;

fn paper(machine: &Machine) -> (String, bool) {
    let Body::Result { paper, qr, .. } = &machine.page.body else {
        panic!("a result")
    };
    (paper.clone(), qr.is_some())
}

#[test]
fn not_committed_is_a_problem_page_and_can_be_tried_again() {
    let mut machine = Machine::new();
    machine.world.store = false;
    machine.file(young(), &case());
    machine.expect(PageKind::Problem);
    assert_sound(&machine.page);
    assert!(machine.prints.is_empty());
    machine.touch(Intent::Back);
    machine.expect(PageKind::Check);
    machine.submit();
    machine.expect(PageKind::Problem);
    machine.world.store = true;
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Confirmation);
    assert_eq!((machine.filed.len(), machine.prints.len()), (3, 1));
}

#[test]
fn nothing_is_printed_or_said_before_it_is_committed() {
    let mut machine = Machine::new();
    machine.begin(young(), &case());
    machine.fill();
    machine.touch(Intent::Primary);
    machine.raw(Event::Intent(Intent::Primary));
    machine.expect(PageKind::Working);
    machine.wait(300);
    machine.expect(PageKind::Working);
    assert!(machine.prints.is_empty());
    for event in machine.commit(1) {
        machine.give(event);
    }
    machine.expect(PageKind::Confirmation);
    assert_eq!(machine.prints.len(), 1);
}

#[test]
fn without_paper_there_is_a_code_to_photograph_and_paper_after_the_refill() {
    let mut machine = Machine::new();
    machine.give(Event::Printer(Device::UserError, Paper::Out));
    machine.file(young(), &case());
    machine.expect(PageKind::Confirmation);
    let (said, qr) = paper(&machine);
    assert!(said.contains("不能打印") && qr);
    assert_eq!(machine.page.secondary.len(), 1);
    machine.touch(Intent::Secondary(1));
    assert!(machine.prints.is_empty());
    machine.give(Event::Printer(Device::Online, Paper::Full));
    assert_eq!(machine.page.secondary.len(), 2);
    machine.touch(Intent::Secondary(1));
    assert_eq!(machine.prints.len(), 1);
    assert!(
        !words(&machine.prints[0].1).contains("补打"),
        "nothing came out before"
    );
    assert_eq!(
        paper(&machine),
        ("回执已打印，请从出纸口取走。".into(), false)
    );
    machine.touch(Intent::Secondary(1));
    assert_eq!(machine.prints.len(), 1);
}

#[test]
fn a_torn_paper_is_printed_again_as_a_copy_and_only_when_asked() {
    let mut machine = Machine::new();
    machine.world.printer = Some(PrintOutcome::Interrupted);
    machine.file(young(), &case());
    assert!(paper(&machine).1);
    machine.wait(20);
    assert_eq!(machine.prints.len(), 1);
    machine.world.printer = None;
    for _ in 0..3 {
        machine.touch(Intent::Secondary(1));
    }
    assert_eq!(machine.prints.len(), 2, "one touch, one copy");
    assert!(words(&machine.prints[1].1).contains("补打（第 1 份）"));
    let job = machine.prints[1].0;
    machine.give(Event::PrintEnded(job, PrintOutcome::Printed, None));
    assert!(!paper(&machine).1);
}

#[test]
fn a_printer_that_never_tells_does_not_hold_the_person_and_its_late_word_counts() {
    let mut machine = Machine::new();
    machine.world.printer = None;
    machine.file(young(), &case());
    machine.expect(PageKind::Working);
    machine.wait(41);
    machine.expect(PageKind::Confirmation);
    assert!(paper(&machine).0.contains("不确定"));
    machine.touch(Intent::Secondary(1));
    assert_eq!(machine.prints.len(), 1, "the job may still come out");
    machine.give(Event::PrintEnded(
        machine.prints[0].0,
        PrintOutcome::Printed,
        None,
    ));
    assert!(paper(&machine).0.contains("已打印"));
}

#[test]
fn an_answer_after_the_confirmation_changes_what_it_says() {
    let mut machine = Machine::new();
    machine.world.platform = Some(unreachable());
    machine.file(young(), &case());
    machine.expect(PageKind::Confirmation);
    assert!(machine.page.heading.contains("待上传"));
    assert!(!format!("{:?}", machine.page).contains("已接收"));
    assert!(words(&machine.prints[0].1).contains("不是受理凭证"));
    machine.world.platform = Some(accepted());
    machine.wait(10);
    assert_eq!(machine.page.heading, "提交成功");
    assert_eq!(machine.prints.len(), 1);
}

#[test]
fn a_refusal_says_why() {
    let mut machine = Machine::new();
    machine.world.platform = Some(Answer::Rejected(Rejection {
        code: "DUPLICATE".into(),
        detail: "您已登记过".into(),
    }));
    machine.file(young(), &case());
    let Body::Result { tone, cases, .. } = &machine.page.body else {
        panic!("a result")
    };
    assert_eq!(
        (*tone, cases[0].state.as_str()),
        (Tone::Warning, "您已登记过")
    );
    assert!(words(&machine.prints[0].1).contains("您已登记过"));
}

#[test]
fn some_of_four_is_not_called_all() {
    let bundle = catalogue()
        .items()
        .iter()
        .find(|i| i.kind == Kind::Bundle)
        .unwrap()
        .clone();
    let mut machine = Machine::new();
    machine.world.platform = None;
    machine.file(young(), &bundle.task_code);
    machine.wait(4);
    machine.expect(PageKind::Confirmation);
    machine.give(Event::Answered(
        Key("W0012-A7-000001-TESTTESTTESTTEST".into()),
        accepted(),
    ));
    assert_eq!(machine.page.heading, "部分已接收，其余待上传");
}

#[test]
fn a_rating_names_the_cases_even_without_paper() {
    let mut machine = Machine::new();
    machine.give(Event::Printer(Device::NoDevice, Paper::Unknown));
    machine.file(young(), &case());
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Rating);
    machine.touch(Intent::Choose(1));
    machine.touch(Intent::Choose(1));
    let rated = |effect: &&Effect| matches!(effect, Effect::Rate(keys, 4) if keys.len() == 1);
    assert_eq!(machine.others.iter().filter(rated).count(), 1);
}

#[test]
fn the_receipt_is_in_the_language_of_the_page_and_the_case_in_chinese() {
    let mut machine = Machine::new();
    machine.touch(Intent::Language);
    machine.file(young(), &case());
    let receipt = words(&machine.prints[0].1);
    assert!(receipt.contains("Registration of a birth") && receipt.contains("Filing no."));
    assert_eq!(machine.filed[0][0].task_name, "生育登记");
}

#[test]
fn an_answer_about_somebody_elses_cases_never_reaches_the_next_person() {
    let theirs = || {
        Some(vec![KnownCase {
            number: "S1".into(),
            task_name: "失业登记".into(),
            state: kiosk::text::Text::new("办结", "Done"),
            updated_at: "2026-01-05".into(),
        }])
    };
    let asks = |machine: &Machine| {
        let asked = |effect: &&Effect| matches!(effect, Effect::AskPerson { .. });
        machine.others.iter().filter(asked).count()
    };
    let mut machine = Machine::new();
    machine.card(old());
    machine.touch(Intent::Secondary(1));
    machine.expect(PageKind::Progress);
    machine.wait(100);
    machine.expect(PageKind::Start);
    machine.card(young());
    machine.touch(Intent::Secondary(1));
    assert_eq!(asks(&machine), 1, "one question at a time");
    machine.give(Event::Progress(theirs()));
    assert!(
        matches!(machine.page.body, Body::Work(_)),
        "still asking for her own"
    );
    assert_eq!(asks(&machine), 2);
    machine.give(Event::Progress(Some(Vec::new())));
    assert!(machine.page.lead.contains("没有查到"));
    assert_sound(&machine.page);
}

#[test]
fn progress_by_number_needs_no_card_and_shows_no_person() {
    let mut machine = Machine::new();
    machine.touch(Intent::Touch);
    machine.touch(Intent::Secondary(0));
    machine.touch(Intent::Choose(1));
    machine.expect(PageKind::ProgressQuery);
    machine.touch(Intent::Insert("w0012".into()));
    machine.touch(Intent::Primary);
    assert!(machine.page.error.contains("收件号"));
    machine.touch(Intent::Clear);
    let number = kiosk::case::FilingNumber::mint(
        &kiosk::case::Machine::parse("W0012").unwrap(),
        &kiosk::case::Epoch::parse("A7").unwrap(),
        1,
    );
    machine.touch(Intent::Insert(number.0.to_lowercase()));
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Progress);
    assert!(
        machine
            .others
            .iter()
            .any(|e| matches!(e, Effect::AskNumber(n) if *n == number.0))
    );
    machine.give(Event::Progress(None));
    assert!(machine.page.lead.contains("查不到"));
    machine.touch(Intent::Back);
    machine.expect(PageKind::ProgressQuery);
    machine.touch(Intent::Back);
    machine.expect(PageKind::NoCard);
}

#[test]
fn a_late_or_repeated_commit_disturbs_nothing() {
    let mut machine = Machine::new();
    machine.file(young(), &case());
    let before = machine.page.clone();
    let again = machine.commit(1);
    machine.give(again.into_iter().next().unwrap());
    assert_eq!(machine.page, before);
    machine.wait(100);
    machine.expect(PageKind::Start);
    let late = machine.commit(1);
    machine.give(late.into_iter().next().unwrap());
    machine.give(Event::NotFiled);
    machine.give(Event::PrintEnded(
        machine.prints[0].0,
        PrintOutcome::Printed,
        None,
    ));
    machine.expect(PageKind::Start);
    assert!(!machine.kiosk.visit().holds_personal_data());
    assert_eq!(machine.prints.len(), 1);
}

/// Just after a start the printer has not spoken yet: it is waited for, for five seconds and no longer.
#[test]
fn a_printer_that_has_not_spoken_yet_is_waited_for_a_moment() {
    let started = || {
        let mut machine = Machine::bare(catalogue(), "440203103", Instant::now());
        machine.thinks = Duration::from_millis(10);
        machine.give(Event::Reader(ReaderEvent::Status(Device::Online)));
        machine.file(young(), &case());
        machine.expect(PageKind::Working);
        machine
    };
    let mut machine = started();
    machine.give(Event::Printer(Device::Online, Paper::Full));
    machine.expect(PageKind::Confirmation);
    assert_eq!(machine.prints.len(), 1);

    let mut machine = started();
    machine.wait(6);
    machine.expect(PageKind::Confirmation);
    assert_eq!(machine.prints.len(), 0);
}
