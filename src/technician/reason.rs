//! Why a machine was put out of service by hand.

use crate::text::Text;

/// The reasons, so that no text of a person is kept or shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Something is broken.
    Repair,
    /// Paper or other supplies are missing.
    Supplies,
    /// It stands in the way of building work, or is moved.
    Site,
    /// The office does not want it to be used now.
    Office,
}

impl Reason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::Repair, Self::Supplies, Self::Site, Self::Office];

    /// Its word in files, in the audit log and on the command line.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Repair => "repair",
            Self::Supplies => "supplies",
            Self::Site => "site",
            Self::Office => "office",
        }
    }

    /// The reason of this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.word() == word)
    }

    /// For people.
    #[must_use]
    pub fn text(self) -> Text {
        match self {
            Self::Repair => Text::new("设备待修", "Awaiting repair"),
            Self::Supplies => Text::new("缺耗材", "Out of supplies"),
            Self::Site => Text::new("场地施工或搬迁", "Building work or moving"),
            Self::Office => Text::new("按单位要求停用", "Stopped by the office"),
        }
    }
}
