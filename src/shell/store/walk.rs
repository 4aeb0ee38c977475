//! Reading row after row past what is damaged: one bad row, or a page that cannot be read, hides no other.

use rusqlite::Row;

use super::fault::StoreFault;
use super::writer::Desk;

/// Numbers tried one after the other where a page cannot be read: more than an inner page leads to.
const HOLE: u32 = 4_096;

/// In which order rows are read.
#[derive(Clone, Copy)]
pub(super) enum Way {
    Up,
    Down,
}

impl Way {
    /// Whether `row` is `from` or comes after it.
    fn reaches(self, row: i64, from: i64) -> bool {
        match self {
            Self::Up => row >= from,
            Self::Down => row <= from,
        }
    }

    fn step(self, row: i64) -> i64 {
        match self {
            Self::Up => row.saturating_add(1),
            Self::Down => row.saturating_sub(1),
        }
    }
}

impl Desk {
    /// At most `limit` rows from number `from` on. `sql` has the number in its first column, `from` as ?1 and the limit as
    /// ?2; it has to take `from` itself too, for SQLite looks for what lies behind a number on the page of that number. A
    /// row that `read` calls damaged is passed over.
    pub(super) fn walk<T>(
        &mut self,
        way: Way,
        from: i64,
        limit: usize,
        sql: &str,
        read: impl Fn(&Self, &Row<'_>) -> Result<T, StoreFault>,
    ) -> Result<Vec<T>, StoreFault> {
        let (mut found, mut at, mut hole) = (Vec::new(), from, 0);
        while found.len() < limit && hole < HOLE {
            let mut run = Run {
                next: at,
                rows: 0,
                bad: Vec::new(),
            };
            let wanted = limit - found.len();
            let ended = self.read_on(way, wanted, sql, &mut run, &mut found, &read);
            run.bad.iter().for_each(|row| self.note_damage(*row));
            if run.rows > 0 {
                hole = 0;
            }
            at = run.next;
            match ended {
                Ok(()) if run.rows < wanted => break,
                Ok(()) => {}
                Err(StoreFault::Corrupt(_)) => {
                    if hole == 0 {
                        self.note_damage(at);
                    }
                    at = way.step(at);
                    hole += 1;
                }
                Err(other) => return Err(other),
            }
        }
        Ok(found)
    }

    fn read_on<T>(
        &self,
        way: Way,
        wanted: usize,
        sql: &str,
        run: &mut Run,
        found: &mut Vec<T>,
        read: &impl Fn(&Self, &Row<'_>) -> Result<T, StoreFault>,
    ) -> Result<(), StoreFault> {
        let mut statement = self.db.prepare_cached(sql)?;
        let limit = i64::try_from(wanted).unwrap_or(i64::MAX);
        let mut rows = statement.query((run.next, limit))?;
        while let Some(row) = rows.next()? {
            let number = row.get(0)?;
            if !way.reaches(number, run.next) {
                // A page whose numbers are not in order would be walked round and round.
                return Err(StoreFault::Corrupt("rows out of order".into()));
            }
            run.next = way.step(number);
            run.rows += 1;
            match read(self, row) {
                Ok(one) => found.push(one),
                Err(StoreFault::Corrupt(_)) => run.bad.push(number),
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }
}

/// What one statement gave before it ended.
struct Run {
    /// Number to go on from.
    next: i64,
    rows: usize,
    bad: Vec<i64>,
}
