//! Other queues at the same durability (WAL, synchronous=FULL), bodies of 2 KiB, in the same minute.

use std::process::Command;
use std::time::Instant;

use crate::filing::{draft, stamp};
use crate::rows::{Beside, Times, folder, root, row, skipped};
use crate::store;

const COUNT: u64 = 1000;

pub fn measure() {
    let folder = folder("queue-peers");
    let python = std::env::var("KIOSK_BENCH_PYTHON").unwrap_or_else(|_| "python3".into());
    for peer in ["persist-queue", "litequeue"] {
        let what = format!("Filed durably (encoded, numbered, committed) beside {peer}");
        // Once before and once after: a peer's minute is between two of ours.
        let before = ours(&folder.join(format!("before-{peer}.db")));
        let said = Command::new(&python)
            .arg(root().join("tests/bench/queue/peers.py"))
            .args([peer, &COUNT.to_string()])
            .arg(folder.join(peer))
            .output();
        let Some((p50, p99)) = said.ok().and_then(|said| figures(&said.stdout)) else {
            skipped(&what, "not installed");
            continue;
        };
        let after = ours(&folder.join(format!("after-{peer}.db")));
        for (percent, theirs) in [(50, p50), (99, p99)] {
            let mean = f64::midpoint(before.ms(percent), after.ms(percent));
            row(
                &format!("{what}, p{percent}"),
                mean,
                "ms",
                Beside::Yardstick("its put of 2 KiB", theirs),
            );
        }
    }
}

fn ours(path: &std::path::Path) -> Times {
    let store = store(path);
    let mut times = Times::default();
    for person in 0..COUNT / 2 {
        let began = Instant::now();
        store.file(vec![draft(person)], stamp()).unwrap();
        times.push(began.elapsed());
    }
    times
}

/// Milliseconds of the 50th and the 99th percentile, as the script says them.
fn figures(said: &[u8]) -> Option<(f64, f64)> {
    let text = String::from_utf8_lossy(said);
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
}
