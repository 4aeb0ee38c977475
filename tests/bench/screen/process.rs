//! Processes: started, ended with us, and what the kernel counts of them.

use std::fs;
use std::process::Child;
use std::time::{Duration, Instant};

/// Ends on drop.
pub struct Running(pub Child);

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Running {
    /// Process number.
    pub fn id(&self) -> u32 {
        self.0.id()
    }
}

/// Memory of `id` in MB: its own pages and its share of those it shares (`Pss` of `smaps_rollup`, proc(5)).
pub fn pss_mb(id: u32) -> f64 {
    field(&format!("/proc/{id}/smaps_rollup"), "Pss:") / 1024.0
}

/// Of it, pages that belong to no file: heap, stacks, pictures.
pub fn anonymous_mb(id: u32) -> f64 {
    field(&format!("/proc/{id}/smaps_rollup"), "Pss_Anon:") / 1024.0
}

/// Most memory it ever had in MB, shared pages counted whole (`VmHWM` of `status`).
pub fn peak_rss_mb(id: u32) -> f64 {
    field(&format!("/proc/{id}/status"), "VmHWM:") / 1024.0
}

/// Kilobytes behind `name`.
fn field(file: &str, name: &str) -> f64 {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(f64::NAN)
}

/// Share of one core in percent that all threads of `id` take during `time`, to the nanosecond (`schedstat`).
pub fn load_percent(id: u32, time: Duration) -> f64 {
    let (before, began) = (run_time(id), Instant::now());
    std::thread::sleep(time);
    let spent = run_time(id).saturating_sub(before);
    spent.as_secs_f64() / began.elapsed().as_secs_f64() * 100.0
}

fn run_time(id: u32) -> Duration {
    let Ok(tasks) = fs::read_dir(format!("/proc/{id}/task")) else {
        return Duration::ZERO;
    };
    let of = |task: fs::DirEntry| -> Option<u64> {
        let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
        text.split_whitespace().next()?.parse().ok()
    };
    Duration::from_nanos(tasks.flatten().filter_map(of).sum())
}
