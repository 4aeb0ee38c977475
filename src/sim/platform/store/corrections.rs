//! Corrections of refused cases, and the day that counts as the day of filing.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::Incoming;
use crate::case::{NOT_CORRECTABLE, Rejection};
use crate::shell::platform::date;
use crate::sim::platform::rules::refusal;

/// Adds the columns to a book that an earlier version of this server began.
pub(super) fn migrate(db: &Connection) -> rusqlite::Result<()> {
    for column in ["corrects", "filing_date"] {
        let there: bool = db.query_row(
            "SELECT count(*) FROM pragma_table_info('cases') WHERE name = ?1",
            [column],
            |row| row.get(0),
        )?;
        if !there {
            db.execute_batch(&format!("ALTER TABLE cases ADD COLUMN {column} TEXT"))?;
        }
    }
    Ok(())
}

/// When the case counts as filed, RFC 3339. A correction inherits it from this book's own record of the refused case, not
/// from what the machine claims. A refusal where there is nothing to correct: not refused here, of another person, or
/// corrected already.
pub(super) fn filing_date(
    db: &Connection,
    case: &Incoming<'_>,
    now: i64,
) -> rusqlite::Result<Result<String, Rejection>> {
    let body = case.body;
    let Some(refused) = &body.corrects else {
        return Ok(Ok(body.filed_at().unwrap_or_else(|| date::rfc3339(now))));
    };
    let found: Option<Option<String>> = db
        .query_row(
            "SELECT filing_date FROM cases AS old
             WHERE device = ?1 AND key = ?2 AND cert_type = ?3 AND cert_no = ?4 AND rejection IS NOT NULL
               AND NOT EXISTS (SELECT 1 FROM cases WHERE device = old.device AND corrects = old.key
                 AND rejection IS NULL)",
            params![
                case.device,
                refused,
                body.applicant.cert_type,
                body.applicant.cert_no
            ],
            |row| row.get(0),
        )
        .optional()?;
    Ok(match found {
        Some(first) => Ok(first.unwrap_or_else(|| date::rfc3339(now))),
        None => Err(refusal(
            NOT_CORRECTABLE,
            "要更正的申请查不到，或者已经更正过。",
        )),
    })
}
