//! From a blank machine to one in service: the steps, their order, what is kept between them and what went wrong.

pub mod failure;
pub mod journey;
pub mod leaving;
pub mod page;
pub mod renewal;
pub mod step;

pub use failure::{Again, Failure};
pub use journey::{Effect, Event, Halt, Journey, Outcome, Wall};
pub use leaving::Stays;
pub use step::{Check, Saved, Step};

/// The first sixteen digits of a fingerprint in groups of four, as it is read out over the telephone.
#[must_use]
pub fn grouped(hex: &str) -> String {
    let digits: Vec<char> = hex.chars().take(16).collect();
    let groups: Vec<String> = digits
        .chunks(4)
        .map(|group| group.iter().collect())
        .collect();
    groups.join(" ").to_ascii_uppercase()
}
