//! The card or its reader is not as it should be: the page says what to do, and a good card works afterwards.

use std::time::Duration;

use kiosk::domain::page::{Body, Intent, PageKind};
use kiosk::shell::clock::Clock;
use kiosk::shell::device_file::Noted;

use super::trouble_bench::Bench;

const PULLED: &str = "拿开得太早";

/// A card that cannot be used, and what the page says of it.
fn refused(bench: &mut Bench, card: &str, says: &str) {
    bench.lay(card);
    bench.until(says, |page| {
        page.kind == PageKind::Identify && page.error.contains(says)
    });
    let before = bench.logged("card.removed");
    bench.act("card take");
    // No hand changes cards faster than the reader looks; a card that was pulled out is known to be gone.
    let gone = bench.within(Duration::from_secs(3), |bench| {
        bench.logged("card.removed") > before
    });
    assert!(gone || says == PULLED, "{says}: still there");
    bench.touch(Intent::Leave);
    bench.until_kind(PageKind::Start);
}

fn accepted(bench: &mut Bench) {
    bench.act("reader well");
    bench.lay("mother");
    bench.until_kind(PageKind::Choose);
    assert!(
        bench.page.heading.starts_with("王*"),
        "{}",
        bench.page.heading
    );
}

#[test]
fn cards_that_are_refused_and_why() {
    let mut bench = Bench::new();
    refused(&mut bench, "expired", "已过有效期");
    refused(&mut bench, "bad_number", "号码核对不上");
    for (trouble, says) in [
        ("reader unreadable", "没有读出来"),
        ("reader not-a-card", "这不是身份证"),
        ("reader pull", PULLED),
    ] {
        bench.act(trouble);
        refused(&mut bench, "young", says);
        bench.act("reader well");
    }
    // The journal tells a technician why: results 31, 40 and 41 of the module.
    let journal = bench.journal.written();
    for sw3 in [0x31, 0x40, 0x41] {
        assert!(journal.contains(&format!("\"sw3\":{sw3}")), "{journal}");
    }
    assert!(journal.contains("\"sam_id\":\"05.03-20240101-0000123456-4000000001\""));
    accepted(&mut bench);
}

#[test]
fn every_kind_of_card_can_file() {
    for card in ["hkmt", "foreigner2017", "foreigner2023", "minority"] {
        let mut bench = Bench::new();
        bench.visit(card);
        bench.drained(card);
        assert!(!bench.at_the_platform().is_empty(), "{card}");
        assert!(!bench.journal.written().contains("card.failed"), "{card}");
    }
}

#[test]
fn noise_and_slowness_on_the_line_are_lived_with() {
    for trouble in ["reader noise", "reader slow"] {
        let mut bench = Bench::new();
        bench.act(trouble);
        bench.lay("mother");
        bench.until_kind(PageKind::Choose);
    }
}

/// Without a reader one can look, and is told where to go.
fn reads_nothing(bench: &mut Bench) {
    bench.touch(Intent::Touch);
    bench.until("no reader", |page| {
        page.heading.contains("读卡器暂时不能用")
    });
    assert!(matches!(&bench.page.body, Body::Paragraphs(texts) if texts.len() == 1));
    bench.touch(Intent::Leave);
    bench.until_kind(PageKind::Start);
}

#[test]
fn a_reader_that_is_missing_or_pulled_out() {
    let mut bench = Bench::with(|config, rig| {
        config.reader.port = Some(rig.folder().join("nothing-here"));
    });
    reads_nothing(&mut bench);
    let mut bench = Bench::new();
    bench.act("reader unplug");
    reads_nothing(&mut bench);
    bench.act("reader replug");
    accepted(&mut bench);
}

#[test]
fn a_reader_that_says_nothing_any_more() {
    let mut bench = Bench::new();
    bench.act("reader silent");
    reads_nothing(&mut bench);
    accepted(&mut bench);
    // What passed before it fell silent is in the journal once, and what passed at all beside the store.
    let journal = bench.journal.written();
    let trails: Vec<&str> = journal
        .lines()
        .filter(|line| line.contains("\"id\":\"device.trail\""))
        .collect();
    assert_eq!(trails.len(), 1, "{trails:#?}");
    assert!(trails[0].contains("\"device\":\"reader\""));
    assert!(trails[0].contains(">10") && trails[0].contains(" timeout"));
    let path = Noted::path(&bench.rig.config().store.path);
    let noted = Noted::read(&path, &Clock::system()).expect("a device file");
    let reader = noted.counts["reader"];
    assert!(reader.opened > 0 && reader.bytes_in > 0 && reader.bytes_out > 0);
    assert!(reader.faults > 0 && noted.counts["printer"].bytes_in > 0);
}
