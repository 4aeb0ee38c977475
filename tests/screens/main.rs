//! Every page, upright and wide: pictures to look at, and what can be measured about them.
//! Pictures are written to `target/screens`; their hashes stand in `tests/screens/hashes.txt`.
//! `KIOSK_UPDATE_SCREENS=1` writes the hashes anew. One thread, because Slint has one platform per process.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

#[path = "../../src/headless.rs"]
#[allow(dead_code)]
mod headless;
#[path = "../../src/window/mod.rs"]
#[allow(dead_code)]
mod window;

mod samples;

use std::path::PathBuf;
use std::time::Duration;

use slint::ComponentHandle;

fn main() {
    let out = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screens");
    std::fs::create_dir_all(&out).unwrap();
    let screen = headless::Headless::install(1080, 1920).unwrap();
    let window = window::Window::new().unwrap();
    window.component().show().unwrap();
    for (shape, width, height) in [("upright", 1080, 1920), ("wide", 1920, 1080)] {
        screen.resize(width, height);
        for (name, page) in samples::all() {
            window.show(&page);
            screen.advance(Duration::from_millis(2700));
            screen.render();
            screen
                .png(&out.join(format!("{name}-{shape}.png")))
                .unwrap();
        }
    }
}
