//! What a package says of itself.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::case::Digest;
use crate::events::Id;
use crate::item::Day;

/// Most files of one package.
pub const FILES_MAX: usize = 500;
/// Longest name of a file, bytes.
const NAME_MAX: usize = 120;
/// Longest manifest, bytes.
pub(super) const MANIFEST_MAX: usize = 256 * 1024;

/// What a package holds. Each kind has its own serials and is replaced by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `catalogue.json`: the items, as [`crate::item::Catalogue::from_json`] reads them.
    Catalogue,
    /// Pictures and order of the slides on the start page.
    Playlist,
    /// Notices.
    Notices,
    /// Translations and other texts.
    Texts,
}

impl Kind {
    /// Every one.
    pub const ALL: [Self; 4] = [Self::Catalogue, Self::Playlist, Self::Notices, Self::Texts];

    /// Its word in manifests and as the name of its folder.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Catalogue => "catalogue",
            Self::Playlist => "playlist",
            Self::Notices => "notices",
            Self::Texts => "texts",
        }
    }

    /// The kind of this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }
}

/// One file of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct File {
    /// Its name, of parts `[a-z0-9_.-]` with `/` between them; no part begins with a dot.
    pub name: String,
    /// SHA-256.
    pub digest: Digest,
    /// Bytes.
    pub length: u64,
}

/// The manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What it holds.
    pub kind: Kind,
    /// Name for people, an identifier.
    pub version: String,
    /// Order within its kind: only grows.
    pub serial: u64,
    /// First day on which it is used.
    pub from: Day,
    /// Last day.
    pub until: Day,
    /// Division codes it is for, of 2 to 12 digits: a province's `44` stands for all below it. Empty for everywhere.
    #[serde(default)]
    pub divisions: Vec<String>,
    /// Boards it is for; empty for all.
    #[serde(default)]
    pub boards: Vec<String>,
    /// Its files.
    pub files: Vec<File>,
}

/// What is wrong with a manifest.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsound {
    /// It cannot be read.
    #[error("{0}")]
    Shape(String),
    /// It contradicts itself or is over a limit.
    #[error("{0}")]
    Rule(&'static str),
}

impl Manifest {
    /// Reads and checks one.
    ///
    /// # Errors
    /// [`Unsound`].
    pub fn from_json(json: &[u8]) -> Result<Self, Unsound> {
        let read: Self = serde_json::from_slice(json)
            .map_err(|error| Unsound::Shape(error.to_string().chars().take(200).collect()))?;
        read.check()?;
        Ok(read)
    }

    /// Whether it agrees with itself and keeps the limits.
    ///
    /// # Errors
    /// [`Unsound::Rule`].
    pub fn check(&self) -> Result<(), Unsound> {
        let code = |code: &String| {
            (2..=12).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_digit())
        };
        let names: BTreeSet<&str> = self.files.iter().map(|file| file.name.as_str()).collect();
        let total = self
            .files
            .iter()
            .fold(0, |sum: u64, file| sum.saturating_add(file.length));
        let alone = self.kind != Kind::Catalogue || names.iter().eq(&["catalogue.json"]);
        for (good, why) in [
            (Id::new(&self.version).is_some(), "version is no identifier"),
            (self.serial > 0, "serial 0"),
            (self.from <= self.until, "it ends before it begins"),
            (
                self.divisions.iter().all(code),
                "a division of other than 2 to 12 digits",
            ),
            (
                self.boards.iter().all(|board| Id::new(board).is_some()),
                "a board that is no identifier",
            ),
            (
                self.divisions.len() <= 1000 && self.boards.len() <= 100,
                "too many divisions or boards",
            ),
            (
                !self.files.is_empty() && self.files.len() <= FILES_MAX,
                "no file or more than 500",
            ),
            (names.len() == self.files.len(), "two files of one name"),
            (names.iter().all(|name| is_name(name)), "a file's name"),
            (total <= super::PACKAGE_MAX as u64, "more than 64 MiB"),
            (alone, "a catalogue is the one file catalogue.json"),
        ] {
            if !good {
                return Err(Unsound::Rule(why));
            }
        }
        Ok(())
    }

    /// Whether it is for a machine in the town of this code and on this board.
    #[must_use]
    pub fn is_for(&self, town: &str, board: Option<&str>) -> bool {
        let here = self.divisions.is_empty()
            || self
                .divisions
                .iter()
                .any(|code| town.starts_with(code.as_str()));
        let this = self.boards.is_empty()
            || board.is_some_and(|board| self.boards.iter().any(|b| b == board));
        here && this
    }

    /// Whether it is used on this day; while nobody knows the day, it is.
    #[must_use]
    pub fn is_valid_on(&self, day: Option<Day>) -> bool {
        day.is_none_or(|day| (self.from..=self.until).contains(&day))
    }
}

/// No absolute path, no way up, nothing hidden.
fn is_name(name: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"_.-".contains(&b);
    let part = |part: &str| !part.is_empty() && !part.starts_with('.') && part.bytes().all(letter);
    name.len() <= NAME_MAX && name.split('/').all(part)
}
