//! Back, change, other language, twice the same touch: nothing is lost and nothing is filed twice.

use kiosk::domain::page::{Body, Intent, PageKind};
use kiosk::item::{Item, Kind, QuestionKind};
use kiosk::text::Lang;

use super::person::{Machine, catalogue, young};
use super::sound::assert_sound;

pub fn item(name: &str) -> Item {
    let catalogue = catalogue();
    let found = catalogue
        .items()
        .iter()
        .find(|i| i.task_name.zh.contains(name));
    found.unwrap_or_else(|| panic!("no item {name}")).clone()
}

fn lines(machine: &mut Machine) -> Vec<(String, String)> {
    machine.expect(PageKind::Check);
    let mut all = Vec::new();
    while machine.page.pager.0 > 1 {
        machine.touch(Intent::PreviousPage);
    }
    loop {
        let Body::Lines(lines) = &machine.page.body else {
            panic!("lines")
        };
        all.extend(
            lines
                .iter()
                .map(|line| (line.label.clone(), line.value.clone())),
        );
        if machine.page.pager.0 >= machine.page.pager.1 {
            return all;
        }
        machine.touch(Intent::NextPage);
    }
}

fn change(machine: &mut Machine, label: &str) {
    while machine.page.pager.0 > 1 {
        machine.touch(Intent::PreviousPage);
    }
    loop {
        let Body::Lines(lines) = &machine.page.body else {
            panic!("lines")
        };
        if let Some(at) = lines
            .iter()
            .position(|line| line.label == label && line.change)
        {
            return machine.touch(Intent::Change(at));
        }
        assert!(machine.page.pager.0 < machine.page.pager.1, "{label}");
        machine.touch(Intent::NextPage);
    }
}

#[test]
fn back_all_the_way_and_forward_again_loses_nothing() {
    for item in catalogue().items().iter().filter(|i| i.kind != Kind::Guide) {
        let mut machine = Machine::new();
        machine.begin(young(), &item.task_code);
        machine.fill();
        if machine.page.kind == PageKind::NotHere {
            continue;
        }
        let before = lines(&mut machine);
        let mut steps = 0;
        while machine.page.kind != PageKind::ItemInfo {
            assert!(!machine.page.back.is_empty());
            machine.touch(Intent::Back);
            assert_sound(&machine.page);
            steps += 1;
            assert!(steps < 100, "{}", item.task_name.zh);
        }
        machine.touch(Intent::Primary);
        while machine.page.kind == PageKind::Eligibility {
            machine.meet();
        }
        assert_eq!(lines(&mut machine), before, "{}", item.task_name.zh);
    }
}

#[test]
fn a_half_answered_question_keeps_its_answer_when_one_goes_back() {
    let mut machine = Machine::new();
    machine.begin(young(), &item("生育登记").task_code);
    machine.meet();
    machine.answer_question();
    machine.enter();
    let typed = machine.page.body.clone();
    machine.touch(Intent::Back);
    machine.touch(Intent::Primary);
    machine.touch(Intent::Back);
    machine.touch(Intent::Back);
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Question);
    machine.touch(Intent::Back);
    assert_eq!(machine.page.body, typed);
}

#[test]
fn the_first_question_leads_back_to_the_condition_and_that_to_the_item() {
    let mut machine = Machine::new();
    machine.begin(young(), &item("生育登记").task_code);
    machine.meet();
    machine.expect(PageKind::Question);
    machine.touch(Intent::Back);
    machine.expect(PageKind::Eligibility);
    let Body::Choices(choices) = &machine.page.body else {
        panic!("choices")
    };
    assert!(choices.iter().any(|choice| choice.selected));
    machine.touch(Intent::Back);
    machine.expect(PageKind::ItemInfo);
    machine.touch(Intent::Back);
    machine.expect(PageKind::Items);
    assert_eq!(machine.page.task, "", "the item is no longer what is done");
    machine.touch(Intent::Back);
    machine.expect(PageKind::Choose);
}

#[test]
fn a_list_is_where_it_was_left() {
    let mut machine = Machine::new();
    machine.card(young());
    machine.touch(Intent::Primary);
    machine.touch(Intent::NextPage);
    let list = machine.page.clone();
    machine.touch(Intent::Choose(0));
    machine.touch(Intent::Back);
    assert_eq!(machine.page, list);
    for _ in 0..9 {
        machine.touch(Intent::NextPage);
    }
    let last = machine.page.pager;
    assert_eq!(last.0, last.1);
    machine.touch(Intent::PreviousPage);
    assert_eq!(machine.page.pager.0 + 1, last.0);
}

#[test]
fn what_was_searched_is_still_there_after_a_look_at_an_item() {
    let mut machine = Machine::new();
    machine.card(young());
    machine.touch(Intent::Secondary(0));
    machine.expect(PageKind::Search);
    machine.touch(Intent::Insert("生育".into()));
    let Body::SearchField { results, .. } = machine.page.body.clone() else {
        panic!("search")
    };
    assert!(!results.is_empty());
    machine.touch(Intent::Choose(0));
    machine.expect(PageKind::ItemInfo);
    machine.touch(Intent::Back);
    let Body::SearchField { results: again, .. } = &machine.page.body else {
        panic!("search")
    };
    assert_eq!(*again, results);
}

#[test]
fn a_change_comes_back_to_the_check_page_and_drops_what_is_hidden_now() {
    let mut machine = Machine::new();
    machine.begin(young(), &item("生育登记").task_code);
    machine.fill();
    let before = lines(&mut machine);
    assert!(before.iter().any(|(label, _)| label == "配偶姓名？"));
    // Looking and going back changes nothing.
    change(&mut machine, "您的婚姻状况？");
    machine.touch(Intent::Choose(1));
    machine.touch(Intent::Back);
    assert_eq!(lines(&mut machine), before);
    change(&mut machine, "您的婚姻状况？");
    machine.touch(Intent::Choose(1));
    machine.touch(Intent::Primary);
    let single = lines(&mut machine);
    assert!(single.iter().all(|(label, _)| !label.contains("配偶")));
    assert_eq!(single.len(), before.len() - 2);
    // The hidden questions come back as questions; back leads to the one before.
    change(&mut machine, "您的婚姻状况？");
    machine.touch(Intent::Choose(0));
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Question);
    assert_eq!(machine.page.heading, "配偶姓名？");
    machine.touch(Intent::Back);
    assert_eq!(machine.page.heading, "您的婚姻状况？");
    machine.touch(Intent::Primary);
    machine.fill();
    assert_eq!(lines(&mut machine), before);
}

#[test]
fn the_other_language_keeps_everything_on_every_page() {
    let bundle = catalogue()
        .items()
        .iter()
        .find(|i| i.kind == Kind::Bundle)
        .unwrap()
        .clone();
    let mut machine = Machine::new();
    let twice = |machine: &mut Machine| {
        let before = machine.page.clone();
        machine.touch(Intent::Language);
        assert_eq!(
            (machine.page.lang, machine.page.kind),
            (Lang::En, before.kind)
        );
        assert_sound(&machine.page);
        machine.touch(Intent::Language);
        assert_eq!(machine.page, before);
    };
    twice(&mut machine);
    machine.card(young());
    twice(&mut machine);
    machine.open(&bundle.task_code);
    twice(&mut machine);
    machine.touch(Intent::Primary);
    while machine.page.kind != PageKind::Check {
        twice(&mut machine);
        if machine.page.kind == PageKind::Eligibility {
            machine.meet();
        } else {
            machine.enter();
            twice(&mut machine);
            machine.touch(Intent::Primary);
        }
    }
    twice(&mut machine);
    machine.touch(Intent::Primary);
    twice(&mut machine);
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Confirmation);
    twice(&mut machine);
    for _ in 0..2 {
        machine.touch(Intent::Primary);
        twice(&mut machine);
    }
}

#[test]
fn every_touch_twice_files_once() {
    for name in ["生育登记", "高龄津贴", "水电气"] {
        let mut machine = Machine::new();
        machine.world.platform = None;
        machine.begin(super::person::old(), &item(name).task_code);
        machine.fill();
        machine.expect(PageKind::Check);
        machine.touch(Intent::Primary);
        machine.tick();
        let moment_of_submit = |machine: &mut Machine| {
            for _ in 0..5 {
                machine.raw(kiosk::domain::kiosk::Event::Intent(Intent::Primary));
            }
        };
        if item(name).signature.as_ref().is_some_and(|s| s.required) {
            machine.touch(Intent::Primary);
            machine.sign();
        }
        moment_of_submit(&mut machine);
        machine.expect(PageKind::Working);
        assert_eq!(machine.filed.len(), 1, "{name}");
        let drafts = machine.filed[0].len();
        for event in machine.commit(drafts) {
            machine.give(event);
        }
        moment_of_submit(&mut machine);
        assert_eq!(machine.filed.len(), 1, "{name}");
    }
}

#[test]
fn a_second_touch_of_the_same_finger_chooses_no_other_village() {
    let mut machine = Machine::new();
    machine.begin(young(), &item("水电气").task_code);
    machine.meet();
    while machine.question().kind != QuestionKind::Address {
        machine.answer_question();
    }
    machine.touch(Intent::Choose(0));
    machine.touch(Intent::NextPage);
    machine.touch(Intent::Choose(1));
    let lead = machine.page.lead.clone();
    machine.touch(Intent::Choose(1));
    machine.touch(Intent::Choose(0));
    assert_eq!(machine.page.lead, lead);
}

#[test]
fn a_question_that_may_be_left_out_says_so_and_is_left_out() {
    let mut machine = Machine::new();
    machine.begin(young(), &item("居住登记").task_code);
    while machine.page.kind == PageKind::Eligibility {
        machine.meet();
    }
    let mut skipped = 0;
    while machine.page.kind != PageKind::Check {
        if machine.question().optional {
            assert_eq!(machine.page.primary.as_deref(), Some("不填，下一步"));
            assert!(machine.page.primary_enabled);
            machine.touch(Intent::Primary);
            skipped += 1;
        } else {
            machine.answer_question();
        }
    }
    assert_eq!(skipped, 1);
    assert!(lines(&mut machine).iter().any(|(_, value)| value == "未填"));
}

#[test]
fn what_is_signed_stays_until_an_answer_is_changed() {
    let catalogue = catalogue();
    let signed = catalogue.items().iter().find(|i| i.wants_signature());
    let mut machine = Machine::new();
    machine.begin(
        super::person::old(),
        &signed.expect("a signed item").task_code,
    );
    machine.fill();
    machine.touch(Intent::Primary);
    machine.tick();
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Sign);
    machine.touch(Intent::Stroke(vec![(0.5, 0.5), (0.51, 0.5)]));
    machine.touch(Intent::Primary);
    assert!(machine.page.error.contains("姓名"), "a dot is no name");
    machine.sign();
    let drawn = machine.page.body.clone();
    machine.touch(Intent::Back);
    machine.touch(Intent::Primary);
    assert_eq!(machine.page.body, drawn);
    machine.touch(Intent::Back);
    machine.touch(Intent::Back);
    let Body::Lines(lines) = &machine.page.body else {
        panic!("lines")
    };
    let at = lines.iter().position(|line| line.change).expect("a change");
    machine.touch(Intent::Change(at));
    machine.touch(Intent::Primary);
    machine.touch(Intent::Primary);
    machine.touch(Intent::Primary);
    assert!(!machine.page.primary_enabled, "signed anew");
}
