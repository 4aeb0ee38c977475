//! Writing a case of the damaged store into the fresh one, sealed with a key of its own.

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::super::attachments;
use super::super::bodies::{body_bound, rejection_bound};
use super::super::fault::StoreFault;
use super::super::mark;
use super::super::numbers::{self, Named};
use super::super::seal::{XCHACHA20_POLY1305, seal};
use super::super::writer::Desk;
use super::{COLUMNS, Clear, Taken, Whole};

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
    /// Key of the case in this row.
    pub(super) fn key_there(&self, row: i64) -> Result<Option<String>, StoreFault> {
        let mut select = self
            .db
            .prepare_cached("SELECT key FROM cases WHERE id = ?1")?;
        Ok(select.query_row([row], |row| row.get(0)).optional()?)
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
        let mut replaced = false;
        if let Some(key) = self.key_there(row)? {
            replaced = match self.body(&whole.found.key) {
                _ if key != whole.found.key.0 => false,
                // An earlier start may have been cut off before it destroyed the old key.
                Ok(_) | Err(StoreFault::NotFound) => {
                    taken.slots.extend(slot);
                    false
                }
                // Its key was lost here: the old row is the last that can be read.
                Err(StoreFault::Unreadable { .. }) => slot.is_some(),
                Err(_) => false,
            };
            if !replaced {
                taken.rows.insert(row);
                return Ok(true);
            }
        }
        self.db.execute_batch("SAVEPOINT one")?;
        if replaced {
            for table in [
                "cases WHERE id",
                "bodies WHERE case_id",
                "objects WHERE case_id",
            ] {
                self.db
                    .execute(&format!("DELETE FROM {table} = ?1"), [row])?;
            }
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
