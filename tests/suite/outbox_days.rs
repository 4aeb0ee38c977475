//! Years of a machine's life in seconds: the real outbox policy, the real store and the real table of error classes, with
//! time, people, line, platform, disk and power made by a seed. After every step the books must balance.
//!
//! `KIOSK_DAYS=1000000` lives longer; a life that fails prints its seed, and `KIOSK_DAY_SEED=n` lives it again.

mod books;
mod life;
mod machine;
mod platform;
mod sabotage;
mod time;
mod weather;

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use books::Tally;
use life::{DAYS_OF_A_LIFE, live};
use sabotage::Sabotage;

/// Days lived in an ordinary run of the tests.
const DAYS: u64 = 10_000;
/// A long run says how far it is.
const LIVES_BETWEEN_WORDS: u64 = 1_000;

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is a number")),
    )
}

#[test]
fn days_of_machine_life_keep_every_promise() {
    let seeds = match number("KIOSK_DAY_SEED") {
        Some(seed) => seed..seed + 1,
        None => {
            0..number("KIOSK_DAYS")
                .unwrap_or(DAYS)
                .div_ceil(DAYS_OF_A_LIFE)
        }
    };
    let (next, total) = (AtomicU64::new(seeds.start), Mutex::new(Tally::default()));
    let broken = Mutex::new(Vec::new());
    let work = || {
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end || !broken.lock().unwrap().is_empty() {
                return;
            }
            if seed > seeds.start && seed.is_multiple_of(LIVES_BETWEEN_WORDS) {
                println!("{} days lived", seed * DAYS_OF_A_LIFE);
            }
            match live(seed, Sabotage::None) {
                Ok(tally) => total.lock().unwrap().add(&tally),
                Err(violation) => broken.lock().unwrap().push((seed, violation)),
            }
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    if let Some((seed, violation)) = broken.lock().unwrap().first() {
        panic!("{violation}; live it again with KIOSK_DAY_SEED={seed}");
    }
    let total = total.into_inner().unwrap();
    println!("{total:?}");
    if seeds.end - seeds.start >= 100 {
        assert_eq!(
            total.never(),
            [""; 0],
            "what these days are for did not happen"
        );
    }
}

#[test]
fn a_life_replays_from_its_seed() {
    let once = live(4, Sabotage::None).unwrap();
    assert_eq!(once, live(4, Sabotage::None).unwrap());
    assert_ne!(once, live(5, Sabotage::None).unwrap());
}

/// The same lives with one thing broken on purpose: the books must notice.
#[test]
fn each_broken_machine_or_platform_is_caught() {
    for (sabotage, rule) in [
        (Sabotage::PlatformWithoutKeys, "taken twice"),
        (Sabotage::NewKeyPerAttempt, "taken twice"),
        (Sabotage::TimeoutIsSuccess, "called accepted and is not"),
        (Sabotage::FrozenAnew, "bytes changed"),
        (Sabotage::PersonsMixed, "out of order"),
        (Sabotage::StopIgnored, "sent in a stopped lane"),
        (Sabotage::RejectedForgotten, "lost"),
        (Sabotage::BodiesLogged, "personal data left"),
        (Sabotage::WholeBacklog, "memory"),
    ] {
        let caught = (0..60).find_map(|seed| live(seed, sabotage).err());
        let caught = caught.unwrap_or_else(|| panic!("{sabotage:?} is not caught"));
        assert_eq!(caught.rule, rule, "{sabotage:?}: {caught}");
    }
}
