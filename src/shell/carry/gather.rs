//! What goes onto the stick: every case that waits, with its attachments, in parts that a bundle can hold.

use std::collections::{BTreeMap, BTreeSet};

use crate::case::bundle::{CARRIED_MAX, CASES_MAX, Carried, CarriedCase};
use crate::case::{Digest, Key, attachments_of};
use crate::shell::store::{SealFault, Store, StoreFault};
use anyhow::Context as _;

use super::number;

/// Cases asked for at once.
const PAGE: u32 = 1_000;

/// Machine and epoch of some keys: a bundle holds those of one.
pub type Group = (String, String);

/// What waits.
#[derive(Default)]
pub struct Gathered {
    /// Parts, each small enough for one bundle, in order of filing.
    pub parts: BTreeMap<Group, Vec<Part>>,
    /// Filing numbers of cases that cannot be read, and why.
    pub left_out: Vec<(String, StoreFault)>,
}

/// What one bundle holds.
#[derive(Default)]
pub struct Part {
    pub cases: Vec<CarriedCase>,
    /// Each content once, however many of the cases name it.
    pub attachments: Vec<Packed>,
    digests: BTreeSet<Digest>,
}

/// An attachment and where its content is: a case that names it, and its place there.
pub struct Packed {
    pub carried: Carried,
    pub key: Key,
    pub n: usize,
}

impl Part {
    /// Takes a case in unless it is too much.
    fn take(&mut self, case: &CarriedCase, attachments: &[Carried]) -> bool {
        let new = |carried: &&Carried| !self.digests.contains(&carried.digest);
        let more = attachments.iter().filter(new).count();
        if self.cases.len() >= CASES_MAX || self.attachments.len() + more > CARRIED_MAX {
            return false;
        }
        for (n, carried) in attachments.iter().enumerate() {
            if self.digests.insert(carried.digest) {
                self.attachments.push(Packed {
                    carried: carried.clone(),
                    key: case.key.clone(),
                    n,
                });
            }
        }
        self.cases.push(case.clone());
        true
    }
}

impl Gathered {
    /// Reads every case that waits and everything it carries.
    pub fn of(store: &Store) -> anyhow::Result<Self> {
        let mut gathered = Self::default();
        let mut after = 0;
        loop {
            let page = store.waiting(after, PAGE)?;
            let Some(last) = page.last() else {
                return Ok(gathered);
            };
            after = last.seq;
            for waiting in page {
                gathered.take(store, waiting.key)?;
            }
        }
    }

    fn take(&mut self, store: &Store, key: Key) -> anyhow::Result<()> {
        let Some((machine, epoch, seq)) = key.parts() else {
            anyhow::bail!("{}: a key of no case", key.0);
        };
        let group = (machine.to_owned(), epoch.to_owned());
        let (body, attachments) = match read(store, &key) {
            Ok(read) => read,
            // One case that cannot be opened must not keep the others here.
            Err(
                fault
                @ (StoreFault::Unreadable { .. } | StoreFault::Corrupt(_) | StoreFault::Io(_)),
            ) => {
                self.left_out.push((number(machine, epoch, seq)?, fault));
                return Ok(());
            }
            Err(fault) => return Err(fault).context(key.0),
        };
        let case = CarriedCase { seq, body, key };
        let parts = self.parts.entry(group).or_default();
        if !parts
            .last_mut()
            .is_some_and(|part| part.take(&case, &attachments))
        {
            let mut part = Part::default();
            part.take(&case, &attachments);
            parts.push(part);
        }
        Ok(())
    }
}

/// Digests and lengths of a case's body and of its attachments, each read to its end.
fn read(store: &Store, key: &Key) -> Result<(Carried, Vec<Carried>), StoreFault> {
    let body = store.body(key)?;
    let mut attachments = Vec::new();
    let named = attachments_of(&body).unwrap_or_default();
    for (n, named) in named.iter().enumerate() {
        if !store.attachment(key, n)?.holds(&named.digest)? {
            return Err(StoreFault::Unreadable {
                key: key.0.clone(),
                why: SealFault::NoFile,
            });
        }
        attachments.push(Carried {
            digest: named.digest,
            length: named.length,
        });
    }
    let body = Carried {
        digest: Digest::of(&body),
        length: body.len() as u64,
    };
    Ok((body, attachments))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn carried(n: usize) -> Carried {
        Carried {
            digest: Digest::of(&n.to_le_bytes()),
            length: 1,
        }
    }

    fn case(n: usize) -> CarriedCase {
        CarriedCase {
            seq: n as u64,
            key: Key(n.to_string()),
            body: carried(0),
        }
    }

    #[test]
    fn a_part_ends_at_either_limit_and_holds_each_content_once() {
        let mut part = Part::default();
        assert!((0..CASES_MAX).all(|n| part.take(&case(n), &[carried(1), carried(1)])));
        assert_eq!(part.attachments.len(), 1);
        assert_eq!(
            (part.attachments[0].key.0.as_str(), part.attachments[0].n),
            ("0", 0)
        );
        assert!(!part.take(&case(CASES_MAX), &[]), "too many cases");

        let mut part = Part::default();
        let many: Vec<_> = (0..CARRIED_MAX).map(carried).collect();
        assert!(part.take(&case(0), &many));
        assert!(part.take(&case(1), &many[..9]), "it has them already");
        assert!(
            !part.take(&case(2), &[carried(CARRIED_MAX)]),
            "too many attachments"
        );
        assert_eq!((part.cases.len(), part.attachments.len()), (2, CARRIED_MAX));
    }
}
