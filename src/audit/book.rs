//! The log as files: each a page of lines, named after its first number, the oldest removed after six months.

use super::{Entry, LINE_MAX, LineFault};
use crate::case::{ClockClass, Digest};

/// A page is full from here on, bytes.
const FULL: usize = 256 * 1024;
/// Longest page that is read: a full one, one more line, and what a power cut may leave.
const PAGE_MAX: usize = FULL + 64 * LINE_MAX;
/// Most pages that are kept, 16 MiB; about sixty thousand entries.
const PAGES_MAX: usize = 64;
/// Days that an entry is kept at least: the longest six months, and a day for time zones.
const KEEP_DAYS: i64 = 185;

/// Why a file is no page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PageFault {
    /// Longer than pages become.
    #[error("longer than {PAGE_MAX} bytes")]
    TooLong,
}

/// One line as it lies on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// SHA-256 of its bytes, without its end.
    pub digest: Digest,
    /// Its length in bytes, without its end.
    pub length: usize,
    /// Whether it has an end.
    pub ended: bool,
    /// What it says.
    pub entry: Result<Entry, LineFault>,
}

/// One file of the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// Its lines.
    pub lines: Vec<Raw>,
    /// Its length in bytes.
    pub length: usize,
}

impl Page {
    /// Longest page that is read, bytes.
    pub const MAX: usize = PAGE_MAX;

    /// Reads a file. What stands in it is judged by [`super::verify`], not here.
    ///
    /// # Errors
    /// [`PageFault`].
    pub fn parse(bytes: &[u8]) -> Result<Self, PageFault> {
        if bytes.len() > PAGE_MAX {
            return Err(PageFault::TooLong);
        }
        let lines = bytes.split_inclusive(|b| *b == b'\n').map(|line| {
            let (text, ended) = match line.strip_suffix(b"\n") {
                Some(text) => (text, true),
                None => (line, false),
            };
            Raw {
                digest: Digest::of(text),
                length: text.len(),
                ended,
                entry: Entry::parse(text),
            }
        });
        Ok(Self {
            lines: lines.collect(),
            length: bytes.len(),
        })
    }

    /// Whether the next entry begins another page.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.length >= FULL
    }

    /// The last entry that can be read.
    #[must_use]
    pub fn last(&self) -> Option<&Entry> {
        self.lines
            .iter()
            .rev()
            .find_map(|raw| raw.entry.as_ref().ok())
    }

    /// The last line, when it is no entry: what a power cut left.
    #[must_use]
    pub fn damaged_end(&self) -> Option<&Raw> {
        self.lines.last().filter(|last| last.entry.is_err())
    }

    /// Whether the last line lacks its end.
    #[must_use]
    pub fn lacks_end(&self) -> bool {
        self.lines.last().is_some_and(|last| !last.ended)
    }
}

/// Names of pages, and which of them go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Book;

impl Book {
    /// Name of the file whose first entry has this number; names sort as numbers do.
    #[must_use]
    pub fn name(first: u64) -> String {
        format!("audit-{first:020}.jsonl")
    }

    /// The first number of the page in this file; `None` for other files.
    #[must_use]
    pub fn first(name: &str) -> Option<u64> {
        let digits = name.strip_prefix("audit-")?.strip_suffix(".jsonl")?;
        (digits.len() == 20).then(|| digits.parse().ok())?
    }

    /// Whether the oldest of so many pages has to make room for the next one.
    #[must_use]
    pub fn is_crowded(pages: usize) -> bool {
        pages >= PAGES_MAX
    }

    /// Whether every entry of a page that ended with `last` is older than six months, by a clock that is believed.
    /// An entry without a believed date keeps its page.
    #[must_use]
    pub fn has_expired(last: &Entry, today: (i32, u8, u8)) -> bool {
        let dated = last.at.clock_class != ClockClass::Unknown;
        let wall = last.at.wall_rfc3339.as_deref().filter(|_| dated);
        let Some(then) = wall.and_then(day_of) else {
            return false;
        };
        let (year, month, day) = today;
        day_number(i64::from(year), i64::from(month), i64::from(day)) - then > KEEP_DAYS
    }
}

fn day_of(wall: &str) -> Option<i64> {
    let part = |from: usize, to: usize| wall.get(from..to)?.parse::<i64>().ok();
    Some(day_number(part(0, 4)?, part(5, 7)?, part(8, 10)?))
}

/// Days since 1970-01-01 of a day of the Gregorian calendar (the years begin in March, so that leap days come last).
fn day_number(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month <= 2 { year - 1 } else { year };
    let era = shifted.div_euclid(400);
    let of_era = shifted.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::super::{Act, Note, Who, nothing_before};
    use super::*;
    use crate::case::Stamp;

    fn entry(wall: Option<&str>, clock_class: ClockClass) -> Entry {
        Entry {
            seq: 1,
            before: nothing_before(),
            at: Stamp {
                wall_rfc3339: wall.map(str::to_owned),
                clock_class,
                boot_id: "b".into(),
                monotonic_ms: 1,
            },
            note: Note::done(Who::Nobody, Act::LogBegan),
        }
    }

    #[test]
    fn an_entry_is_kept_six_months_whichever_six_they_are() {
        for (then, still, gone) in [
            ("2026-03-01", (2026, 9, 1), (2026, 9, 3)),
            ("2025-08-31", (2026, 2, 28), (2026, 3, 5)),
        ] {
            let entry = entry(Some(&format!("{then}T12:00:00+08:00")), ClockClass::Trusted);
            assert!(!Book::has_expired(&entry, still), "{then}");
            assert!(Book::has_expired(&entry, gone), "{then}");
        }
        assert!(!Book::has_expired(
            &entry(None, ClockClass::Unknown),
            (2099, 1, 1)
        ));
        let unknown = entry(Some("2026-03-01T12:00:00+08:00"), ClockClass::Unknown);
        assert!(!Book::has_expired(&unknown, (2099, 1, 1)));
    }

    #[test]
    fn names_sort_as_numbers_do() {
        assert!(Book::name(9) < Book::name(10));
        assert_eq!(Book::first(&Book::name(123)), Some(123));
        for other in ["audit-1.jsonl", "head", "audit-x.jsonl", ".lock"] {
            assert_eq!(Book::first(other), None, "{other}");
        }
    }

    #[test]
    fn days_are_counted_over_leap_years() {
        assert_eq!(day_number(1970, 1, 1), 0);
        assert_eq!(day_number(2000, 3, 1) - day_number(2000, 2, 28), 2);
        assert_eq!(day_number(2100, 3, 1) - day_number(2100, 2, 28), 1);
    }
}
