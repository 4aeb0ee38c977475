//! The platform's judgement of a claim. Pure: what it has comes in, what it says and keeps goes out.

use std::collections::BTreeMap;

use super::{Chain, Claim, Held, HeldState, Unlisted, Verdict};
use crate::case::{Digest, Key, Link};

/// What the platform has of one machine and epoch.
#[derive(Clone, Debug, Default)]
pub struct Book {
    /// Links it has verified: the chain's end after each sequence from 1 on, without a hole.
    pub links: BTreeMap<u64, Link>,
    /// Cases from the claim's first sequence on, by key.
    pub cases: BTreeMap<Key, (Digest, HeldState)>,
}

/// A verdict, and the links to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// What the machine is told.
    pub verdict: Verdict,
    /// Links that are now verified too; empty unless the chain is intact.
    pub links: Vec<(u64, Link)>,
}

/// Compares a claim that passed [`Claim::check`] with the platform's book.
#[must_use]
pub fn judge(claim: &Claim, book: &Book) -> Judged {
    let (chain, at_seq, links) = follow(claim, book);
    let mut verdict = Verdict {
        machine: claim.machine.clone(),
        epoch: claim.epoch.clone(),
        chain,
        at_seq,
        next_seq: 1,
        head: Link::first(&claim.machine, &claim.epoch),
        held: Vec::new(),
        missing: Vec::new(),
        differing: Vec::new(),
        unlisted: Vec::new(),
    };
    let last = |links: &mut dyn Iterator<Item = (u64, Link)>| links.max_by_key(|(seq, _)| *seq);
    let kept = last(&mut book.links.iter().map(|(seq, link)| (*seq, *link)));
    let new = last(&mut links.iter().copied());
    if let Some((seq, link)) = new.or(kept) {
        (verdict.next_seq, verdict.head) = (seq + 1, link);
    }
    for case in &claim.cases {
        match book.cases.get(&case.key) {
            None => verdict.missing.push(case.key.clone()),
            Some((digest, _)) if *digest != case.digest => {
                verdict.differing.push(case.key.clone());
            }
            Some((_, state)) => verdict.held.push(Held {
                key: case.key.clone(),
                state: *state,
            }),
        }
    }
    for (key, (digest, _)) in &book.cases {
        let listed = claim.cases.iter().any(|case| case.key == *key);
        let seq = key.parts().map_or(0, |(_, _, seq)| seq);
        if !listed && seq >= claim.from_seq {
            verdict.unlisted.push(Unlisted {
                seq,
                key: key.clone(),
                digest: *digest,
            });
        }
    }
    Judged { verdict, links }
}

/// Follows the chain from what the platform has through the claim's cases to the claim's head.
fn follow(claim: &Claim, book: &Book) -> (Chain, Option<u64>, Vec<(u64, Link)>) {
    let before = claim.from_seq - 1;
    let start = match before {
        0 => Some(Link::first(&claim.machine, &claim.epoch)),
        seq => book.links.get(&seq).copied(),
    };
    let Some(mut link) = start else {
        let next = book.links.keys().next_back().map_or(1, |seq| seq + 1);
        return (Chain::Gap, Some(next), Vec::new());
    };
    if link != claim.previous {
        return (Chain::Broken, Some(before), Vec::new());
    }
    let mut links = Vec::new();
    for seq in claim.from_seq..=claim.up_to_seq {
        let Some((key, digest)) = case_at(seq, claim, book) else {
            return (Chain::Gap, Some(seq), Vec::new());
        };
        link = link.next(seq, &key, &digest);
        match book.links.get(&seq) {
            Some(kept) if *kept != link => return (Chain::Broken, Some(seq), Vec::new()),
            Some(_) => {}
            None => links.push((seq, link)),
        }
    }
    if link != claim.head {
        return (Chain::Broken, Some(claim.up_to_seq), Vec::new());
    }
    (Chain::Intact, None, links)
}

/// The case of a sequence: the machine's word, or the platform's own where the machine lost it.
fn case_at(seq: u64, claim: &Claim, book: &Book) -> Option<(Key, Digest)> {
    if let Ok(at) = claim.cases.binary_search_by_key(&seq, |case| case.seq) {
        let case = &claim.cases[at];
        return Some((case.key.clone(), case.digest));
    }
    let of_seq = |key: &Key| key.parts().is_some_and(|(_, _, s)| s == seq);
    let (key, (digest, _)) = book.cases.iter().find(|(key, _)| of_seq(key))?;
    Some((key.clone(), *digest))
}
