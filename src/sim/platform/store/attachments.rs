//! Attachments in the book: rows of bytes until they are whole, then kept as long as a case names them.

use rusqlite::{Connection, OptionalExtension as _, TransactionBehavior, params};
use sha2::{Digest as _, Sha256};

use super::Store;
use crate::case::{ATTACHMENTS_MAX, Digest};
use crate::shell::platform::words::UploadState;
use crate::sim::platform::rules::Named;

/// How long an attachment that no case names is kept after its last byte came, seconds.
pub(in crate::sim::platform) const UNNAMED_KEPT_S: i64 = 7 * 86_400;
/// Most attachments of one machine that no case names.
const UNNAMED_MAX: usize = 4 * ATTACHMENTS_MAX;

pub(super) const SCHEMA: &str = "
CREATE TABLE IF NOT EXISTS attachments(
  id INTEGER PRIMARY KEY, device TEXT NOT NULL, digest TEXT NOT NULL, length INTEGER NOT NULL,
  received INTEGER NOT NULL DEFAULT 0, complete INTEGER NOT NULL DEFAULT 0, touched INTEGER NOT NULL,
  UNIQUE(device, digest), CHECK(received <= length), CHECK(complete = 0 OR received = length));
CREATE TABLE IF NOT EXISTS attachment_parts(
  attachment INTEGER NOT NULL REFERENCES attachments(id) ON DELETE CASCADE, at INTEGER NOT NULL, bytes BLOB NOT NULL,
  PRIMARY KEY(attachment, at));
CREATE TABLE IF NOT EXISTS case_attachments(
  case_id INTEGER NOT NULL REFERENCES cases(id), attachment INTEGER NOT NULL REFERENCES attachments(id),
  PRIMARY KEY(case_id, attachment));
CREATE INDEX IF NOT EXISTS case_attachments_attachment ON case_attachments(attachment);";

/// What comes of asking to append at an offset.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sim::platform) enum Begun {
    /// Go on.
    Here,
    /// It is whole already.
    Complete,
    /// The part that is here ends elsewhere.
    Elsewhere(u64),
    /// It began with another length.
    OtherLength,
    /// Too many that no case names.
    TooMany,
}

impl Store {
    /// How much of an attachment is here.
    pub(in crate::sim::platform) fn upload(
        &self,
        device: &str,
        digest: &Digest,
    ) -> rusqlite::Result<Option<UploadState>> {
        self.db
            .query_row(
                "SELECT received, length, complete FROM attachments WHERE device = ?1 AND digest = ?2",
                [device, &digest.hex()],
                |row| {
                    Ok(UploadState {
                        digest: *digest,
                        offset: row.get(0)?,
                        length: row.get(1)?,
                        complete: row.get(2)?,
                    })
                },
            )
            .optional()
    }

    /// Asks to append at `offset`; the first byte of an attachment makes it. What nobody names any more is swept.
    pub(in crate::sim::platform) fn begin_piece(
        &mut self,
        device: &str,
        digest: &Digest,
        length: u64,
        offset: u64,
        now: i64,
    ) -> rusqlite::Result<Begun> {
        self.sweep(now)?;
        match self.upload(device, digest)? {
            Some(upload) if upload.length != length => Ok(Begun::OtherLength),
            Some(upload) if upload.complete => Ok(Begun::Complete),
            Some(upload) if upload.offset != offset => Ok(Begun::Elsewhere(upload.offset)),
            Some(_) => Ok(Begun::Here),
            None if offset != 0 => Ok(Begun::Elsewhere(0)),
            None => {
                let unnamed: usize = self.db.query_row(
                    "SELECT count(*) FROM attachments WHERE device = ?1
                     AND id NOT IN (SELECT attachment FROM case_attachments)",
                    [device],
                    |row| row.get(0),
                )?;
                if unnamed >= UNNAMED_MAX {
                    return Ok(Begun::TooMany);
                }
                self.db.execute(
                    "INSERT INTO attachments(device, digest, length, touched) VALUES(?1, ?2, ?3, ?4)",
                    params![device, digest.hex(), length, now],
                )?;
                Ok(Begun::Here)
            }
        }
    }

    /// Appends `bytes` if the part that is here ends at `offset` and they fit; false if not.
    pub(in crate::sim::platform) fn append(
        &mut self,
        device: &str,
        digest: &Digest,
        offset: u64,
        bytes: &[u8],
        now: i64,
    ) -> rusqlite::Result<bool> {
        let write = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let grown = write.execute(
            "UPDATE attachments SET received = received + ?4, touched = ?5
             WHERE device = ?1 AND digest = ?2 AND received = ?3 AND received + ?4 <= length AND complete = 0",
            params![device, digest.hex(), offset, bytes.len(), now],
        )?;
        if grown == 0 {
            return Ok(false);
        }
        write.execute(
            "INSERT INTO attachment_parts(attachment, at, bytes)
             SELECT id, ?3, ?4 FROM attachments WHERE device = ?1 AND digest = ?2",
            params![device, digest.hex(), offset, bytes],
        )?;
        write.commit()?;
        Ok(true)
    }

    /// Forgets what came from `offset` on.
    pub(in crate::sim::platform) fn take_back(
        &mut self,
        device: &str,
        digest: &Digest,
        offset: u64,
    ) -> rusqlite::Result<()> {
        let write = self
            .db
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        write.execute(
            "DELETE FROM attachment_parts WHERE at >= ?3 AND attachment =
             (SELECT id FROM attachments WHERE device = ?1 AND digest = ?2 AND complete = 0)",
            params![device, digest.hex(), offset],
        )?;
        write.execute(
            "UPDATE attachments SET received = ?3
             WHERE device = ?1 AND digest = ?2 AND received > ?3 AND complete = 0",
            params![device, digest.hex(), offset],
        )?;
        write.commit()
    }

    /// Once all bytes are here: whether they are the content. If not, all are thrown away.
    pub(in crate::sim::platform) fn complete(
        &mut self,
        device: &str,
        digest: &Digest,
    ) -> rusqlite::Result<bool> {
        let mut hash = Sha256::new();
        self.read_attachment(device, digest, &mut |part| hash.update(part))?;
        let right = Digest(hash.finalize().into()) == *digest;
        let of = [device, &digest.hex()];
        if right {
            self.db.execute(
                "UPDATE attachments SET complete = 1 WHERE device = ?1 AND digest = ?2",
                of,
            )?;
        } else {
            self.db.execute(
                "DELETE FROM attachments WHERE device = ?1 AND digest = ?2",
                of,
            )?;
        }
        Ok(right)
    }

    /// Hands the bytes of an attachment to `sink`, part by part.
    pub(in crate::sim::platform) fn read_attachment(
        &self,
        device: &str,
        digest: &Digest,
        sink: &mut dyn FnMut(&[u8]),
    ) -> rusqlite::Result<()> {
        let mut read = self.db.prepare(
            "SELECT p.bytes FROM attachment_parts p JOIN attachments a ON a.id = p.attachment
             WHERE a.device = ?1 AND a.digest = ?2 ORDER BY p.at",
        )?;
        let mut rows = read.query([device, &digest.hex()])?;
        while let Some(row) = rows.next()? {
            sink(row.get_ref(0)?.as_blob().unwrap_or_default());
        }
        Ok(())
    }

    /// Removes attachments that no case has named for [`UNNAMED_KEPT_S`].
    fn sweep(&mut self, now: i64) -> rusqlite::Result<()> {
        self.db.execute(
            "DELETE FROM attachments WHERE touched < ?1 AND id NOT IN (SELECT attachment FROM case_attachments)",
            [now - UNNAMED_KEPT_S],
        )?;
        Ok(())
    }
}

/// The attachments of `named` that are not here whole with their length.
pub(super) fn lacking(
    db: &Connection,
    device: &str,
    named: &[Named],
) -> rusqlite::Result<Vec<Digest>> {
    let mut read = db.prepare(
        "SELECT 1 FROM attachments WHERE device = ?1 AND digest = ?2 AND length = ?3 AND complete = 1",
    )?;
    let mut lacking = Vec::new();
    for attachment in named {
        if !read.exists(params![device, attachment.digest.hex(), attachment.length])? {
            lacking.push(attachment.digest);
        }
    }
    Ok(lacking)
}

/// Keeps the attachments of `named` as long as the case `case_id`.
pub(super) fn refer(
    db: &Connection,
    device: &str,
    named: &[Named],
    case_id: i64,
) -> rusqlite::Result<()> {
    for attachment in named {
        db.execute(
            "INSERT OR IGNORE INTO case_attachments(case_id, attachment)
             SELECT ?3, id FROM attachments WHERE device = ?1 AND digest = ?2",
            params![device, attachment.digest.hex(), case_id],
        )?;
    }
    Ok(())
}
