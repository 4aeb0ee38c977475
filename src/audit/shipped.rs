//! How much of the log is nowhere but on this machine.

use super::{Act, Anchor, Outcome, Page};

/// Number of the last entry that is known elsewhere: in a copy that the log tells of, or by the word of whoever has it, which counts only
/// with the digest of that very entry.
#[must_use]
pub fn shipped(pages: &[Page], acknowledged: Option<Anchor>) -> u64 {
    let mut upto = 0;
    for raw in pages.iter().flat_map(|page| &page.lines) {
        let Ok(entry) = &raw.entry else { continue };
        if acknowledged.is_some_and(|at| at.seq == entry.seq && at.digest == raw.digest) {
            upto = upto.max(entry.seq);
        }
        let note = &entry.note;
        if note.act == Act::LogExported && note.outcome == Outcome::Done {
            let detail = note
                .detail
                .as_ref()
                .and_then(|name| name.as_str().parse().ok());
            // No copy can hold what was written after it.
            upto = upto.max(detail.filter(|seq| *seq < entry.seq).unwrap_or(0));
        }
    }
    upto
}

/// How many lines are nowhere else. That a copy was made is no loss; a line that cannot be read may be one.
#[must_use]
pub fn unshipped(pages: &[Page], acknowledged: Option<Anchor>) -> u64 {
    let upto = shipped(pages, acknowledged);
    let (mut last, mut count) = (0, 0);
    for raw in pages.iter().flat_map(|page| &page.lines) {
        let lost = match &raw.entry {
            Ok(entry) => {
                last = entry.seq;
                entry.seq > upto && entry.note.act != Act::LogExported
            }
            Err(_) => last >= upto,
        };
        count += u64::from(lost);
    }
    count
}
