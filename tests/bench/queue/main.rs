//! What the outbox costs, beside bare SQLite and beside other queues, in one run. Measures, never judges.
//!
//! `KIOSK_BENCH_LARGE=1` adds a backlog of a million cases (some gigabytes). `tests/bench/peers/build` gets the other queues.
#![allow(clippy::print_stdout, clippy::unwrap_used, missing_docs)]

#[path = "../filing.rs"]
mod filing;
#[path = "../rows.rs"]
mod rows;

mod backlog;
mod commit;
mod drain;
mod itself;
mod life;
mod peers;

use std::path::Path;

use kiosk::case::Machine;
use kiosk::shell::store::{Config, Store};

fn main() {
    if itself::child() || !rows::wanted() {
        return;
    }
    for (part, measure) in [
        ("commit", commit::measure as fn()),
        ("life", life::measure),
        ("drain", drain::measure),
        ("peers", peers::measure),
        ("backlog", backlog::measure),
    ] {
        if rows::chosen(part) {
            measure();
        }
    }
}

/// The store at `path`, with room for millions.
fn store(path: &Path) -> Store {
    let machine = Machine::parse("W0012").unwrap();
    let config = Config {
        max_pages: 8_000_000,
        ..Config::new(path, machine)
    };
    Store::open(config).unwrap().store
}
