//! Who puts a fetched file in force: RAUC for the system, somebody else for each other kind.

use std::path::Path;

/// Puts packages of one kind in force that need no restart. What it has put in force must outlive a power cut, or not have
/// happened; asked twice with the same file, it does the same.
pub trait Handler {
    /// Looks into `file`, whose hash is right: signatures, approvals, dates. Gives the version it says it is.
    ///
    /// # Errors
    /// Why it must not be put in force, in English for the operator.
    fn inspect(&self, file: &Path) -> Result<String, String>;

    /// Puts it in force.
    ///
    /// # Errors
    /// Why that did not work; what was in force before still is.
    fn install(&self, file: &Path) -> Result<(), String>;

    /// What is in force, for the attributes; empty when nothing is.
    fn version(&self) -> String;
}

/// A machine that takes no packages of this kind.
pub struct NoHandler;

impl Handler for NoHandler {
    fn inspect(&self, _file: &Path) -> Result<String, String> {
        Err("this machine takes no content packages".into())
    }

    fn install(&self, _file: &Path) -> Result<(), String> {
        Err("this machine takes no content packages".into())
    }

    fn version(&self) -> String {
        String::new()
    }
}
