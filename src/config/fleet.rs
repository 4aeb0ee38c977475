//! `[fleet]`: what firmware and fleet agent share.

use std::path::PathBuf;

use super::reading::Section;

/// Where firmware and fleet agent meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// File in which the firmware tells how it is, [`crate::fleet::report::Report`]; `None` tells nobody.
    pub report: Option<PathBuf>,
    /// File in which the agent tells what it wishes, [`crate::fleet::wish::Wish`]; `None` obeys nobody.
    pub wish: Option<PathBuf>,
}

pub(super) fn fleet(s: &mut Section<'_>) -> Fleet {
    Fleet {
        report: s.optional_path("report"),
        wish: s.optional_path("wish"),
    }
}
