use super::*;
use crate::division::Divisions;
use crate::item::Situation;

/// Floor 2 reads no files; the shipped items are compiled into the test.
fn shipped() -> Catalogue {
    let items = crate::item::tests::shipped_items();
    let situations = crate::item::tests::shipped_situations();
    Catalogue::assemble("t".into(), items, situations, Divisions::wujiang()).0
}

fn names(catalogue: &Catalogue, query: &str) -> Vec<String> {
    let index = SearchIndex::new(catalogue);
    let name = |r: &ItemRef| catalogue.items()[r.index].task_name.zh.clone();
    index.search(query, "440203101").iter().map(name).collect()
}

#[test]
fn names_aliases_pinyin_and_initials_find_the_item() {
    let all = shipped();
    for (query, wanted) in [
        ("高龄津贴", "高龄津贴申请"),
        ("gljt", "高龄津贴申请"),
        ("gaoling", "高龄津贴申请"),
        ("GLJT", "高龄津贴申请"),
        ("长寿金", "高龄津贴申请"),
        ("农保", "城乡居民基本养老保险参保登记"),
        ("nongbao", "城乡居民基本养老保险参保登记"),
        ("yanglao", "城乡居民基本养老保险参保登记"),
        ("暂住证", "流动人口居住登记"),
        ("zzz", "流动人口居住登记"),
        ("用电", "水电气视报装一件事"),
        ("燃气报装", "水电气视报装一件事"),
        ("gjick", "公交IC卡余额查询与挂失指引"),
        ("准 生 证", "生育登记"),
        ("我要办生育登记", "生育登记"),
        ("年报", "个体工商户年报"),
        ("unemployed", "失业登记"),
        ("异地备案", "异地就医备案"),
    ] {
        assert_eq!(
            names(&all, query).first().map(String::as_str),
            Some(wanted),
            "{query}"
        );
    }
}

#[test]
fn a_situation_gives_its_items_most_asked_for_first() {
    let all = shipped();
    let found = names(&all, "我老了");
    let wanted: Vec<_> = all
        .in_situation("old")
        .iter()
        .map(|i| i.task_name.zh.clone())
        .collect();
    assert_eq!(found, wanted);
    assert_eq!(found.first().map(String::as_str), Some("高龄津贴申请"));
    assert!(names(&all, "wll").contains(&"社会保险待遇资格认证".into()));
}

#[test]
fn an_empty_query_gives_all_and_nonsense_gives_none() {
    let all = shipped();
    assert_eq!(names(&all, "").len(), all.items().len());
    assert_eq!(names(&all, "  ").len(), all.items().len());
    assert!(names(&all, "qqqq").is_empty());
    assert!(names(&all, "火箭发射").is_empty());
    assert!(
        names(&all, "ngla").is_empty(),
        "not from the middle of a syllable"
    );
    assert!(names(&all, &"长".repeat(100_000)).is_empty());
}

#[test]
fn items_of_other_towns_come_last_and_say_so() {
    let mut items = crate::item::tests::shipped_items();
    for item in &mut items {
        if item.task_name.zh == "高龄津贴申请" {
            item.towns = vec!["440203104".into()];
        }
    }
    let all = Catalogue::assemble(
        "t".into(),
        items,
        crate::item::tests::shipped_situations(),
        Divisions::wujiang(),
    )
    .0;
    let index = SearchIndex::new(&all);
    let here = index.search("我老了", "440203104");
    assert!(here.iter().all(|r| r.here));
    let away = index.search("我老了", "440203101");
    let last = away.last().unwrap();
    assert!(!last.here);
    assert_eq!(all.items()[last.index].task_name.zh, "高龄津贴申请");
}

#[test]
fn two_thousand_items_are_all_found_or_none() {
    let model = crate::item::tests::shipped_items().remove(0);
    let items = (0..2000).map(|n| {
        let mut item = model.clone();
        item.task_code = format!("{}{n:05}000", &item.task_code[..23]);
        item.catalog_code = item.task_code[19..31].to_owned();
        item
    });
    let situations: Vec<Situation> = crate::item::tests::shipped_situations();
    let all = Catalogue::assemble(
        "t".into(),
        items.collect(),
        situations,
        Divisions::wujiang(),
    )
    .0;
    assert_eq!(all.items().len(), 2000);
    let index = SearchIndex::new(&all);
    let name = all.items()[0].task_name.zh.clone();
    assert_eq!(index.search(&name, "440203101").len(), 2000);
    assert_eq!(index.search("zzzzzz", "440203101").len(), 0);
}
