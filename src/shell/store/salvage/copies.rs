//! Copies of a case on the pages of a damaged database: which one counts.

use std::cmp::Reverse;

use rusqlite::Connection;
use rusqlite::types::Value;

use crate::case::{CaseState, Key};

use super::super::bodies::Sealed;
use super::super::fault::StoreFault;
use super::super::mark;
use super::super::raw::Raw;
use super::super::seal::Secret;
use super::{COLUMNS, Found, Keys, Old, Whole};

/// Columns of the table of cases in the order they lie in the file. It is the same in files of all versions: steps only
/// add columns behind the others.
pub(super) fn order(db: &Connection) -> Result<Vec<String>, StoreFault> {
    let mut statement = db.prepare("SELECT name FROM pragma_table_info('cases') ORDER BY cid")?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

impl Found {
    /// A case of these values of [`COLUMNS`]; nothing if the first three are of no case.
    pub(super) fn new(columns: Vec<Value>, mark: &Value, key: Option<&Secret>) -> Option<Self> {
        let (Value::Integer(id), Value::Text(name), Value::Text(task_code)) =
            (&columns[0], &columns[1], &columns[2])
        else {
            return None;
        };
        let marked: Vec<Value> = mark::MARKED
            .iter()
            .filter_map(|name| COLUMNS.iter().position(|column| column == name))
            .map(|at| columns[at].clone())
            .collect();
        Some(Self {
            id: *id,
            key: Key(name.clone()),
            task_code: task_code.clone(),
            sound: key.is_none_or(|key| mark::fits_values(key, &marked, mark)),
            columns,
            body: None,
            refusal: [None, None],
        })
    }

    /// What stands for a row that cannot be understood.
    pub(super) fn nobody(id: i64) -> Self {
        Self {
            id,
            key: Key(String::new()),
            task_code: String::new(),
            columns: vec![Value::Null; COLUMNS.len()],
            body: None,
            refusal: [None, None],
            sound: false,
        }
    }

    /// Whether it was settled and its content erased: accepted, or refused and then corrected.
    pub(super) fn needs_no_body(&self) -> bool {
        let is = |state: CaseState| self.columns[3] == Value::Text(state.word().into());
        is(CaseState::Accepted) || is(CaseState::Rejected) && self.columns[5] == Value::Null
    }

    /// How far it came.
    fn rank(&self) -> (bool, i64, u8) {
        let at = |name| COLUMNS.iter().position(|column| *column == name);
        let value = |name| at(name).and_then(|at| self.columns.get(at));
        let attempts = match value("attempts") {
            Some(Value::Integer(n)) => *n,
            _ => -1,
        };
        let state = match value("state") {
            Some(Value::Text(word)) => CaseState::from_word(word),
            _ => None,
        };
        let far = match state {
            Some(CaseState::Accepted | CaseState::Rejected) => 3,
            Some(CaseState::Parked) => 2,
            Some(CaseState::Sending | CaseState::Overdue) => 1,
            Some(CaseState::Ready) | None => 0,
        };
        (self.sound, attempts, far)
    }
}

impl Old {
    /// Every row that any page has a case of.
    pub(super) fn rows_on_pages(&self) -> Vec<i64> {
        let found = self.raw.iter().flat_map(|(_, found)| found.cases.keys());
        found.copied().collect()
    }

    /// Whether any page has a body of this row.
    pub(super) fn has_body(&self, row: i64) -> bool {
        !self.bodies(row).is_empty()
    }

    /// Sound copies of a case that SQLite does not see, the one that came furthest first.
    pub(super) fn beyond_log(&self, row: i64, order: &[String]) -> Vec<Found> {
        let mut copies = self.copies(row, order, true);
        copies.retain(|copy| copy.sound);
        let bodies = self.bodies(row);
        copies
            .into_iter()
            .flat_map(|copy| with_each(copy, &bodies))
            .collect()
    }

    /// The copy of a case that came furthest, of those that are whole.
    pub(super) fn best_copy(&self, row: i64, order: &[String], keys: &Keys<'_>) -> Option<Whole> {
        let bodies = self.bodies(row);
        let copies = self.copies(row, order, false);
        copies
            .into_iter()
            .flat_map(|copy| with_each(copy, &bodies))
            .find_map(|copy| self.whole(copy, keys))
    }

    fn copies(&self, row: i64, order: &[String], beyond: bool) -> Vec<Found> {
        let Some((raw, found)) = &self.raw else {
            return Vec::new();
        };
        let spots = found.cases.get(&row).into_iter().flatten();
        let mut copies: Vec<Found> = spots
            .filter(|spot| !beyond || spot.is_beyond(raw))
            .flat_map(|spot| raw.rows(*spot))
            .filter_map(|values| case(row, values, order, self.mark.as_ref()))
            .collect();
        // Of those that came equally far the newest.
        copies.reverse();
        copies.sort_by_key(|copy| Reverse(copy.rank()));
        copies
    }

    /// Bodies of a row, the newest first.
    fn bodies(&self, row: i64) -> Vec<(u8, u32, Vec<u8>)> {
        let Some((raw, found)) = &self.raw else {
            return Vec::new();
        };
        let mut spots = found.bodies.get(&row).cloned().unwrap_or_default();
        spots.sort_unstable();
        let read = |raw: &Raw, spot| raw.rows(spot).into_iter().filter_map(body);
        let rows = spots.into_iter().rev().flat_map(|spot| read(raw, spot));
        rows.collect()
    }
}

/// The case with each of the bodies that may be its own; one that is settled without any first.
fn with_each(copy: Found, bodies: &[(u8, u32, Vec<u8>)]) -> Vec<Found> {
    if copy.needs_no_body() {
        return vec![copy];
    }
    let with = |(alg, slot, body): &(u8, u32, Vec<u8>)| Found {
        id: copy.id,
        key: copy.key.clone(),
        task_code: copy.task_code.clone(),
        columns: copy.columns.clone(),
        refusal: copy.refusal.clone(),
        sound: copy.sound,
        body: Some(Sealed {
            alg: *alg,
            slot: *slot,
            body: body.clone(),
        }),
    };
    bodies.iter().map(with).collect()
}

fn case(row: i64, mut values: Vec<Value>, order: &[String], key: Option<&Secret>) -> Option<Found> {
    // The number of a row is not in its record.
    *values.first_mut()? = Value::Integer(row);
    let value = |name: &str| {
        let at = order.iter().position(|column| column == name)?;
        values.get(at).cloned()
    };
    let columns = COLUMNS.map(|name| value(name).unwrap_or(Value::Null));
    let added = |name| value(name).unwrap_or(Value::Null);
    let found = Found::new(columns.into(), &added("mark"), key)?;
    Some(Found {
        refusal: ["told", "corrects"].map(|name| text(added(name))),
        ..found
    })
}

/// A text, or nothing for what is none.
pub(super) fn text(value: Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text),
        _ => None,
    }
}

fn body(values: Vec<Value>) -> Option<(u8, u32, Vec<u8>)> {
    let mut values = values.into_iter().skip(1);
    match (values.next()?, values.next()?, values.next()?) {
        (Value::Integer(alg), Value::Integer(slot), Value::Blob(body)) => {
            Some((alg.try_into().ok()?, slot.try_into().ok()?, body))
        }
        _ => None,
    }
}
