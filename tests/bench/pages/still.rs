//! What pages cost that nobody touches.

use std::time::{Duration, Instant};

use kiosk::domain::page::{Intent, PageKind};

use crate::hand::{FRAME, Hand};
use crate::rows::{Beside, Times, row};

/// Length of the watch.
const WATCH: Duration = Duration::from_secs(30);

pub fn measure(hand: &mut Hand) {
    let carousel = watch(hand);
    report("Start page with its slides", &carousel);
    hand.bench.touch(Intent::Touch);
    assert_eq!(hand.bench.page.kind, PageKind::Identify);
    hand.settle();
    report("Page that shows where the card goes", &watch(hand));
    hand.bench.touch(Intent::Secondary(0));
    assert_eq!(hand.bench.page.kind, PageKind::NoCard);
    hand.settle();
    let still = watch(hand);
    row(
        "Frames drawn in 30 s on a page that stands still",
        still.len() as f64,
        "frames",
        Beside::Nothing,
    );
    hand.leave();
}

/// Half a minute at 60 Hz of a clock that is moved by hand; the times of the frames that were drawn.
fn watch(hand: &mut Hand) -> Times {
    let mut frames = Times::default();
    let mut passed = Duration::ZERO;
    while passed < WATCH {
        passed += FRAME;
        hand.screen.advance(FRAME);
        let began = Instant::now();
        if hand.screen.render() {
            frames.push(began.elapsed());
        }
    }
    frames
}

fn report(what: &str, frames: &Times) {
    row(
        &format!("{what}: frames drawn in 30 s"),
        frames.len() as f64,
        "frames",
        Beside::Nothing,
    );
    row(
        &format!("{what}: one frame, p50"),
        frames.ms(50),
        "ms",
        Beside::Nothing,
    );
    row(
        &format!("{what}: one frame, p99"),
        frames.ms(99),
        "ms",
        Beside::Below(16.7),
    );
    let share = frames.sum().as_secs_f64() / WATCH.as_secs_f64() * 100.0;
    row(
        &format!("{what}: drawing, share of one core"),
        share,
        "%",
        Beside::Below(5.0),
    );
}
