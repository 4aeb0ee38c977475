//! `[fleet]`: what firmware and fleet agent share.

use std::path::PathBuf;

use super::reading::Section;
use crate::case::SealKey;

/// Where firmware and fleet agent meet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fleet {
    /// File in which the firmware tells how it is, [`crate::fleet::report::Report`]; `None` tells nobody.
    pub report: Option<PathBuf>,
    /// File in which the agent tells what it wishes, [`crate::fleet::wish::Wish`]; `None` obeys nobody.
    pub wish: Option<PathBuf>,
    /// File into which the firmware writes its figures (OpenMetrics) every half minute; `None` writes none.
    pub metrics: Option<PathBuf>,
    /// Pushgateway that the agent pushes them to, without a slash at the end; `None` pushes nowhere.
    pub push: Option<String>,
    /// Address that the agent posts entries of the audit log to; `None` ships none.
    pub audit: Option<String>,
    /// Key of the desk (X25519) that diagnosis bundles are sealed to; `None` makes none.
    pub desk_key: Option<SealKey>,
}

impl Fleet {
    /// File in which the agent tells how much of the audit log the desk has, [`crate::audit::Anchor`], beside its wish.
    #[must_use]
    pub fn acknowledged(&self) -> Option<PathBuf> {
        self.wish
            .as_ref()
            .map(|wish| wish.with_file_name("audit.head"))
    }

    /// File in which the firmware hands entries of the audit log to the agent, beside its report.
    #[must_use]
    pub fn entries(&self) -> Option<PathBuf> {
        self.report
            .as_ref()
            .map(|report| report.with_file_name("audit.jsonl"))
    }
}

pub(super) fn fleet(s: &mut Section<'_>) -> Fleet {
    Fleet {
        report: s.optional_path("report"),
        wish: s.optional_path("wish"),
        metrics: s.optional_path("metrics"),
        desk_key: s
            .parsed(
                "desk_key",
                "an X25519 public key, 43 characters of base64url",
                |v| SealKey::parse(v).ok(),
            )
            .flatten(),
        audit: s
            .parsed(
                "audit",
                "https://host/path, or http:// to this machine",
                |v| super::updates::is_url(v).then(|| v.to_owned()),
            )
            .flatten(),
        push: s
            .parsed("push", "http(s)://host without a slash at the end", |v| {
                let host = v
                    .strip_prefix("https://")
                    .or_else(|| v.strip_prefix("http://"));
                let sound = host.is_some_and(|host| !host.is_empty()) && super::tables::is_url(v);
                sound.then(|| v.to_owned())
            })
            .flatten(),
    }
}
