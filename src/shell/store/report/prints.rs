//! What became of the paper.

use super::{Report, ReportFault, count};

impl Report {
    /// Receipts ordered so far, and those among them that nobody proved to be printed. Both 0 in a file of a firmware
    /// that did not write them down.
    ///
    /// # Errors
    /// [`ReportFault::Unreadable`].
    pub fn prints(&self) -> Result<(u64, u64), ReportFault> {
        let there = "SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'prints'";
        if self.db.query_row(there, [], |row| count(row, 0))? == 0 {
            return Ok((0, 0));
        }
        let sql = "SELECT count(*), count(*) FILTER (WHERE ifnull(outcome, 'unknown') = 'unknown') FROM prints";
        let counts = |row: &rusqlite::Row<'_>| Ok((count(row, 0)?, count(row, 1)?));
        Ok(self.db.query_row(sql, [], counts)?)
    }
}
