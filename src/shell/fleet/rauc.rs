//! RAUC, which writes slots and chooses between them: over D-Bus, or whatever else can do the same.

mod dbus;

use std::future::Future;

use crate::domain::update::{Bundle, Running};
pub use dbus::{Bus, Rauc};

/// What may be said of the running slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// It has proved itself.
    Good,
    /// It is not to be started again.
    Bad,
    /// It is the one to start first.
    Active,
}

/// Where a bundle is read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum From {
    /// A file.
    File(String),
    /// An address: RAUC fetches only what differs from what it has (adaptive), over its own connection.
    Stream {
        /// The address.
        url: String,
        /// `Name: value`, such as the token.
        headers: Vec<String>,
        /// PEM file of the authorities.
        ca: Option<String>,
        /// PEM files of the machine's certificate and key.
        identity: Option<(String, String)>,
        /// [`Bundle::manifest`] of what was looked at, once it was: a server may give other bytes at the second call.
        manifest: Option<String>,
    },
}

/// The two slots of a machine.
pub trait Slots {
    /// What runs.
    fn running(&self) -> impl Future<Output = Result<Running, String>>;
    /// Checks signature and compatibility of a bundle and says what it is.
    fn inspect(&self, from: &From) -> impl Future<Output = Result<Bundle, String>>;
    /// Writes the slot that does not run, and makes it the one to start first. Waits for one that is being written already.
    fn install(&self, from: &From) -> impl Future<Output = Result<(), String>>;
    /// Marks the running slot.
    fn mark(&self, mark: Mark) -> impl Future<Output = Result<(), String>>;
    /// Restarts the machine: under `kiosk-fleet.service` by `kiosk-restart.path`, elsewhere through systemd-logind.
    fn reboot(&self) -> impl Future<Output = Result<(), String>>;
}
