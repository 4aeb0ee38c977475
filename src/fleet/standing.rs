//! Where the fleet agent stands, for the technician's page: the update, and what became of the page's last request.

use serde::{Deserialize, Serialize};

use crate::text::Text;

/// An agent that has written nothing for this long does not run: it writes at least every half minute.
pub const STALE_MS: u64 = 90_000;

/// The agent, as it is now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// Boot in which it was written; of another one it says nothing.
    pub boot: String,
    /// When it was written, in milliseconds of that boot.
    pub boot_ms: u64,
    /// State of the update, a word of `domain::update::State`.
    pub state: String,
    /// Id of the action that it is about; empty for none.
    pub action: String,
    /// Its version, where it is known.
    pub version: String,
    /// How the last action ended.
    pub last: Option<Last>,
    /// The page's last request.
    pub request: Option<Taken>,
}

/// An action that has ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Last {
    /// Its id.
    pub action: String,
    /// How, a word of `domain::update::Outcome`.
    pub outcome: String,
    /// Its version.
    pub version: String,
    /// Why, in English for an engineer.
    pub why: String,
}

/// A request, and how far it has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Taken {
    /// Boot of the request.
    pub boot: String,
    /// When it was written, in milliseconds of that boot.
    pub boot_ms: u64,
    /// How far it has come.
    pub stage: Stage,
}

/// How far a request has come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Stage {
    /// Another update is under way; it has its turn after that.
    #[default]
    Waiting,
    /// The file is being copied.
    Copying {
        /// Bytes that are here.
        done: u64,
        /// Bytes in all; 0 while that is not known.
        size: u64,
    },
    /// The copy is whole and was handed on under this action's id. The stick may be taken.
    Handed {
        /// Id of the action.
        action: String,
    },
    /// The answer was given.
    Answered,
    /// Nothing was done.
    Refused(Refusal),
}

impl Stage {
    /// Whether nothing more comes of the request itself.
    #[must_use]
    pub fn is_end(&self) -> bool {
        !matches!(self, Self::Waiting | Self::Copying { .. })
    }
}

/// Why nothing was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
pub enum Refusal {
    /// No such file: the stick was taken away.
    #[error("there is no such file")]
    NoFile,
    /// A pipe, a link, a device, a folder; or a name that no bundle has.
    #[error("it is no plain file of that kind")]
    NoPlainFile,
    /// Nothing is in it.
    #[error("it is empty")]
    Empty,
    /// It is longer than any bundle, bytes.
    #[error("{0} bytes are too many")]
    TooLong(u64),
    /// Bytes that are missing on this machine's own disk.
    #[error("{0} bytes of room are missing")]
    NoRoom(u64),
    /// The stick does not give it, or gives something else than it said.
    #[error("the stick: {0}")]
    Stick(String),
    /// This machine's own disk.
    #[error("the disk: {0}")]
    Disk(String),
    /// Nobody asks that question any more.
    #[error("nothing waits for that answer")]
    NotAsked,
}

impl Refusal {
    /// What to tell whoever stands there.
    #[must_use]
    pub fn text(&self) -> Text {
        let mib = |bytes: u64| bytes.div_ceil(1024 * 1024);
        match self {
            Self::NoFile => Text::new(
                "U盘上没有这个文件了：请重新插好U盘再试。",
                "The file is not on the stick any more. Plug the stick in again and retry.",
            ),
            Self::NoPlainFile => Text::new(
                "U盘上的这一项不是普通文件，不能使用。",
                "That is no ordinary file; it cannot be used.",
            ),
            Self::Empty => Text::new(
                "升级包是空的：请重新拷贝到U盘。",
                "The file is empty. Copy it onto the stick again.",
            ),
            Self::TooLong(_) => Text::new(
                "文件太大，不是升级包。",
                "The file is too large to be an update.",
            ),
            Self::NoRoom(bytes) => Text {
                zh: format!("本机磁盘空间不足，还差 {} MiB。", mib(*bytes)),
                en: format!(
                    "The machine's disk is full: {} MiB are missing.",
                    mib(*bytes)
                ),
            },
            Self::Stick(_) => Text::new(
                "U盘读不出：请换一个U盘再试。",
                "The stick cannot be read. Try another one.",
            ),
            Self::Disk(_) => Text::new(
                "本机磁盘写不进去，请报修。",
                "The machine's disk cannot be written. Report it.",
            ),
            Self::NotAsked => Text::new(
                "这个升级已不再等待确认。",
                "Nothing waits for that answer any more.",
            ),
        }
    }
}

impl Standing {
    /// Whether the agent runs, at `boot_ms` milliseconds of the boot `boot`.
    #[must_use]
    pub fn is_fresh(&self, boot: &str, boot_ms: u64) -> bool {
        self.boot == boot && boot_ms.saturating_sub(self.boot_ms) <= STALE_MS
    }

    /// How far the request of this boot and time has come; `None` while the agent has not seen it.
    #[must_use]
    pub fn stage_of(&self, boot: &str, boot_ms: u64) -> Option<&Stage> {
        let taken = self.request.as_ref()?;
        (taken.boot == boot && taken.boot_ms == boot_ms).then_some(&taken.stage)
    }
}
