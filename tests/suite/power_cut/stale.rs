//! Files from the past: a log that ends too early, and yesterday's database put back.

use std::path::{Path, PathBuf};

use kiosk::shell::store::Store;

use super::book::{Book, Loss, Stand};
use super::disk::Image;
use super::machine::{Bench, STORE, accepted, draft, stamp};
use super::work::record;

const COMMITS: usize = 8;
/// Head of a log and of each frame in it, bytes (sqlite.org/fileformat2.html#walformat).
const LOG_HEAD: usize = 32;
const FRAME_HEAD: usize = 24;

fn log() -> PathBuf {
    PathBuf::from(format!("{STORE}-wal"))
}

fn file(store: &Store, book: &mut Book, length: usize) {
    let result = store.file(vec![draft(length, true)], stamp());
    book.filed(store, 1, result).expect("file");
}

/// A machine's files with a log of several commits, and what was said when the log had a certain length.
fn commits() -> (Image, Vec<(usize, Book)>) {
    let mut bench = Bench::new(6);
    let mut book = Book::default();
    let store = bench.open().expect("open").store;
    file(&store, &mut book, 1);
    // Another start has a log of its own. One that is only emptied keeps its length, and lengths would tell nothing.
    drop(store);
    let store = bench.open().expect("open").store;
    let mut said = vec![(0, book.clone())];
    for n in 0..COMMITS {
        file(&store, &mut book, n * 400);
        said.push((bench.disk.image()[&log()].len(), book.clone()));
    }
    (bench.disk.image(), said)
}

/// The files with the log cut to each frame and to the middle of each, and what the store must then have.
fn cut_logs() -> Vec<(usize, Image, Book)> {
    let (image, said) = commits();
    let database = &image[Path::new(STORE)];
    let page = usize::from(u16::from_be_bytes([database[16], database[17]]));
    let whole = image[&log()].len();
    let frames = (LOG_HEAD..=whole).step_by(FRAME_HEAD + page);
    let lengths = frames.flat_map(|end| [end, (end + page / 2).min(whole)]);
    [0, LOG_HEAD / 2]
        .into_iter()
        .chain(lengths)
        .map(|length| {
            let mut cut = image.clone();
            cut.get_mut(&log()).expect("a log").truncate(length);
            let before = said.iter().rev().find(|(end, _)| *end <= length);
            (length, cut, before.expect("the first has no log").1.clone())
        })
        .collect()
}

#[test]
fn a_log_that_ends_early_keeps_every_commit_before() {
    let logs = cut_logs();
    assert!(
        logs.len() > 2 * COMMITS,
        "hardly any frames: {}",
        logs.len()
    );
    for (length, image, mut book) in logs {
        let opened = Bench::from_image(1, image).open().expect("open");
        assert_eq!(book.check(&opened.store), Ok(()), "a log of {length} bytes");
    }
}

#[test]
fn a_log_that_ends_early_gives_no_number_twice() {
    let (_, said) = commits();
    let all = &said[COMMITS].1;
    for (length, image, _) in cut_logs() {
        let store = Bench::from_image(1, image).open().expect("open").store;
        let filed = store.file(vec![draft(1, true)], stamp()).expect("file");
        assert!(
            !all.gave(&filed[0].filing_number.0),
            "a log of {length} bytes"
        );
    }
}

/// Yesterday's database beside today's plain files, and the books of both days.
fn yesterday() -> (Image, Book, Book) {
    let mut bench = Bench::new(8);
    let mut book = Book::default();
    let store = bench.open().expect("open").store;
    for n in 0..4 {
        file(&store, &mut book, n * 300);
    }
    drop(store);
    let (old, then) = (bench.disk.image(), book.clone());
    let store = bench.open().expect("open").store;
    for key in book.at(Stand::Waits).into_iter().take(2) {
        record(&store, &mut book, &key, &accepted(&key)).expect("record");
    }
    for n in 0..4 {
        file(&store, &mut book, n * 300);
    }
    drop(store);
    let mut image = bench.disk.image();
    image.remove(&log());
    let database = old
        .into_iter()
        .filter(|(path, _)| path == Path::new(STORE) || *path == log());
    image.extend(database);
    (image, then, book)
}

#[test]
fn yesterdays_copy_is_read() {
    let (image, then, _) = yesterday();
    let opened = Bench::from_image(1, image).open().expect("open");
    // What the platform has taken since is unreadable if its key was destroyed; nothing of it is told wrongly.
    let silent: Vec<_> = then
        .losses(&opened.store)
        .expect("read")
        .into_iter()
        .filter_map(Loss::silent)
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn yesterdays_copy_gives_no_number_twice() {
    let (image, _, now) = yesterday();
    let store = Bench::from_image(1, image).open().expect("open").store;
    let filed = store.file(vec![draft(1, true)], stamp()).expect("file");
    assert!(!now.gave(&filed[0].filing_number.0));
}
