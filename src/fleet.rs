//! What firmware and fleet agent tell each other, and the words of the fleet.
//!
//! Two processes of two users share a few small files and nothing else: the firmware writes its [`report::Report`] and, for a
//! technician, a [`request::Request`]; the agent its [`wish::Wish`] and its [`standing::Standing`]. Each is written whole or not at all by one of them, is of one boot, and holds nothing of a person.

pub mod openmetrics;
pub mod redact;
pub mod report;
pub mod request;
pub mod standing;
pub mod wish;
