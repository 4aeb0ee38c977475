//! The chain over the cases of an epoch, see [`Link`]: its end is kept beside the rows, so that a row that is gone later
//! does not change it.

use rusqlite::{Connection, OptionalExtension};

use crate::case::{Digest, Epoch, Key, Link, Machine};

use super::fault::StoreFault;
use super::filing::Filed;
use super::rows::number;
use super::writer::Desk;

/// An end of a chain: after which case of its epoch, and the link.
pub(super) type End = (u64, Link);

/// The end that is kept of an epoch.
pub(super) fn kept(db: &Connection, epoch: &str) -> Result<Option<End>, StoreFault> {
    let found: Option<(Option<i64>, Option<[u8; 32]>)> = db
        .prepare_cached("SELECT seq, head FROM epochs WHERE epoch = ?1")?
        .query_row([epoch], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    match found {
        Some((Some(seq), Some(head))) => Ok(Some((number(seq)?, Link(head)))),
        _ => Ok(None),
    }
}

fn keep(db: &Connection, epoch: &str, (seq, head): End) -> Result<(), StoreFault> {
    db.prepare_cached("UPDATE epochs SET seq = ?2, head = ?3 WHERE epoch = ?1")?
        .execute((epoch, i64::try_from(seq).unwrap_or(i64::MAX), head.0))?;
    Ok(())
}

/// Follows cases that were just put in, in the same transaction.
pub(super) fn follow<'a>(
    db: &Connection,
    filed: impl Iterator<Item = &'a Filed>,
) -> Result<(), StoreFault> {
    let mut end: Option<(String, End)> = None;
    for case in filed {
        let Some((machine, epoch, seq)) = case.key.parts() else {
            continue;
        };
        let before = match end {
            Some((same, end)) if same == epoch => end,
            _ => before(db, machine, epoch, seq)?,
        };
        let link = before.1.next(seq, &case.key, &case.digest);
        end = Some((epoch.to_owned(), (seq, link)));
    }
    match end {
        Some((epoch, end)) => keep(db, &epoch, end),
        None => Ok(()),
    }
}

/// The end before case `seq`.
fn before(db: &Connection, machine: &str, epoch: &str, seq: u64) -> Result<End, StoreFault> {
    match kept(db, epoch)? {
        Some(end) if end.0 + 1 == seq => Ok(end),
        end => on(db, machine, epoch, end, seq - 1),
    }
}

/// Follows the rows behind `end`, or from the first one on, up to case `last`.
fn on(
    db: &Connection,
    machine: &str,
    epoch: &str,
    end: Option<End>,
    last: u64,
) -> Result<End, StoreFault> {
    let mut end = end.unwrap_or_else(|| (0, Link::first(machine, epoch)));
    let mut statement = db.prepare_cached(
        "SELECT key, digest FROM cases, epochs WHERE epoch = ?1 AND substr(key, 1, 9) = ?2
            AND id >= first + ?3 AND id < first + ?4 ORDER BY id",
    )?;
    let number = |seq| i64::try_from(seq).unwrap_or(i64::MAX);
    let mine = format!("{machine}-{epoch}-");
    let mut rows = statement.query((epoch, mine, number(end.0), number(last)))?;
    while let Some(row) = rows.next()? {
        let (key, digest) = (Key(row.get(0)?), Digest(row.get(1)?));
        let (_, _, seq) = key
            .parts()
            .ok_or_else(|| StoreFault::Corrupt("a key of no case".into()))?;
        end = (seq, end.1.next(seq, &key, &digest));
    }
    Ok(end)
}

/// Last case and machine of an epoch, as its rows tell.
fn last(db: &Connection, epoch: &str) -> Result<Option<(String, u64)>, StoreFault> {
    let key: Option<String> = db
        .prepare_cached(
            "SELECT key FROM cases WHERE id = (SELECT max(id) FROM cases WHERE id >= ?1 AND id < ?2)",
        )?
        .query_row(span(db, epoch)?, |row| row.get(0))
        .optional()?;
    let key = Key(key.unwrap_or_default());
    Ok(key
        .parts()
        .filter(|(_, of, _)| *of == epoch)
        .map(|(machine, _, seq)| (machine.to_owned(), seq)))
}

/// First row of an epoch, and of the one after it.
fn span(db: &Connection, epoch: &str) -> Result<(i64, i64), StoreFault> {
    Ok(db
        .prepare_cached(
            "SELECT first, ifnull((SELECT min(first) FROM epochs AS later WHERE later.first > epochs.first), ?2)
             FROM epochs WHERE epoch = ?1",
        )?
        .query_row((epoch, i64::MAX), |row| Ok((row.get(0)?, row.get(1)?)))?)
}

/// Names of all epochs, oldest first.
pub(super) fn epochs(db: &Connection) -> Result<Vec<String>, StoreFault> {
    let mut statement = db.prepare_cached("SELECT epoch FROM epochs ORDER BY first")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Follows what an older firmware filed, or salvage took over where the end itself was lost. For the start of a run.
pub(super) fn catch_up(db: &Connection) -> Result<(), StoreFault> {
    for epoch in epochs(db)? {
        let (kept, last) = (kept(db, &epoch)?, last(db, &epoch)?);
        if let Some((machine, seq)) = last
            && kept.is_none_or(|(kept, _)| kept < seq)
        {
            keep(db, &epoch, on(db, &machine, &epoch, kept, seq)?)?;
        }
    }
    Ok(())
}

/// Cases that were filed and are neither here nor known to be gone.
pub(super) fn missing(db: &Connection) -> Result<u64, StoreFault> {
    let mut missing = 0;
    for epoch in epochs(db)? {
        let (first, next) = span(db, &epoch)?;
        let (filed, there): (i64, i64) = db
            .prepare_cached(
                "SELECT ifnull(seq, 0) - gone, (SELECT count(*) FROM cases WHERE id >= ?2 AND id < ?3)
                 FROM epochs WHERE epoch = ?1",
            )?
            .query_row((&epoch, first, next), |row| Ok((row.get(0)?, row.get(1)?)))?;
        missing += u64::try_from(filed - there).unwrap_or(0);
    }
    Ok(missing)
}

/// What is missing now has been told: it is known to be gone. Returns how many cases that are.
pub(super) fn give_up_missing(db: &Connection) -> Result<u64, StoreFault> {
    let told = missing(db)?;
    for epoch in epochs(db)? {
        let (first, next) = span(db, &epoch)?;
        db.execute(
            "UPDATE epochs SET gone = max(0, ifnull(seq, 0) - (SELECT count(*) FROM cases WHERE id >= ?2 AND id < ?3))
             WHERE epoch = ?1",
            (&epoch, first, next),
        )?;
    }
    Ok(told)
}

/// Whether every case is where its key says: first row of its epoch and number within it.
pub(super) fn check_epochs(db: &Connection) -> Result<(), StoreFault> {
    let stray = "SELECT EXISTS (SELECT 1 FROM cases WHERE id < (SELECT min(first) FROM epochs))
        OR (SELECT count(*) > count(DISTINCT epoch) FROM epochs)";
    if db.query_row(stray, [], |row| row.get(0))? {
        return Err(StoreFault::Corrupt("epochs".into()));
    }
    for epoch in epochs(db)? {
        let (first, next) = span(db, &epoch)?;
        let found: Option<(i64, String)> = db
            .prepare_cached(
                "SELECT id, key FROM cases WHERE id = (SELECT max(id) FROM cases WHERE id >= ?1 AND id < ?2)",
            )?
            .query_row((first, next), |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((row, key)) = found else {
            continue;
        };
        let key = Key(key);
        let place = key.parts().map(|(_, epoch, seq)| (epoch, seq));
        if place != Some((&*epoch, number(row - first + 1)?)) {
            return Err(StoreFault::Corrupt(format!("epoch {epoch}")));
        }
    }
    Ok(())
}

impl Desk {
    /// Last sequence and end of the chain of one epoch, as it was kept at filing.
    pub(super) fn chain_end(
        &mut self,
        machine: &Machine,
        epoch: &Epoch,
    ) -> Result<End, StoreFault> {
        let (machine, epoch) = (machine.as_str(), epoch.as_str());
        self.noting(|desk| match kept(&desk.db, epoch)? {
            Some(end) => Ok(end),
            None => on(&desk.db, machine, epoch, None, u64::MAX),
        })
    }

    /// Compares the rows with the kept ends: none is missing, and where all of an epoch are there, none was changed.
    pub(super) fn check_chains(&self) -> Result<(), StoreFault> {
        check_epochs(&self.db)?;
        let cases = missing(&self.db)?;
        if cases > 0 {
            return Err(StoreFault::Missing { cases });
        }
        for epoch in epochs(&self.db)? {
            let gone: i64 = self.db.query_row(
                "SELECT gone FROM epochs WHERE epoch = ?1",
                [&epoch],
                |row| row.get(0),
            )?;
            let (kept, last) = (kept(&self.db, &epoch)?, last(&self.db, &epoch)?);
            let (Some(kept), Some((machine, _)), 0) = (kept, last, gone) else {
                continue;
            };
            if on(&self.db, &machine, &epoch, None, kept.0)? != kept {
                return Err(StoreFault::Corrupt(format!("the chain of epoch {epoch}")));
            }
        }
        Ok(())
    }
}
