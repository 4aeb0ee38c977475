//! The power goes at any step of any work: nothing acknowledged is lost, doubled or changed.

use std::thread;

use super::book::Book;
use super::machine::Bench;
use super::work;

/// Cuts in one run of the test. More in a long night.
const CUTS: &str = "KIOSK_CUTS";
/// A history to live again.
const SEED: &str = "KIOSK_CUT_SEED";
const USUAL_CUTS: u64 = 2000;
/// Cuts in one history: a machine starts anew on what the last cut left.
const LIVES: u64 = 5;
/// Steps that a life may last; a first start takes about 60, a filing 20 and 6 more for an attachment.
const STEPS: u64 = 350;
const THREADS: u64 = 2;

/// What happened in a few histories, to show that they were eventful.
#[derive(Debug, Default)]
struct Sum {
    cuts: u64,
    while_opening: u64,
    while_idle: u64,
    closed: u64,
    cases: usize,
}

/// One life of a machine: start, check, work, and the power goes.
fn live(
    bench: &mut Bench,
    book: &mut Book,
    rng: &mut fastrand::Rng,
    sum: &mut Sum,
) -> Result<(), String> {
    bench.disk.cut_at(rng.u64(1..STEPS));
    for start in 0..3 {
        let opened = match bench.open() {
            Ok(opened) => opened,
            Err(_) if !bench.disk.is_on() => {
                sum.while_opening += 1;
                return Ok(());
            }
            Err(fault) => return Err(format!("it does not start: {fault}")),
        };
        if let Some(aside) = opened.set_aside {
            let fault = opened.fault;
            return Err(format!("a cut damaged the store: {aside:?}, {fault:?}"));
        }
        if opened.fresh && !book.is_empty() {
            return Err("all is lost".into());
        }
        if start == 0 {
            let checked = book.check(&opened.store);
            if bench.disk.is_on() {
                checked?;
            }
        }
        for _ in 0..rng.usize(0..12) {
            match work::do_something(&opened.store, book, rng) {
                Ok(()) => {}
                Err(_) if !bench.disk.is_on() => return Ok(()),
                Err(fault) => return Err(format!("without a cut: {fault}")),
            }
        }
        drop(opened);
        sum.closed += u64::from(bench.disk.is_on());
    }
    sum.while_idle += u64::from(bench.disk.is_on());
    Ok(())
}

/// Several lives on one disk.
fn history(seed: u64, sum: &mut Sum) -> Result<(), String> {
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut bench = Bench::new(rng.u64(..));
    let mut book = Book::default();
    for _ in 0..LIVES {
        live(&mut bench, &mut book, &mut rng, sum)?;
        bench.disk.cut();
        bench.disk.power_on();
        sum.cuts += 1;
    }
    let opened = bench
        .open()
        .map_err(|fault| format!("it does not start: {fault}"))?;
    book.check(&opened.store)?;
    sum.cases += book.len();
    Ok(())
}

#[test]
fn nothing_acknowledged_is_lost_wherever_the_power_goes() {
    if let Ok(seed) = std::env::var(SEED) {
        let mut sum = Sum::default();
        assert_eq!(history(seed.parse().expect("a number"), &mut sum), Ok(()));
        return;
    }
    let cuts = std::env::var(CUTS).map_or(USUAL_CUTS, |cuts| cuts.parse().expect("a number"));
    let histories = cuts.div_ceil(LIVES);
    let threads: Vec<_> = (0..THREADS)
        .map(|thread| {
            thread::spawn(move || {
                let mut sum = Sum::default();
                for seed in (thread..histories).step_by(THREADS as usize) {
                    let kept = history(seed, &mut sum);
                    assert_eq!(kept, Ok(()), "seed {seed}");
                }
                sum
            })
        })
        .collect();
    for thread in threads {
        let sum = thread.join().expect("a store that kept its word");
        println!("{sum:?}");
        let few = sum.cuts / 50;
        assert!(
            sum.while_opening > few && sum.while_idle > few && sum.closed > few,
            "{sum:?}"
        );
        assert!(sum.cases as u64 > sum.cuts, "{sum:?}");
    }
}
