//! A receipt at the exit of a presenter: the page says what became of it, the light shows where, and the next person
//! never gets it with theirs.

use kiosk::domain::health::Lack;
use kiosk::domain::kiosk::Effect;
use kiosk::domain::page::{Body, Intent, PageKind};
use kiosk::pins::Output;
use kiosk::status::FlashRate;

use crate::street::{Model, Street};
use crate::visits::person::{case, old, young};

/// Filed and printed, on the confirmation page.
fn printed(model: Model) -> Street {
    let mut street = Street::with(model);
    street.machine.file(young(), &case());
    street.machine.wait(4);
    street.machine.expect(PageKind::Confirmation);
    street
}

fn says(street: &Street) -> String {
    match &street.machine.page.body {
        Body::Result { paper, qr, .. } => {
            format!("{paper} {}", if qr.is_some() { "QR" } else { "" })
        }
        other => panic!("a result: {other:?}"),
    }
}

fn light(street: &Street) -> FlashRate {
    let of = |effect: &Effect| match effect {
        Effect::Light(Output::SlotLight, rate) => Some(*rate),
        _ => None,
    };
    let rates = street.machine.others.iter().rev();
    rates.filter_map(of).next().unwrap_or_default()
}

fn logged(street: &Street, id: &str) -> usize {
    let is = |effect: &&Effect| matches!(effect, Effect::Log(event, _) if event.id() == id);
    street.machine.others.iter().filter(is).count()
}

fn take(street: &mut Street) {
    assert!(street.hardware.borrow_mut().printer.device.take_receipt());
    street.machine.wait(2);
}

#[test]
fn it_is_to_be_taken_and_then_taken() {
    let mut street = printed(Model::Presenter);
    assert!(
        says(&street).contains("请从出纸口取走"),
        "{}",
        says(&street)
    );
    assert_eq!(light(&street), FlashRate::Quick);
    take(&mut street);
    assert_eq!(says(&street), "回执已打印，您已取走。 ");
    assert_eq!(light(&street), FlashRate::Off);
    assert_eq!(logged(&street, "receipt.taken"), 1);
    street.machine.wait(40);
    street.end_visit();
    street.next_person_files();
    assert_eq!(logged(&street, "receipt.retracted"), 0);
}

#[test]
fn nobody_takes_it_and_it_is_drawn_back_and_can_be_printed_again() {
    let mut street = printed(Model::Presenter);
    street.machine.wait(34);
    assert!(says(&street).contains("已收回") && says(&street).ends_with("QR"));
    assert_eq!(light(&street), FlashRate::Off);
    assert_eq!(logged(&street, "receipt.retracted"), 1);
    let mut buttons = street.machine.page.secondary.iter();
    let again = buttons.position(|text| text == "打印回执");
    let again = again.expect("to print it again");
    street.machine.touch(Intent::Secondary(again));
    street.machine.wait(8);
    assert!(says(&street).contains("请从出纸口取走"));
    let at_exit = street.hardware.borrow().printer.device.at_exit().cloned();
    assert!(at_exit.is_some(), "the copy");
    take(&mut street);
    assert!(says(&street).contains("您已取走"));
}

#[test]
fn whoever_comes_next_never_gets_it_with_theirs() {
    let mut street = printed(Model::Presenter);
    street.machine.touch(Intent::Primary);
    street.hardware.borrow_mut().reader.device.take();
    street.machine.touch(Intent::Choose(0));
    street.machine.wait(1);
    street.end_visit();
    street.machine.expect(PageKind::Start);
    assert_eq!(
        light(&street),
        FlashRate::Quick,
        "who walks away may turn round"
    );
    let left = street.papers();
    street.machine.card(old());
    street.machine.wait(2);
    assert_eq!(
        street.hardware.borrow().printer.device.bin().len(),
        1,
        "at once"
    );
    assert_eq!(logged(&street, "receipt.retracted"), 1);
    street.end_visit();
    street.next_person_files();
    street.next_receipt_is_alone(&left);
}

#[test]
fn the_same_person_goes_on_and_still_has_their_time() {
    let mut street = printed(Model::Presenter);
    street.machine.touch(Intent::Secondary(0));
    street.machine.wait(10);
    assert!(street.hardware.borrow().printer.device.at_exit().is_some());
    take(&mut street);
    assert_eq!(logged(&street, "receipt.taken"), 1);
}

#[test]
fn a_slip_that_hangs_there_stops_printing_and_the_page_says_what_to_do() {
    let mut street = Street::with(Model::TearOff);
    street.hardware.borrow_mut().printer.device.leave_slip();
    street.machine.wait(10);
    let told = Lack::ReceiptLeft.told().zh;
    let banners = |street: &Street| format!("{:?}", street.machine.page.banners);
    assert!(banners(&street).contains(&told), "{}", banners(&street));
    assert_eq!(light(&street), FlashRate::Quick);
    take(&mut street);
    street.machine.wait(2);
    assert!(!banners(&street).contains(&told));
    let left = street.papers();
    street.next_person_files();
    street.next_receipt_is_alone(&left);
}
