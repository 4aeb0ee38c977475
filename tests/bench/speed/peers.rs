//! The same receipt encoded by others, in the same minute. `tests/bench/peers/build` gets them.

use std::process::Command;

use crate::rows::{Beside, Times, root, row, skipped};

const COUNT: usize = 1000;

/// Beside our own `times`, for a receipt with this code.
pub fn beside(times: &Times, code: &str) {
    let built = root().join("target/peers");
    for peer in ["crate escpos", "python-escpos"] {
        let what = format!("Receipt of 24 lines encoded beside {peer}");
        let mut command = match peer {
            "crate escpos" => Command::new(built.join("release/peer-escpos")),
            _ => {
                let mut python = Command::new(built.join("python/bin/python"));
                python.arg(root().join("tests/bench/peers/receipt.py"));
                python
            }
        };
        let said = command.arg(COUNT.to_string()).arg(code).output();
        let Some((p50, p99)) = said.ok().and_then(|said| figures(&said.stdout)) else {
            skipped(&what, "not built (tests/bench/peers/build)");
            continue;
        };
        for (percent, theirs) in [(50, p50), (99, p99)] {
            row(
                &format!("{what}, p{percent}"),
                times.ms(percent),
                "ms",
                Beside::Yardstick("the same by it", theirs),
            );
        }
    }
}

/// Milliseconds of the 50th and the 99th percentile, as a peer says them.
fn figures(said: &[u8]) -> Option<(f64, f64)> {
    let text = String::from_utf8_lossy(said);
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    let mut next = || numbers.next()?.ok();
    Some((next()?, next()?))
}
