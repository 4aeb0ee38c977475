//! Carries out what [`crate::domain::provisioning`] decides: keys and certificates on disk, enrolment by EST, the files that
//! make a machine one of its site.

pub mod beyond;
pub mod contract;
pub mod desk;
mod destroy;
pub mod est;
pub mod folder;
pub mod mode;
mod pair;
pub mod renew;
mod scan;
mod server;
pub mod slip;
pub mod stick;
mod tls;
mod whole;
pub mod works;

use std::path::Path;

use crate::case::PublicIdentity;
use crate::domain::provisioning::Failure;

pub use folder::Folder;
pub use pair::{Identity, Pending};
pub use server::{Server, WallClock};

/// Where a machine keeps its key and certificates.
pub const IDENTITY: &str = "/var/lib/kiosk-identity";
/// The public key of the desk that issues orders, baked into the image: 43 characters of base64url.
pub const ORDER_KEY: &str = "/usr/share/kiosk/order-key";
/// Where the image mounts a stick, and what is looked for on it.
pub const STICK: &str = "/run/kiosk-stick";
/// Telephone of the desk, baked into the image; without one it is the hotline of all public services.
pub const DESK_PHONE: &str = "/usr/share/kiosk/desk-phone";
/// Name of a file with an order on a stick.
pub const STICK_ORDER: &str = "kiosk-order.txt";

/// The ordering key of this image.
///
/// # Errors
/// [`Failure::Disk`]: the file is not there or holds no key.
pub fn order_key(path: &Path) -> Result<PublicIdentity, Failure> {
    let failed =
        |fault: &dyn std::fmt::Display| Failure::Disk(format!("{}: {fault}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|fault| failed(&fault))?;
    PublicIdentity::parse(text.trim()).map_err(|fault| failed(&fault))
}
