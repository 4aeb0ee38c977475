//! Whole visits over the pure core: a made-up person, a hand-moved clock, no I/O.

mod banners;
mod cards;
mod diagram;
mod every_item;
mod face;
mod filing_trouble;
mod idle;
pub mod machine;
mod not_here;
mod paper_left;
pub mod person;
mod promises;
mod random;
mod refused;
mod scanner;
pub mod sound;
mod stand_by;
mod to_and_fro;
mod wires;
