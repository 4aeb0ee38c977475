//! A case on disk, beside the least SQLite can do for one row.

use kiosk::case::Machine;
use kiosk::shell::store::{Config, Store};

use crate::filing::{Bare, draft, stamp};
use crate::rows::{Beside, Times, folder, row};

const COUNT: usize = 500;

pub fn measure() {
    let folder = folder("store");
    let store = Store::open(Config::new(
        folder.join("store.db"),
        Machine::parse("W0012").unwrap(),
    ))
    .unwrap()
    .store;
    let bare = Bare::open(&folder.join("bare.db"));
    let (mut filed, mut plain) = (Times::default(), Times::default());
    // Turn about, so that a disk that is busy for a while is busy for both.
    for at in 0..COUNT + 20 {
        let one = Times::of(0, 1, || bare.commit(at));
        let two = Times::of(0, 1, || {
            store.file(vec![draft(0)], stamp()).unwrap();
        });
        if at >= 20 {
            plain.push(duration(&one));
            filed.push(duration(&two));
        }
    }
    for percent in [50, 99] {
        row(
            &format!("Submit → case committed and flushed, p{percent}"),
            filed.ms(percent),
            "ms",
            Beside::Yardstick(
                "bare commit of one row, WAL, synchronous=FULL",
                plain.ms(percent),
            ),
        );
    }
}

fn duration(times: &Times) -> std::time::Duration {
    std::time::Duration::from_secs_f64(times.worst_ms() / 1000.0)
}
