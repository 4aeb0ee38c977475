//! Content packages: what a desk changes on machines without a new version of the firmware, under two signatures.
//!
//! The layout, all numbers most significant first:
//!
//! ```text
//! "KIOSKCNT"      8 bytes
//! version         1 byte, 1
//! length          u32, of the manifest
//! manifest        JSON, see [`Manifest`]
//! approvals       1 byte, how many (0 to 8), then each: Ed25519 key 32 bytes, signature 64 bytes over everything before
//!                 the approvals
//! files           their content, in the manifest's order and of its lengths; nothing follows
//! ```
//!
//! A package counts when two *different* keys out of the machine's own list have signed it. Keys that are not on the list
//! neither help nor harm.

mod manifest;
mod package;
#[cfg(test)]
mod tests;

pub use manifest::{FILES_MAX, File, Kind, Manifest, Unsound};
pub use package::{APPROVALS, Package, approve, pack};

use crate::item::Day;

/// Longest package, bytes.
pub const PACKAGE_MAX: usize = 64 * 1024 * 1024;

/// Why a package is not used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotContent {
    /// It does not begin like one.
    #[error("not a content package")]
    Foreign,
    /// Made by a newer program.
    #[error("content package of version {0}, this program reads version 1")]
    Version(u8),
    /// The file ends too early or goes on too long, or is too large.
    #[error("cut off, or something follows its last file")]
    Length,
    /// The manifest.
    #[error("manifest: {0}")]
    Manifest(#[from] Unsound),
    /// Fewer than two of the machine's approvers have signed it.
    #[error("{0} of 2 approvals by keys that this machine knows")]
    Approvals(usize),
    /// A file is not what the manifest says.
    #[error("{0} is not what the manifest says")]
    OtherContent(String),
    /// It is for other places or other boards.
    #[error("not for this machine")]
    Elsewhere,
    /// Its time is over.
    #[error("expired on {0}")]
    Expired(Day),
    /// A newer one was taken before.
    #[error("serial {0} is not above {1}, which was taken before")]
    Older(u64, u64),
    /// It is approved and whole, and of no use all the same.
    #[error("it does not load: {0}")]
    Unusable(String),
}

impl NotContent {
    /// One word for the journal and the fleet.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Foreign => "foreign",
            Self::Version(_) => "version",
            Self::Length => "length",
            Self::Manifest(_) => "manifest",
            Self::Approvals(_) => "approvals",
            Self::OtherContent(_) => "other-content",
            Self::Elsewhere => "elsewhere",
            Self::Expired(_) => "expired",
            Self::Older(..) => "older",
            Self::Unusable(_) => "unusable",
        }
    }

    /// For whoever sent it: what to do.
    #[must_use]
    pub fn action(&self) -> crate::text::Text {
        use crate::text::Text;
        match self {
            Self::Foreign | Self::Length | Self::OtherContent(_) => Text::new(
                "文件损坏或拿错：重新下载或重新拷贝",
                "damaged or the wrong file: fetch or copy it again",
            ),
            Self::Version(_) => Text::new("先更新固件", "update the firmware first"),
            Self::Manifest(_) | Self::Unusable(_) => Text::new(
                "在桌面用 kiosk content check 查出错误，更正后重新打包",
                "find the fault at the desk with `kiosk content check`, mend it and pack it again",
            ),
            Self::Approvals(_) => Text::new(
                "须由两名不同的批准人各签一次（kiosk content sign）",
                "two different approvers must sign it (`kiosk content sign`)",
            ),
            Self::Elsewhere => Text::new(
                "核对清单里的 divisions 和 boards",
                "compare divisions and boards of its manifest",
            ),
            Self::Expired(_) => Text::new(
                "延长有效期，换新的 serial 重新打包",
                "pack it again with a later end and a new serial",
            ),
            Self::Older(..) => Text::new(
                "用更大的 serial 重新打包；要退回请用 kiosk content rollback",
                "pack it again with a higher serial; to go back use `kiosk content rollback`",
            ),
        }
    }
}
