//! Words in the two languages of the pages.

use serde::{Deserialize, Serialize};

/// Language of a page. Chinese is the default everywhere.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    #[serde(rename = "zh")]
    Zh,
    /// English.
    #[serde(rename = "en")]
    En,
}

impl Lang {
    /// The other language.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }
}

/// One text in both languages. In files either `"中文"` alone (English then shows the Chinese) or `{ zh, en }`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "TextFile")]
pub struct Text {
    /// Chinese, never empty in a valid catalogue.
    pub zh: String,
    /// English, empty when there is none.
    pub en: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum TextFile {
    Chinese(String),
    Both(Both),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Both {
    zh: String,
    #[serde(default)]
    en: String,
}

impl From<TextFile> for Text {
    fn from(file: TextFile) -> Self {
        match file {
            TextFile::Chinese(zh) => Self {
                zh,
                en: String::new(),
            },
            TextFile::Both(Both { zh, en }) => Self { zh, en },
        }
    }
}

impl Text {
    /// A text in both languages.
    #[must_use]
    pub fn new(zh: &str, en: &str) -> Self {
        Self {
            zh: zh.into(),
            en: en.into(),
        }
    }

    /// The text in `lang`, falling back to Chinese.
    #[must_use]
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::En if !self.en.is_empty() => &self.en,
            _ => &self.zh,
        }
    }
}
