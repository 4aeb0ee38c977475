//! The power goes while a damaged file is set aside and its rows are taken over.

use std::path::Path;

use super::book::{Book, Stand};
use super::disk::Image;
use super::machine::{Bench, STORE, accepted, draft, stamp};
use super::work::record;

const CASES: usize = 60;
/// Rows on one page of 4 KiB, at most.
const ROWS: usize = 24;

/// A file with one bad page of cases, and a log with cases that are nowhere else.
fn damaged() -> (Image, Book) {
    let mut bench = Bench::new(2);
    let mut book = Book::default();
    let store = bench.open().expect("open").store;
    for _ in 0..CASES / 4 {
        let result = store.file((0..4).map(|n| draft(n, true)).collect(), stamp());
        book.filed(&store, 4, result).expect("file");
    }
    let keys = book.at(Stand::Waits);
    record(&store, &mut book, &keys[0], &accepted(&keys[0])).expect("record");
    store.tidy().expect("tidy");
    let result = store.file((0..3).map(|n| draft(n, true)).collect(), stamp());
    book.filed(&store, 3, result).expect("file");
    let mut image = bench.disk.image();
    let file = image.get_mut(Path::new(STORE)).expect("there");
    let size = usize::from(u16::from_be_bytes([file[16], file[17]]));
    let key = keys[CASES / 2].0.as_bytes();
    // The leaf of a table (type 13, sqlite.org/fileformat2.html#b_tree_pages) that holds a case of the middle.
    let holds = |page: &[u8]| page[0] == 13 && page.windows(key.len()).any(|part| part == key);
    let leaf = file
        .chunks(size)
        .position(holds)
        .expect("the case is there")
        * size;
    file[leaf..leaf + 8].fill(0xff);
    (image, book)
}

/// Records beside the file that was set aside that may still hold a key.
fn keys_left(image: &Image) -> usize {
    let keys = &image[Path::new(&format!("{STORE}.aside-1.keys"))];
    keys.chunks(128)
        .filter(|key| key.iter().any(|byte| *byte != 0))
        .count()
}

/// Starts on the damaged file, with the power going at a step of the start, and once more without: whether it went, what
/// was lost and how many old keys are left.
fn start_twice(image: Image, book: &Book, seed: u64, step: u64) -> (bool, usize, usize) {
    let mut bench = Bench::from_image(seed, image);
    bench.disk.cut_at(step);
    let first = bench.open();
    let cut = !bench.disk.is_on();
    drop(first);
    bench.disk.cut();
    bench.disk.power_on();
    let opened = bench.open().expect("it starts");
    opened.store.verify().expect("sound");
    let losses = book.losses(&opened.store).expect("read");
    (cut, losses.len(), keys_left(&bench.disk.image()))
}

#[test]
fn a_cut_while_rows_are_taken_over_costs_no_more_rows() {
    let (image, book) = damaged();
    let before = image[Path::new("/disk/store.db.keys")]
        .chunks(128)
        .filter(|key| key.iter().any(|byte| *byte != 0))
        .count();
    let (_, without_cut, left) = start_twice(image.clone(), &book, 0, 1_000_000);
    assert!(
        (1..=ROWS).contains(&without_cut),
        "lost without a cut: {without_cut}"
    );
    assert!(
        before - left >= CASES - ROWS,
        "keys before {before}, left {left}"
    );
    let mut worse = Vec::new();
    for step in 1.. {
        let (cut, lost, keys) = start_twice(image.clone(), &book, step, step);
        assert_eq!(keys, left, "old keys, cut at step {step}");
        if lost > without_cut {
            worse.push((step, lost));
        }
        if !cut {
            assert!(step > 30, "a start of {step} steps");
            break;
        }
    }
    assert!(
        worse.is_empty(),
        "(step, lost), {without_cut} without a cut: {worse:?}"
    );
}
