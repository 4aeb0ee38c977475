//! What a machine does all day, at random.

use kiosk::case::{Answer, Draft, Key, ParkCause};
use kiosk::shell::store::{Store, StoreFault};

use super::book::{Book, Stand};
use super::machine::{accepted, attempt, draft, rejected, retry, stamp};

/// Does one thing and enters what the store said. An error is the store's.
pub fn do_something(
    store: &Store,
    book: &mut Book,
    rng: &mut fastrand::Rng,
) -> Result<(), StoreFault> {
    match rng.u8(0..16) {
        0..6 => file(store, book, rng),
        6..12 => answer(store, book, rng),
        12 => {
            let body = format!(r#"{{"satisfaction":{}}}"#, rng.u32(..)).into_bytes();
            let result = store.rate(body.clone());
            book.rated(body, result)
        }
        13 => match choose(&book.ratings(), rng) {
            Some(key) => {
                let result = store.record_rating(&key, &accepted(&key));
                book.rating_taken(&key, result)
            }
            None => Ok(()),
        },
        14 => match choose(&book.at(Stand::Parked), rng) {
            Some(key) => {
                let result = store.release(&key);
                book.released(&key, result)
            }
            None => Ok(()),
        },
        _ => store.tidy(),
    }
}

fn choose(keys: &[Key], rng: &mut fastrand::Rng) -> Option<Key> {
    (!keys.is_empty()).then(|| keys[rng.usize(0..keys.len())].clone())
}

/// Files one to three cases, of one page or several.
pub fn file(store: &Store, book: &mut Book, rng: &mut fastrand::Rng) -> Result<(), StoreFault> {
    let offline = rng.bool();
    let most = if rng.u8(0..8) == 0 { 9000 } else { 900 };
    let drafts: Vec<Draft> = (0..rng.usize(1..=3))
        .map(|_| draft(rng.usize(0..most), offline))
        .collect();
    let n = drafts.len();
    let result = store.file(drafts, stamp());
    book.filed(store, n, result)
}

/// Writes down an answer to some case that waits.
fn answer(store: &Store, book: &mut Book, rng: &mut fastrand::Rng) -> Result<(), StoreFault> {
    let Some(key) = choose(&book.at(Stand::Waits), rng) else {
        return Ok(());
    };
    let answer = match rng.u8(0..8) {
        0..4 => accepted(&key),
        4 => rejected(),
        5 => Answer::Parked(ParkCause::KeyReused),
        _ => retry(),
    };
    record(store, book, &key, &answer)
}

pub fn record(
    store: &Store,
    book: &mut Book,
    key: &Key,
    answer: &Answer,
) -> Result<(), StoreFault> {
    let result = store.record(key, answer, attempt());
    book.answered(key, answer, result)
}
