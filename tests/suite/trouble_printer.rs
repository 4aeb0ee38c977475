//! The printer fails before, while or after it prints: the case is safe, the page says what is known of the paper.

use std::time::Duration;

use kiosk::case::{Key, Machine};
use kiosk::domain::page::{Body, Intent, Page, PageKind, Progress};

use kiosk::shell::clock::Clock;
use kiosk::shell::store::{Config as StoreConfig, Store};

use super::trouble_bench::Bench;

/// The case is at the platform whatever became of the paper.
fn filed(bench: &mut Bench, trouble: &str) {
    assert_eq!(bench.page.heading, "提交成功", "{trouble}");
    assert_eq!(
        bench.at_the_platform().len(),
        bench.states().len(),
        "{trouble}"
    );
}

fn says(page: &Page, what: &str) -> bool {
    matches!(&page.body, Body::Result { paper, .. } if paper.contains(what))
}

/// The paper is asked for again, and once more if the printer was not yet back, and comes.
fn again(bench: &mut Bench, mended: &str) {
    bench.act(mended);
    for _ in 0..20 {
        bench.until("a button for the paper", |page| page.secondary.len() == 2);
        bench.touch(Intent::Secondary(1));
        bench.until("an end", |page| !says(page, "正在打印"));
        if says(&bench.page, "回执已打印") {
            return;
        }
        bench.within(Duration::from_millis(500), |bench| {
            says(&bench.page, "回执已打印")
        });
    }
    panic!("no paper: {:?}", bench.page);
}

#[test]
fn before_it_prints() {
    for (trouble, mended) in [
        ("printer paper-out", "printer refill"),
        ("printer jam", "printer clear-jam"),
        ("printer cover-open", "printer cover-close"),
        ("printer unplug", "printer replug"),
    ] {
        let mut bench = Bench::new();
        bench.act(trouble);
        bench.until(trouble, |page| {
            page.banners
                .iter()
                .any(|(_, text)| text.contains("不能打印"))
        });
        bench.visit("mother");
        filed(&mut bench, trouble);
        let (paper, qr) = bench.paper();
        assert!(paper.contains("现在不能打印") && qr, "{trouble}: {paper}");
        assert!(bench.receipts().is_empty(), "{trouble}");
        again(&mut bench, mended);
        let receipts = bench.receipts();
        assert_eq!(receipts.len(), 1, "{trouble}");
        assert!(
            !receipts[0].contains("补打"),
            "{trouble}: nothing came out before"
        );
    }
}

#[test]
fn while_it_prints() {
    for (trouble, mended, why) in [
        ("printer paper-out", "printer refill", "paper-out"),
        ("printer jam", "printer clear-jam", "jam"),
        ("printer cover-open", "printer cover-close", "cover-open"),
        ("printer unplug", "printer replug", "outcome"),
    ] {
        let mut bench = Bench::new();
        bench.file("mother");
        bench.until("printing", |page| match &page.body {
            Body::Work(steps) => steps[2].1 == Progress::Active,
            _ => false,
        });
        let begun = |bench: &Bench| {
            bench
                .rig
                .printer()
                .with(|printer| printer.under_head().items.len() > 2)
        };
        assert!(
            bench.within(Duration::from_secs(5), begun),
            "{trouble}: no line came"
        );
        bench.act(trouble);
        bench.until_kind(PageKind::Confirmation);
        filed(&mut bench, trouble);
        let (paper, qr) = bench.paper();
        assert!(qr && !paper.contains("回执已打印"), "{trouble}: {paper}");
        let written = bench.journal.written();
        let told = written.lines().find(|line| line.contains("print.failed"));
        assert!(
            told.is_some_and(|line| line.contains(why)),
            "{trouble}: {told:?}"
        );
        again(&mut bench, mended);
        let receipts = bench.receipts();
        let copies = receipts
            .iter()
            .filter(|receipt| receipt.contains("补打"))
            .count();
        let whole = receipts
            .iter()
            .filter(|receipt| receipt.contains("查进度"))
            .count();
        assert!(
            copies <= 1 && whole - copies <= 1,
            "{trouble}: {receipts:?}"
        );
        // Either nothing had come out, or the second paper says that it is one.
        assert!(
            copies == 1 || paper.contains("现在不能打印"),
            "{trouble}: {paper}"
        );
    }
}

#[test]
fn after_it_printed() {
    let mut bench = Bench::new();
    bench.visit("mother");
    filed(&mut bench, "none");
    bench.act("printer paper-out");
    let (paper, qr) = bench.paper();
    assert!(paper.contains("回执已打印") && !qr);
    assert_eq!(bench.receipts().len(), 1);
    bench.leave();
    bench.until("told", |page| {
        page.banners
            .iter()
            .any(|(_, text)| text.contains("不能打印"))
    });
}

#[test]
fn a_printer_that_the_configuration_describes_wrongly_is_a_stated_fault() {
    let mut bench = Bench::with(|config, _| {
        config.printer.custom = Some("width-dots = 576".parse().expect("TOML"));
    });
    bench.until("told", |page| {
        page.banners
            .iter()
            .any(|(_, text)| text.contains("不能打印"))
    });
    assert_eq!(bench.logged("printer.misconfigured"), 1);
    bench.visit("mother");
    let (paper, qr) = bench.paper();
    assert!(paper.contains("现在不能打印") && qr, "{paper}");
    assert!(bench.receipts().is_empty(), "no other profile was taken");
}

#[test]
fn a_print_that_was_under_way_when_the_power_went_is_told_and_not_repeated() {
    let mut bench = Bench::with(|config, _| {
        let machine = Machine::parse(&config.machine.id).unwrap();
        let opened = Store::open(StoreConfig::new(config.store.path.clone(), machine)).unwrap();
        let stamp = Clock::system().stamp();
        let key = Key("W0012-7K-000001-0000000000000000".into());
        opened
            .store
            .claim_print_then(key, false, stamp, |claim| assert!(claim.unwrap().is_some()))
            .unwrap();
    });
    bench.until("ready to print", |page| page.banners.is_empty());
    assert_eq!(bench.logged("print.left_open"), 1);
    bench.visit("mother");
    let receipts = bench.receipts();
    assert_eq!(receipts.len(), 1, "its own and no other");
    assert!(!receipts[0].contains("补打"));
}
