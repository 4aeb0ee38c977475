//! Every page, upright and wide: pictures to look at, and what can be measured about them.
//! Pictures are written to `target/screens`; their hashes stand in `tests/screens/hashes.txt`.
//! `KIOSK_UPDATE_SCREENS=1` writes the hashes anew. One thread, because Slint has one platform per process.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

#[path = "../../src/dock.rs"]
#[allow(dead_code)]
mod dock;
#[path = "../../src/headless.rs"]
#[allow(dead_code)]
mod headless;
#[path = "../../src/window/mod.rs"]
#[allow(dead_code)]
mod window;

#[path = "../suite/visits/machine.rs"]
#[allow(dead_code)]
mod machine;
#[path = "../suite/visits/person.rs"]
#[allow(dead_code, unused_imports)]
mod person;

mod hands;
mod hashes;
mod lacks;
mod measure;
mod samples;
mod walk;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use headless::Headless;
use slint::ComponentHandle;
use window::Window;

/// What is wrong, each with page and shape.
#[derive(Default)]
pub struct Findings {
    checks: usize,
    failed: Vec<String>,
}

impl Findings {
    /// One check more; what it found.
    pub fn check(&mut self, name: &str, found: Vec<String>) {
        self.checks += 1;
        if !found.is_empty() {
            self.failed
                .push(format!("{name}\n    {}", found.join("\n    ")));
        }
    }
}

fn main() -> ExitCode {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let pictures = root.join("target/screens");
    std::fs::create_dir_all(&pictures).unwrap();
    let screen = Headless::install(1080, 1920).unwrap();
    let window = Window::new().unwrap();
    window.component().show().unwrap();
    let mut findings = Findings::default();
    let mut hashes = hashes::Hashes::read(&root.join("tests/screens/hashes.txt"));

    findings.check("contrast of the theme", measure::contrast(&window));
    for (shape, width, height) in [("upright", 1080, 1920), ("wide", 1920, 1080)] {
        screen.resize(width, height);
        let posed = samples::all()
            .into_iter()
            .map(|(name, page)| (name.to_owned(), page));
        let made = walk::all().into_iter().chain(samples::technician());
        for (page, sample) in posed.chain(made) {
            let name = format!("{page}-{shape}");
            window.show(&sample);
            // Animations start at a whole lap of the card, so that pictures are the same in every run.
            screen.advance(hashes::to_same_moment(screen.now()));
            let picture = pictures.join(format!("{name}.png"));
            screen.png(&picture).unwrap();
            let (_, _, pixels) = screen.picture();
            findings.check(
                &format!("{name}: pixels"),
                hashes.compare(&name, &pixels, &picture),
            );
            measure::page(&screen, &window, &name, (width, height), &mut findings);
            // One page of each kind is enough to see whether it rests.
            if !page.starts_with("walk-") {
                measure::rest(&screen, &sample, &name, &mut findings);
            }
        }
    }
    hands::all(&screen, &window, &mut findings);
    drop(window);
    hands::dock(&screen, &pictures.join("dock.png"), &mut findings);
    hashes.write_if_asked();
    for failed in &findings.failed {
        println!("FAILED {failed}");
    }
    let failed = findings.failed.len();
    println!(
        "screens: {} passed, {failed} failed; pictures in {}",
        findings.checks - failed,
        pictures.display()
    );
    ExitCode::from(u8::from(failed > 0))
}

/// Long enough for a change of slide to be over.
const SETTLE: Duration = Duration::from_secs(1);
