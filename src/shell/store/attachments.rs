//! Attachments of the cases in the store: which files they are, their keys, and when they go.
//!
//! Each file has a random key of its own, which stands in its row, sealed with the data key of its case. So it becomes
//! unreadable with its case, in the same moment, and a salvage that gives the case another data key leaves the file as
//! it is: on a disk that is failing or full nothing has to be written a second time.
//!
//! A file is whole on the disk before the case that it belongs to is committed; until then it is an orphan. Cases of one
//! bundle each have a copy of what they share: each copy is readable as long as its own case, and no longer.

pub(super) mod rows;
mod sweep;

use zeroize::Zeroizing;

use crate::case::{ATTACHMENTS_MAX, Draft, Key, attachments_of};

use super::Store;
use super::fault::StoreFault;
use super::numbers;
use super::objects::{Object, ObjectName, Objects};
use super::place::Place;
use super::seal::{SealFault, Secret};
use super::writer::Desk;

pub(super) use rows::{Attached, SealedAttached};

/// The files of attachments beside an open store.
pub(super) struct Attachments {
    objects: Objects,
    /// Bytes of all that belong to cases.
    pub(super) bytes: u64,
    /// Files of accepted cases, to be removed once the keys of these cases are destroyed.
    gone: Vec<ObjectName>,
}

impl Store {
    /// An attachment of a case whose body is still here, `n` its place in the body's list ([`attachments_of`]). It is
    /// read away from the store's thread; while it is open it stays readable, whatever becomes of the case.
    ///
    /// # Errors
    /// [`StoreFault::Unreadable`] if it is not there, damaged at its beginning or without its key; reading it finds other
    /// damage. [`StoreFault::NotFound`] if there is no such case, or of reading.
    pub fn attachment(&self, key: &Key, n: usize) -> Result<Object, StoreFault> {
        let key = key.clone();
        self.ask(move |desk| desk.noting(|desk| desk.attachment(&key, n)))
    }
}

impl Attachments {
    pub(super) fn of(place: &Place) -> Self {
        let folder = Place::objects_of(&place.path);
        Self {
            objects: Objects::new(place.files.clone(), folder),
            bytes: 0,
            gone: Vec::new(),
        }
    }

    /// These belong to cases now.
    pub(super) fn kept(&mut self, files: &[SealedAttached]) {
        self.bytes += files.iter().map(|file| file.bytes).sum::<u64>();
    }

    /// The cases of these are accepted, and that is committed.
    pub(super) fn let_go(&mut self, files: Vec<(ObjectName, u64)>) {
        for (name, bytes) in files {
            self.bytes = self.bytes.saturating_sub(bytes);
            self.gone.push(name);
        }
    }

    /// Removes what is to go. To be called when the keys are destroyed: what a cut or a fault leaves is an orphan then
    /// that nobody can read, and the next start sweeps it.
    pub(super) fn remove_gone(&mut self) -> Result<(), StoreFault> {
        self.objects.remove(&self.gone)?;
        self.gone.clear();
        Ok(())
    }

    /// Removes files of cases that were not filed. What stays is an orphan until the next start.
    pub(super) fn give_back(&self, files: &[SealedAttached]) {
        let names: Vec<_> = files.iter().map(|file| file.name.clone()).collect();
        let _ = self.objects.remove(&names);
    }
}

impl Desk {
    /// Keeps what a draft carries, in the order of its body. After an error nothing of it is left.
    pub(super) fn keep_contents(
        &mut self,
        draft: &Draft,
        case: &Key,
        data_key: &Secret,
    ) -> Result<Vec<SealedAttached>, StoreFault> {
        if draft.contents.len() > ATTACHMENTS_MAX {
            return Err(StoreFault::TooLarge);
        }
        let mut kept = Vec::with_capacity(draft.contents.len());
        for (n, content) in draft.contents.iter().enumerate() {
            match self.keep(n, content.bytes(), case, data_key) {
                Ok(file) => kept.push(file),
                Err(fault) => {
                    self.attachments.give_back(&kept);
                    return Err(fault);
                }
            }
        }
        Ok(kept)
    }

    fn keep(
        &mut self,
        n: usize,
        mut content: &[u8],
        case: &Key,
        data_key: &Secret,
    ) -> Result<SealedAttached, StoreFault> {
        let key: Secret = Zeroizing::new(self.draw()?);
        let (nonce, key_nonce) = (self.draw()?, self.draw()?);
        let stored = self.attachments.objects.put(&key, nonce, &mut content)?;
        let file = Attached {
            n,
            name: stored.name,
            bytes: stored.length,
            key,
        };
        Ok(file.seal(case, data_key, key_nonce))
    }

    fn attachment(&self, key: &Key, n: usize) -> Result<Object, StoreFault> {
        let unreadable = |why| StoreFault::Unreadable {
            key: key.0.clone(),
            why,
        };
        let id = numbers::row_of(&self.db, key)?;
        let slot: u32 = self
            .db
            .prepare_cached(
                "SELECT slot FROM bodies JOIN cases ON id = case_id WHERE id = ?1 AND key = ?2",
            )?
            .query_row((id, &key.0), |row| row.get(0))?;
        let files = rows::of_case(&self.db, id)?;
        let file = files.into_iter().find(|file| file.n == n);
        let file = file.ok_or_else(|| unreadable(SealFault::NoFile))?;
        let data_key = self.slots.key(slot);
        let data_key = data_key.ok_or_else(|| unreadable(SealFault::NoKey))?;
        let file = file.open(key, &data_key).map_err(unreadable)?;
        match self.attachments.objects.get(&file.key, &file.name) {
            // Damage of this one file, none of the database.
            Err(StoreFault::NotFound | StoreFault::Corrupt(_)) => {
                Err(unreadable(SealFault::NoFile))
            }
            other => other,
        }
    }

    /// Reads every attachment that `body`, of the case `key`, names.
    pub(super) fn check_attachments(&self, key: &Key, body: &[u8]) -> Result<(), StoreFault> {
        let named = attachments_of(body).unwrap_or_default();
        for (n, named) in named.iter().enumerate() {
            if !self.attachment(key, n)?.holds(&named.digest)? {
                return Err(StoreFault::Unreadable {
                    key: key.0.clone(),
                    why: SealFault::NoFile,
                });
            }
        }
        Ok(())
    }
}
