//! The disk is full at any write of a case's life: nothing acknowledged is lost, and with room again all of it leaves.

use std::collections::BTreeSet;
use std::path::Path;

use kiosk::shell::store::{Store, StoreFault};

use super::book::{Book, Stand};
use super::machine::{Bench, accepted, draft, rejected, retry, stamp};
use super::work::record;

/// A fault of a full disk may be told, and no other.
fn only_full(result: Result<(), StoreFault>) -> Result<(), String> {
    match result {
        Ok(()) | Err(StoreFault::Full) => Ok(()),
        Err(fault) => Err(format!("told as: {fault}")),
    }
}

/// A technician's record of what the machine does with each case that waits.
fn answer_all(store: &Store, book: &mut Book) -> Result<(), String> {
    for (n, key) in book.at(Stand::Waits).into_iter().enumerate() {
        only_full(record(store, book, &key, &retry()))?;
        let last = if n % 3 == 2 {
            rejected()
        } else {
            accepted(&key)
        };
        only_full(record(store, book, &key, &last))?;
    }
    Ok(())
}

fn file(store: &Store, book: &mut Book, lengths: &[usize]) -> Result<(), StoreFault> {
    let drafts = lengths.iter().map(|length| draft(*length, true)).collect();
    let result = store.file(drafts, stamp());
    book.filed(store, lengths.len(), result)
}

fn rate(store: &Store, book: &mut Book, body: &str) -> Result<(), StoreFault> {
    let result = store.rate(body.into());
    book.rated(body.into(), result)
}

/// Two days of a machine: cases and ratings come and go, the log is emptied, the machine stops and starts.
fn two_days(bench: &mut Bench, book: &mut Book) -> Result<(), String> {
    for _day in 0..2 {
        let opened = match bench.open() {
            Ok(opened) => opened,
            Err(StoreFault::Full) => continue,
            Err(fault) => return Err(format!("told at the start as: {fault}")),
        };
        if let Some(aside) = opened.set_aside {
            return Err(format!("a full disk was taken for damage: {aside:?}"));
        }
        let store = &opened.store;
        only_full(file(store, book, &[300]))?;
        only_full(file(store, book, &[5000, 20]))?;
        only_full(rate(store, book, "{}"))?;
        answer_all(store, book)?;
        only_full(store.tidy())?;
        only_full(file(store, book, &[9000]))?;
    }
    Ok(())
}

/// With room again: what was acknowledged is there, and all of it can leave.
fn drains(bench: &mut Bench, book: &mut Book) -> Result<(), String> {
    let opened = bench
        .open()
        .map_err(|fault| format!("with room again: {fault}"))?;
    if let Some(aside) = opened.set_aside {
        return Err(format!("a full disk damaged the store: {aside:?}"));
    }
    book.check(&opened.store)?;
    for key in book.at(Stand::Waits) {
        record(&opened.store, book, &key, &accepted(&key))
            .map_err(|fault| format!("draining: {fault}"))?;
    }
    for key in book.ratings() {
        let result = opened.store.record_rating(&key, &accepted(&key));
        book.rating_taken(&key, result)
            .map_err(|fault| format!("draining: {fault}"))?;
    }
    book.check(&opened.store)
}

#[test]
fn a_disk_that_fills_up_at_any_write_loses_nothing() {
    let mut bench = Bench::new(1);
    let mut book = Book::default();
    two_days(&mut bench, &mut book).expect("with room");
    assert_eq!(book.len(), 8, "with room all is filed");
    let sizes: BTreeSet<usize> = bench.disk.growth().into_iter().collect();
    assert!(sizes.len() > 50, "{sizes:?}");
    let mut short = 0;
    for size in sizes {
        let mut bench = Bench::new(1);
        let mut book = Book::default();
        // One byte less than this write needs.
        bench.disk.set_capacity(Some(size - 1));
        let kept = two_days(&mut bench, &mut book).and_then(|()| {
            short += u32::from(book.len() < 8);
            bench.disk.set_capacity(None);
            drains(&mut bench, &mut book)
        });
        assert_eq!(kept, Ok(()), "a disk of {size} bytes");
    }
    assert!(short > 20, "the disk was hardly ever full: {short}");
}

#[test]
fn a_full_disk_and_then_a_cut_lose_nothing() {
    for seed in 0..100 {
        let mut bench = Bench::new(seed);
        let mut book = Book::default();
        bench
            .disk
            .set_capacity(Some(fastrand::Rng::with_seed(seed).usize(60_000..250_000)));
        let kept = two_days(&mut bench, &mut book).and_then(|()| {
            bench.disk.cut();
            bench.disk.power_on();
            bench.disk.set_capacity(None);
            drains(&mut bench, &mut book)
        });
        assert_eq!(kept, Ok(()), "seed {seed}");
    }
}

const BALLAST: &str = "/disk/ballast";
const BALLAST_BYTES: usize = 1 << 20;

/// Files until the disk is full, with a ballast beside the store.
fn fill_up(bench: &mut Bench, book: &mut Book) -> Result<(), String> {
    let ballast = bench
        .disk
        .create(Path::new(BALLAST))
        .map_err(|e| e.to_string())?;
    ballast
        .write_at(&vec![0; BALLAST_BYTES], 0)
        .map_err(|e| e.to_string())?;
    ballast.sync().map_err(|e| e.to_string())?;
    bench
        .disk
        .sync_folder(Path::new("/disk"))
        .map_err(|e| e.to_string())?;
    bench.disk.set_capacity(Some(2 * BALLAST_BYTES));
    let opened = bench.open().map_err(|fault| fault.to_string())?;
    let full = loop {
        if let Err(fault) = file(&opened.store, book, &[3000]) {
            break fault;
        }
    };
    only_full(Err(full))?;
    answer_all(&opened.store, book)
}

#[test]
fn a_ballast_thrown_off_lets_everything_leave() {
    for cut in [false, true] {
        let mut bench = Bench::new(5);
        let mut book = Book::default();
        let kept = fill_up(&mut bench, &mut book).and_then(|()| {
            if cut {
                bench.disk.cut();
                bench.disk.power_on();
            }
            assert!(
                book.len() > 20,
                "the disk hardly held anything: {}",
                book.len()
            );
            bench
                .disk
                .remove(Path::new(BALLAST))
                .map_err(|e| e.to_string())?;
            drains(&mut bench, &mut book)
        });
        assert_eq!(kept, Ok(()), "cut: {cut}");
    }
}
