//! From the last byte of a card's answer to the page that follows.

use std::time::Instant;

use kiosk::domain::input::Engines;
use kiosk::domain::kiosk::{Event, ReaderEvent as CoreReader};
use kiosk::domain::page::{Intent, PageKind};
use kiosk::wire::Machine as _;
use kiosk::wire::sam::ReaderEvent;

use crate::machine::{Bench, ITEM, card_about_to_arrive, shipped};
use crate::rows::{Beside, Times, row};

const COUNT: usize = 300;

pub fn measure() {
    let mut bench = Bench::new(shipped(), Engines::none());
    let (mut told, mut read) = (Times::default(), Times::default());
    let mut begun = Times::default();
    for _ in 0..COUNT {
        // The item is chosen first, then the card is wanted: the shortest way from a card to a form.
        for intent in [
            Intent::Touch,
            Intent::Secondary(0),
            Intent::Choose(0),
            Intent::Primary,
        ] {
            bench.touch(intent);
        }
        bench.open_item(ITEM);
        bench.touch(Intent::Primary);
        assert_eq!(bench.page.kind, PageKind::Identify);
        let (mut reader, bytes, now) = card_about_to_arrive(bench.now);
        bench.now = now;

        let began = Instant::now();
        reader.handle_input(&bytes, now);
        while let Some(event) = reader.poll_event() {
            if let ReaderEvent::CardRead(document) = event {
                told.push(began.elapsed());
                bench.handle(Event::Reader(CoreReader::CardRead(document)));
            }
        }
        read.push(began.elapsed());
        assert_eq!(bench.page.kind, PageKind::ItemInfo);

        let began = Instant::now();
        bench.touch(Intent::Primary);
        begun.push(began.elapsed());
        assert!(matches!(
            bench.page.kind,
            PageKind::Eligibility | PageKind::Question
        ));
        bench.touch(Intent::Leave);
        bench.touch(Intent::OverlayLeave);
        assert_eq!(bench.page.kind, PageKind::Start);
    }
    row(
        "Card: last byte of its answer → read, p99",
        told.ms(99),
        "ms",
        Beside::Below(1.0),
    );
    row(
        "Card: last byte of its answer → page made, p99",
        read.ms(99),
        "ms",
        Beside::Nothing,
    );
    row(
        "Form begun → first question made, prefilled from the card, p99",
        begun.ms(99),
        "ms",
        Beside::Nothing,
    );
}
