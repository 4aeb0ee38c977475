//! Where this computer's board folder is.

#[cfg(any(feature = "sim", test))]
use std::path::{Path, PathBuf};

/// `board/` below the working directory, or of the sources this program was built from.
#[cfg(any(feature = "sim", test))]
pub fn folder() -> PathBuf {
    let here = Path::new("board");
    if here.is_dir() {
        here.to_owned()
    } else {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("board")
    }
}

/// The laptop's configuration.
#[cfg(any(all(feature = "ui", feature = "sim"), test))]
pub fn laptop() -> PathBuf {
    folder().join("laptop/kiosk.toml")
}

/// A real machine's configuration.
pub const MACHINE: &str = "/etc/kiosk/kiosk.toml";
