//! The shipped items, compiled into tests of the floors that read no files.

use super::*;
use crate::division::Divisions;

const FILES: [&str; 13] = [
    include_str!("../../board/catalogue/items/annual_report_guide.toml"),
    include_str!("../../board/catalogue/items/benefit_confirmation.toml"),
    include_str!("../../board/catalogue/items/birth_registration.toml"),
    include_str!("../../board/catalogue/items/bus_card_guide.toml"),
    include_str!("../../board/catalogue/items/elder_allowance.toml"),
    include_str!("../../board/catalogue/items/flexible_work.toml"),
    include_str!("../../board/catalogue/items/medical_join.toml"),
    include_str!("../../board/catalogue/items/offsite_medical.toml"),
    include_str!("../../board/catalogue/items/pension_join.toml"),
    include_str!("../../board/catalogue/items/residence_registration.toml"),
    include_str!("../../board/catalogue/items/senior_bus_card.toml"),
    include_str!("../../board/catalogue/items/unemployment.toml"),
    include_str!("../../board/catalogue/items/utilities_bundle.toml"),
];

#[derive(serde::Deserialize)]
struct Situations {
    situations: Vec<Situation>,
}

/// The items of `board/catalogue`.
pub(crate) fn shipped_items() -> Vec<Item> {
    FILES.iter().map(|f| toml::from_str(f).unwrap()).collect()
}

/// The situations of `board/catalogue`.
pub(crate) fn shipped_situations() -> Vec<Situation> {
    let file = include_str!("../../board/catalogue/situations.toml");
    toml::from_str::<Situations>(file).unwrap().situations
}

/// The shipped item whose name contains `name`.
pub(crate) fn shipped(name: &str) -> Item {
    let mut items = shipped_items().into_iter();
    items.find(|i| i.task_name.zh.contains(name)).unwrap()
}

fn catalogue() -> Catalogue {
    let (all, findings) = Catalogue::assemble(
        "2026.1".into(),
        shipped_items(),
        shipped_situations(),
        Divisions::wujiang(),
    );
    assert_eq!(findings, []);
    all
}

#[test]
fn a_catalogue_survives_json() {
    let all = catalogue();
    let (back, findings) = Catalogue::from_json(&all.to_json()).unwrap();
    assert_eq!(findings, []);
    assert_eq!(back, all);
}

#[test]
fn a_bad_item_in_json_is_left_out_and_the_others_work() {
    let mut value: serde_json::Value = serde_json::from_slice(&catalogue().to_json()).unwrap();
    value["items"][0]["typo"] = 1.into();
    value["items"][2]["task_code"] = "x".into();
    let (back, findings) = Catalogue::from_json(value.to_string().as_bytes()).unwrap();
    assert_eq!(back.items().len(), 11);
    let first = findings.iter().find(|f| f.index == 0).unwrap();
    assert!(first.finding.found.contains("typo"), "{first:?}");
    let fields: Vec<_> = findings
        .iter()
        .filter(|f| f.index == 2)
        .map(|f| f.finding.field.as_str())
        .collect();
    assert!(fields.contains(&"task_code"), "{fields:?}");
}

#[test]
fn what_is_no_catalogue_is_refused() {
    let shape = |bytes: &[u8]| {
        matches!(
            Catalogue::from_json(bytes),
            Err(catalogue::CatalogueError::Shape(_))
        )
    };
    assert!(shape(b"<html>log in to the hotel network</html>"));
    assert!(shape(b"{}"));
    assert!(shape(b"\xff\x00"));
    assert_eq!(
        Catalogue::from_json(br#"{"version":"1","items":[]}"#).err(),
        Some(catalogue::CatalogueError::NoGoodItem)
    );
}

#[test]
fn an_item_is_found_by_its_code_and_offered_in_its_days() {
    let all = catalogue();
    let item = shipped("高龄津贴");
    assert_eq!(all.get(&item.task_code), Some(&item));
    assert_eq!(all.get(&format!("{}01", item.task_code)), Some(&item));
    assert_eq!(all.get("nothing"), None);
    let on = |y| all.offered("440203101", Day::new(y, 6, 1).unwrap()).len();
    assert_eq!((on(2025), on(2026), on(2028)), (0, 13, 0));
}

#[test]
fn the_second_item_of_a_code_is_left_out() {
    let item = shipped("高龄津贴");
    let (all, findings) = Catalogue::assemble(
        String::new(),
        vec![item.clone(), item],
        shipped_situations(),
        Divisions::wujiang(),
    );
    assert_eq!(all.items().len(), 1);
    assert_eq!(findings.len(), 1);
    assert_eq!(
        (findings[0].index, findings[0].finding.field.as_str()),
        (1, "task_code")
    );
}
