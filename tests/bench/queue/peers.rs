//! Other queues beside the outbox, bodies of 2 KiB, in the same minute. `tests/bench/peers/build` gets them.
//!
//! The Python ones at the same durability (WAL, `synchronous=FULL`); of the Rust ones apalis is asked for it, effectum has
//! no setting for it and is measured as it is shipped.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use crate::filing::{draft, stamp};
use crate::itself::written;
use crate::rows::{Beside, Times, folder, root, row, skipped};
use crate::store;

const COUNT: u64 = 1000;

pub fn measure() {
    let folder = folder("queue-peers");
    let built = root().join("target/peers");
    for peer in ["persist-queue", "litequeue", "effectum", "apalis-sqlite"] {
        let what = format!("Filed durably (encoded, sealed, numbered, committed) beside {peer}");
        let mut command = match peer {
            "effectum" => Command::new(built.join("release/peer-effectum")),
            "apalis-sqlite" => Command::new(built.join("release/peer-apalis")),
            _ => {
                let mut python = Command::new(built.join("python/bin/python"));
                python.arg(root().join("tests/bench/peers/python.py"));
                python.arg(peer);
                python
            }
        };
        // Once before and once after: a peer's minute is between two of ours.
        let before = Ours::file(&folder.join(format!("before-{peer}.db")));
        let said = command.arg(COUNT.to_string()).arg(folder.join(peer));
        let Some([p50, p99, bytes]) = said.output().ok().and_then(|said| figures(&said.stdout))
        else {
            skipped(&what, "not built (tests/bench/peers/build)");
            continue;
        };
        let after = Ours::file(&folder.join(format!("after-{peer}.db")));
        for (percent, theirs) in [(50, p50), (99, p99)] {
            let mean = f64::midpoint(before.times.ms(percent), after.times.ms(percent));
            row(
                &format!("{what}, p{percent}"),
                mean,
                "ms",
                Beside::Yardstick("its put of 2 KiB", theirs),
            );
        }
        row(
            &format!("Written for each beside {peer}"),
            f64::midpoint(before.bytes, after.bytes) / 1024.0,
            "KiB",
            Beside::Yardstick("its put of 2 KiB", bytes / 1024.0),
        );
    }
}

/// Filings of the outbox.
struct Ours {
    times: Times,
    /// Bytes written for each.
    bytes: f64,
}

impl Ours {
    fn file(path: &Path) -> Self {
        let store = store(path);
        let (mut times, before) = (Times::default(), written());
        for person in 0..COUNT / 2 {
            let began = Instant::now();
            store.file(vec![draft(person)], stamp()).unwrap();
            times.push(began.elapsed());
        }
        let bytes = (written() - before) as f64 / times.len() as f64;
        Self { times, bytes }
    }
}

/// Milliseconds of the 50th and the 99th percentile and bytes, as a peer says them.
fn figures(said: &[u8]) -> Option<[f64; 3]> {
    let text = String::from_utf8_lossy(said);
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    let mut next = || numbers.next()?.ok();
    Some([next()?, next()?, next()?])
}
