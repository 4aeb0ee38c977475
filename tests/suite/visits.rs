//! Whole visits over the pure core: a made-up person, a hand-moved clock, no I/O.

mod banners;
mod cards;
mod diagram;
mod every_item;
mod filing_trouble;
mod idle;
mod machine;
mod not_here;
mod person;
mod promises;
mod random;
mod refused;
mod scanner;
mod sound;
mod to_and_fro;
mod wires;
