//! What the firmware is compared with: the least window of the same toolkit, and a browser in kiosk mode.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::process::{Running, pss_mb};
use crate::rows::{Beside, Times, folder, root, row, skipped};
use crate::x11::Server;

/// Argument by which this program becomes the least window.
pub const PLAIN: &str = "--plain-window";
const STARTS: usize = 10;

slint::slint! {
    export component Plain inherits Window {
        preferred-width: 1080px;
        preferred-height: 1920px;
        background: #f5f4f0;
        Text {
            x: 48px;
            y: 204px;
            text: "您好,请问要办什么?";
            color: #15232b;
            font-size: 60px;
            font-weight: 700;
        }
    }
}

/// One text in Chinese.
pub fn plain() {
    Plain::new().unwrap().run().unwrap();
}

pub fn measure(server: &Server) {
    let own = std::env::current_exe().unwrap();
    let start = || {
        let mut command = Command::new(&own);
        command.arg(PLAIN);
        command
    };
    let (times, pss, _) = starts(server, STARTS, start);
    row(
        "Window of one Chinese text, same toolkit: start → frame, p50",
        times.ms(50),
        "ms",
        Beside::Nothing,
    );
    row(
        "Window of one Chinese text, same toolkit: memory (PSS)",
        pss,
        "MB",
        Beside::Nothing,
    );
    browser(server);
}

fn browser(server: &Server) {
    let what = "Chromium with the start page as HTML: start → frame";
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| installed(name));
    let Some(name) = found else {
        skipped(what, "chromium is not installed");
        return;
    };
    let profile = folder("chromium");
    let start = || {
        let mut command = Command::new(name);
        command
            .args([
                "--kiosk",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
                "--disable-background-networking",
            ])
            .args([
                "--disable-component-update",
                "--disable-sync",
                "--window-size=1080,1920",
                "--window-position=0,0",
            ])
            .arg(format!("--user-data-dir={}", profile.display()))
            .arg(format!(
                "file://{}",
                root().join("tests/bench/start.html").display()
            ));
        command
    };
    let (times, _, all) = starts(server, 5, start);
    row(&format!("{what}, p50"), times.ms(50), "ms", Beside::Nothing);
    row(
        "Chromium, all its processes: memory (PSS)",
        all,
        "MB",
        Beside::Nothing,
    );
}

fn installed(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Starts a program so often: times until its heading stands there; memory of the last one, and with its children.
pub fn starts(server: &Server, count: usize, start: impl Fn() -> Command) -> (Times, f64, f64) {
    let (mut times, mut memory, mut whole) = (Times::default(), 0.0, 0.0);
    for at in 0..=count {
        let nothing = server.heading();
        let began = Instant::now();
        let child = start()
            .env("DISPLAY", server.display())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        let running = Running(child.unwrap());
        let drawn = server.wait_for_heading(&nothing, Duration::from_secs(30));
        let time = began.elapsed();
        assert!(drawn.is_some(), "nothing is drawn");
        // The first start reads files that later ones find in memory, as the firmware does on a machine that ran before.
        if at > 0 {
            times.push(time);
        }
        if at == count {
            std::thread::sleep(Duration::from_secs(1));
            memory = pss_mb(running.id());
            whole = family(running.id()).into_iter().map(pss_mb).sum();
        }
        let others = family(running.id());
        drop(running);
        others.into_iter().for_each(wait_for_end);
        server.wait_for_nothing();
    }
    (times, memory, whole)
}

/// A process and all that descend from it.
fn family(id: u32) -> Vec<u32> {
    let children = |id: u32| {
        let text =
            std::fs::read_to_string(format!("/proc/{id}/task/{id}/children")).unwrap_or_default();
        text.split_whitespace()
            .filter_map(|id| id.parse().ok())
            .collect::<Vec<u32>>()
    };
    let mut all = vec![id];
    let mut at = 0;
    while let Some(id) = all.get(at) {
        all.extend(children(*id));
        at += 1;
    }
    all
}

/// Helpers of a program that was ended follow it within a moment.
fn wait_for_end(id: u32) {
    let began = Instant::now();
    while Path::new(&format!("/proc/{id}")).exists() && began.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(10));
    }
}
