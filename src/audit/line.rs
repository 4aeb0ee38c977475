//! An entry as one line of JSON, and back. Fields stand in one order and there are no blanks, so that an entry has one
//! spelling and a line of another spelling is none.

use serde::{Deserialize, Serialize};

use super::{Act, Entry, Name, Note, Outcome, Who};
use crate::case::{ClockClass, Digest, Stamp};

/// Longest line, bytes without its end.
pub const LINE_MAX: usize = 512;

/// Why a line is no entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LineFault {
    /// Longer than [`LINE_MAX`].
    #[error("longer than {LINE_MAX} bytes")]
    TooLong,
    /// Not the JSON of an entry.
    #[error("no entry")]
    Foreign,
    /// A field holds what it may not.
    #[error("{0} holds what it may not")]
    Field(&'static str),
    /// An entry, but not in the spelling that is written.
    #[error("an entry in another spelling")]
    Spelling,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    seq: u64,
    before: Digest,
    boot: String,
    ms: u64,
    wall: Option<String>,
    clock: String,
    who: String,
    act: String,
    detail: Option<String>,
    outcome: String,
}

impl Entry {
    /// Its line, without an end.
    #[must_use]
    pub fn line(&self) -> String {
        let line = Line {
            seq: self.seq,
            before: self.before,
            boot: self.at.boot_id.clone(),
            ms: self.at.monotonic_ms,
            wall: self.at.wall_rfc3339.clone(),
            clock: self.at.clock_class.word().into(),
            who: self.note.who.text(),
            act: self.note.act.word().into(),
            detail: self.note.detail.as_ref().map(|name| name.as_str().into()),
            outcome: self.note.outcome.word().into(),
        };
        serde_json::to_string(&line).unwrap_or_default()
    }

    /// Reads a line without its end.
    ///
    /// # Errors
    /// [`LineFault`].
    pub fn parse(bytes: &[u8]) -> Result<Self, LineFault> {
        if bytes.len() > LINE_MAX {
            return Err(LineFault::TooLong);
        }
        let line: Line = serde_json::from_slice(bytes).map_err(|_| LineFault::Foreign)?;
        let boot = |text: &str| {
            text.len() <= 40 && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        };
        let entry = Self {
            seq: line.seq,
            before: line.before,
            at: Stamp {
                wall_rfc3339: match line.wall {
                    Some(wall) if !is_wall(&wall) => return Err(LineFault::Field("wall")),
                    wall => wall,
                },
                clock_class: ClockClass::from_word(&line.clock).ok_or(LineFault::Field("clock"))?,
                boot_id: match line.boot {
                    text if boot(&text) => text,
                    _ => return Err(LineFault::Field("boot")),
                },
                monotonic_ms: line.ms,
            },
            note: Note {
                who: Who::parse(&line.who).ok_or(LineFault::Field("who"))?,
                act: Act::of_word(&line.act).ok_or(LineFault::Field("act"))?,
                detail: match line.detail {
                    Some(text) => Some(Name::new(&text).ok_or(LineFault::Field("detail"))?),
                    None => None,
                },
                outcome: Outcome::of_word(&line.outcome).ok_or(LineFault::Field("outcome"))?,
            },
        };
        if entry.line().as_bytes() == bytes {
            Ok(entry)
        } else {
            Err(LineFault::Spelling)
        }
    }
}

/// `2026-03-05T09:07:00+08:00`, by its form.
fn is_wall(text: &str) -> bool {
    text.len() == 25
        && text
            .bytes()
            .zip(*b"0000-00-00T00:00:00+00:00")
            .all(|(b, form)| match form {
                b'0' => b.is_ascii_digit(),
                b'+' => b == b'+' || b == b'-',
                other => b == other,
            })
}

#[cfg(test)]
mod tests {
    use super::super::nothing_before;
    use super::*;

    pub(super) fn entry() -> Entry {
        Entry {
            seq: 7,
            before: nothing_before(),
            at: Stamp {
                wall_rfc3339: Some("2026-03-05T09:07:00+08:00".into()),
                clock_class: ClockClass::Trusted,
                boot_id: "0f1e2d3c-0000".into(),
                monotonic_ms: 61_000,
            },
            note: Note::done(Who::Code, Act::ServiceOut).of(Name::word("repair")),
        }
    }

    #[test]
    fn a_line_reads_back_and_has_one_spelling() {
        let line = entry().line();
        assert_eq!(Entry::parse(line.as_bytes()), Ok(entry()));
        assert!(line.len() < LINE_MAX / 2, "{}", line.len());
        let spaced = line.replace(",\"", ", \"");
        assert_eq!(Entry::parse(spaced.as_bytes()), Err(LineFault::Spelling));
        let other = line.replace("service.out", "coffee.made");
        assert_eq!(Entry::parse(other.as_bytes()), Err(LineFault::Field("act")));
        assert_eq!(Entry::parse(b""), Err(LineFault::Foreign));
        let long = vec![b' '; LINE_MAX + 1];
        assert_eq!(Entry::parse(&long), Err(LineFault::TooLong));
        let date = line.replace("T09:", "x09:");
        assert_eq!(Entry::parse(date.as_bytes()), Err(LineFault::Field("wall")));
    }
}
