//! Every shipped item can be filed, or read, from card to goodbye.

use kiosk::document::Sex;
use kiosk::domain::page::{Body, Intent, PageKind};
use kiosk::item::{Item, Kind};
use kiosk::text::Lang;

use super::person::{Machine, catalogue, resident, words};
use super::sound::assert_sound;

/// The first of some people of several ages whom the item does not turn away.
fn begun(item: &Item, lang: Lang) -> Machine {
    for (birth, sex) in [
        ("19400312", Sex::Female),
        ("19800510", Sex::Male),
        ("19950708", Sex::Female),
        ("20100901", Sex::Male),
    ] {
        let mut machine = Machine::new();
        if lang == Lang::En {
            machine.touch(Intent::Language);
        }
        machine.begin(resident("示范人", birth, sex), &item.task_code);
        while machine.page.kind == PageKind::Eligibility {
            machine.meet();
        }
        if machine.page.kind != PageKind::NotHere {
            return machine;
        }
    }
    panic!("{} turns everybody away", item.task_name.zh);
}

fn luhn_holds() {
    let digits = "6200000000000000000";
    kiosk::item::bank_card::check(digits).expect("the made-up card number checks");
}

#[test]
fn cases_are_filed_with_their_codes_and_answers_in_both_languages() {
    luhn_holds();
    for lang in [Lang::Zh, Lang::En] {
        for item in catalogue().items().iter().filter(|i| i.kind != Kind::Guide) {
            let mut machine = begun(item, lang);
            machine.fill();
            machine.submit();
            machine.expect(PageKind::Confirmation);
            assert_sound(&machine.page);
            assert_eq!(machine.page.lang, lang);
            assert_eq!(machine.filed.len(), 1, "{}", item.task_name.zh);
            assert_eq!(machine.prints.len(), 1);
            let drafts = &machine.filed[0];
            let codes: Vec<&str> = drafts.iter().map(|d| d.task_code.as_str()).collect();
            let expected: Vec<&str> = match item.kind {
                Kind::Bundle => item.cases.iter().map(|c| c.task_code.as_str()).collect(),
                _ => vec![&item.task_code],
            };
            assert_eq!(codes, expected);
            for draft in drafts {
                let form = draft.form.value().as_object().expect("an object");
                assert!(form.keys().all(|id| !id.starts_with('_')), "{form:?}");
                assert!(!form.is_empty(), "{}", draft.task_name);
                assert_eq!(
                    draft.mobile.as_ref().map(|m| m.reveal()),
                    Some("13800000000")
                );
                assert_eq!(draft.applicant.name.reveal(), "示范人");
                assert_eq!(draft.task_name, name_of(item, &draft.task_code));
                assert!(draft.bundle.is_some() == (drafts.len() > 1));
                let signs = item.signature.as_ref().is_some_and(|s| s.required);
                assert_eq!(draft.signature.is_some(), signs);
            }
            finish(&mut machine);
        }
    }
}

/// The authority reads the official name, whatever language the person read.
fn name_of(item: &Item, code: &str) -> String {
    let part = item.cases.iter().find(|case| case.task_code == code);
    part.map_or(&item.task_name, |case| &case.task_name)
        .zh
        .clone()
}

fn finish(machine: &mut Machine) {
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Rating);
    machine.touch(Intent::Choose(0));
    machine.expect(PageKind::Goodbye);
    machine.wait(20);
    machine.expect(PageKind::Start);
    assert!(!machine.kiosk.visit().holds_personal_data());
    assert_eq!(
        machine.page.lang,
        Lang::Zh,
        "the next person begins in Chinese"
    );
}

#[test]
fn the_bundle_gives_four_cases_of_one_thing() {
    let catalogue = catalogue();
    let bundle = catalogue
        .items()
        .iter()
        .find(|i| i.kind == Kind::Bundle)
        .expect("a bundle");
    let mut machine = begun(bundle, Lang::Zh);
    machine.fill();
    machine.submit();
    assert_eq!(machine.filed[0].len(), 4);
    let Body::Result { cases, .. } = &machine.page.body else {
        panic!("a result")
    };
    assert_eq!(cases.len(), 4);
    let paper = words(&machine.prints[0].1);
    for case in &bundle.cases {
        assert!(paper.contains(&case.task_name.zh));
    }
}

#[test]
fn guides_are_read_without_filing_anything() {
    for item in catalogue().items().iter().filter(|i| i.kind == Kind::Guide) {
        let mut machine = Machine::new();
        machine.touch(Intent::Touch);
        machine.touch(Intent::Secondary(0));
        machine.expect(PageKind::NoCard);
        machine.touch(Intent::Choose(0));
        machine.open(&item.task_code);
        assert_sound(&machine.page);
        machine.touch(Intent::Primary);
        machine.expect(PageKind::Goodbye);
        assert!(
            !machine.page.heading.contains("身份证"),
            "no card was laid down"
        );
        assert!(machine.filed.is_empty() && machine.prints.is_empty());
        machine.wait(20);
        machine.expect(PageKind::Start);
    }
}
