//! Reading what is sealed: bodies of cases and ratings, and what a refusal says.

use zeroize::Zeroizing;

use crate::case::{Digest, Key};

use super::fault::StoreFault;
use super::numbers::{self, Named};
use super::seal::{SealFault, Secret, XCHACHA20_POLY1305, bound, unseal};
use super::writer::Desk;

/// A sealed body as it stands in its row.
pub(super) struct Sealed {
    pub(super) alg: u8,
    pub(super) slot: u32,
    pub(super) body: Vec<u8>,
}

/// What is bound to the body of a case.
pub(super) fn body_bound(alg: u8, key: &Key, id: i64, task_code: &str) -> Vec<u8> {
    let id = id.to_le_bytes();
    bound(&[
        b"kiosk case",
        &[alg],
        key.0.as_bytes(),
        &id,
        task_code.as_bytes(),
    ])
}

/// What is bound to the text of a refusal.
pub(super) fn rejection_bound(key: &Key, id: i64, task_code: &str) -> Vec<u8> {
    let id = id.to_le_bytes();
    bound(&[
        b"kiosk refusal",
        key.0.as_bytes(),
        &id,
        task_code.as_bytes(),
    ])
}

/// What is bound to the body of a rating.
pub(super) fn rating_bound(alg: u8, key: &Key) -> Vec<u8> {
    bound(&[b"kiosk rating", &[alg], key.0.as_bytes()])
}

/// What is bound to a query code.
pub(super) fn query_code_bound(key: &Key) -> Vec<u8> {
    bound(&[b"kiosk query code", key.0.as_bytes()])
}

impl Sealed {
    /// The bytes that were frozen.
    pub(super) fn open(
        &self,
        data_key: Option<&Secret>,
        bound: &[u8],
        digest: [u8; 32],
    ) -> Result<Zeroizing<Vec<u8>>, SealFault> {
        if self.alg != XCHACHA20_POLY1305 {
            return Err(SealFault::UnknownAlgorithm(self.alg));
        }
        let body = unseal(data_key.ok_or(SealFault::NoKey)?, bound, &self.body)?;
        if Digest::of(&body) == Digest(digest) {
            Ok(body)
        } else {
            Err(SealFault::Digest)
        }
    }
}

impl Desk {
    pub(super) fn body(&mut self, key: &Key) -> Result<Zeroizing<Vec<u8>>, StoreFault> {
        self.noting(|desk| match numbers::parse(key) {
            Some(Named::Case(..)) => desk.case_body(key),
            Some(Named::Rating(id)) => desk.rating_body(key, id),
            None => Err(StoreFault::NotFound),
        })
    }

    fn case_body(&self, key: &Key) -> Result<Zeroizing<Vec<u8>>, StoreFault> {
        let id = numbers::row_of(&self.db, key)?;
        let ((sealed, digest), task_code) = self
            .db
            .prepare_cached(
                "SELECT alg, slot, body, digest, task_code FROM bodies JOIN cases ON id = case_id
                 WHERE case_id = ?1 AND key = ?2",
            )?
            .query_row((id, &key.0), |row| {
                Ok((sealed(row)?, row.get::<_, String>(4)?))
            })?;
        let bound = body_bound(sealed.alg, key, id, &task_code);
        self.open(&sealed, key, &bound, digest)
    }

    fn rating_body(&self, key: &Key, id: i64) -> Result<Zeroizing<Vec<u8>>, StoreFault> {
        let (sealed, digest) = self
            .db
            .prepare_cached(
                "SELECT alg, slot, body, digest FROM ratings WHERE id = ?1 AND key = ?2",
            )?
            .query_row((id, &key.0), sealed)?;
        self.open(&sealed, key, &rating_bound(sealed.alg, key), digest)
    }

    fn open(
        &self,
        sealed: &Sealed,
        key: &Key,
        bound: &[u8],
        digest: [u8; 32],
    ) -> Result<Zeroizing<Vec<u8>>, StoreFault> {
        let data_key = self.slots.key(sealed.slot);
        sealed
            .open(data_key.as_ref(), bound, digest)
            .map_err(|why| StoreFault::Unreadable {
                key: key.0.clone(),
                why,
            })
    }

    /// Opens every body that is still there, with its attachments.
    pub(super) fn check_bodies(&self) -> Result<(), StoreFault> {
        for table in ["bodies JOIN cases ON id = case_id", "ratings"] {
            let mut statement = self.db.prepare(&format!("SELECT key FROM {table}"))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let key = Key(row.get(0)?);
                match numbers::parse(&key) {
                    Some(Named::Rating(id)) => drop(self.rating_body(&key, id)?),
                    _ => self.check_attachments(&key, &self.case_body(&key)?)?,
                }
            }
        }
        Ok(())
    }
}

/// Reads the first four columns: what is sealed, and the digest of what was frozen.
pub(super) fn sealed(row: &rusqlite::Row<'_>) -> rusqlite::Result<(Sealed, [u8; 32])> {
    let sealed = Sealed {
        alg: row.get(0)?,
        slot: row.get(1)?,
        body: row.get(2)?,
    };
    Ok((sealed, row.get(3)?))
}
