//! Whether a long outage makes anything slow: the same work with few and with very many waiting cases.

use std::path::Path;
use std::time::Instant;

use kiosk::shell::store::Store;

use crate::filing::{draft, stamp};
use crate::rows::{Beside, Times, folder, row};
use crate::{itself, store};

const FEW: u64 = 1000;
/// Starts after a clean stop; the middle one is told.
const OPENS: usize = 9;
/// Cases filed in one transaction while a backlog is made.
const AT_ONCE: u64 = 16;

pub fn measure() {
    let folder = folder("queue-backlog");
    let empty = itself::run("empty", &folder, None).get("VmHWM").unwrap();
    let large = std::env::var_os("KIOSK_BENCH_LARGE").is_some_and(|value| value == "1");
    let many: &[u64] = if large {
        &[100_000, 1_000_000]
    } else {
        &[100_000]
    };
    let few = Costs::with(&folder, FEW, empty);
    for &count in many {
        Costs::with(&folder, count, empty).beside(&few, count);
    }
    std::fs::remove_dir_all(&folder).unwrap();
}

/// One start after a clean stop, milliseconds.
fn opened(path: &Path) -> f64 {
    let began = Instant::now();
    let store = store(path);
    let took = began.elapsed().as_secs_f64() * 1000.0;
    drop(store);
    took
}

struct Costs {
    file_p50: f64,
    file_p99: f64,
    next_due: f64,
    open: f64,
    memory_mib: f64,
}

impl Costs {
    fn with(folder: &Path, count: u64, empty_kib: f64) -> Self {
        let path = folder.join(format!("{count}.db"));
        let held = store(&path);
        for begin in (0..count).step_by(AT_ONCE as usize) {
            let end = (begin + AT_ONCE).min(count);
            held.file((begin..end).map(draft).collect(), stamp())
                .unwrap();
        }
        drop(held);
        // What the filling left to be written is not what is measured.
        std::process::Command::new("sync").status().unwrap();
        let mut opens: Vec<f64> = (0..OPENS).map(|_| opened(&path)).collect();
        opens.sort_by(f64::total_cmp);
        let open = opens[OPENS / 2];
        let held = store(&path);
        let mut person = count;
        let filed = Times::of(20, 400, || {
            person += 1;
            held.file(vec![draft(person)], stamp()).unwrap();
        });
        let due = Times::of(1, 5, || next_due(&held));
        drop(held);
        let peak = itself::run("open", &path, None).get("VmHWM").unwrap();
        Self {
            file_p50: filed.ms(50),
            file_p99: filed.ms(99),
            next_due: due.ms(50),
            open,
            memory_mib: (peak - empty_kib) / 1024.0,
        }
    }

    fn beside(&self, few: &Self, count: u64) {
        let with = format!("with {count} waiting");
        for (what, value, of, unit) in [
            ("Filed durably, p50,", self.file_p50, few.file_p50, "ms"),
            ("Filed durably, p99,", self.file_p99, few.file_p99, "ms"),
            (
                "What to send next, and its bytes,",
                self.next_due,
                few.next_due,
                "ms",
            ),
            ("Open after a clean stop", self.open, few.open, "ms"),
            (
                "Memory over an empty process",
                self.memory_mib,
                few.memory_mib,
                "MiB",
            ),
        ] {
            row(
                &format!("{what} {with}"),
                value,
                unit,
                Beside::Yardstick("with 1000", of),
            );
        }
    }
}

/// What the firmware asks for before it sends.
fn next_due(store: &Store) {
    let waiting = store.waiting(0, 1).unwrap();
    std::hint::black_box(store.body(&waiting[0].key).unwrap());
}

/// The part that needs a process of its own: open, learn what waits, read a body.
pub fn open(path: &Path) {
    next_due(&store(path));
}
