//! The platform refuses a case hours after its person has gone: they are told when they come again, correct it, and keep
//! the day on which they came first.

use kiosk::domain::page::{Intent, PageKind};
use serde_json::Value;

use super::trouble_bench::Bench;

/// Files while the line is down; when it comes back the platform refuses.
fn refused_after_an_outage() -> Bench {
    let mut bench = Bench::new();
    bench.act("network down");
    bench.visit_at_once("mother");
    assert_eq!(bench.states().len(), 1, "one case: {:?}", bench.page);
    bench.leave();
    bench.act("network up");
    bench.act("platform reject");
    bench.drained("refused");
    assert_eq!(bench.logged("send.rejected"), 1);
    assert!(bench.at_the_platform().is_empty());
    bench
}

/// From the first page to the next person, with a card that is seen to go.
fn go(bench: &mut Bench) {
    bench.touch(Intent::Secondary(1));
    bench.until_kind(PageKind::Progress);
    bench.touch(Intent::Primary);
    bench.until_kind(PageKind::Goodbye);
    bench.act("card take");
    bench.until_kind(PageKind::Start);
}

#[test]
fn told_at_the_next_visit_corrected_and_taken() {
    let mut bench = refused_after_an_outage();
    bench.lay("mother");
    bench.until_kind(PageKind::Refused);
    assert_eq!(bench.logged("refusal.told"), 1);
    bench.touch(Intent::Primary);
    bench.go_on();
    bench.until_kind(PageKind::Confirmation);
    let paper = bench.receipts().pop().expect("a receipt");
    assert!(
        paper.contains("更正") && paper.contains("原收件号"),
        "{paper}"
    );
    bench.leave();
    bench.drained("the correction");

    let cases = bench.rig.platform().cases().expect("cases");
    assert_eq!(cases.len(), 1);
    let body: Value = serde_json::from_slice(&cases[0].body).expect("a body");
    assert_ne!(body["corrects"], cases[0].key.as_str());
    assert_ne!(body["filing_date"]["created_at"], body["created_at"]);
    assert_eq!(
        cases[0].status.filing_date.as_deref(),
        body["filing_date"]["created_at"].as_str(),
        "the platform counts from the first visit"
    );

    bench.lay("mother");
    bench.until_kind(PageKind::Choose);
    bench.pass(20);
    assert_eq!(bench.page.kind, PageKind::Choose, "never told again");
}

#[test]
fn put_away_and_not_told_again_and_nobody_else_is_told() {
    let mut bench = refused_after_an_outage();
    bench.lay("elder");
    bench.until_kind(PageKind::Choose);
    bench.pass(20);
    assert_eq!(bench.page.kind, PageKind::Choose);
    go(&mut bench);
    bench.lay("mother");
    bench.until_kind(PageKind::Refused);
    bench.touch(Intent::Secondary(1));
    bench.until_kind(PageKind::Choose);
    go(&mut bench);
    bench.lay("mother");
    bench.until_kind(PageKind::Choose);
    bench.pass(20);
    assert_eq!(bench.page.kind, PageKind::Choose);
    assert_eq!(bench.logged("refusal.told"), 1);
}
