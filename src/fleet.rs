//! What firmware and fleet agent tell each other, and the words of the fleet.
//!
//! Two processes of two users share two small files and nothing else: the firmware writes its [`report::Report`] and reads the
//! agent's [`wish::Wish`]. Each is written whole or not at all by one of them, is of one boot, and holds nothing of a person.

pub mod openmetrics;
pub mod redact;
pub mod report;
pub mod request;
pub mod wish;
