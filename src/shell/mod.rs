//! Everything that touches the world: ports, files, the network, the clock.

pub mod board_file;
pub mod catalogue;
pub mod clock;
pub mod device_file;
pub mod finding;
pub mod fonts;
pub mod gpio;
pub mod identity;
pub mod journal;
pub mod platform;
pub mod portrait;
pub mod ports;
pub mod probe;
pub mod provisioning;
pub mod reconcile;
#[cfg(feature = "record")]
pub mod record;
pub mod room;
pub mod runtime;
pub mod sending;
pub mod serial;
pub mod settings;
pub mod store;
pub mod tamper;
