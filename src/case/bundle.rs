//! The sealed bundle: cases on their way to the platform by hand (USB), when the line does not come back.
//!
//! Only the platform can read it, and it knows which machine made it. The layout, all numbers most significant first:
//!
//! ```text
//! "KIOSKBDL"        8 bytes
//! version           1 byte, 1
//! encapsulated key 32 bytes, HPKE (RFC 9180) to the platform's X25519 key, info = the 9 bytes above
//! records           u32 length, then so many bytes sealed in this context, empty AAD, until the end of the file
//! ```
//!
//! The first record is the manifest, a JWS (see [`super::signed`]) signed by the machine. The attachments follow and
//! then the bodies, both in the manifest's order, each cut into records of 64 KiB of content, the last one shorter.

mod manifest;
mod opener;
mod receipt;
mod sealer;
#[cfg(test)]
mod tests;

use std::io;

pub use manifest::{Carried, CarriedCase, Created, Manifest};
pub use opener::{Item, Opener};
pub use receipt::{IMPORT_RECEIPT, ImportOutcome, ImportReceipt, Imported};
pub use sealer::Sealer;

use super::signed::NotSigned;

/// Media type of a sealed bundle.
pub const BUNDLE: &str = "application/vnd.kiosk.bundle";
/// Version of the layout and of the manifest.
pub const BUNDLE_VERSION: u8 = 1;
/// `typ` of the manifest's signature.
pub const MANIFEST: &str = "kiosk-bundle-manifest";
/// Most cases of one bundle; more go into a second one.
pub const CASES_MAX: usize = 5_000;
/// Most attachments of one bundle.
pub const CARRIED_MAX: usize = 5_000;
/// Content of one record, bytes.
const PIECE: usize = 64 * 1024;
/// Longest manifest, bytes.
const MANIFEST_MAX: usize = 4 * 1024 * 1024;
/// Bytes that sealing adds to a record (the tag of ChaCha20Poly1305).
const TAG: usize = 16;
const MAGIC: &[u8; 8] = b"KIOSKBDL";

/// What a bundle begins with, and what its key is bound to.
fn info() -> [u8; 9] {
    let mut info = [0; 9];
    info[..8].copy_from_slice(MAGIC);
    info[8] = BUNDLE_VERSION;
    info
}

/// Why a bundle cannot be written or read.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// The file does not begin like a bundle.
    #[error("not a kiosk bundle")]
    NotABundle,
    /// Made by a newer machine.
    #[error("bundle of version {0}, this program reads version {BUNDLE_VERSION}")]
    Version(u8),
    /// Sealed to another platform, or changed, or cut within a record.
    #[error("cannot be opened: sealed to another platform, damaged or cut off")]
    Sealed,
    /// The file ends before the manifest's last item.
    #[error("cut off: ends before {0}")]
    Truncated(String),
    /// Something follows the manifest's last item.
    #[error("goes on after the last item of its manifest")]
    Overlong,
    /// The machine is not known here.
    #[error("machine {0} is not known here")]
    UnknownMachine(String),
    /// The manifest's signature.
    #[error("manifest: {0}")]
    Manifest(#[from] NotSigned),
    /// The manifest contradicts itself or is over a limit.
    #[error("manifest: {0}")]
    Unsound(&'static str),
    /// An item is not what the manifest says.
    #[error("{0} is not what the manifest says")]
    OtherContent(String),
    /// The platform's key cannot be sealed to.
    #[error("the platform's key is not usable")]
    Key,
    /// Reading or writing failed.
    #[error(transparent)]
    Io(#[from] io::Error),
}
