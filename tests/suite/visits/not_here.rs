//! What cannot be done here, now or by this person is said before anything is typed.

use kiosk::domain::page::{Body, Intent, PageKind};
use kiosk::item::Offline;
use kiosk::status::Device;

use super::person::{Machine, catalogue, unreachable, young};
use super::sound::assert_sound;
use super::to_and_fro::item;

#[test]
fn who_may_not_apply_hears_it_before_anything_is_typed() {
    let mut machine = Machine::new();
    machine.begin(young(), &item("高龄津贴").task_code);
    machine.expect(PageKind::NotHere);
    let Body::Lines(lines) = &machine.page.body else {
        panic!("lines")
    };
    assert!(lines[0].label == "原因" && !lines[0].value.is_empty());
    assert_sound(&machine.page);
    machine.touch(Intent::Back);
    machine.expect(PageKind::ItemInfo);
}

#[test]
fn a_wrong_yes_or_no_can_be_mended() {
    let mut machine = Machine::new();
    machine.begin(young(), &item("生育登记").task_code);
    machine.touch(Intent::Choose(1));
    machine.touch(Intent::Primary);
    machine.expect(PageKind::NotHere);
    machine.touch(Intent::Back);
    machine.touch(Intent::Primary);
    machine.expect(PageKind::Eligibility);
    machine.fill();
    machine.expect(PageKind::Check);
}

#[test]
fn what_needs_the_line_is_refused_while_it_is_down() {
    let mut machine = Machine::new();
    machine.world.platform = Some(unreachable());
    machine.file(young(), &item("生育登记").task_code);
    machine.touch(Intent::Secondary(0));
    let online = catalogue();
    let online = online
        .items()
        .iter()
        .find(|i| i.offline == Offline::OnlineOnly)
        .unwrap();
    machine.open(&online.task_code);
    machine.touch(Intent::Primary);
    machine.expect(PageKind::NotHere);
    assert!(format!("{:?}", machine.page.body).contains("线路中断"));
    assert_sound(&machine.page);
}

#[test]
fn an_item_of_other_towns_is_not_listed() {
    let shipped = catalogue();
    let mut items = shipped.items().to_vec();
    items[0].towns = vec!["440203100".into()];
    let name = items[0].task_name.zh.clone();
    let (elsewhere, findings) = kiosk::item::Catalogue::assemble(
        "1".into(),
        items,
        shipped.situations().to_vec(),
        shipped.divisions().clone(),
    );
    assert_eq!(
        elsewhere.items().len(),
        shipped.items().len(),
        "{findings:?}"
    );
    for (town, listed) in [("440203100", true), ("440203101", false)] {
        let mut machine = Machine::with(elsewhere.clone(), town);
        machine.card(young());
        machine.touch(Intent::Primary);
        let mut pages = format!("{:?}", machine.page.body);
        while machine.page.pager.0 < machine.page.pager.1 {
            machine.touch(Intent::NextPage);
            pages += &format!("{:?}", machine.page.body);
        }
        assert_eq!(pages.contains(&name), listed, "{town}");
        machine.touch(Intent::Back);
        machine.touch(Intent::Secondary(0));
        machine.touch(Intent::Insert(name.clone()));
        assert_eq!(
            format!("{:?}", machine.page.body).contains(&format!("label: \"{name}\"")),
            listed
        );
    }
}

#[test]
fn nothing_is_torn_off_by_an_opened_door() {
    let mut machine = Machine::new();
    machine.begin(young(), &item("生育登记").task_code);
    machine.give(kiosk::domain::kiosk::Event::Door(true));
    machine.fill();
    machine.submit();
    machine.expect(PageKind::Confirmation);
    machine.wait(100);
    machine.expect(PageKind::Closed);
    assert!(!machine.kiosk.visit().holds_personal_data());
    machine.give(kiosk::domain::kiosk::Event::Door(false));
    machine.expect(PageKind::Start);
    machine.give(kiosk::domain::kiosk::Event::Reader(
        kiosk::domain::kiosk::ReaderEvent::Status(Device::Online),
    ));
}
