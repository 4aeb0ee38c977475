//! How many cases are in which state: counted along, kept by a clean stop, counted anew after any other.

use rusqlite::{Connection, Row};

use crate::case::CaseState;

use super::fault::StoreFault;
use super::rows;

/// Cases by state, in the order of [`CaseState::ALL`], which is that of the columns of `meta`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Tally([u64; 6]);

impl Tally {
    /// Columns of `meta`.
    pub(super) const COLUMNS: &str = "ready, sending, overdue, accepted, rejected, parked";

    pub(super) fn of(&self, state: CaseState) -> u64 {
        self.0[state as usize]
    }

    pub(super) fn add(&mut self, state: CaseState) {
        self.0[state as usize] += 1;
    }

    pub(super) fn moved(&mut self, from: CaseState, to: CaseState) {
        self.0[from as usize] = self.0[from as usize].saturating_sub(1);
        self.add(to);
    }

    /// Accepted cases that were dropped.
    pub(super) fn pruned(&mut self, gone: u64) {
        let accepted = &mut self.0[CaseState::Accepted as usize];
        *accepted = accepted.saturating_sub(gone);
    }

    /// Six columns from `first` on.
    pub(super) fn from_row(row: &Row<'_>, first: usize) -> rusqlite::Result<Self> {
        let mut tally = Self::default();
        for (i, count) in tally.0.iter_mut().enumerate() {
            *count = u64::try_from(row.get::<_, i64>(first + i)?).unwrap_or(0);
        }
        Ok(tally)
    }

    pub(super) fn columns(&self) -> [i64; 6] {
        self.0.map(|count| i64::try_from(count).unwrap_or(i64::MAX))
    }

    /// Reads every case. One whose state is no word of ours is not counted.
    pub(super) fn count(db: &Connection) -> Result<Self, StoreFault> {
        Ok(Self::look(db)?.0)
    }

    /// As [`Self::count`], and every state has to be one.
    pub(super) fn count_all(db: &Connection) -> Result<Self, StoreFault> {
        match Self::look(db)? {
            (tally, 0) => Ok(tally),
            _ => Err(StoreFault::Corrupt("unknown state".into())),
        }
    }

    fn look(db: &Connection) -> Result<(Self, u64), StoreFault> {
        let (mut tally, mut strange) = (Self::default(), 0);
        let mut statement = db.prepare("SELECT state, count(*) FROM cases GROUP BY state")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let count = rows::number(row.get(1)?)?;
            match CaseState::from_word(row.get_ref(0)?.as_str().unwrap_or_default()) {
                Some(state) => tally.0[state as usize] = count,
                None => strange += count,
            }
        }
        Ok((tally, strange))
    }
}
