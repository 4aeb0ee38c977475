//! The daily comparison: a machine's claim and what the platform says to it, and what is kept of that.

use kiosk::case::reconciliation::{
    Book, CLAIM_MAX, Chain, Claim, HeldState, Judged, Verdict, judge,
};
use kiosk::case::{Digest, Link};
use kiosk::shell::reconcile::Comparison;
use serde::Serialize;
use serde::de::DeserializeOwned;

pub fn run(data: &[u8]) {
    written_again::<Verdict>(data);
    written_again::<Comparison>(data);
    if let Some(claim) = written_again::<Claim>(data)
        && claim.check().is_ok()
    {
        judged(&claim);
    }
}

/// Read, written and read again it is the same.
fn written_again<T>(data: &[u8]) -> Option<T>
where
    T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug,
{
    let read: T = serde_json::from_slice(data).ok()?;
    let written = serde_json::to_vec(&read).expect("JSON");
    let again: T = serde_json::from_slice(&written).expect("its own words");
    assert_eq!(again, read);
    Some(read)
}

/// The claim before platforms that have nothing, all of it, half of it, and other bodies.
fn judged(claim: &Claim) {
    assert!(claim.cases.len() <= CLAIM_MAX);
    let has = |keep: fn(u64) -> bool, digest: Option<Digest>| {
        let cases = claim.cases.iter().filter(|case| keep(case.seq));
        let held = cases.map(|c| {
            (
                c.key.clone(),
                (digest.unwrap_or(c.digest), HeldState::Accepted),
            )
        });
        Book {
            links: [(claim.from_seq.saturating_sub(1), claim.previous)].into(),
            cases: held.collect(),
        }
    };
    let other = Digest::of(b"another body");
    for book in [
        Book::default(),
        has(|_| true, None),
        has(|seq| seq % 2 == 0, None),
        has(|_| true, Some(other)),
    ] {
        let Judged { verdict, links } = judge(claim, &book);
        let named = verdict.held.len() + verdict.missing.len() + verdict.differing.len();
        assert_eq!(named, claim.cases.len(), "each case is named once");
        assert!(verdict.unlisted.is_empty(), "the book has no other cases");
        assert!(links.is_empty() || verdict.chain == Chain::Intact);
        assert!(links.len() <= CLAIM_MAX);
        if claim.from_seq == 1 && verdict.chain == Chain::Intact {
            assert_eq!(claim.previous, Link::first(&claim.machine, &claim.epoch));
        }
    }
}
