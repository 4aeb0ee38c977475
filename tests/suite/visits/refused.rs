//! A case that the platform refused after its person had gone is told to that person, and to nobody else.

use kiosk::case::{ClockClass, Key, NOT_CORRECTABLE, Private, Refused};
use kiosk::domain::admission::Room;
use kiosk::domain::kiosk::{Effect, Event};
use kiosk::domain::page::{Body, Intent, PageKind};
use serde_json::{Value, json};

use super::person::{Machine, WHY, case, catalogue, old, refused, unreachable, words, young};
use super::sound::assert_sound;

/// What a person filed here: all answers of the item's form.
fn filed_form() -> Value {
    let mut machine = Machine::new();
    machine.file(young(), &case());
    machine.filed[0][0].form.value().clone()
}

/// A machine whose store holds these for the young woman.
fn machine(list: Vec<Refused>) -> Machine {
    let mut machine = Machine::new();
    machine.refused = vec![(young().number.clone(), list)];
    machine
}

fn one(form: Value) -> Machine {
    machine(vec![refused(900, &case(), form)])
}

fn shown(machine: &Machine) -> String {
    format!("{:?}", machine.page)
}

fn put_away(machine: &Machine) -> Vec<Key> {
    let away = machine.others.iter().filter_map(|effect| match effect {
        Effect::PutAway(key) => Some(key.clone()),
        _ => None,
    });
    away.collect()
}

/// The question that is on its way.
fn asked(machine: &Machine) -> u64 {
    let asked = machine.others.iter().filter_map(|effect| match effect {
        Effect::AskRefused { question, .. } => Some(*question),
        _ => None,
    });
    asked.max().expect("asked")
}

#[test]
fn says_what_why_and_what_can_be_done() {
    let mut machine = one(json!({}));
    machine.card(young());
    machine.expect(PageKind::Refused);
    assert_sound(&machine.page);
    let page = shown(&machine);
    for text in ["1月5日", "没有接收", "生育登记", WHY, "W0012-A7-000900-C"] {
        assert!(page.contains(text), "{text}: {page}");
    }
    assert_eq!(machine.page.primary.as_deref(), Some("更正后重新提交"));
    assert_eq!(machine.page.secondary, ["以后再说", "不再提醒"]);
    machine.touch(Intent::Language);
    assert_sound(&machine.page);
    assert!(shown(&machine).contains("5 January"));
}

#[test]
fn the_first_page_does_not_wait_for_the_store() {
    let mut machine = Machine::new();
    machine.card(young());
    machine.expect(PageKind::Choose);
    let question = asked(&machine);
    machine.give(Event::Refused(
        question,
        vec![refused(900, &case(), json!({}))],
    ));
    machine.expect(PageKind::Refused);
}

#[test]
fn nobody_is_called_away_from_an_item_or_from_help() {
    let mut machine = Machine::new();
    machine.card(young());
    let question = asked(&machine);
    machine.open(&case());
    let late = || Event::Refused(question, vec![refused(900, &case(), json!({}))]);
    machine.give(late());
    machine.expect(PageKind::ItemInfo);
    // Back where a visit begins it is told.
    machine.touch(Intent::Back);
    machine.expect(PageKind::Items);
    machine.touch(Intent::Back);
    machine.expect(PageKind::Refused);

    let mut machine = Machine::new();
    machine.card(young());
    let question = asked(&machine);
    machine.touch(Intent::Help);
    machine.give(Event::Refused(
        question,
        vec![refused(900, &case(), json!({}))],
    ));
    machine.expect(PageKind::Choose);
    machine.touch(Intent::OverlayStay);
    machine.expect(PageKind::Refused);
}

#[test]
fn whoever_goes_on_from_the_last_page_is_told_nothing() {
    for late in [false, true] {
        let mut machine = Machine::new();
        machine.begin(young(), &case());
        let question = asked(&machine);
        let list = || vec![refused(900, &case(), json!({}))];
        if !late {
            machine.give(Event::Refused(question, list()));
        }
        machine.fill();
        machine.submit();
        machine.wait(5);
        machine.expect(PageKind::Confirmation);
        machine.touch(Intent::Primary);
        machine.expect(PageKind::Rating);
        machine.touch(Intent::Choose(0));
        machine.expect(PageKind::Goodbye);
        if late {
            machine.give(Event::Refused(question, list()));
        }
        assert!(!shown(&machine).contains(WHY));
        machine.touch(Intent::Secondary(0));
        machine.expect(PageKind::Choose);
    }
}

#[test]
fn an_answer_that_comes_after_its_person_is_dropped() {
    let mut machine = Machine::new();
    machine.card(young());
    let question = asked(&machine);
    machine.wait(120);
    machine.expect(PageKind::Start);
    machine.card(old());
    assert_ne!(asked(&machine), question);
    machine.give(Event::Refused(
        question,
        vec![refused(900, &case(), json!({}))],
    ));
    machine.expect(PageKind::Choose);
    assert!(!shown(&machine).contains(WHY));
    machine.wait(120);
    machine.expect(PageKind::Start);
    machine.give(Event::Refused(
        question,
        vec![refused(900, &case(), json!({}))],
    ));
    assert!(!machine.kiosk.visit().holds_personal_data());
}

#[test]
fn the_next_person_at_the_reader_sees_nothing_of_it() {
    let mut machine = one(json!({}));
    machine.card(young());
    machine.expect(PageKind::Refused);
    machine.card(old());
    machine.touch(Intent::OverlayLeave);
    machine.expect(PageKind::Choose);
    assert!(!shown(&machine).contains(WHY));
}

#[test]
fn leaving_needs_no_question_where_nothing_would_be_lost() {
    let mut machine = one(json!({}));
    machine.card(young());
    machine.touch(Intent::Leave);
    machine.expect(PageKind::Start);
    assert!(!machine.kiosk.visit().holds_personal_data());
}

#[test]
fn left_undecided_it_is_told_at_the_next_visit_and_put_away_never_again() {
    let mut machine = one(json!({}));
    for _ in 0..2 {
        machine.card(young());
        machine.expect(PageKind::Refused);
        machine.touch(Intent::Secondary(0));
        machine.expect(PageKind::Choose);
        machine.wait(120);
        machine.expect(PageKind::Start);
    }
    assert!(put_away(&machine).is_empty());
    machine.card(young());
    machine.expect(PageKind::Refused);
    machine.wait(120);
    machine.expect(PageKind::Start);
    assert!(put_away(&machine).is_empty(), "time decides nothing");
    machine.card(young());
    machine.touch(Intent::Secondary(1));
    machine.expect(PageKind::Choose);
    assert_eq!(put_away(&machine), [refused(900, "", json!({})).key]);
}

#[test]
fn several_are_told_one_after_the_other() {
    let list = [901, 900].map(|nth| refused(nth, &case(), json!({})));
    let mut machine = machine(list.to_vec());
    machine.card(young());
    assert!(shown(&machine).contains("000901"));
    machine.touch(Intent::Secondary(1));
    machine.expect(PageKind::Refused);
    assert!(shown(&machine).contains("000900"));
    machine.touch(Intent::Secondary(0));
    machine.expect(PageKind::Choose);
    assert_eq!(put_away(&machine), [list[0].key.clone()]);
}

#[test]
fn a_correction_asks_only_the_conditions_and_says_what_it_corrects() {
    let form = filed_form();
    let mut machine = one(form.clone());
    machine.card(young());
    machine.touch(Intent::Primary);
    while machine.page.kind == PageKind::Eligibility {
        machine.meet();
    }
    machine.expect(PageKind::Check);
    assert_sound(&machine.page);
    let reminds = |(_, text): &(_, String)| text.contains(WHY);
    assert!(
        machine.page.banners.iter().any(reminds),
        "{}",
        shown(&machine)
    );
    assert!(!machine.page.lead.is_empty());
    machine.world.platform = Some(unreachable());
    machine.submit();
    machine.expect(PageKind::Confirmation);
    let draft = &machine.filed[0][0];
    assert_eq!(draft.form.value(), &form);
    let corrects = draft.corrects.as_ref().expect("tied");
    let told = refused(900, "", json!({}));
    assert_eq!(
        (&corrects.key, &corrects.filing_date),
        (&told.key, &told.filed)
    );
    let paper = words(&machine.prints[0].1);
    assert!(paper.contains("更正 原收件号 W0012-A7-000900-C"), "{paper}");
    assert!(
        paper.contains("收件号 W0012-A7-000001-C"),
        "a number of its own"
    );
    // What comes next in this visit corrects nothing.
    machine.touch(Intent::Secondary(0));
    machine.expect(PageKind::Choose);
    machine.open(&case());
    machine.touch(Intent::Primary);
    machine.fill();
    machine.submit();
    assert!(machine.filed[1][0].corrects.is_none());
}

#[test]
fn answers_that_are_none_any_more_are_asked_again() {
    let mut form = filed_form();
    let item = catalogue().get(&case()).expect("an item").clone();
    let fields = form.as_object_mut().expect("answers");
    let choice = item
        .form
        .iter()
        .find(|q| !q.options.is_empty() && fields.contains_key(&q.id))
        .expect("a choice");
    fields.insert(choice.id.clone(), json!("an option of last year"));
    fields.insert("no_such_question".into(), json!("x"));
    let mut machine = one(form);
    machine.card(young());
    machine.touch(Intent::Primary);
    while machine.page.kind == PageKind::Eligibility {
        machine.meet();
    }
    machine.expect(PageKind::Question);
    assert_eq!(machine.page.heading, choice.text.zh);
    machine.fill();
    machine.submit();
    machine.expect(PageKind::Confirmation);
    let sent = machine.filed[0][0].form.value();
    assert!(sent.get("no_such_question").is_none());
    assert!(sent.get(&choice.id).is_some());
}

#[test]
fn an_abandoned_correction_leaves_nothing_behind() {
    let mut machine = one(filed_form());
    machine.card(young());
    machine.touch(Intent::Primary);
    while machine.page.kind != PageKind::Items {
        machine.touch(Intent::Back);
    }
    machine.touch(Intent::Back);
    machine.expect(PageKind::Choose);
    machine.open(&case());
    machine.touch(Intent::Primary);
    machine.fill();
    machine.submit();
    assert!(machine.filed[0][0].corrects.is_none());
}

#[test]
fn what_cannot_be_corrected_here_is_sent_to_the_window_with_its_number() {
    let unreadable = Refused {
        answers: None,
        detail: Private::default(),
        ..refused(900, &case(), json!({}))
    };
    let gone = refused(900, "11440203MB0000000000000000000", json!({}));
    let hopeless = Refused {
        code: NOT_CORRECTABLE.into(),
        ..refused(900, &case(), json!({}))
    };
    for told in [unreadable, gone, hopeless] {
        let mut machine = machine(vec![told]);
        machine.card(young());
        machine.expect(PageKind::Refused);
        assert_sound(&machine.page);
        let page = shown(&machine);
        assert!(
            page.contains("窗口") && page.contains("W0012-A7-000900-C"),
            "{page}"
        );
        assert!(!page.contains("更正后重新提交"));
        assert_eq!(machine.page.secondary, ["不再提醒"]);
        machine.touch(Intent::Primary);
        machine.expect(PageKind::Choose);
        assert!(put_away(&machine).is_empty());
    }
}

#[test]
fn a_filing_day_that_nobody_knows_is_not_said() {
    let mut told = refused(900, &case(), json!({}));
    told.filed.clock_class = ClockClass::Unknown;
    let mut machine = machine(vec![told]);
    machine.card(young());
    assert!(
        machine.page.heading.contains("之前"),
        "{}",
        machine.page.heading
    );
    assert!(matches!(machine.page.body, Body::Lines(_)));
}

/// The store fills up while the page is read: the buttons stay what they are, and the reason is told as for any item.
#[test]
fn what_comes_between_changes_no_button_and_is_said_after_the_touch() {
    let mut machine = one(json!({}));
    machine.card(young());
    let before = machine.page.clone();
    machine.give(Event::Room(Room {
        free: 0,
        reserve: 0,
        log_growth: 0,
    }));
    assert_eq!(machine.page.secondary, before.secondary);
    assert_eq!(machine.page.primary, before.primary);
    machine.touch(Intent::Primary);
    machine.expect(PageKind::NotHere);
    machine.wait(120);
    assert!(!machine.kiosk.visit().holds_personal_data());
}
