//! Rows of the table of figures, and repeated timing.
#![allow(dead_code)]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// What a value stands beside.
pub enum Beside {
    /// Nothing: a figure to know.
    Nothing,
    /// It should be below this.
    Below(f64),
    /// The same machine in the same minute, doing only this.
    Yardstick(&'static str, f64),
}

/// Prints one row of the table: what, value, goal or yardstick, ratio of the value to it.
pub fn row(what: &str, value: f64, unit: &str, beside: Beside) {
    let value_text = format!("{} {unit}", number(value));
    let ratio = |to: f64| {
        if to > 0.0 {
            number(value / to)
        } else {
            "–".into()
        }
    };
    let (goal, ratio) = match beside {
        Beside::Nothing => ("–".into(), "–".into()),
        Beside::Below(goal) => (format!("< {} {unit}", number(goal)), ratio(goal)),
        Beside::Yardstick(name, of) => (format!("{name}: {} {unit}", number(of)), ratio(of)),
    };
    println!("| {what} | {value_text} | {goal} | {ratio} |");
}

/// A row for what was not measured.
pub fn skipped(what: &str, why: &str) {
    println!("| {what} | not measured: {why} | – | – |");
}

/// Three digits that count.
fn number(value: f64) -> String {
    let digits = match value.abs() {
        v if v == 0.0 || v >= 100.0 => 0,
        v if v >= 10.0 => 1,
        v if v >= 1.0 => 2,
        v if v >= 0.01 => 3,
        _ => 4,
    };
    format!("{value:.digits$}")
}

/// Durations of one thing done many times.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// None yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Does `act` so often, after `warm` times that do not count.
    pub fn of(warm: usize, count: usize, mut act: impl FnMut()) -> Self {
        let mut times = Self::default();
        for at in 0..warm + count {
            let began = Instant::now();
            act();
            if at >= warm {
                times.push(began.elapsed());
            }
        }
        times
    }

    /// One more.
    pub fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All together.
    pub fn sum(&self) -> Duration {
        self.0.iter().sum()
    }

    /// Milliseconds that `percent` of all stay within.
    pub fn ms(&self, percent: usize) -> f64 {
        if self.0.is_empty() {
            return 0.0;
        }
        let mut sorted = self.0.clone();
        sorted.sort();
        let at = (sorted.len() * percent)
            .div_ceil(100)
            .clamp(1, sorted.len());
        sorted[at - 1].as_secs_f64() * 1000.0
    }

    /// Milliseconds of the longest.
    pub fn worst_ms(&self) -> f64 {
        self.ms(100)
    }
}

/// True when the program was started to measure: `cargo bench` says so. `cargo test --all-targets` starts it too.
pub fn wanted() -> bool {
    std::env::args().any(|argument| argument == "--bench")
}

/// Whether this part is to be measured: all are, unless some are named after `--bench`.
pub fn chosen(part: &str) -> bool {
    let mut named = std::env::args().skip(1).filter(|a| !a.starts_with("--"));
    let first = named.next();
    first.is_none_or(|first| first == part || named.any(|other| other == part))
}

/// The root of the project.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// An empty folder on the disk of the project, not in memory: what is measured there is a real disk.
pub fn folder(name: &str) -> PathBuf {
    let folder = root().join("target/bench").join(name);
    if folder.exists() {
        std::fs::remove_dir_all(&folder).unwrap();
    }
    std::fs::create_dir_all(&folder).unwrap();
    folder
}
