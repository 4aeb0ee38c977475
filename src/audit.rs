//! The audit log: who did what at this machine, when, and what came of it. One line an entry, each with the SHA-256 of the
//! line before it, so that an entry that was changed, taken out or put elsewhere is found.
//!
//! It has no room for a citizen: an entry names a technician's badge, an act of a closed list and a short detail of letters
//! and digits. Six months of it are kept (网络安全法 第二十三条第三项, amended 2025; 等保 level 2, 审计记录).

mod act;
mod book;
mod chain;
mod line;
mod shipped;

use std::fmt;

use crate::case::Stamp;

pub use act::Act;
pub use book::{Book, Page, PageFault};
pub use chain::{Anchor, Finding, Found, Known, Verdict, verify};
pub use line::{LINE_MAX, LineFault};
pub use shipped::{shipped, unshipped};

/// A digest of a line of the log.
pub use crate::case::Digest;

/// What stands before the first line that was ever written.
#[must_use]
pub fn nothing_before() -> Digest {
    Digest([0; 32])
}

/// Who acted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Who {
    /// The holder of this technician's badge.
    Badge(Name),
    /// Whoever had a one-time code of this machine.
    Code,
    /// Somebody with a shell on the machine.
    Shell,
    /// Nobody: the machine by itself, or a person who did not say who they are.
    Nobody,
}

/// 1 to 40 characters `[0-9A-Za-z.:_-]`: a badge's name, a detail. No space for a sentence, nor for a citizen's number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name(String);

impl Name {
    /// `None` when `text` is none: wrong length or characters, or in the form of an ID card number.
    #[must_use]
    pub fn new(text: &str) -> Option<Self> {
        let good = |b: u8| b.is_ascii_alphanumeric() || b".:_-".contains(&b);
        let fits = (1..=40).contains(&text.len()) && text.bytes().all(good);
        (fits && !holds_citizen_number(text)).then(|| Self(text.to_owned()))
    }

    /// A number.
    #[must_use]
    pub fn count(number: u64) -> Self {
        Self(number.to_string())
    }

    /// A word of the program's own, cut to what a name may hold.
    #[must_use]
    pub fn word(word: &'static str) -> Self {
        Self::new(word).unwrap_or_else(|| Self("unfit".into()))
    }

    /// Its text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A run of exactly 18 characters in the form of GB 11643.
fn holds_citizen_number(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric()).any(|run| {
        run.len() == 18
            && run.bytes().take(17).all(|b| b.is_ascii_digit())
            && matches!(run.bytes().last(), Some(b'0'..=b'9' | b'X' | b'x'))
    })
}

impl Who {
    /// As the log has it: `badge:T0007`, `code`, `shell`, `nobody`.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Badge(name) => format!("badge:{name}"),
            Self::Code => "code".into(),
            Self::Shell => "shell".into(),
            Self::Nobody => "nobody".into(),
        }
    }

    /// Reads [`Self::text`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "code" => Some(Self::Code),
            "shell" => Some(Self::Shell),
            "nobody" => Some(Self::Nobody),
            _ => Name::new(text.strip_prefix("badge:")?).map(Self::Badge),
        }
    }
}

/// What came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was not allowed.
    Refused,
    /// It did not work.
    Failed,
}

impl Outcome {
    /// Its word in the log.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }

    /// The outcome of this word.
    #[must_use]
    pub fn of_word(word: &str) -> Option<Self> {
        [Self::Done, Self::Refused, Self::Failed]
            .into_iter()
            .find(|outcome| outcome.word() == word)
    }
}

/// What is to be written down: an entry before it has its time and its place in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Who.
    pub who: Who,
    /// What.
    pub act: Act,
    /// Of which thing, or why; see [`Act`].
    pub detail: Option<Name>,
    /// What came of it.
    pub outcome: Outcome,
}

impl Note {
    /// Somebody did something.
    #[must_use]
    pub fn done(who: Who, act: Act) -> Self {
        Self {
            who,
            act,
            detail: None,
            outcome: Outcome::Done,
        }
    }

    /// The same with a detail.
    #[must_use]
    pub fn of(mut self, detail: Name) -> Self {
        self.detail = Some(detail);
        self
    }

    /// The same with another outcome.
    #[must_use]
    pub fn but(mut self, outcome: Outcome) -> Self {
        self.outcome = outcome;
        self
    }
}

/// One entry of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its number, from 1, never given twice.
    pub seq: u64,
    /// SHA-256 of the line before it, without its end; of the first, [`nothing_before`].
    pub before: Digest,
    /// When.
    pub at: Stamp,
    /// Who did what.
    pub note: Note,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_no_room_for_a_person() {
        for good in ["T0007", "usb-1", "a.b:c_d", &"x".repeat(40)] {
            assert!(Name::new(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "张三",
            "two words",
            &"x".repeat(41),
            "44020319900101123X",
        ] {
            assert_eq!(Name::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn who_reads_what_who_writes() {
        let badge = Who::Badge(Name::new("T0007").expect("a name"));
        for who in [badge, Who::Code, Who::Shell, Who::Nobody] {
            assert_eq!(Who::parse(&who.text()), Some(who));
        }
        assert_eq!(Who::parse("badge:"), None);
        assert_eq!(Who::parse("root"), None);
    }
}
