//! The rows that name a case's files, and the keys in them.

use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::case::Key;
use crate::shell::store::objects::ObjectName;
use crate::shell::store::seal::{
    NONCE, SealFault, Secret, XCHACHA20_POLY1305, bound, seal, unseal,
};

/// A file of a case and its key.
pub(in crate::shell::store) struct Attached {
    /// Place in the list of the body.
    pub(super) n: usize,
    pub(super) name: ObjectName,
    /// Length of the content.
    pub(super) bytes: u64,
    pub(super) key: Secret,
}

/// A file as its row has it.
pub(in crate::shell::store) struct SealedAttached {
    pub(super) n: usize,
    pub(super) name: ObjectName,
    pub(super) bytes: u64,
    alg: u8,
    key: Vec<u8>,
}

/// What is bound to the key of a file: whose it is, its place, and the file.
fn key_bound(case: &Key, n: usize, name: &ObjectName) -> Vec<u8> {
    bound(&[
        b"kiosk attachment",
        case.0.as_bytes(),
        &(n as u64).to_le_bytes(),
        name.text().as_bytes(),
    ])
}

impl Attached {
    /// As it goes into the rows of `case`.
    pub(in crate::shell::store) fn seal(
        &self,
        case: &Key,
        data_key: &Secret,
        nonce: [u8; NONCE],
    ) -> SealedAttached {
        let bound = key_bound(case, self.n, &self.name);
        SealedAttached {
            n: self.n,
            name: self.name.clone(),
            bytes: self.bytes,
            alg: XCHACHA20_POLY1305,
            key: seal(data_key, nonce, &bound, &self.key[..]),
        }
    }
}

impl SealedAttached {
    /// The file with its key.
    pub(in crate::shell::store) fn open(
        &self,
        case: &Key,
        data_key: &Secret,
    ) -> Result<Attached, SealFault> {
        if self.alg != XCHACHA20_POLY1305 {
            return Err(SealFault::UnknownAlgorithm(self.alg));
        }
        let key = unseal(data_key, &key_bound(case, self.n, &self.name), &self.key)?;
        let key: [u8; 32] = key[..].try_into().map_err(|_| SealFault::Forged)?;
        Ok(Attached {
            n: self.n,
            name: self.name.clone(),
            bytes: self.bytes,
            key: Zeroizing::new(key),
        })
    }
}

/// Writes the files of a case.
pub(in crate::shell::store) fn insert(
    db: &Connection,
    id: i64,
    files: &[SealedAttached],
) -> rusqlite::Result<()> {
    for file in files {
        db.prepare_cached(
            "INSERT INTO objects (case_id, n, name, bytes, alg, key)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute((
            id,
            file.n as i64,
            file.name.text(),
            file.bytes as i64,
            file.alg,
            &file.key,
        ))?;
    }
    Ok(())
}

/// The files of a case in any store, in order. A row that names no file is left out.
pub(in crate::shell::store) fn of_case(
    db: &Connection,
    id: i64,
) -> rusqlite::Result<Vec<SealedAttached>> {
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
            n: row.get::<_, i64>(0)? as usize,
            name,
            bytes: row.get::<_, i64>(2)?.unsigned_abs(),
            alg: row.get(3)?,
            key: row.get(4)?,
        });
    }
    Ok(files)
}

/// Takes the files from a case. They are removed after the commit that says so.
pub(in crate::shell::store) fn forget(
    db: &Connection,
    id: i64,
) -> rusqlite::Result<Vec<(ObjectName, u64)>> {
    let mut statement =
        db.prepare_cached("DELETE FROM objects WHERE case_id = ?1 RETURNING name, bytes")?;
    let mut rows = statement.query([id])?;
    let mut files = Vec::new();
    while let Some(row) = rows.next()? {
        let name = ObjectName::parse(&row.get::<_, String>(0)?);
        let bytes = row.get::<_, i64>(1)?.unsigned_abs();
        files.extend(name.map(|name| (name, bytes)));
    }
    Ok(files)
}
