//! A look at the store from outside the firmware: read-only, without keys, while the firmware runs or not.
//!
//! It works on a copy (see [`mod@snapshot`]) with plain SQL on the columns that hold nothing personal. Columns that a
//! file of another version lacks are left out, those it has besides are not looked at.
//!
//! Never in the process that has the store open: closing any handle of a file drops all of a process's POSIX locks
//! on it, and the store's exclusive lock is one (sqlite.org/lockingv3.html, "fcntl" of POSIX.1).

mod prints;
mod snapshot;

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::types::FromSql;
use rusqlite::{Connection, OptionalExtension, Row};

use super::place::Place;
use super::room::Inside;
use crate::case::{Epoch, FilingNumber, Machine};

/// What was found.
pub struct Report {
    db: Connection,
    /// The files as they lie there.
    pub files: FileFacts,
}

/// The files of a store.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// Another process, so the firmware, holds the store.
    pub held: bool,
    /// Bytes of the database.
    pub file_bytes: u64,
    /// Bytes of its write-ahead log.
    pub wal_bytes: u64,
    /// Damaged files that were set aside, with their bytes, in order of their names.
    pub set_aside: Vec<(PathBuf, u64)>,
    /// Files of attachments, those among them that nobody names any more.
    pub attachments: u64,
    /// Their bytes.
    pub attachment_bytes: u64,
}

/// Why there is nothing to report.
#[derive(Debug, thiserror::Error)]
pub enum ReportFault {
    /// No such file.
    #[error("{}: there is no store", .0.display())]
    Missing(PathBuf),
    /// The files cannot be read or copied.
    #[error("{}: {error}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The firmware wrote so busily that no copy was whole. Trying again helps.
    #[error("the store changes too quickly to be looked at; try again")]
    Restless,
    /// The database is damaged or of another kind.
    #[error("the store cannot be read: {0}")]
    Unreadable(String),
}

impl From<rusqlite::Error> for ReportFault {
    fn from(error: rusqlite::Error) -> Self {
        Self::Unreadable(error.to_string())
    }
}

/// A case, without anything about its person.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct CaseLine {
    /// Idempotency key.
    pub key: String,
    /// Number for the person.
    pub filing_number: String,
    /// 实施编码.
    pub task_code: String,
    /// Name of the item.
    pub task_name: String,
    /// Word of its state.
    pub state: String,
    /// Attempts to send it.
    pub attempts: u64,
    /// When it was filed, as far as the machine knew, RFC 3339.
    pub stored_at: Option<String>,
    /// How far the clock was believed then.
    pub clock: String,
    /// SHA-256 of the frozen bytes, hexadecimal.
    pub digest: String,
    /// The platform's number.
    pub sblsh: Option<String>,
    /// When the platform took it.
    pub accepted_at: Option<String>,
    /// Code of the platform's refusal.
    pub rejected: Option<String>,
}

/// One attempt to send a case.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct AttemptLine {
    /// Counted from 1.
    pub n: u64,
    /// When it ended, RFC 3339.
    pub at: Option<String>,
    /// How far the clock was believed then.
    pub clock: String,
    /// Random name of that run of the kernel.
    pub boot: String,
    /// Milliseconds on the monotonic clock.
    pub ms: u64,
    /// Status of the HTTP answer.
    pub http_status: Option<u16>,
    /// What it came to, in one word.
    pub outcome: String,
    /// Type of the problem (RFC 9457), if the platform gave one.
    pub problem: Option<String>,
}

/// How many cases are in which state.
pub type StateCounts = Vec<(String, u64)>;

impl Report {
    /// Looks at the store at `path`. Nothing there is changed.
    ///
    /// # Errors
    /// [`ReportFault`].
    pub fn open(path: &Path) -> Result<Self, ReportFault> {
        let files = FileFacts::of(path)?;
        let db = snapshot::of(path)?;
        Ok(Self { db, files })
    }

    /// The newest `limit` cases in one of `states` (all if there are none), newest first.
    ///
    /// # Errors
    /// [`ReportFault::Unreadable`].
    pub fn cases(&self, states: &[&str], limit: u32) -> Result<Vec<CaseLine>, ReportFault> {
        let wanted = serde_json::to_string(states).unwrap_or_default();
        let mut statement = self.db.prepare(
            "SELECT * FROM cases
             WHERE ?1 = '[]' OR state IN (SELECT value FROM json_each(?1))
             ORDER BY id DESC LIMIT ?2",
        )?;
        let rows = statement.query_map((&wanted, limit), case_line)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The case with this key or filing number, and what is written down of its attempts.
    ///
    /// # Errors
    /// [`ReportFault::Unreadable`].
    pub fn case(&self, name: &str) -> Result<Option<(CaseLine, Vec<AttemptLine>)>, ReportFault> {
        let found = self
            .db
            .query_row(
                "SELECT * FROM cases WHERE key = ?1 OR substr(key, 1, length(?2)) = ?2",
                (name, beginning(name)),
                |row| Ok((row.get::<_, i64>("id")?, case_line(row)?)),
            )
            .optional()?;
        let Some((id, case)) = found else {
            return Ok(None);
        };
        let mut statement = self
            .db
            .prepare("SELECT * FROM attempts WHERE case_id = ?1 ORDER BY n")?;
        let attempts = statement.query_map([id], attempt_line)?;
        Ok(Some((case, attempts.collect::<Result<_, _>>()?)))
    }

    /// Cases by state, in the order of the states' words.
    ///
    /// # Errors
    /// [`ReportFault::Unreadable`].
    pub fn counts(&self) -> Result<StateCounts, ReportFault> {
        let mut statement = self
            .db
            .prepare("SELECT state, count(*) FROM cases GROUP BY state ORDER BY state")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, count(row, 1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ratings that wait to be sent.
    ///
    /// # Errors
    /// [`ReportFault::Unreadable`].
    pub fn ratings_waiting(&self) -> Result<u64, ReportFault> {
        let sql = "SELECT count(*) FROM ratings WHERE state IN ('ready', 'sending')";
        Ok(self.db.query_row(sql, [], |row| count(row, 0))?)
    }

    /// The case that has waited longest for a final word, and how many seconds before `now` (Unix) it was filed.
    ///
    /// # Errors
    /// [`ReportFault::Unreadable`].
    pub fn oldest_waiting(&self, now: u64) -> Result<Option<(CaseLine, Option<u64>)>, ReportFault> {
        let sql = "SELECT *, unixepoch(stored_wall) AS filed FROM cases
                   WHERE state NOT IN ('accepted', 'rejected') ORDER BY id LIMIT 1";
        let found = self.db.query_row(sql, [], |row| {
            let filed = whole(row, "filed")?;
            Ok((
                case_line(row)?,
                filed.map(|filed| now.saturating_sub(filed)),
            ))
        });
        Ok(found.optional()?)
    }

    /// When the platform last took a case, by its own clock, RFC 3339.
    ///
    /// # Errors
    /// [`ReportFault::Unreadable`].
    pub fn last_acceptance(&self) -> Result<Option<String>, ReportFault> {
        let sql = "SELECT accepted_at FROM cases WHERE state = 'accepted'
                   ORDER BY unixepoch(accepted_at) DESC, id DESC LIMIT 1";
        let found: Option<Option<String>> =
            self.db.query_row(sql, [], |row| row.get(0)).optional()?;
        Ok(found.flatten())
    }

    /// SQLite's check of every page's structure; the first finding, if any.
    ///
    /// # Errors
    /// [`ReportFault::Unreadable`].
    pub fn damage(&self) -> Result<Option<String>, ReportFault> {
        let finding: String = self
            .db
            .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
        Ok(Some(finding).filter(|finding| finding != "ok"))
    }

    /// Room inside the file, when it may have `max_pages`.
    ///
    /// # Errors
    /// [`ReportFault::Unreadable`].
    pub fn inside(&self, max_pages: u32) -> Result<Inside, ReportFault> {
        let number = |pragma: &str| self.db.query_row(pragma, [], |row| count(row, 0));
        Ok(Inside::of_pages(
            number("PRAGMA page_count")?,
            number("PRAGMA freelist_count")?,
            max_pages.into(),
            number("PRAGMA page_size")?,
        )
        .beside(self.files.attachment_bytes))
    }
}

impl FileFacts {
    /// Looks at the files only, which also works for a store that cannot be opened.
    ///
    /// # Errors
    /// [`ReportFault::Missing`] or [`ReportFault::Io`].
    pub fn of(path: &Path) -> Result<Self, ReportFault> {
        let facts = fs::metadata(path).map_err(|error| snapshot::io(path, error))?;
        let objects = Place::objects_of(path);
        let attachments: Vec<u64> = match fs::read_dir(&objects) {
            Ok(files) => files
                .filter_map(|entry| Some(entry.ok()?.metadata().ok()?.len()))
                .collect(),
            // Made with the first attachment.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
            Err(error) => return Err(snapshot::io(&objects, error)),
        };
        Ok(Self {
            attachments: attachments.len() as u64,
            attachment_bytes: attachments.iter().sum(),
            held: snapshot::held(path)?,
            file_bytes: facts.len(),
            wal_bytes: length(&snapshot::log_of(path)),
            set_aside: Self::set_aside(path)?,
        })
    }

    /// The damaged files beside the store at `path`, with their bytes, in order of their names. Opens none of them, so
    /// that the firmware may ask while it holds the store.
    ///
    /// # Errors
    /// [`ReportFault::Missing`] or [`ReportFault::Io`], of the folder.
    pub fn set_aside(path: &Path) -> Result<Vec<(PathBuf, u64)>, ReportFault> {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let prefix = format!("{name}.aside-");
        let folder = path.with_file_name("");
        let mut set_aside: Vec<(PathBuf, u64)> = fs::read_dir(&folder)
            .map_err(|error| snapshot::io(&folder, error))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.strip_prefix(&prefix)
                    .is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
            })
            .map(|path| (path.clone(), length(&path)))
            .collect();
        set_aside.sort();
        Ok(set_aside)
    }
}

fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |facts| facts.len())
}

/// The filing number of the case with this key: both are made from machine, epoch and sequence.
fn number_of(key: &str) -> Option<String> {
    let mut parts = key.split('-');
    let machine = Machine::parse(parts.next()?).ok()?;
    let epoch = Epoch::parse(parts.next()?).ok()?;
    let seq = parts.next()?.parse().ok()?;
    Some(FilingNumber::mint(&machine, &epoch, seq).0)
}

/// How the key of the case with this filing number begins: all of it but the check character. What is no filing
/// number begins no key.
fn beginning(number: &str) -> String {
    match FilingNumber::parse(number) {
        Ok(number) => number.0[..number.0.len() - 1].to_owned(),
        Err(_) => "/".to_owned(),
    }
}

fn case_line(row: &Row<'_>) -> rusqlite::Result<CaseLine> {
    let digest: Option<Vec<u8>> = known(row, "digest")?;
    let key: String = row.get("key")?;
    Ok(CaseLine {
        filing_number: number_of(&key).unwrap_or_default(),
        key,
        task_code: row.get("task_code")?,
        task_name: row.get("task_name")?,
        state: row.get("state")?,
        attempts: whole(row, "attempts")?.unwrap_or_default(),
        stored_at: known(row, "stored_wall")?,
        clock: known(row, "stored_class")?.unwrap_or_default(),
        digest: digest
            .unwrap_or_default()
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect(),
        sblsh: known(row, "sblsh")?,
        accepted_at: known(row, "accepted_at")?,
        rejected: known(row, "rejected_code")?,
    })
}

fn attempt_line(row: &Row<'_>) -> rusqlite::Result<AttemptLine> {
    Ok(AttemptLine {
        n: whole(row, "n")?.unwrap_or_default(),
        at: known(row, "wall")?,
        clock: known(row, "class")?.unwrap_or_default(),
        boot: known(row, "boot")?.unwrap_or_default(),
        ms: whole(row, "ms")?.unwrap_or_default(),
        http_status: known(row, "http_status")?,
        outcome: known(row, "outcome")?.unwrap_or_default(),
        problem: known(row, "problem")?,
    })
}

/// The value of a column, `None` for NULL and where the file has no such column.
fn known<T: FromSql>(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<T>> {
    match row.get(column) {
        Err(rusqlite::Error::InvalidColumnName(_)) => Ok(None),
        value => value,
    }
}

/// A number that is never negative.
fn whole(row: &Row<'_>, column: &str) -> rusqlite::Result<Option<u64>> {
    Ok(known::<i64>(row, column)?.map(i64::unsigned_abs))
}

fn count(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.unsigned_abs())
}
