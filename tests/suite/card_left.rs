//! A card that its owner leaves behind: announced, opens nothing, and is nobody else's way in.

use kiosk::domain::kiosk::Effect;
use kiosk::domain::page::PageKind;
use kiosk::domain::visit::State;
use kiosk::events::EventId;
use kiosk::pins::Output;
use kiosk::sim::reader::ReaderFault;
use kiosk::status::FlashRate;

use crate::street::Street;
use crate::visits::machine::Devices as _;
use crate::visits::person::old;

/// Longer than every page waits for a touch.
const GONE_S: u64 = 240;

fn announced(street: &Street) -> bool {
    let says = |text: &str| text.contains("还有一张身份证");
    street
        .machine
        .page
        .banners
        .iter()
        .any(|(_, text)| says(text))
}

fn reader_light(street: &Street) -> FlashRate {
    let lights = street
        .machine
        .others
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::Light(Output::ReaderLight, rate) => Some(*rate),
            _ => None,
        });
    lights.unwrap_or_default()
}

#[test]
fn it_is_announced_from_every_page_until_it_is_taken() {
    for state in [
        State::Choose,
        State::Question,
        State::Confirmation,
        State::Goodbye,
    ] {
        let mut street = Street::in_state(state);
        street.machine.wait(GONE_S);
        street.machine.expect(PageKind::Start);
        assert!(announced(&street), "{state:?}");
        assert_eq!(reader_light(&street), FlashRate::Quick, "{state:?}");
        assert!(!street.machine.kiosk.visit().holds_personal_data());
        let logged = |effect: &Effect| matches!(effect, Effect::Log(EventId::CardLeft, _));
        assert_eq!(
            street.machine.others.iter().filter(|e| logged(e)).count(),
            1
        );
        // It opens no visit while it lies there, for as long as it may be.
        street.machine.wait(3_600);
        street.machine.expect(PageKind::Start);
        assert!(announced(&street), "{state:?}");

        street.hardware.borrow_mut().reader.device.take();
        street.machine.wait(3);
        assert!(!announced(&street), "{state:?}");
        assert_eq!(reader_light(&street), FlashRate::Off, "{state:?}");
        street.next_person_files();
    }
}

#[test]
fn who_takes_it_in_time_hears_nothing() {
    let mut street = Street::in_state(State::Goodbye);
    street.hardware.borrow_mut().reader.device.take();
    street.machine.wait(3);
    street.machine.expect(PageKind::Start);
    assert!(!announced(&street));
}

/// A module that answers nothing for a moment has not lost sight of the card for good.
#[test]
fn a_reader_that_falters_does_not_forget_it() {
    let mut street = Street::in_state(State::Goodbye);
    street.machine.wait(GONE_S);
    for (fault, seconds) in [(ReaderFault::Silent, 4), (ReaderFault::None, 12)] {
        street.hardware.borrow_mut().reader.device.set_fault(fault);
        street.machine.wait(seconds);
        assert!(announced(&street), "{fault:?}");
    }
    street.hardware.borrow_mut().reader.device.take();
    street.machine.wait(3);
    assert!(!announced(&street));
}

/// A card that was laid while the reader was away: its owner may have given up waiting.
#[test]
fn one_that_was_laid_on_a_reader_that_was_away_opens_nothing_until_it_is_laid_again() {
    let mut street = Street::in_state(State::Start);
    let silence = |street: &mut Street, fault| {
        street.hardware.borrow_mut().reader.device.set_fault(fault);
        street.machine.wait(60);
    };
    silence(&mut street, ReaderFault::Silent);
    street.hardware.borrow_mut().lay(&old());
    silence(&mut street, ReaderFault::Silent);
    silence(&mut street, ReaderFault::None);
    street.machine.expect(PageKind::Start);
    assert!(announced(&street));
    street.hardware.borrow_mut().reader.device.take();
    street.machine.wait(3);
    street.next_person_files();
}

/// Whose card it is may have gone while the power was away: it is nobody's way in until a hand has moved it.
#[test]
fn one_that_lies_there_at_the_start_opens_nothing_until_it_is_laid_again() {
    for (fault, wait) in [
        (ReaderFault::None, 10),
        (ReaderFault::Slow, 30),
        (ReaderFault::AuthenticationFailed, 10),
    ] {
        let mut street = Street::in_state(State::Question);
        street.hardware.borrow_mut().reader.device.set_fault(fault);
        street.start_again();
        street.machine.wait(wait);
        street.machine.expect(PageKind::Start);
        assert!(announced(&street), "{fault:?}");
        assert!(!street.machine.kiosk.visit().holds_personal_data());

        // Neither a module that falters nor one that was pulled out reads it after all.
        let strike = |street: &mut Street, fault| {
            street.hardware.borrow_mut().reader.device.set_fault(fault);
            street.machine.wait(12);
            street.machine.expect(PageKind::Start);
        };
        strike(&mut street, ReaderFault::Silent);
        strike(&mut street, ReaderFault::None);
        street.hardware.borrow_mut().reader.device.take();
        street.machine.wait(3);
        assert!(!announced(&street), "{fault:?}");
        street.next_person_files();
    }
}
