//! Parts that need a process of their own: this program starts itself again.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::{backlog, life};

/// Says which part a child is, and what it works on.
const PART: &str = "KIOSK_BENCH_PART";
const ON: &str = "KIOSK_BENCH_ON";

/// Does the part this process was started for; false if it was started for the whole.
pub fn child() -> bool {
    let Ok(part) = std::env::var(PART) else {
        return false;
    };
    let on = PathBuf::from(std::env::var_os(ON).unwrap());
    match part.split_once(' ') {
        Some(("lives", count)) => life::lives(&on, count.parse().unwrap(), false),
        Some(("lives-printed", count)) => life::lives(&on, count.parse().unwrap(), true),
        Some(("rows", count)) => life::rows(&on, count.parse().unwrap()),
        _ if part == "open" => backlog::open(&on),
        // Nothing but this process, to compare memory with.
        _ => {}
    }
    println!("VmHWM {}", peak_kib());
    println!("write_bytes {}", written());
    true
}

/// Runs `part` in a process of its own; `preload` is loaded into it.
pub fn run(part: &str, on: &Path, preload: Option<&Path>) -> Figures {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.env(PART, part).env(ON, on);
    if let Some(preload) = preload {
        command.env("LD_PRELOAD", preload);
    }
    Figures(command.output().unwrap())
}

/// What a child said.
pub struct Figures(Output);

impl Figures {
    /// The number after `name`.
    pub fn get(&self, name: &str) -> Option<f64> {
        let both = [&self.0.stdout, &self.0.stderr].map(|text| String::from_utf8_lossy(text));
        let mut lines = both.iter().flat_map(|text| text.lines());
        lines.find_map(|line| line.strip_prefix(name)?.trim().parse().ok())
    }
}

/// Most memory this process ever had, KiB.
fn peak_kib() -> u64 {
    of_proc("/proc/self/status", "VmHWM:")
}

/// Bytes this process has written to the disk.
pub fn written() -> u64 {
    of_proc("/proc/self/io", "write_bytes:")
}

fn of_proc(file: &str, name: &str) -> u64 {
    let text = std::fs::read_to_string(file).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let value = line.unwrap().split_whitespace().next();
    value.unwrap().parse().unwrap()
}
