//! Rows of the book as words of the contract.

use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::shell::platform::{CaseState, CaseStatus, KeyRecord, PERSON_CASES_MAX, date};

/// How a case goes if nobody touches it, a step each pace.
const ROAD: [CaseState; 5] = [
    CaseState::Submitted,
    CaseState::PreAccepted,
    CaseState::Accepted,
    CaseState::Reviewing,
    CaseState::Granted,
];

/// What is held under a device's key.
pub(super) fn record(
    db: &Connection,
    device: &str,
    key: &str,
) -> anyhow::Result<Option<KeyRecord>> {
    type Columns = (String, Option<String>, Option<String>);
    let row: Option<Columns> = db
        .query_row(
            "SELECT digest, acceptance, rejection FROM cases WHERE device = ?1 AND key = ?2",
            [device, key],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let Some((digest, acceptance, rejection)) = row else {
        return Ok(None);
    };
    Ok(Some(KeyRecord {
        digest,
        acceptance: acceptance.map(|a| serde_json::from_str(&a)).transpose()?,
        rejection: rejection.map(|r| serde_json::from_str(&r)).transpose()?,
    }))
}

/// Columns that [`status`] reads.
pub(super) const STATUS: &str = "sblsh, task_name, received, state, state_at, filing_date";

/// Taken cases that match `condition` (SQL of this file, never a caller's), newest first.
pub(super) fn statuses(
    db: &Connection,
    condition: &str,
    values: &[&str],
    pace_s: Option<u32>,
    now: i64,
) -> rusqlite::Result<Vec<CaseStatus>> {
    let mut read = db.prepare(&format!(
        "SELECT {STATUS} FROM cases WHERE {condition} AND sblsh IS NOT NULL ORDER BY id DESC LIMIT {PERSON_CASES_MAX}"
    ))?;
    let values = rusqlite::params_from_iter(values);
    read.query_map(values, |row| status(row, pace_s, now))?
        .collect()
}

pub(super) fn status(row: &Row<'_>, pace_s: Option<u32>, now: i64) -> rusqlite::Result<CaseStatus> {
    let received: i64 = row.get(2)?;
    let (state, at) = match row.get::<_, Option<String>>(3)? {
        Some(word) => {
            let state = serde_json::from_str(&word).unwrap_or(CaseState::Unknown);
            (state, row.get(4)?)
        }
        None => on_the_road(received, pace_s, now),
    };
    Ok(CaseStatus {
        sblsh: row.get(0)?,
        task_name: row.get(1)?,
        state,
        updated_at: date::rfc3339(at),
        filing_date: row.get(5)?,
    })
}

/// The state that a case nobody touched has come to, and since when.
fn on_the_road(received: i64, pace_s: Option<u32>, now: i64) -> (CaseState, i64) {
    let Some(pace) = pace_s.map(|pace| i64::from(pace.max(1))) else {
        return (ROAD[0], received);
    };
    let steps = usize::try_from((now - received) / pace).unwrap_or(0);
    let step = steps.min(ROAD.len() - 1);
    let walked = i64::try_from(step).unwrap_or(0) * pace;
    (ROAD[step], received + walked)
}
