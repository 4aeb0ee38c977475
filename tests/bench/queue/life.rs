//! What the whole life of a case costs the disk: filed, read to be sent, accepted and deleted; then once more with its
//! receipt, which is claimed before it is printed and whose end is written down.
//!
//! Two runs of different length in processes of their own; their difference has no start and no end in it. Bytes are
//! those the kernel counts for the process (`/proc/self/io`, whole pages), flushes are its calls of `fsync` and
//! `fdatasync`, counted by a small library that is loaded before the C library. The file system's own journal is in
//! neither; it is in the figures of the device, which are taken only while nobody else writes there.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::mpsc;
use std::thread::sleep;
use std::time::Duration;

use kiosk::case::{Acceptance, Answer, Key};
use kiosk::domain::kiosk::PrintOutcome;
use kiosk::shell::store::{Attempt, Store};

use crate::filing::{Bare, draft, stamp};
use crate::rows::{Beside, folder, root, row, skipped};
use crate::{itself, store};

const SHORT: u64 = 100;
const LONG: u64 = 600;
/// Bytes and flushes of a whole life in a WAL with FULL, with a claim and a log of attempts but without encryption:
/// what a plain queue of this kind was measured to cost.
const PLAIN: (f64, f64) = (72.0, 3.6);

pub fn measure() {
    let folder = folder("queue-life");
    let Some(counter) = counter(&folder) else {
        skipped("Whole life of a case: flushes", "no C compiler");
        return;
    };
    let each = |part: &str, name: &str| {
        let of = |count: u64| {
            let on = folder.join(format!("{part}-{count}-{name}.db"));
            let figures = itself::run(&format!("{part} {count}"), &on, Some(&counter));
            figures.get(name).unwrap()
        };
        (of(LONG) - of(SHORT)) / (LONG - SHORT) as f64
    };
    for (name, what, unit, scale) in [
        ("write_bytes", "written by the process", "KiB", 1024.0),
        ("syncs", "calls of fsync and fdatasync", "", 1.0),
    ] {
        row(
            &format!("Whole life of a case: {what}"),
            each("lives", name) / scale,
            unit,
            Beside::Yardstick("bare commit of one row", each("rows", name) / scale),
        );
    }
    let printed = each("lives-printed", "syncs");
    row(
        "Whole life of a case with its receipt: calls of fsync and fdatasync",
        printed,
        "",
        Beside::Yardstick("without", each("lives", "syncs")),
    );
    at_the_device(&folder, "lives", "Whole life of a case at the device");
    at_the_device(
        &folder,
        "lives-printed",
        "Whole life of a case with its receipt at the device",
    );
}

/// The library that counts, compiled by the C compiler that SQLite needs anyway.
fn counter(folder: &Path) -> Option<PathBuf> {
    let library = folder.join("syncs.so");
    let made = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .arg(&library)
        .arg(root().join("tests/bench/queue/syncs.c"))
        .status();
    made.is_ok_and(|status| status.success()).then_some(library)
}

fn at_the_device(folder: &Path, part: &str, what: &str) {
    let Some(idle) = Device::of(folder) else {
        skipped(what, "the disk has no counters");
        return;
    };
    sleep(Duration::from_secs(2));
    let begin = Device::of(folder).unwrap();
    if begin.flushes - idle.flushes > 2.0 {
        skipped(what, "other programs write to this disk");
        return;
    }
    let on = folder.join(format!("device-{part}.db"));
    itself::run(&format!("{part} {LONG}"), &on, None);
    let end = Device::of(folder).unwrap();
    let each = |end: f64, begin: f64| (end - begin) / LONG as f64;
    let (kib, flushes) = (each(end.kib, begin.kib), each(end.flushes, begin.flushes));
    row(
        &format!("{what}: written"),
        kib,
        "KiB",
        Beside::Yardstick("a plain queue", PLAIN.0),
    );
    row(
        &format!("{what}: flushes"),
        flushes,
        "",
        Beside::Yardstick("a plain queue", PLAIN.1),
    );
}

/// Counters of a block device (Documentation/block/stat.rst of the kernel).
struct Device {
    kib: f64,
    flushes: f64,
}

impl Device {
    fn of(folder: &Path) -> Option<Self> {
        let device = fs::metadata(folder).unwrap().dev();
        let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
        let stat = fs::read_to_string(format!("/sys/dev/block/{major}:{minor}/stat")).ok()?;
        let number = |at: usize| stat.split_whitespace().nth(at)?.parse::<f64>().ok();
        // Field 7: sectors of 512 bytes written. Field 16: flushes.
        Some(Self {
            kib: number(6)? / 2.0,
            flushes: number(15)?,
        })
    }
}

/// So many lives, one after the other, each with a receipt if `printed`.
pub fn lives(path: &Path, count: u64, printed: bool) {
    let store = store(path);
    for n in 0..count {
        let filed = store.file(vec![draft(n)], stamp()).unwrap();
        let key = &filed[0].key;
        if printed {
            print(&store, key);
        }
        drop(store.body(key).unwrap());
        let attempt = Attempt {
            at: stamp(),
            http_status: Some(201),
            server_date: None,
            problem: None,
        };
        store.record(key, &taken(n), attempt).unwrap();
    }
}

fn print(store: &Store, key: &Key) {
    let (tell, told) = mpsc::channel();
    let then = move |claim| tell.send(claim).unwrap();
    store
        .claim_print_then(key.clone(), false, stamp(), then)
        .unwrap();
    let claim = told.recv().unwrap().unwrap().unwrap();
    store.print_ended(claim.job, PrintOutcome::Printed).unwrap();
}

/// So many rows in a table.
pub fn rows(path: &Path, count: u64) {
    let bare = Bare::open(path);
    for n in 0..count {
        bare.commit(usize::try_from(n).unwrap());
    }
}

fn taken(n: u64) -> Answer {
    Answer::Accepted(Acceptance {
        sblsh: format!("44020300000202601050{n:05}"),
        sblsh_short: format!("{n:06}"),
        query_code: "12345678".into(),
        accepted_at: "2026-01-05T09:00:02+08:00".into(),
        promise_until: None,
    })
}
