//! What a case leaves when its content is not needed any more.

use rusqlite::{Connection, OptionalExtension as _};

use super::attachments;
use super::fault::StoreFault;
use super::objects::ObjectName;

/// Key slots to overwrite and files to remove, after the commit that took them from their cases.
#[derive(Default)]
pub(super) struct Freed {
    pub(super) slots: Vec<u32>,
    pub(super) files: Vec<(ObjectName, u64)>,
}

impl Freed {
    /// Takes body and attachments from the case `id`.
    pub(super) fn of(db: &Connection, id: i64) -> Result<Self, StoreFault> {
        let files = attachments::rows::forget(db, id)?;
        let slot = db
            .prepare_cached("DELETE FROM bodies WHERE case_id = ?1 RETURNING slot")?
            .query_row([id], |row| row.get(0))
            .optional()?;
        Ok(Self {
            slots: slot.into_iter().collect(),
            files,
        })
    }

    pub(super) fn and(&mut self, other: Self) {
        self.slots.extend(other.slots);
        self.files.extend(other.files);
    }
}
