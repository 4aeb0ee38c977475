//! Whether the log is whole: every entry where it was written, none changed, none missing, and what power cuts did to it.
//!
//! The chain has no secret: whoever can write all files of it could write another log. That is why its end is kept apart
//! ([`Anchor`]), and why it is shipped off the machine as it grows: a copy elsewhere is an anchor that nobody here can move.

use std::collections::BTreeSet;

use super::book::Raw;
use super::{Act, Entry, LineFault, Page, nothing_before};
use crate::case::Digest;

/// The end of the log as it was known at some time: beside it, or on a copy elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// Number of the entry.
    pub seq: u64,
    /// SHA-256 of its line.
    pub digest: Digest,
}

impl Anchor {
    /// `123 64-hex-digits`, as it stands in its file.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{} {}\n", self.seq, self.digest.hex())
    }

    /// Reads [`Self::text`].
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (seq, digest) = text.trim_end().split_once(' ')?;
        Some(Self {
            seq: seq.parse().ok()?,
            digest: Digest::from_hex(digest)?,
        })
    }
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The line before this entry is another one than when it was written: changed, put elsewhere, or one taken out.
    Broken,
    /// Numbers are missing before this entry.
    Gap {
        /// The number that was expected.
        expected: u64,
    },
    /// This line is no entry.
    Damaged(LineFault),
    /// The log begins later than it says it should.
    BeginMissing,
    /// The log ends before the entry that its anchor names.
    Short {
        /// The last number that was written.
        promised: u64,
        /// The last number that is there before what is missing.
        after: u64,
    },
    /// The end that this machine signs apart from the log is missing, or not under its signature.
    Unsealed,
    /// The entry that the anchor names is another one.
    OtherEnd,
    /// There are more entries after the anchor than one power cut can explain.
    Unanchored,
}

/// Whether the log itself tells of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// A power cut did it, and the entry after it says so.
    Told,
    /// The last line is torn; the next entry will say so.
    AtEnd,
    /// Nothing explains it.
    No,
}

/// A finding and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Number of the entry it was found at, or of the last one before.
    pub seq: u64,
    /// What.
    pub finding: Finding,
    /// Whether the log tells of it.
    pub known: Known,
}

/// What was found of a log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Entries that can be read.
    pub entries: u64,
    /// Number of the first.
    pub first: u64,
    /// The end as it lies there.
    pub end: Option<Anchor>,
    /// Everything that is not as it was written.
    pub found: Vec<Found>,
}

impl Verdict {
    /// Whether nothing was found that the log does not tell of itself. That entries are missing is no power cut's doing, for each is on the
    /// disk before its end is kept: a log that tells of it is not whole for that.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let harmless = |found: &Found| {
            found.known != Known::No && !matches!(found.finding, Finding::Short { .. })
        };
        self.found.iter().all(harmless)
    }
}

/// Looks through all pages, oldest first, and compares them with every anchor there is: the end kept beside them, and copies.
#[must_use]
pub fn verify(pages: &[Page], anchors: &[Anchor]) -> Verdict {
    let mut walk = Walk {
        anchors,
        before: nothing_before(),
        begun: false,
        last: 0,
        cut: 0,
        met: BTreeSet::new(),
        verdict: Verdict::default(),
    };
    let mut lines = pages.iter().flat_map(|page| &page.lines).peekable();
    while let Some(raw) = lines.next() {
        match &raw.entry {
            Ok(entry) => walk.entry(entry, raw.digest),
            Err(fault) => {
                let known = match lines.peek() {
                    None => Known::AtEnd,
                    Some(next) if tells(next, raw.digest) => Known::Told,
                    Some(_) => Known::No,
                };
                walk.find(Finding::Damaged(*fault), known);
                walk.begun = true;
            }
        }
        walk.before = raw.digest;
    }
    walk.end()
}

/// Whether the line after a damaged one says that it is.
fn tells(next: &Raw, damaged: Digest) -> bool {
    let entry = next.entry.as_ref();
    entry.is_ok_and(|entry| entry.note.act == Act::LogDamaged && entry.before == damaged)
}

struct Walk<'a> {
    anchors: &'a [Anchor],
    before: Digest,
    /// A line was met.
    begun: bool,
    /// Number of the last entry.
    last: u64,
    /// Up to where the log says that it was cut off at its beginning.
    cut: u64,
    /// Anchors whose entry was met, by number.
    met: BTreeSet<u64>,
    verdict: Verdict,
}

impl Walk<'_> {
    fn find(&mut self, finding: Finding, known: Known) {
        self.verdict.found.push(Found {
            seq: self.last,
            finding,
            known,
        });
    }

    fn entry(&mut self, entry: &Entry, digest: Digest) {
        if self.verdict.entries == 0 {
            self.verdict.first = entry.seq;
        }
        let act = entry.note.act;
        let detail = entry.note.detail.as_ref();
        let number: u64 = detail
            .and_then(|name| name.as_str().parse().ok())
            .unwrap_or_default();
        let expected = self.last + 1;
        self.last = entry.seq;
        if self.begun {
            if entry.before != self.before {
                self.find(Finding::Broken, Known::No);
            }
            let jumps = matches!(act, Act::LogShort | Act::LogDamaged) && entry.seq > expected;
            if entry.seq != expected && !jumps {
                self.find(Finding::Gap { expected }, Known::No);
            }
        } else if entry.seq == 1 && entry.before != nothing_before() {
            // What stood before the first line is known only at the very beginning.
            self.find(Finding::Broken, Known::No);
        }
        self.begun = true;
        match act {
            Act::LogShort => {
                let (promised, after) = (number, expected - 1);
                self.find(Finding::Short { promised, after }, Known::Told);
            }
            Act::LogExpired | Act::LogDropped => self.cut = self.cut.max(number),
            _ => {}
        }
        let anchored = self.anchors.iter().filter(|anchor| anchor.seq == entry.seq);
        for anchor in anchored.copied().collect::<Vec<_>>() {
            self.met.insert(anchor.seq);
            if anchor.digest != digest {
                self.find(Finding::OtherEnd, Known::No);
            }
        }
        self.verdict.entries += 1;
        self.verdict.end = Some(Anchor {
            seq: entry.seq,
            digest,
        });
    }

    fn end(mut self) -> Verdict {
        if self.verdict.first > self.cut + 1 {
            self.find(Finding::BeginMissing, Known::No);
        }
        let newest = self.anchors.iter().map(|anchor| anchor.seq).max();
        let missed = |anchor: &&Anchor| {
            // Of several that were cut off together, the newest says how many.
            let newest = anchor.seq <= self.last || Some(anchor.seq) == newest;
            // One that was removed with its page, as the log says, is not missing.
            newest && anchor.seq > self.cut && !self.met.contains(&anchor.seq)
        };
        for anchor in self
            .anchors
            .iter()
            .filter(missed)
            .copied()
            .collect::<Vec<_>>()
        {
            let told = self.verdict.found.iter().any(|found| {
                matches!(found.finding, Finding::Short { promised, .. } if promised >= anchor.seq)
            });
            let known = if told { Known::Told } else { Known::No };
            let (promised, after) = (anchor.seq, self.last.min(anchor.seq - 1));
            self.find(Finding::Short { promised, after }, known);
        }
        if newest.is_some_and(|newest| self.last > newest + 1) {
            self.find(Finding::Unanchored, Known::No);
        }
        self.verdict
    }
}

#[cfg(test)]
mod tests;
