//! How long pages take to draw: a real core, real pages, the software renderer at the size of a machine's screen.
//! Measures, never judges. One thread, because Slint has one platform per process.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

#[path = "../../../src/headless.rs"]
#[allow(dead_code)]
mod headless;
#[path = "../items.rs"]
mod items;
#[path = "../machine.rs"]
mod machine;
#[path = "../rows.rs"]
mod rows;
#[path = "../../../src/window/mod.rs"]
#[allow(dead_code)]
mod window;

mod hand;
mod still;

use std::time::Instant;

use slint::ComponentHandle;

use rows::{Beside, row};

/// Of the screen: 21.5 inches, upright.
const SIZE: (u32, u32) = (1080, 1920);

fn main() {
    if !rows::wanted() {
        return;
    }
    let bench = machine::Bench::new(machine::shipped(), machine::engines());
    let began = Instant::now();
    let screen = headless::Headless::install(SIZE.0, SIZE.1).unwrap();
    let window = window::Window::new().unwrap();
    window.component().show().unwrap();
    window.show(&bench.page);
    assert!(screen.render());
    row(
        "Pages made and the start page drawn",
        began.elapsed().as_secs_f64() * 1000.0,
        "ms",
        Beside::Nothing,
    );

    let mut hand = hand::Hand::new(bench, window, screen);
    still::measure(&mut hand);
    hand::measure(&mut hand);
    let folder = items::generate();
    let (many, _) = kiosk::shell::catalogue::load(&folder)
        .map_err(|(error, _)| error)
        .unwrap();
    hand.bench = machine::Bench::new(many, machine::engines());
    hand::measure_search(&mut hand);
}
