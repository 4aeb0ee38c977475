//! One case durably filed, beside the least SQLite can do; on a quiet processor and on a busy one.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::{Duration, Instant};

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

/// Turn about, so that a disk that is busy for a while is busy for all.
fn turn_about(what: &str) {
    let folder = folder("queue-commit");
    let store = store(&folder.join("store.db"));
    let bare = Bare::open(&folder.join("bare.db"));
    let threaded = Threaded::start(Bare::open(&folder.join("threaded.db")));
    let [mut filed, mut plain, mut handed] = [const { Times::new() }; 3];
    for at in 0..COUNT + WARM {
        let times = [
            timed(|| bare.commit(usize::try_from(at).unwrap())),
            timed(|| threaded.commit(usize::try_from(at).unwrap())),
            timed(|| drop(store.file(vec![draft(at)], stamp()).unwrap())),
        ];
        if at >= WARM {
            for (all, one) in [&mut plain, &mut handed, &mut filed].into_iter().zip(times) {
                all.push(one);
            }
        }
    }
    for percent in [50, 99] {
        let (what, ms) = (format!("{what}, p{percent}"), filed.ms(percent));
        let bare = Beside::Yardstick("bare commit of one row, WAL, FULL", plain.ms(percent));
        row(&what, ms, "ms", bare);
        let bare = Beside::Yardstick("bare commit by a thread of its own", handed.ms(percent));
        row(&what, ms, "ms", bare);
    }
}

fn timed(work: impl FnOnce()) -> Duration {
    let began = Instant::now();
    work();
    began.elapsed()
}

/// The least of one writer thread: a commit is handed to it and its end is waited for.
struct Threaded(SyncSender<(usize, SyncSender<()>)>);

impl Threaded {
    fn start(bare: Bare) -> Self {
        let (jobs, inbox) = sync_channel::<(usize, SyncSender<()>)>(1);
        std::thread::spawn(move || {
            for (at, done) in inbox {
                bare.commit(at);
                done.send(()).unwrap();
            }
        });
        Self(jobs)
    }

    fn commit(&self, at: usize) {
        let (done, end) = sync_channel(1);
        self.0.send((at, done)).unwrap();
        end.recv().unwrap();
    }
}
