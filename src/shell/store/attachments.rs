//! Attachments of the cases in the store: which files they are, their keys, and when they go.
//!
//! Each file has a random key of its own, which stands in its row, sealed with the data key of its case. So it becomes
//! unreadable with its case, in the same moment, and a salvage that gives the case another data key leaves the file
//! alone.
//!
//! A file is whole on the disk before the case that it belongs to is committed; until then it is an orphan. Cases of one
//! bundle each have a copy of what they share: each copy is readable as long as its own case, and no longer.

use std::collections::BTreeSet;
use std::path::PathBuf;

use rusqlite::{Connection, OpenFlags, OptionalExtension as _};
use zeroize::Zeroizing;

use crate::case::{ATTACHMENTS_MAX, Digest, Draft, Key, attachments_of};

use super::Store;
use super::fault::StoreFault;
use super::numbers;
use super::objects::{Object, ObjectName, Objects};
use super::place::Place;
use super::seal::{SealFault, Secret, XCHACHA20_POLY1305, bound, seal, unseal};
use super::writer::Desk;

/// The files of attachments beside an open store.
pub(super) struct Attachments {
    pub(super) objects: Objects,
    /// Bytes of all that belong to cases.
    pub(super) bytes: u64,
    /// Files of accepted cases, to be removed once the keys of these cases are destroyed.
    gone: Vec<ObjectName>,
}

/// One file of a case.
#[derive(Clone)]
pub(super) struct Attached {
    name: ObjectName,
    bytes: u64,
    key: Secret,
}

/// A file as its row has it, its key sealed.
pub(super) struct SealedAttached {
    n: usize,
    name: ObjectName,
    bytes: u64,
    alg: u8,
    key: Vec<u8>,
}

/// What is bound to the key of a file: whose it is, its place in the body's list, and the file.
fn key_bound(case: &Key, n: usize, name: &ObjectName) -> Vec<u8> {
    bound(&[
        b"kiosk attachment",
        case.0.as_bytes(),
        &(n as u64).to_le_bytes(),
        name.text().as_bytes(),
    ])
}

impl Store {
    /// An attachment of a case that is still here, `n` its place in the list of its body ([`attachments_of`]). It is
    /// read away from the store's thread; it stays readable while it is open, whatever becomes of the case.
    ///
    /// # Errors
    /// [`StoreFault::Unreadable`] if it is not there, damaged at its beginning or without its key: reading it later
    /// finds other damage. Of the disk, or of reading the store.
    pub fn attachment(&self, key: &Key, n: usize) -> Result<Object, StoreFault> {
        let key = key.clone();
        self.ask(move |desk| desk.attachment(&key, n))
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
    pub(super) fn kept(&mut self, files: &[Attached]) {
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

    /// Removes files that never came to belong to a case.
    pub(super) fn give_back(&self, files: &[Attached]) {
        let names: Vec<_> = files.iter().map(|file| file.name.clone()).collect();
        // If that fails they are orphans until the next start.
        let _ = self.objects.remove(&names);
    }
}

impl Desk {
    /// Keeps what a draft carries, in the order of its body. After an error nothing of it is left.
    pub(super) fn keep_contents(&mut self, draft: &Draft) -> Result<Vec<Attached>, StoreFault> {
        if draft.contents.len() > ATTACHMENTS_MAX {
            return Err(StoreFault::TooLarge);
        }
        let mut kept = Vec::with_capacity(draft.contents.len());
        for content in &draft.contents {
            match self.keep_content(content.bytes()) {
                Ok(file) => kept.push(file),
                Err(fault) => {
                    self.attachments.give_back(&kept);
                    return Err(fault);
                }
            }
        }
        Ok(kept)
    }

    fn keep_content(&mut self, mut content: &[u8]) -> Result<Attached, StoreFault> {
        let key: Secret = Zeroizing::new(self.draw()?);
        let nonce = self.draw()?;
        let stored = self.attachments.objects.put(&key, nonce, &mut content)?;
        Ok(Attached {
            name: stored.name,
            bytes: stored.length,
            key,
        })
    }

    /// The files of a case as they go into its rows.
    pub(super) fn seal_attached(
        &mut self,
        case: &Key,
        data_key: &Secret,
        files: &[Attached],
    ) -> Result<Vec<SealedAttached>, StoreFault> {
        let mut sealed = Vec::with_capacity(files.len());
        for (n, file) in files.iter().enumerate() {
            let nonce = self.draw()?;
            sealed.push(SealedAttached {
                n,
                name: file.name.clone(),
                bytes: file.bytes,
                alg: XCHACHA20_POLY1305,
                key: seal(data_key, nonce, &key_bound(case, n, &file.name), &file.key[..]),
            });
        }
        Ok(sealed)
    }

    pub(super) fn attachment(&mut self, key: &Key, n: usize) -> Result<Object, StoreFault> {
        self.noting(|desk| desk.open_attachment(key, n))
    }

    fn open_attachment(&self, key: &Key, n: usize) -> Result<Object, StoreFault> {
        let id = numbers::row_of(&self.db, key)?;
        let unreadable = |why| StoreFault::Unreadable {
            key: key.0.clone(),
            why,
        };
        let found = rows_of(&self.db, id)?.into_iter().find(|row| row.n == n);
        let row = found.ok_or_else(|| unreadable(SealFault::NoFile))?;
        let slot: u32 = self
            .db
            .prepare_cached(
                "SELECT slot FROM bodies JOIN cases ON id = case_id WHERE id = ?1 AND key = ?2",
            )?
            .query_row((id, &key.0), |row| row.get(0))?;
        let data_key = self.slots.key(slot);
        let data_key = data_key.ok_or_else(|| unreadable(SealFault::NoKey))?;
        let file_key = row.open(key, &data_key).map_err(unreadable)?;
        match self.attachments.objects.get(&file_key, &row.name) {
            // Damage of this one file, none of the database.
            Err(StoreFault::NotFound | StoreFault::Corrupt(_)) => {
                Err(unreadable(SealFault::NoFile))
            }
            other => other,
        }
    }

    /// Reads every attachment of a case to its end; `body` is its body.
    pub(super) fn check_attachments(&self, key: &Key, body: &[u8]) -> Result<(), StoreFault> {
        for (n, named) in attachments_of(body).unwrap_or_default().iter().enumerate() {
            let content: Digest = self.open_attachment(key, n)?.verify()?;
            if content != named.digest {
                return Err(StoreFault::Unreadable {
                    key: key.0.clone(),
                    why: SealFault::NoFile,
                });
            }
        }
        Ok(())
    }

    /// At the start, before anything is filed: rows of cases that an older firmware finished go, files of nobody go, and
    /// what is left is counted. What cannot be removed now is tried again by the next start.
    pub(super) fn sweep_attachments(&mut self) -> Result<(), StoreFault> {
        self.db.execute(
            "DELETE FROM objects WHERE case_id NOT IN (SELECT case_id FROM bodies)",
            [],
        )?;
        self.attachments.bytes = self
            .db
            .query_row("SELECT ifnull(sum(bytes), 0) FROM objects", [], |row| {
                row.get::<_, i64>(0)
            })?
            .unsigned_abs();
        let mut live = names_in(&self.db)?;
        let orphans = |live: &BTreeSet<ObjectName>| self.attachments.objects.has_orphans(live);
        if !orphans(&live).unwrap_or(false) {
            return Ok(());
        }
        // A store that was set aside may still be taken over: what it names stays, and if that cannot be read, all does.
        for aside in self.place.asides() {
            match names_in_aside(&self.place, &aside) {
                Ok(names) => live.extend(names),
                Err(_) => return Ok(drop(self.attachments.objects.sweep_parts())),
            }
        }
        let _ = self.attachments.objects.sweep(&live);
        Ok(())
    }
}

impl SealedAttached {
    /// The key of the file.
    fn open(&self, case: &Key, data_key: &Secret) -> Result<Secret, SealFault> {
        if self.alg != XCHACHA20_POLY1305 {
            return Err(SealFault::UnknownAlgorithm(self.alg));
        }
        let key = unseal(data_key, &key_bound(case, self.n, &self.name), &self.key)?;
        let key: [u8; 32] = key[..].try_into().map_err(|_| SealFault::Forged)?;
        Ok(Zeroizing::new(key))
    }
}

/// Writes the files of a case.
pub(super) fn insert(
    db: &Connection,
    id: i64,
    files: &[SealedAttached],
) -> Result<(), rusqlite::Error> {
    for file in files {
        db.prepare_cached(
            "INSERT INTO objects (case_id, n, name, bytes, alg, key) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            id,
            i64::try_from(file.n).unwrap_or(i64::MAX),
            file.name.text(),
            i64::try_from(file.bytes).unwrap_or(i64::MAX),
            file.alg,
            &file.key,
        ))?;
    }
    Ok(())
}

/// Takes the files from a case; they are removed after the commit that says so ([`Attachments::let_go`]).
pub(super) fn forget(db: &Connection, id: i64) -> rusqlite::Result<Vec<(ObjectName, u64)>> {
    let mut statement =
        db.prepare_cached("DELETE FROM objects WHERE case_id = ?1 RETURNING name, bytes")?;
    let rows = statement.query_map([id], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?.unsigned_abs()))
    })?;
    let rows: Vec<_> = rows.collect::<Result<_, _>>()?;
    // A name that is none belongs to no file.
    let named = |(name, bytes): (String, u64)| Some((ObjectName::parse(&name)?, bytes));
    Ok(rows.into_iter().filter_map(named).collect())
}

/// Files of a case in the database `db`, in order.
fn rows_of(db: &Connection, id: i64) -> rusqlite::Result<Vec<SealedAttached>> {
    let mut statement = db.prepare_cached(
        "SELECT n, name, bytes, alg, key FROM objects WHERE case_id = ?1 ORDER BY n",
    )?;
    let mut rows = statement.query([id])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        let Some(name) = ObjectName::parse(&row.get::<_, String>(1)?) else {
            continue;
        };
        files.push(SealedAttached {
            n: usize::try_from(row.get::<_, i64>(0)?).unwrap_or(usize::MAX),
            name,
            bytes: row.get::<_, i64>(2)?.unsigned_abs(),
            alg: row.get(3)?,
            key: row.get(4)?,
        });
    }
    Ok(files)
}
