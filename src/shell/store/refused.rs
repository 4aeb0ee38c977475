//! Refused cases whose person comes again: found by the card, told until the person has decided, erased once corrected.
//!
//! How long they are kept. Until its person or the office has settled it, a refused case stays whole: the machine holds
//! the only copy of what was answered, and nobody may lose a filing date because a platform said no to an empty room. A
//! correction that the platform has taken settles it: the platform then holds both, so body, reason and person go in the
//! commit that keeps its acceptance, and the key after it. What the person only put away is not told again but stays, for
//! the office may still have to find it. No clock decides: on this machine none is sure enough to destroy data by.

use rusqlite::{Connection, OptionalExtension, Row};

use crate::case::{
    CaseState, ClockClass, Correction, FilingDate, Key, OldAnswers, Private, Refused,
};

use super::Store;
use super::bodies::{Sealed, body_bound, rejection_bound};
use super::fault::StoreFault;
use super::filing::person;
use super::freed::Freed;
use super::mark;
use super::numbers;
use super::rows;
use super::seal::{Secret, unseal};
use super::writer::Desk;

/// Most refused cases told to one person at once, newest first.
pub const REFUSED_LIMIT: u32 = 5;

/// Word in the column `told` of a case that its person does not want to hear of again. Otherwise the key of the case
/// that corrects it.
const PUT_AWAY: &str = "put-away";

/// Links of a chain of corrections that are followed; each was a visit of its own.
const CHAIN_LIMIT: usize = 32;

/// `state` stands in the words of the partial index, or SQLite would not use it (sqlite.org/partialindex.html).
pub(super) const OPEN: &str = "SELECT id, key, task_code, task_name, stored_wall, stored_class, rejected_code, rejected_detail,
        alg, slot, body, digest
    FROM cases LEFT JOIN bodies ON case_id = id
    WHERE state = 'rejected' AND person = ?1 AND told IS NULL ORDER BY id DESC LIMIT ?2";

impl Store {
    /// The newest refused cases of the person with this certificate that are not settled yet, newest first, at most
    /// [`REFUSED_LIMIT`].
    ///
    /// # Errors
    /// [`StoreFault`] of reading. A case that cannot be opened is told without its answers.
    pub fn refused(&self, cert_type: &str, cert_no: &Private) -> Result<Vec<Refused>, StoreFault> {
        let (cert_type, cert_no) = (cert_type.to_owned(), cert_no.clone());
        self.ask(move |desk| desk.refused(&cert_type, &cert_no))
    }

    /// As [`Store::refused`] without waiting: `then` runs on the writer thread.
    ///
    /// # Errors
    /// [`StoreFault::Gone`] if the writer has ended; `then` is dropped.
    pub fn refused_then(
        &self,
        cert_type: String,
        cert_no: Private,
        then: impl FnOnce(Result<Vec<Refused>, StoreFault>) + Send + 'static,
    ) -> Result<(), StoreFault> {
        self.tell(move |desk| then(desk.refused(&cert_type, &cert_no)))
    }

    /// The person does not want to be told of this refused case again. Other states stay as they are, and so does a case
    /// that is corrected already. A correction needs no such word: filing it settles the case in the same commit.
    ///
    /// # Errors
    /// [`StoreFault::NotFound`], or of writing.
    pub fn refusal_put_away(&self, key: &Key) -> Result<(), StoreFault> {
        let key = key.clone();
        self.ask(move |desk| desk.put_away(&key))
    }

    /// As [`Store::refusal_put_away`] without waiting. If it cannot be written the person is told again.
    ///
    /// # Errors
    /// [`StoreFault::Gone`] if the writer has ended.
    pub fn refusal_put_away_soon(&self, key: Key) -> Result<(), StoreFault> {
        self.tell(move |desk| drop(desk.put_away(&key)))
    }
}

impl Desk {
    fn refused(&mut self, cert_type: &str, cert_no: &Private) -> Result<Vec<Refused>, StoreFault> {
        let token = person(&self.key.person, cert_type, cert_no.reveal());
        self.noting(|desk| {
            let mut statement = desk.db.prepare_cached(OPEN)?;
            let mut rows = statement.query((token.0, REFUSED_LIMIT))?;
            let mut list = Vec::new();
            while let Some(row) = rows.next()? {
                // One row that is damaged must not hide the others.
                list.extend(desk.refused_row(row).ok());
            }
            Ok(list)
        })
    }

    fn refused_row(&self, row: &Row<'_>) -> Result<Refused, StoreFault> {
        let (id, key, task_code) = (row.get(0)?, Key(row.get(1)?), row.get::<_, String>(2)?);
        let (wall, class): (Option<String>, String) = (row.get(4)?, row.get(5)?);
        let sealed = sealed(row).ok();
        let data_key = sealed
            .as_ref()
            .and_then(|(sealed, _)| self.slots.key(sealed.slot));
        let detail = row.get::<_, Option<Vec<u8>>>(7)?.and_then(|detail| {
            let bound = rejection_bound(&key, id, &task_code);
            unseal(data_key.as_ref()?, &bound, &detail).ok()
        });
        let detail = detail.as_deref().map_or("".into(), |bytes| {
            Private::new(String::from_utf8_lossy(bytes))
        });
        let body = sealed.and_then(|(sealed, digest)| {
            let bound = body_bound(sealed.alg, &key, id, &task_code);
            sealed.open(data_key.as_ref(), &bound, digest).ok()
        });
        let (answers, first) = match body.and_then(|body| OldAnswers::of_body(&body)) {
            Some((answers, first)) => (Some(answers), first),
            None => (None, None),
        };
        Ok(Refused {
            filing_number: numbers::filing_number(&key)?,
            task_name: row.get(3)?,
            filed: first.unwrap_or(FilingDate {
                wall_rfc3339: wall,
                clock_class: ClockClass::from_word(&class).unwrap_or(ClockClass::Unknown),
            }),
            code: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
            detail,
            answers,
            task_code,
            key,
        })
    }

    fn put_away(&mut self, key: &Key) -> Result<(), StoreFault> {
        self.untidy = true;
        self.with_room(|desk| settle(&desk.db, key, PUT_AWAY))
    }
}

/// Columns of the body, after those of the case, and its digest.
fn sealed(row: &Row<'_>) -> rusqlite::Result<(Sealed, [u8; 32])> {
    let sealed = Sealed {
        alg: row.get(8)?,
        slot: row.get(9)?,
        body: row.get(10)?,
    };
    Ok((sealed, row.get(11)?))
}

/// Writes down how a refused case is settled, unless it is already. A case that is not here or not refused is left alone:
/// whether it can be corrected is for the platform to say.
fn settle(db: &Connection, key: &Key, how: &str) -> Result<(), StoreFault> {
    let id = numbers::row_of(db, key)?;
    db.prepare_cached(
        "UPDATE cases SET told = ?3
         WHERE id = ?1 AND key = ?2 AND state = 'rejected' AND told IS NULL",
    )?
    .execute((id, &key.0, how))?;
    Ok(())
}

/// In the transaction that files a correction: the refused case is not told again. So there is no moment at which a cut
/// could leave both the correction and the invitation to make one.
pub(super) fn settle_by(
    db: &Connection,
    correction: &Correction,
    by: &Key,
) -> Result<(), StoreFault> {
    match settle(db, &correction.key, &by.0) {
        Err(StoreFault::NotFound) => Ok(()),
        other => other,
    }
}

/// In the transaction that keeps the acceptance of case `id`: what it corrects goes, with what that corrected before.
/// Returns what is not needed any more.
pub(super) fn erase_corrected(
    db: &Connection,
    mark_key: &Secret,
    id: i64,
) -> Result<Freed, StoreFault> {
    let mut freed = Freed::default();
    let mut next = corrects(db, id)?;
    for _ in 0..CHAIN_LIMIT {
        let Some(key) = next else { break };
        let id = match numbers::row_of(db, &key) {
            Ok(id) => id,
            Err(StoreFault::NotFound) => break,
            Err(fault) => return Err(fault),
        };
        let erased = db
            .prepare_cached(
                "UPDATE cases SET person = NULL, rejected_detail = NULL
                 WHERE id = ?1 AND key = ?2 AND state = 'rejected'",
            )?
            .execute((id, &key.0))?;
        if erased == 0 {
            break;
        }
        mark::renew(db, mark_key, id)?;
        freed.and(Freed::of(db, id)?);
        next = corrects(db, id)?;
    }
    Ok(freed)
}

fn corrects(db: &Connection, id: i64) -> Result<Option<Key>, StoreFault> {
    let key: Option<String> = db
        .prepare_cached("SELECT corrects FROM cases WHERE id = ?1")?
        .query_row([id], |row| row.get(0))?;
    Ok(key.map(Key))
}

/// Brings to an end what an older firmware or a damaged file left open; for the start of a run. A correction that the
/// platform took erases what it corrects; if `all_here`, one that is not here any more leaves its person to be told again.
pub(super) fn settle_open(
    db: &Connection,
    mark_key: &Secret,
    all_here: bool,
) -> Result<Freed, StoreFault> {
    let mut statement = db.prepare(
        "SELECT id, told FROM cases
         WHERE state = 'rejected' AND person IS NOT NULL AND told IS NOT NULL AND told != ?1",
    )?;
    let open = statement.query_map([PUT_AWAY], |row| Ok((row.get(0)?, Key(row.get(1)?))))?;
    let open: Vec<(i64, Key)> = open.collect::<Result<_, _>>()?;
    let mut freed = Freed::default();
    for (refused, correction) in open {
        match standing(db, &correction)? {
            Some((id, CaseState::Accepted)) => freed.and(erase_corrected(db, mark_key, id)?),
            None if all_here => {
                db.prepare_cached("UPDATE cases SET told = NULL WHERE id = ?1")?
                    .execute([refused])?;
            }
            _ => {}
        }
    }
    Ok(freed)
}

/// Row and state of a case, if it is here.
fn standing(db: &Connection, key: &Key) -> Result<Option<(i64, CaseState)>, StoreFault> {
    let id = match numbers::row_of(db, key) {
        Err(StoreFault::NotFound) => return Ok(None),
        id => id?,
    };
    let word: Option<String> = db
        .prepare_cached("SELECT state FROM cases WHERE id = ?1 AND key = ?2")?
        .query_row((id, &key.0), |row| row.get(0))
        .optional()?;
    word.map(|word| Ok((id, rows::state(&word)?))).transpose()
}
