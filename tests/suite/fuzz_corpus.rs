//! What fuzzing found worth keeping, replayed with small changes: no panic, and the bounds that the targets set.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

#[path = "../fuzz/targets/mod.rs"]
mod targets;

/// Changed copies of every target's files that are tried, and how long that may take.
const CHANGED: usize = 300;
const TIME: Duration = Duration::from_millis(100);

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// An input that is told when it is taken badly.
struct Shown<'a>(&'a str, usize, &'a [u8]);

impl Drop for Shown<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("{}, change {}: {:02x?}", self.0, self.1, self.2);
        }
    }
}

/// One of the changes that a line, a disk or a person makes.
fn change(bytes: &mut Vec<u8>, other: &[u8], rng: &mut fastrand::Rng) {
    let at = rng.usize(..=bytes.len());
    let end = rng.usize(at..=bytes.len().min(at + 64));
    match rng.u8(..6) {
        0 if at < bytes.len() => bytes[at] ^= 1 << rng.u8(..8),
        1 if at < bytes.len() => bytes[at] = rng.u8(..),
        2 => bytes.truncate(at),
        3 => drop(bytes.drain(at..end)),
        4 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        _ => {
            let from = rng.usize(..=other.len());
            let piece = other[from..other.len().min(from + 64)].to_vec();
            bytes.splice(at..end, piece);
        }
    }
}

fn replay(name: &str, run: targets::Target) {
    let files = files(&corpus().join(name));
    assert!(!files.is_empty(), "{name} has no corpus");
    let inputs: Vec<Vec<u8>> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    for (file, input) in files.iter().zip(&inputs) {
        println!("{}", file.display());
        run(input);
    }
    let mut rng = fastrand::Rng::with_seed(1);
    let end = Instant::now() + TIME;
    for nth in 0..CHANGED {
        let mut input = rng.choice(&inputs).unwrap().clone();
        let other = rng.choice(&inputs).unwrap();
        for _ in 0..rng.u8(1..4) {
            change(&mut input, other, &mut rng);
        }
        let _shown = Shown(name, nth, &input);
        run(&input);
        if Instant::now() > end {
            break;
        }
    }
}

#[test]
fn every_kept_input_and_its_neighbours_are_taken() {
    let taken = |(name, run): &(&str, targets::Target)| {
        let began = Instant::now();
        let taken = std::panic::catch_unwind(|| replay(name, *run)).is_ok();
        println!("{name}: {taken}, {} ms", began.elapsed().as_millis());
        taken
    };
    // All of them, so that one failure does not hide another.
    let all = targets::ALL.iter().filter(|target| !taken(target)).count();
    assert_eq!(all, 0, "targets that failed");
}

/// A target that nobody lists is never run, and a folder without a target is never read.
#[test]
fn folders_and_targets_are_the_same() {
    let names = files(&corpus());
    let names: Vec<_> = names
        .iter()
        .filter_map(|p| p.file_name()?.to_str())
        .collect();
    let mut targets = targets::ALL.map(|(name, _)| name);
    targets.sort_unstable();
    assert_eq!(names, targets);
}
