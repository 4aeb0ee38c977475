//! Firmware of a self-service machine for public services (政务服务自助机).
//!
//! Modules stand on floors; a file imports only from lower floors (`tests/suite/floors.rs` keeps this).
//! 0 words: the nouns of the trade. 1 [`wire`]: protocol machines without I/O. 2 [`domain`]: the pure core.
//! 3 [`shell`]: everything that touches the world. 4 [`sim`]: devices and a platform that behave.

pub mod audit;
pub mod case;
pub mod certificate;
pub mod config;
pub mod content;
pub mod division;
pub mod document;
pub mod events;
pub mod fleet;
pub mod item;
pub mod order;
pub mod pins;
pub mod receipt;
pub mod status;
pub mod technician;
pub mod text;

pub mod wire;

pub mod domain;

pub mod shell;

#[cfg(feature = "sim")]
pub mod sim;
