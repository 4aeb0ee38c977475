//! What the machine says it holds, for the daily comparison with the platform.

use crate::case::reconciliation::ClaimedCase;
use crate::case::{Digest, Epoch, Key, Link};

use super::Store;
use super::chain;
use super::fault::StoreFault;
use super::rows;
use super::writer::Desk;

impl Store {
    /// Every epoch in which anything was filed, oldest first, with its last sequence and the end of its chain.
    ///
    /// # Errors
    /// [`StoreFault`] of reading.
    pub fn epochs(&self) -> Result<Vec<(Epoch, u64, Link)>, StoreFault> {
        self.ask(|desk| desk.ends())
    }

    /// The cases of an epoch from sequence `from` to `to` that are still here, in order.
    ///
    /// # Errors
    /// [`StoreFault`] of reading. A row that is damaged is passed over.
    pub fn claimed(
        &self,
        epoch: &Epoch,
        from: u64,
        to: u64,
    ) -> Result<Vec<ClaimedCase>, StoreFault> {
        let epoch = epoch.clone();
        self.ask(move |desk| desk.claimed(&epoch, from, to))
    }
}

impl Desk {
    fn ends(&mut self) -> Result<Vec<(Epoch, u64, Link)>, StoreFault> {
        self.noting(|desk| {
            let mut ends = Vec::new();
            for name in chain::epochs(&desk.db)? {
                let epoch = Epoch::parse(&name);
                let epoch = epoch.map_err(|error| StoreFault::Corrupt(error.to_string()))?;
                let kept = chain::kept(&desk.db, &name)?;
                ends.extend(kept.map(|(seq, head)| (epoch, seq, head)));
            }
            Ok(ends)
        })
    }

    fn claimed(
        &mut self,
        epoch: &Epoch,
        from: u64,
        to: u64,
    ) -> Result<Vec<ClaimedCase>, StoreFault> {
        self.noting(|desk| {
            let mut statement = desk.db.prepare_cached(
                "SELECT key, digest, state FROM cases, epochs WHERE epoch = ?1
                    AND id >= first + ?2 - 1 AND id <= first + ?3 - 1 ORDER BY id",
            )?;
            let number = |seq: u64| i64::try_from(seq).unwrap_or(i64::MAX);
            let mut rows = statement.query((epoch.as_str(), number(from), number(to)))?;
            let mut cases = Vec::new();
            while let Some(row) = rows.next()? {
                let (key, digest) = (Key(row.get(0)?), Digest(row.get(1)?));
                let state = rows::state(&row.get::<_, String>(2)?);
                let seq = key.parts().map(|(_, _, seq)| seq);
                if let (Ok(state), Some(seq)) = (state, seq) {
                    cases.push(ClaimedCase {
                        seq,
                        key,
                        digest,
                        state: if state.waits() { "ready" } else { state.word() }.into(),
                    });
                }
            }
            Ok(cases)
        })
    }
}
