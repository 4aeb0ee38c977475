//! What the store said, held against what it has: the other side's books.

mod case;

use std::collections::{BTreeMap, BTreeSet};

use kiosk::case::{Answer, CaseState, Digest, Key};
use kiosk::shell::store::{CaseRow, Filed, Store, StoreFault};

use super::machine::waiting;
use case::{Broken, Case, keep};
pub use case::{Loss, Stand};

#[derive(Clone)]
struct Rating {
    body: Vec<u8>,
    /// The platform has it.
    gone: bool,
    /// It is not known whether the answer was written.
    doubt: bool,
}

/// Everything the store acknowledged.
#[derive(Clone, Default)]
pub struct Book {
    cases: BTreeMap<Key, Case>,
    ratings: BTreeMap<Key, Rating>,
    numbers: BTreeMap<String, Key>,
    /// Drafts of a filing that was not acknowledged: all there or none.
    filing_in_doubt: Option<usize>,
    rating_in_doubt: bool,
}

impl Book {
    pub fn is_empty(&self) -> bool {
        self.cases.is_empty() && self.ratings.is_empty()
    }

    pub fn len(&self) -> usize {
        self.cases.len()
    }

    /// Cases that certainly stand so.
    pub fn at(&self, stand: Stand) -> Vec<Key> {
        let there = self
            .cases
            .iter()
            .filter(|(_, case)| case.stands == [stand].into());
        there.map(|(key, _)| key.clone()).collect()
    }

    pub fn ratings(&self) -> Vec<Key> {
        let there = self.ratings.iter().filter(|(_, rating)| !rating.gone);
        there.map(|(key, _)| key.clone()).collect()
    }

    /// A filing of `drafts` cases ended so.
    pub fn filed(
        &mut self,
        store: &Store,
        drafts: usize,
        result: Result<Vec<Filed>, StoreFault>,
    ) -> Result<(), StoreFault> {
        match result {
            Ok(filed) => {
                assert_eq!(filed.len(), drafts, "one number for each draft");
                for one in filed {
                    self.enter(store, one.key, one.filing_number.0, one.digest);
                }
                Ok(())
            }
            Err(fault) => {
                if fault != StoreFault::Full {
                    self.filing_in_doubt = Some(drafts);
                }
                Err(fault)
            }
        }
    }

    fn enter(&mut self, store: &Store, key: Key, number: String, digest: Digest) {
        let twice = self.numbers.insert(number.clone(), key.clone());
        assert!(twice.is_none(), "number {number} was given twice");
        let case = Case {
            number,
            digest,
            body: store.body(&key).ok().map(|body| body.to_vec()),
            stands: [Stand::Waits].into(),
        };
        assert!(
            self.cases.insert(key, case).is_none(),
            "a key was given twice"
        );
    }

    /// Writing down an answer ended so.
    pub fn answered(
        &mut self,
        key: &Key,
        answer: &Answer,
        result: Result<CaseState, StoreFault>,
    ) -> Result<(), StoreFault> {
        let stands = &mut self.cases.get_mut(key).expect("a known case").stands;
        let next: BTreeSet<Stand> = stands.iter().map(|stand| stand.after(answer)).collect();
        match result {
            Ok(state) => {
                assert_eq!(next, [Stand::of(state)].into(), "an answer led elsewhere");
                *stands = next;
                Ok(())
            }
            Err(fault) => {
                if fault != StoreFault::Full {
                    stands.extend(next);
                }
                Err(fault)
            }
        }
    }

    /// A technician's release ended so.
    pub fn released(
        &mut self,
        key: &Key,
        result: Result<CaseState, StoreFault>,
    ) -> Result<(), StoreFault> {
        let stands = &mut self.cases.get_mut(key).expect("a known case").stands;
        match result {
            Ok(_) => *stands = [Stand::Waits].into(),
            Err(fault) => {
                if fault != StoreFault::Full {
                    stands.insert(Stand::Waits);
                }
                return Err(fault);
            }
        }
        Ok(())
    }

    pub fn rated(
        &mut self,
        body: Vec<u8>,
        result: Result<Key, StoreFault>,
    ) -> Result<(), StoreFault> {
        match result {
            Ok(key) => {
                let rating = Rating {
                    body,
                    gone: false,
                    doubt: false,
                };
                assert!(
                    self.ratings.insert(key, rating).is_none(),
                    "a key was given twice"
                );
                Ok(())
            }
            Err(fault) => {
                self.rating_in_doubt |= fault != StoreFault::Full;
                Err(fault)
            }
        }
    }

    /// The platform took a rating, and writing that down ended so.
    pub fn rating_taken(
        &mut self,
        key: &Key,
        result: Result<CaseState, StoreFault>,
    ) -> Result<(), StoreFault> {
        let rating = self.ratings.get_mut(key).expect("a known rating");
        match result {
            Ok(_) => rating.gone = true,
            Err(fault) => {
                rating.doubt |= fault != StoreFault::Full;
                return Err(fault);
            }
        }
        Ok(())
    }

    /// The store that has just been opened keeps every promise. What was in doubt is settled by what it has.
    pub fn check(&mut self, store: &Store) -> Result<(), Broken> {
        let said = |what: &str, fault: StoreFault| format!("{what}: {fault}");
        store.verify().map_err(|fault| said("verify", fault))?;
        let list = store.list(u32::MAX).map_err(|fault| said("list", fault))?;
        let waits = waiting(store).map_err(|fault| said("waiting", fault))?;
        let waits: BTreeSet<Key> = waits.into_iter().map(|one| one.key).collect();
        self.adopt(store, &list)?;
        let rows: BTreeMap<&Key, &CaseRow> = list.iter().map(|row| (&row.key, row)).collect();
        for (key, case) in &mut self.cases {
            let row = rows
                .get(key)
                .ok_or_else(|| format!("case {} is lost", case.number))?;
            case.check(store, row, waits.contains(key))?;
        }
        keep(waits.iter().all(|key| rows.contains_key(key)), || {
            "a case waits that is not listed".into()
        })?;
        self.check_ratings(store)?;
        numbers_without_gaps(&list)?;
        counts_agree(store, &list)
    }

    /// What is not as it was promised, case by case and rating by rating. What the store itself calls damaged when it
    /// is asked for it is [`Loss::Told`].
    pub fn losses(&self, store: &Store) -> Result<Vec<Loss>, StoreFault> {
        let list = store.list(u32::MAX)?;
        let rows: BTreeMap<&Key, &CaseRow> = list.iter().map(|row| (&row.key, row)).collect();
        let waits: BTreeSet<Key> = waiting(store)?.into_iter().map(|one| one.key).collect();
        let told = |key| {
            matches!(
                store.body(key),
                Err(StoreFault::Corrupt(_) | StoreFault::Unreadable { .. })
            )
        };
        let loss = |key, broken| {
            if told(key) {
                Loss::Told
            } else {
                Loss::Silent(broken)
            }
        };
        let mut losses = Vec::new();
        for (key, case) in &self.cases {
            let checked = match rows.get(key) {
                Some(row) => case.clone().check(store, row, waits.contains(key)),
                None => Err(format!("case {} is lost", case.number)),
            };
            losses.extend(checked.err().map(|broken| loss(key, broken)));
        }
        for (key, rating) in self.ratings.iter().filter(|(_, rating)| !rating.gone) {
            let there = store.body(key).is_ok_and(|body| body[..] == rating.body);
            losses.extend((!there).then(|| loss(key, format!("rating {} is lost", key.0))));
        }
        Ok(losses)
    }

    /// Whether a case was told this number.
    pub fn gave(&self, number: &str) -> bool {
        self.numbers.contains_key(number)
    }

    /// Cases that nobody was told of are those of the filing in doubt, all of them.
    fn adopt(&mut self, store: &Store, list: &[CaseRow]) -> Result<(), Broken> {
        let strangers: Vec<&CaseRow> = list
            .iter()
            .filter(|row| !self.cases.contains_key(&row.key))
            .collect();
        let doubt = self.filing_in_doubt;
        keep(
            strangers.is_empty() || doubt == Some(strangers.len()),
            || format!("{} cases of nobody, in doubt {doubt:?}", strangers.len()),
        )?;
        self.filing_in_doubt = None;
        for row in strangers {
            self.enter(
                store,
                row.key.clone(),
                row.filing_number.0.clone(),
                row.digest,
            );
        }
        Ok(())
    }

    fn check_ratings(&mut self, store: &Store) -> Result<(), Broken> {
        let there = store
            .ratings_waiting()
            .map_err(|fault| format!("ratings: {fault}"))?;
        let there: BTreeSet<Key> = there.into_iter().map(|one| one.key).collect();
        let known = |key: &&Key| self.ratings.contains_key(*key);
        let strangers: Vec<Key> = there.iter().filter(|key| !known(key)).cloned().collect();
        keep(strangers.len() <= usize::from(self.rating_in_doubt), || {
            format!("{} ratings of nobody", strangers.len())
        })?;
        self.rating_in_doubt = false;
        for (key, rating) in &mut self.ratings {
            if rating.doubt {
                (rating.gone, rating.doubt) = (!there.contains(key), false);
            }
            keep(rating.gone != there.contains(key), || {
                format!("rating {} is lost or came back", key.0)
            })?;
            keep(
                rating.gone || store.body(key).is_ok_and(|body| body[..] == rating.body),
                || format!("rating {} has another body", key.0),
            )?;
        }
        for key in strangers {
            let body = store
                .body(&key)
                .map_err(|fault| format!("rating: {fault}"))?
                .to_vec();
            let (gone, doubt) = (false, false);
            self.ratings.insert(key, Rating { body, gone, doubt });
        }
        Ok(())
    }
}

fn numbers_without_gaps(list: &[CaseRow]) -> Result<(), Broken> {
    let mut epochs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for row in list.iter().rev() {
        let (epoch, seq) = (&row.filing_number.0[6..8], &row.filing_number.0[9..15]);
        epochs
            .entry(epoch)
            .or_default()
            .push(seq.parse().expect("six digits"));
    }
    for (epoch, numbers) in epochs {
        keep(numbers.iter().copied().eq(1..=numbers.len()), || {
            format!("epoch {epoch} has {numbers:?}")
        })?;
    }
    Ok(())
}

fn counts_agree(store: &Store, list: &[CaseRow]) -> Result<(), Broken> {
    let counts = store.counts().map_err(|fault| format!("counts: {fault}"))?;
    let of = |stand| {
        list.iter()
            .filter(|row| Stand::of(row.state) == stand)
            .count() as u64
    };
    let right = counts.waiting == of(Stand::Waits)
        && counts.accepted == of(Stand::Accepted)
        && counts.rejected == of(Stand::Rejected)
        && counts.parked == of(Stand::Parked);
    keep(right, || format!("{counts:?} for {} cases", list.len()))
}
