//! The pure core: no clock, no socket, no port, no randomness of its own.

pub mod admission;
pub mod clock;
pub mod form;
pub mod guard;
pub mod health;
pub mod input;
pub mod kiosk;
pub mod outbox;
pub mod page;
pub mod paper;
pub mod power;
pub mod provisioning;
pub mod search;
pub mod tally;
pub mod technician;
pub mod training;
pub mod update;
pub mod visit;
pub mod world;
