//! One case durably filed, beside the least SQLite can do; on a quiet processor and on a busy one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use crate::filing::{Bare, draft, stamp};
use crate::rows::{Beside, Times, folder, row};
use crate::store;

const COUNT: u64 = 1000;
const WARM: u64 = 50;

pub fn measure() {
    turn_about("Filed durably");
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut x = 1_u64;
                while !done.load(Ordering::Relaxed) {
                    x = std::hint::black_box(x.wrapping_mul(6_364_136_223_846_793_005) + 1);
                }
            });
        }
        turn_about("Filed durably while two threads burn the processor");
        done.store(true, Ordering::Relaxed);
    });
}

/// Turn about, so that a disk that is busy for a while is busy for both.
fn turn_about(what: &str) {
    let folder = folder("queue-commit");
    let store = store(&folder.join("store.db"));
    let bare = Bare::open(&folder.join("bare.db"));
    let (mut filed, mut plain) = (Times::default(), Times::default());
    for at in 0..COUNT + WARM {
        let began = Instant::now();
        bare.commit(usize::try_from(at).unwrap());
        let between = Instant::now();
        store.file(vec![draft(at)], stamp()).unwrap();
        if at >= WARM {
            plain.push(between - began);
            filed.push(between.elapsed());
        }
    }
    for percent in [50, 99] {
        row(
            &format!("{what}, p{percent}"),
            filed.ms(percent),
            "ms",
            Beside::Yardstick("bare commit of one row, WAL, FULL", plain.ms(percent)),
        );
    }
}
