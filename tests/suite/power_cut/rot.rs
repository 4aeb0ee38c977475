//! Bits flip and sectors go bad in every part of every file: the store opens, damage is told, what is sound stays.

use std::path::Path;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::book::{Book, Loss, Stand};
use super::disk::Image;
use super::machine::{Bench, STORE, accepted, draft, rejected, stamp};
use super::work::record;

/// Damage falls on blocks of this size, the smallest page that a database here has.
const BLOCK: usize = 1024;
const CASES: usize = 60;
/// Rows that one bad block may cost: those of a page of 4 KiB.
const ROWS: usize = 24;

/// A start on a small file takes milliseconds; longer than this it does not end.
const START_LIMIT: Duration = Duration::from_secs(60);

/// How a block goes bad.
#[derive(Clone, Copy, Debug)]
enum Rot {
    Bit,
    Zeros,
    Noise,
}

impl Rot {
    fn spoil(self, block: &mut [u8], rng: &mut fastrand::Rng) {
        match self {
            Self::Bit => block[rng.usize(0..block.len())] ^= 1 << rng.u8(0..8),
            Self::Zeros => block.fill(0),
            Self::Noise => rng.fill(block),
        }
    }
}

/// A machine's files after the power went, with cases in each state; `tidy` has nearly all in the database, else in the log.
fn files(tidy: bool) -> (Image, Book) {
    let mut bench = Bench::new(3);
    let mut book = Book::default();
    let store = bench.open().expect("open").store;
    for n in 0..CASES {
        let result = store.file(vec![draft(n * 20, true)], stamp());
        book.filed(&store, 1, result).expect("file");
    }
    for (n, key) in book.at(Stand::Waits).into_iter().enumerate() {
        match n % 4 {
            0 => record(&store, &mut book, &key, &accepted(&key)).expect("record"),
            1 if n < 20 => record(&store, &mut book, &key, &rejected()).expect("record"),
            _ => {}
        }
    }
    let store = if tidy {
        // Another start has a log of its own: one that is only emptied would mend every page.
        drop(store);
        bench.open().expect("open").store
    } else {
        let result = store.file((0..4).map(|n| draft(n * 900, true)).collect(), stamp());
        book.filed(&store, 4, result).expect("file");
        store
    };
    let image = bench.disk.image();
    drop(store);
    (image, book)
}

/// What came of one piece of damage.
#[derive(Debug, Default)]
struct Outcome {
    /// The store said that something is wrong.
    told: bool,
    /// Cases and ratings that are not as they were promised.
    lost: usize,
    /// Those of which nothing and nobody says so.
    silent: Vec<String>,
    /// A number that was given before was given again.
    double: bool,
}

/// Starts a machine on damaged files. Where it finds damage while it runs it gets one more start, as the next morning.
fn start_on(image: Image, book: &Book) -> Result<Outcome, String> {
    let mut bench = Bench::from_image(4, image);
    let mut outcome = Outcome::default();
    for _morning in 0..2 {
        let opened = bench
            .open()
            .map_err(|fault| format!("it does not start: {fault}"))?;
        let store = &opened.store;
        outcome.told |= opened.set_aside.is_some() || !opened.troubles.is_empty();
        let sound = store.verify().is_ok();
        let losses = book.losses(store);
        outcome.told |= !sound || losses.is_err();
        outcome.lost = losses.as_ref().map_or(book.len(), Vec::len);
        outcome.silent = losses
            .into_iter()
            .flatten()
            .filter_map(Loss::silent)
            .collect();
        if outcome.told {
            outcome.silent.clear();
        }
        if sound {
            let filed = store.file(vec![draft(1, true)], stamp());
            outcome.double |= filed.is_ok_and(|filed| book.gave(&filed[0].filing_number.0));
            if outcome.lost == 0 || opened.set_aside.is_some() {
                break;
            }
        }
    }
    Ok(outcome)
}

/// As [`start_on`], but a start that does not end is a refusal.
fn within(limit: Duration, image: Image, book: Book) -> Result<Outcome, String> {
    let (tell, told) = mpsc::channel();
    thread::spawn(move || tell.send(start_on(image, &book)));
    let told = told.recv_timeout(limit);
    told.unwrap_or_else(|_| panic!("the start does not end"))
}

/// Every block of the files that `chosen` chooses, one at a time and each in one of the three ways; both kinds of files.
fn each_block(
    chosen: impl Fn(&Image, &Path, usize) -> bool,
    mut judge: impl FnMut(&Path, Outcome) -> Option<String>,
) {
    let mut rng = fastrand::Rng::with_seed(9);
    let mut found = Vec::new();
    let mut blocks = 0;
    for (image, book) in [files(true), files(false)] {
        for (path, bytes) in &image {
            let starts = (0..bytes.len())
                .step_by(BLOCK)
                .filter(|at| chosen(&image, path, *at));
            for (at, rot) in starts.zip(
                [Rot::Bit, Rot::Zeros, Rot::Bit, Rot::Noise]
                    .into_iter()
                    .cycle(),
            ) {
                let mut spoiled = image.clone();
                let file = spoiled.get_mut(path).expect("there");
                let end = (at + BLOCK).min(bytes.len());
                rot.spoil(&mut file[at..end], &mut rng);
                let finding = match within(START_LIMIT, spoiled, book.clone()) {
                    Ok(outcome) => judge(path, outcome),
                    Err(refused) => Some(refused),
                };
                found.extend(finding.map(|text| format!("{path:?} {at} {rot:?}: {text}")));
                blocks += 1;
            }
        }
    }
    assert!(
        found.is_empty(),
        "{} of {blocks} blocks: {found:#?}",
        found.len()
    );
    assert!(blocks > 0);
}

fn is_log(path: &Path) -> bool {
    path.to_string_lossy().ends_with("-wal")
}

/// Whether SQLite finds other pages through the page that holds byte `at`: the first one, with the schema, and the inner
/// pages of its trees (types 2 and 5, sqlite.org/fileformat2.html#b_tree_pages).
fn leads_on(image: &Image, path: &Path, at: usize) -> bool {
    let file = &image[path];
    let size = usize::from(u16::from_be_bytes([file[16], file[17]]));
    let page = at / size;
    page == 0 || matches!(file[page * size], 2 | 5)
}

/// One block in this many of a long file, and all of its edges.
const EACH: usize = 7;
const END: usize = 12 * BLOCK;

fn is_database(path: &Path) -> bool {
    path == Path::new(STORE)
}

#[test]
fn no_bad_block_keeps_the_machine_from_starting() {
    each_block(
        |_, _, _| true,
        |path, outcome| {
            let quiet_loss = outcome.silent.len() > 1 || outcome.double;
            (quiet_loss && is_database(path)).then(|| format!("{outcome:?}"))
        },
    );
}

#[test]
fn a_bad_block_costs_its_rows_and_no_others() {
    each_block(
        |image, path, at| is_database(path) && !leads_on(image, path, at),
        |_, outcome| (outcome.lost > ROWS).then(|| format!("{outcome:?}")),
    );
}

#[test]
fn a_bad_block_of_schema_or_trees_costs_no_rows() {
    each_block(
        |image, path, at| is_database(path) && leads_on(image, path, at),
        |_, outcome| (outcome.lost > ROWS).then(|| format!("{outcome:?}")),
    );
}

#[test]
fn a_bad_block_of_the_file_is_told() {
    each_block(
        |_, path, _| is_database(path),
        |_, outcome| (!outcome.silent.is_empty()).then(|| format!("{outcome:?}")),
    );
}

/// A commit with a bad frame looks like one that the power cut off, where no other follows it. If it filed cases the key
/// slots know of them; if it wrote down the platform's answer, the case is sent once more and answered the same. Here the
/// last commit filed.
#[test]
fn a_bad_block_of_the_log_is_told() {
    each_block(
        |image, path, at| {
            let end = at + END > image[path].len();
            is_log(path) && (end || (at / BLOCK).is_multiple_of(EACH))
        },
        |_, outcome| (!outcome.silent.is_empty() || outcome.double).then(|| format!("{outcome:?}")),
    );
}
