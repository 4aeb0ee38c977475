//! The scanner and the pins on the whole firmware: a receipt is scanned, a plug is pulled, a case is forced.

use std::time::Duration;

use kiosk::case::{Epoch, FilingNumber, Machine};
use kiosk::domain::page::{Intent, PageKind};
use kiosk::pins::Output;
use kiosk::shell::tamper::TamperLatch;
use kiosk::status::FlashRate;

use super::trouble_bench::Bench;

/// The code on a receipt of another machine.
fn receipt() -> String {
    let machine = Machine::parse("W0099").expect("a machine");
    let epoch = Epoch::parse("A7").expect("an epoch");
    let number = FilingNumber::mint(&machine, &epoch, 123).0;
    format!("KIOSK2/T2026-03-02T14:05:06+08:00/{number}/0123456789ABCDEF/")
}

fn query(bench: &mut Bench) {
    bench.touch(Intent::Primary);
    bench.until_kind(PageKind::Identify);
    bench.touch(Intent::Secondary(0));
    bench.until_kind(PageKind::NoCard);
    bench.touch(Intent::Choose(1));
    bench.until_kind(PageKind::ProgressQuery);
}

#[test]
fn a_receipt_held_before_the_scanner_is_asked_for_also_after_the_plug_was_out() {
    let mut bench = Bench::new();
    query(&mut bench);
    bench.until("the scanner's word", |page| page.heading.contains("扫回执"));
    assert_eq!(bench.rig.light(Output::ScannerLight), FlashRate::Slow);
    bench.act("scan \"not a receipt\"");
    bench.until("told so", |page| page.error.contains("不是回执"));
    bench.rig.scanner().unplug().expect("unplugged");
    bench.until("no scanner", |page| !page.heading.contains('扫'));
    bench.rig.scanner().replug().expect("plugged in");
    bench.until("the scanner's word", |page| page.heading.contains("扫回执"));
    bench.act(&format!("scan \"{}\"", receipt()));
    bench.until_kind(PageKind::Progress);
    let rests = |bench: &Bench| !bench.rig.scanner().is_looking();
    assert!(bench.within(Duration::from_secs(5), |bench| rests(bench)));
}

#[test]
fn a_forced_case_is_closed_over_a_restart_until_it_is_cleared() {
    let mut bench = Bench::new();
    bench.act("tamper on");
    bench.until_kind(PageKind::Closed);
    bench.act("tamper off");
    let store = bench.rig.config().store.path.clone();
    assert!(bench.within(Duration::from_secs(5), |_| {
        TamperLatch::beside(&store).is_closed()
    }));
    assert_eq!(bench.logged("tamper.detected"), 1);
    assert_eq!(bench.page.kind, PageKind::Closed);
    let mut technician = TamperLatch::beside(&store);
    assert!(technician.clear().expect("cleared"));
    bench.until_kind(PageKind::Start);
    assert_eq!(bench.logged("tamper.cleared"), 1);
}
