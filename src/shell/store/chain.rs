//! The chain over the cases of an epoch, see [`Link`].

use crate::case::{Digest, Epoch, Key, Link, Machine};

use super::fault::StoreFault;
use super::writer::Desk;

impl Desk {
    /// Last sequence and end of the chain of one epoch, from its rows, one at a time.
    pub(super) fn chain_end(
        &mut self,
        machine: &Machine,
        epoch: &Epoch,
    ) -> Result<(u64, Link), StoreFault> {
        let (machine, epoch) = (machine.as_str(), epoch.as_str());
        self.noting(|desk| {
            let mut end = (0, Link::first(machine, epoch));
            let mut statement = desk.db.prepare_cached(
                "SELECT key, digest FROM cases WHERE substr(key, 1, 9) = ?1 ORDER BY id",
            )?;
            let mut rows = statement.query([format!("{machine}-{epoch}-")])?;
            while let Some(row) = rows.next()? {
                let (key, digest) = (Key(row.get(0)?), Digest(row.get(1)?));
                let (_, _, seq) = key
                    .parts()
                    .ok_or_else(|| StoreFault::Corrupt("a key of no case".into()))?;
                end = (seq, end.1.next(seq, &key, &digest));
            }
            Ok(end)
        })
    }
}
