use super::*;

#[test]
fn wujiang_has_seven_towns_and_all_their_villages() {
    let all = Divisions::wujiang();
    let towns = all.children("440203");
    let names: Vec<_> = towns.iter().map(|d| d.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "新华街道",
            "惠民街道",
            "西联镇",
            "西河镇",
            "龙归镇",
            "江湾镇",
            "重阳镇"
        ]
    );
    let villages: usize = towns.iter().map(|d| all.children(&d.code).len()).sum();
    assert_eq!(villages + towns.len() + 1, all.iter().count());
    assert_eq!(villages, 89);
    for village in towns.iter().flat_map(|d| all.children(&d.code)) {
        assert_eq!(village.level, Level::Village);
        assert!(all.parent(&village.code).is_some());
        assert!(
            village.initials.len() >= 2 && village.initials.is_ascii(),
            "{village:?}"
        );
    }
}

#[test]
fn names_are_said_short_and_in_full() {
    let all = Divisions::wujiang();
    assert_eq!(all.full_name("440203100201"), "武江区西联镇西联村");
    assert_eq!(all.full_name("440203001022"), "武江区新华街道利民社区");
    assert_eq!(all.get("440203101208").unwrap().short_name(), "什石园");
    assert_eq!(all.get("440203103001").unwrap().short_name(), "江湾社区");
    assert_eq!(all.get("440203101").unwrap().initials, "xhz");
    assert_eq!(all.get("440203104").unwrap().initials, "cyz");
    assert_eq!(all.full_name("999999999999"), "");
}

#[test]
fn initials_and_names_find_places() {
    let all = Divisions::wujiang();
    let first = |q| {
        all.search("440203000000", q, 7)
            .first()
            .map(|d| d.code.clone())
    };
    assert_eq!(first("xhz").as_deref(), Some("440203101000"));
    assert_eq!(first("利民").as_deref(), Some("440203001022"));
    assert_eq!(first("zzzz"), None);
    assert!(
        all.search("440203100000", "", 90)
            .iter()
            .all(|d| d.code.starts_with("440203100"))
    );
}

#[test]
fn an_address_on_a_card_is_located() {
    let all = Divisions::wujiang();
    let (d, rest) = all
        .locate("广东省韶关市武江区西联镇甘棠村民委员会12号")
        .unwrap();
    assert_eq!((d.code.as_str(), rest), ("440203100208", "12号"));
    let (d, rest) = all.locate("广东省韶关市武江区西联镇甘棠村12号").unwrap();
    assert_eq!((d.code.as_str(), rest), ("440203100208", "12号"));
    let (d, rest) = all.locate("韶关市武江区西联镇某路12号").unwrap();
    assert_eq!((d.name.as_str(), rest), ("西联镇", "某路12号"));
    let (d, _) = all.locate("韶关市武江区惠民街道幸福社区3栋").unwrap();
    assert_eq!(d.code, "440203002021");
    assert_eq!(all.locate("北京市朝阳区某街道"), None);
}

#[test]
fn a_bad_line_is_named() {
    use DivisionError as E;
    let err = |csv: &str| Divisions::parse(csv).err();
    assert_eq!(err("# c\n440203000000"), Some(E::Line(2)));
    assert_eq!(err("44020300000x,武江区"), Some(E::Code(1)));
    assert_eq!(err("440203000000,"), Some(E::Name(1)));
    assert_eq!(err("440203000000,a\n440203000000,b"), Some(E::Twice(2)));
    assert_eq!(err("440203001000,新华街道"), Some(E::Orphan(1)));
}

#[test]
fn the_table_survives_being_written_and_read() {
    let all = Divisions::wujiang();
    assert_eq!(Divisions::parse(&all.to_csv()), Ok(all));
}
