//! The photo of a card: drawn once, shown to its own person, and to nobody after them.

use kiosk::document::photo::Portrait;
use kiosk::domain::kiosk::{Effect, Event};
use kiosk::domain::page::{Face, Intent, PageKind};
use kiosk::shell::portrait::picture;

use super::machine::Machine;
use super::person::{old, young};

/// A figure that is nobody.
fn figure() -> Portrait {
    let mut photo = b"WLf\0".to_vec();
    photo.resize(1024, 1);
    picture(&kiosk::sim::photo::draw(&photo).unwrap()).unwrap()
}

/// The questions for a photo so far, each with the bytes it was asked with.
fn asked(machine: &Machine) -> Vec<(u64, Vec<u8>)> {
    let photo = |effect: &Effect| match effect {
        Effect::DrawPhoto(question, photo) => Some((*question, photo.bytes().to_vec())),
        _ => None,
    };
    machine.others.iter().filter_map(photo).collect()
}

#[test]
fn a_silhouette_stands_there_until_the_photo_is_drawn() {
    let mut machine = Machine::new();
    assert_eq!(machine.page.face, None);
    let mut who = old();
    who.photo = vec![7; 1024];
    machine.card(who);
    machine.expect(PageKind::Choose);
    assert_eq!(machine.page.face, Some(Face::Silhouette));
    let questions = asked(&machine);
    assert_eq!(questions.len(), 1);
    assert_eq!(questions[0].1, [7; 1024]);
    let portrait = figure();
    machine.give(Event::Face(questions[0].0, portrait.clone()));
    assert_eq!(machine.page.face, Some(Face::Photo(portrait.clone())));
    machine.touch(Intent::Primary);
    assert_eq!(machine.page.face, None, "only where the visit begins");
    machine.touch(Intent::Back);
    assert_eq!(machine.page.face, Some(Face::Photo(portrait)));
    assert_eq!(asked(&machine).len(), 1);
}

#[test]
fn the_photo_of_one_is_never_shown_to_the_next() {
    let mut machine = Machine::new();
    let (mut first, mut second) = (old(), young());
    first.photo = vec![1; 1024];
    second.photo = vec![2; 1024];
    machine.card(first);
    let question = asked(&machine)[0].0;
    machine.touch(Intent::Leave);
    machine.touch(Intent::OverlayLeave);
    machine.wait(30);
    // Drawn late: on the start page, and on the page of the next.
    machine.give(Event::Face(question, figure()));
    assert_eq!(machine.page.face, None);
    assert!(!machine.kiosk.visit().holds_personal_data());
    machine.card(second);
    machine.give(Event::Face(question, figure()));
    assert_eq!(machine.page.face, Some(Face::Silhouette));
    assert_eq!(asked(&machine).len(), 2);
}
