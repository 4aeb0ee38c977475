//! Writing a case of the damaged store into the fresh one, sealed with a key of its own.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use crate::case::{CaseState, Key};

use super::super::attachments;
use super::super::bodies::{body_bound, rejection_bound};
use super::super::fault::StoreFault;
use super::super::mark;
use super::super::numbers::{self, Named};
use super::super::seal::{XCHACHA20_POLY1305, seal};
use super::super::writer::Desk;
use super::{COLUMNS, Clear, Taken, Whole};

/// What stands in this store where a case of the damaged one belongs.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Here {
    /// Nothing.
    Nothing,
    /// The case, and it can be read or needs no more to be.
    Kept,
    /// The case, and it cannot be read any more.
    Lost,
    /// Another case, or one of which nothing can be said now.
    Another,
}

fn enter_epoch(db: &Connection, first: i64, epoch: &str) -> rusqlite::Result<usize> {
    // The key of a case was authenticated, what stood in the table was not.
    // One name, one place: a copied row that says otherwise was damaged.
    db.prepare_cached("DELETE FROM epochs WHERE epoch = ?2 AND first != ?1")?
        .execute((first, epoch))?;
    db.prepare_cached(
        "INSERT INTO epochs (first, epoch) VALUES (?1, ?2)
         ON CONFLICT (first) DO UPDATE SET epoch = excluded.epoch WHERE epoch != excluded.epoch",
    )?
    .execute((first, epoch))
}

impl Desk {
    /// Whether any case stands in this row.
    pub(super) fn has_row(&self, row: i64) -> Result<bool, StoreFault> {
        let mut select = self
            .db
            .prepare_cached("SELECT EXISTS (SELECT 1 FROM cases WHERE id = ?1)")?;
        Ok(select.query_row([row], |row| row.get(0))?)
    }

    /// What stands in the row of the case `key`.
    fn here(&mut self, row: i64, key: &Key) -> Result<Here, StoreFault> {
        let found: Option<(String, String)> = self
            .db
            .prepare_cached("SELECT key, state FROM cases WHERE id = ?1")?
            .query_row([row], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((there, state)) = found else {
            return Ok(Here::Nothing);
        };
        let settled = matches!(
            CaseState::from_word(&state),
            Some(CaseState::Accepted | CaseState::Rejected)
        );
        Ok(match self.body(key) {
            _ if there != key.0 => Here::Another,
            Ok(_) => Here::Kept,
            Err(StoreFault::NotFound) if settled => Here::Kept,
            Err(StoreFault::NotFound | StoreFault::Unreadable { .. }) => Here::Lost,
            Err(_) => Here::Another,
        })
    }

    /// Takes over a case if there is one; false where nothing more can be written.
    pub(super) fn take(
        &mut self,
        whole: Option<Whole>,
        row: i64,
        taken: &mut Taken,
    ) -> Result<bool, StoreFault> {
        taken.last = taken.last.max(row);
        let Some(whole) = whole else {
            return Ok(true);
        };
        let slot = whole.clear.as_ref().map(|clear| clear.slot);
        taken.opened += usize::from(slot.is_some());
        let here = self.here(row, &whole.found.key)?;
        match here {
            Here::Nothing => {}
            // Its key was lost here: the old row is the last that can be read.
            Here::Lost if slot.is_some() => {}
            Here::Kept | Here::Lost | Here::Another => {
                // An earlier start may have been cut off before it destroyed the old key.
                taken.slots.extend(slot.filter(|_| here == Here::Kept));
                taken.rows.insert(row);
                return Ok(true);
            }
        }
        self.db.execute_batch("SAVEPOINT one")?;
        if here == Here::Lost {
            self.forget(row)?;
        }
        if self.take_over(whole).is_err() {
            // A full disk: what is copied so far is worth more than no start at all.
            self.db.execute_batch("ROLLBACK TO one; RELEASE one")?;
            return Ok(false);
        }
        self.db.execute_batch("RELEASE one")?;
        taken.cases += 1;
        taken.slots.extend(slot);
        taken.rows.insert(row);
        Ok(true)
    }

    /// Removes a row whose content cannot be read; its attempts stay, they are of the same case.
    fn forget(&self, row: i64) -> Result<(), StoreFault> {
        for rows in [
            "cases WHERE id",
            "bodies WHERE case_id",
            "objects WHERE case_id",
        ] {
            self.db
                .execute(&format!("DELETE FROM {rows} = ?1"), [row])?;
        }
        Ok(())
    }

    /// Writes a case into this store, sealed with a key of its own.
    fn take_over(&mut self, whole: Whole) -> Result<(), StoreFault> {
        let Whole { mut found, clear } = whole;
        if let Some(Named::Case(_, epoch, seq)) = numbers::parse(&found.key) {
            enter_epoch(&self.db, found.id - i64::from(seq) + 1, epoch.as_str())?;
        }
        if let Some(Clear {
            body,
            detail,
            files,
            ..
        }) = clear
        {
            let (slot, data_key) = self.slots.take(&mut self.random)?;
            let bound = body_bound(XCHACHA20_POLY1305, &found.key, found.id, &found.task_code);
            let sealed = seal(&data_key, self.draw()?, &bound, &body);
            self.db
                .prepare_cached(
                    "INSERT INTO bodies (case_id, alg, slot, body) VALUES (?1, ?2, ?3, ?4)",
                )?
                .execute((found.id, XCHACHA20_POLY1305, slot, sealed))?;
            for file in files {
                let file = file.seal(&found.key, &data_key, self.draw()?);
                attachments::rows::insert(&self.db, found.id, &[file])?;
            }
            let last = COLUMNS.len() - 1;
            found.columns[last] = match detail {
                Some(detail) => {
                    let bound = rejection_bound(&found.key, found.id, &found.task_code);
                    Value::Blob(seal(&data_key, self.draw()?, &bound, &detail))
                }
                None => Value::Null,
            };
        }
        let marks = ["?"; COLUMNS.len()].join(", ");
        let insert = format!(
            "INSERT INTO cases ({}) VALUES ({marks})",
            COLUMNS.join(", ")
        );
        self.db
            .prepare_cached(&insert)?
            .execute(params_from_iter(found.columns))?;
        let [told, corrects] = found.refusal;
        if told.is_some() || corrects.is_some() {
            self.db.execute(
                "UPDATE cases SET told = ?2, corrects = ?3 WHERE id = ?1",
                (found.id, told, corrects),
            )?;
        }
        mark::renew(&self.db, &self.key.mark, found.id)
    }
}
