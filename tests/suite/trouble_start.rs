//! What the firmware finds when it starts is damaged or missing: it starts all the same.

use kiosk::domain::page::{Body, Field, Intent, Keys, PageKind};
use kiosk::shell::settings;

use super::trouble_bench::Bench;

#[test]
fn a_store_that_is_none_is_set_aside() {
    let mut bench = Bench::with(|config, _| {
        std::fs::write(&config.store.path, [0x5a; 9000]).expect("rubbish");
    });
    assert_eq!(bench.page.kind, PageKind::Start);
    assert!(bench.journal.written().contains("store.set_aside"));
    bench.visit("mother");
    bench.drained("a new store");
    assert!(!bench.at_the_platform().is_empty());
}

#[test]
fn a_bad_catalogue_of_the_platform_does_not_replace_the_last_good_one() {
    for bad in ["{}", "not JSON", "{\"version\":\"1\",\"items\":[{}]}"] {
        let mut bench = Bench::with(|_, rig| {
            std::fs::write(rig.folder().join("catalogue.json"), bad).expect("bad one");
        });
        bench.until("ready", |page| page.banners.is_empty());
        bench.lay("mother");
        bench.until_kind(PageKind::Choose);
        bench.pass(1);
        let journal = bench.journal.written();
        assert!(journal.contains("catalogue.rejected"), "{bad}: {journal}");
        assert!(!journal.contains("catalogue.updated"), "{bad}");
        bench.touch(Intent::Primary);
        let listed = matches!(&bench.page.body, Body::Choices(items) if items.len() > 3);
        assert!(listed, "{:?}", bench.page);
    }
}

#[test]
fn every_mistake_of_a_configuration_is_named() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("kiosk.toml");
    std::fs::write(&path, "[machine]\nid = \"too long\"\n[reader]\nbaud = 1\n").expect("file");
    let error = settings::load(&path).expect_err("mistakes").to_string();
    for word in [
        "machine.id",
        "machine.town_code",
        "machine.site",
        "reader.baud",
        "line 2",
        "line 4",
    ] {
        assert!(error.contains(word), "{word}: {error}");
    }
}

/// The bench has no tables: letters and digits are all there is.
#[test]
fn without_tables_digits_and_letters_still_work() {
    let mut bench = Bench::new();
    bench.lay("mother");
    bench.until_kind(PageKind::Choose);
    bench.touch(Intent::Secondary(0));
    for (keys, key) in [(Keys::Latin, 'y'), (Keys::Digits, '7')] {
        bench.touch(Intent::Clear);
        bench.touch(Intent::KeySet(keys));
        bench.touch(Intent::Key(key));
        let Body::SearchField {
            field: Field { value, .. },
            ..
        } = &bench.page.body
        else {
            panic!("a search field: {:?}", bench.page)
        };
        assert_eq!(*value, key.to_string());
    }
}
