//! Codes held before the scanner: receipts lead to their progress, everything else is told or dropped, nothing is kept.

use kiosk::case::{FilingNumber, Private};
use kiosk::domain::kiosk::{Effect, Event, ScannerEvent};
use kiosk::domain::page::{Intent, PageKind};
use kiosk::pins::Output;
use kiosk::status::{Device, FlashRate};

use super::machine::Machine;
use super::person::young;

fn number() -> String {
    use kiosk::case::{Epoch, Machine};
    let machine = Machine::parse("W0099").expect("a machine");
    let epoch = Epoch::parse("A7").expect("an epoch");
    FilingNumber::mint(&machine, &epoch, 123).0
}

/// The code on a receipt of another machine.
fn receipt() -> String {
    let digest = "0123456789ABCDEF";
    format!("KIOSK2/T2026-03-02T14:05:06+08:00/{}/{digest}/", number())
}

fn scan(machine: &mut Machine, text: &str) {
    machine.give(Event::Scanner(ScannerEvent::Code(Private::from(text))));
}

/// The questions about a number, and the forms of codes, since the last look.
fn came(machine: &mut Machine) -> (Vec<String>, Vec<String>) {
    let (mut asked, mut forms) = (Vec::new(), Vec::new());
    for effect in std::mem::take(&mut machine.others) {
        match effect {
            Effect::AskNumber(number) => asked.push(number),
            Effect::Log(event, fields) => {
                let shown = format!("{fields:?}");
                assert!(!shown.contains("SECRET"), "{event:?} {shown}");
                if event.id() == "code.scanned" {
                    forms.push(shown);
                }
            }
            _ => {}
        }
    }
    (asked, forms)
}

fn query(machine: &mut Machine) {
    machine.touch(Intent::Primary);
    machine.touch(Intent::Secondary(0));
    machine.expect(PageKind::NoCard);
    machine.touch(Intent::Choose(1));
    machine.expect(PageKind::ProgressQuery);
}

#[test]
fn a_receipt_of_any_machine_leads_to_its_progress_from_every_page_that_scans() {
    for pages in 0..3 {
        let mut machine = Machine::new();
        machine.touch(Intent::Primary);
        if pages > 0 {
            machine.touch(Intent::Secondary(0));
        }
        if pages > 1 {
            machine.touch(Intent::Choose(1));
        }
        came(&mut machine);
        scan(&mut machine, &receipt());
        machine.expect(PageKind::Progress);
        let (asked, forms) = came(&mut machine);
        assert_eq!(asked, [number()], "{pages}");
        assert_eq!(forms.len(), 1);
        // Somebody who looks at the answer is not led away by the receipt that still lies there.
        scan(&mut machine, &receipt());
        assert_eq!(came(&mut machine), (Vec::new(), Vec::new()));
    }
}

#[test]
fn the_scanner_rests_wherever_a_code_means_nothing() {
    let mut machine = Machine::new();
    let scans = |machine: &mut Machine| {
        let others = std::mem::take(&mut machine.others).into_iter();
        let scans = others.filter_map(|effect| match effect {
            Effect::Scan(on) => Some(on),
            _ => None,
        });
        scans.collect::<Vec<bool>>()
    };
    assert!(scans(&mut machine).is_empty());
    scan(&mut machine, &receipt());
    machine.expect(PageKind::Start);
    query(&mut machine);
    assert_eq!(scans(&mut machine), [true]);
    machine.touch(Intent::Back);
    machine.card(young());
    machine.expect(PageKind::Choose);
    assert_eq!(scans(&mut machine), [false]);
    scan(&mut machine, &receipt());
    machine.expect(PageKind::Choose);
    machine.give(Event::Door(true));
    machine.wait(200);
    machine.expect(PageKind::Closed);
    assert_eq!(scans(&mut machine), [true], "for a technician");
    scan(&mut machine, &receipt());
    machine.expect(PageKind::Closed);
    machine.give(Event::Door(false));
    assert_eq!(scans(&mut machine), [false]);
}

#[test]
fn tokens_are_never_looked_into_and_their_owner_is_told_so() {
    let mut machine = Machine::new();
    query(&mut machine);
    for (text, form, says) in [
        ("YSS:SECRET/44", "hand-off", "暂不支持"),
        ("SECRET", "foreign", "不是回执"),
        ("KIOSKP/SECRET", "provisioning", "不是回执"),
        ("KIOSK2/T/SECRET", "foreign", "不是回执"),
        ("", "foreign", "不是回执"),
    ] {
        came(&mut machine);
        scan(&mut machine, text);
        let (asked, forms) = came(&mut machine);
        assert!(asked.is_empty());
        assert!(forms[0].contains(form), "{text}: {forms:?}");
        machine.expect(PageKind::ProgressQuery);
        assert!(machine.page.error.contains(says), "{}", machine.page.error);
    }
    machine.give(Event::Scanner(ScannerEvent::Refused));
    assert!(machine.page.error.contains("再扫一次"));
    let shown = format!("{:?}", Event::Scanner(ScannerEvent::Code("SECRET".into())));
    assert!(!shown.contains("SECRET"));
}

#[test]
fn a_technicians_code_is_heard_only_at_the_open_door() {
    let provisioned = |machine: &mut Machine| {
        let others = std::mem::take(&mut machine.others).into_iter();
        let ids = others.filter_map(|effect| match effect {
            Effect::Log(event, _) => Some(event.id()),
            _ => None,
        });
        ids.filter(|id| *id == "provisioning.scanned").count()
    };
    let mut machine = Machine::new();
    query(&mut machine);
    scan(&mut machine, "KIOSKP/1");
    assert_eq!(provisioned(&mut machine), 0);
    let mut machine = Machine::new();
    machine.give(Event::Door(true));
    machine.expect(PageKind::Closed);
    scan(&mut machine, "KIOSKP/1");
    assert_eq!(provisioned(&mut machine), 1);
}

#[test]
fn the_page_asks_for_the_code_only_where_a_scanner_works() {
    let mut machine = Machine::new();
    let light = |machine: &Machine| {
        let of = |effect: &Effect| match effect {
            Effect::Light(Output::ScannerLight, rate) => Some(*rate),
            _ => None,
        };
        machine.others.iter().rev().find_map(of).unwrap_or_default()
    };
    query(&mut machine);
    assert!(!machine.page.heading.contains('扫'));
    assert_eq!(light(&machine), FlashRate::Off);
    let status = |device| Event::Scanner(ScannerEvent::Status(device));
    machine.give(status(Device::Online));
    assert!(
        machine.page.heading.contains("扫回执二维码"),
        "{}",
        machine.page.heading
    );
    assert_eq!(light(&machine), FlashRate::Slow);
    machine.give(status(Device::PowerOff));
    assert!(!machine.page.heading.contains('扫'));
    assert_eq!(light(&machine), FlashRate::Off);
}
