//! What the firmware finds when it starts is damaged or missing: it starts all the same.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use kiosk::case::{ClockClass, Machine, Stamp, sample};
use kiosk::domain::page::{Body, Field, Intent, Keys, PageKind};
use kiosk::shell::settings;
use kiosk::shell::store::{Config, Store};

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

/// The last run was cut off in a print, and the disk takes no word of it.
#[test]
fn an_open_print_that_cannot_be_settled_stops_nobody() {
    let mut bench = Bench::with(|config, _| {
        let path = &config.store.path;
        let machine = Machine::parse("W0012").expect("a machine");
        drop(Store::open(Config::new(path, machine)).expect("a store"));
        let db = rusqlite::Connection::open(path).expect("sqlite");
        db.execute_batch(
            "INSERT INTO prints (id, key, copy, class, boot, ms) VALUES (7, 'K', 0, 'unknown', 'B', 0);
             CREATE TRIGGER no BEFORE UPDATE ON prints BEGIN SELECT RAISE(FAIL, 'no'); END;",
        )
        .expect("an open print");
    });
    assert_eq!(bench.page.kind, PageKind::Start);
    assert!(!bench.journal.written().contains("store.set_aside"));
    bench.visit("mother");
    bench.drained("in spite of it");
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

#[test]
fn cases_come_back_with_their_key_and_go_to_the_platform() {
    let mut bench = Bench::with(|config, _| {
        let path = &config.store.path;
        let machine = || Machine::parse(&config.machine.id).expect("machine");
        let open = || Store::open(Config::new(path, machine())).expect("it always starts");
        let stamp = Stamp {
            wall_rfc3339: None,
            clock_class: ClockClass::Unknown,
            boot_id: "boot".into(),
            monotonic_ms: 0,
        };
        let drafts = vec![sample::draft("1"), sample::draft("2")];
        open().store.file(drafts, stamp).expect("file");
        let mut key = path.clone().into_os_string();
        key.push(".key");
        let right = fs::read(&key).expect("key");
        fs::write(&key, [7; 32]).expect("another key");
        assert!(open().set_aside.is_some());
        fs::write(&key, right).expect("the right one");
        fs::set_permissions(&key, Permissions::from_mode(0o644)).expect("for all to read");
    });
    let journal = bench.journal.written();
    for id in ["store.returned", "store.trouble", "store.set_aside"] {
        assert_eq!(bench.logged(id), 1, "{id}: {journal}");
    }
    let sent = |bench: &Bench| bench.logged("send.accepted") + bench.logged("send.rejected") > 1;
    for _ in 0..200 {
        if sent(&bench) {
            break;
        }
        bench.pass(60);
        bench.within(Duration::from_millis(50), sent);
    }
    let answers = bench.logged("send.accepted") + bench.logged("send.rejected");
    assert_eq!(answers, 2, "each once: {}", bench.journal.written());
}

#[test]
fn within_a_day_machine_and_platform_have_compared() {
    let mut bench = Bench::new();
    bench.visit("mother");
    bench.drained("a case");
    let compared = |bench: &Bench| bench.logged("reconcile.agrees") > 0;
    for _ in 0..60 {
        if compared(&bench) {
            break;
        }
        bench.pass(1200);
        bench.within(Duration::from_millis(50), compared);
    }
    let journal = bench.journal.written();
    assert!(compared(&bench), "{journal}");
    assert_eq!(bench.logged("reconcile.differs"), 0, "{journal}");
}
