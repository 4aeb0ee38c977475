//! Attachments on this machine: one encrypted file each, written whole or not at all, in constant memory.
//!
//! A file is `objects/NAME`, NAME the SHA-256 of its bytes. It holds, numbers most significant first:
//!
//! ```text
//! "KIOSKOBJ"       8 bytes
//! version          1 byte, 1
//! nonce prefix    19 bytes
//! chunks          64 KiB of content each and 16 bytes of tag, the last one shorter
//! ```
//!
//! The chunks are the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár 2015, BE32) over XChaCha20-Poly1305
//! with the first 9 bytes as associated data: none can be left out, doubled, moved, or cut from the end.

mod cipher;
mod object;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use self::cipher::{CHUNK, Cipher, HEADER, NONCE};
use super::StoreFault;
use super::files::{Files, OpenFile};
use crate::case::{ATTACHMENT_MAX, Digest};

pub use self::object::Object;

/// Ending of a file that is still being written.
const PART: &str = "part";

/// An encrypted attachment: where it is, and what the case says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Name of the file.
    pub name: ObjectName,
    /// SHA-256 of the content, as the case names it.
    pub digest: Digest,
    /// Bytes of the content.
    pub length: u64,
}

/// Name of a file: SHA-256 of its encrypted bytes, 64 lower-case hex digits.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectName(Digest);

impl ObjectName {
    /// Reads the name of a file or of a row.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Digest::from_hex(text).map(Self)
    }

    /// 64 lower-case hex digits.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.hex()
    }
}

/// The folder of encrypted attachments.
pub struct Objects {
    files: Arc<dyn Files>,
    folder: PathBuf,
    /// Longest content, bytes.
    limit: u64,
}

impl Objects {
    /// The objects in `folder`, which is made if missing.
    ///
    /// # Errors
    /// [`StoreFault::Full`] or [`StoreFault::Io`].
    pub fn open(files: Arc<dyn Files>, folder: PathBuf) -> Result<Self, StoreFault> {
        files.make_folder(&folder)?;
        Ok(Self {
            files,
            folder,
            limit: ATTACHMENT_MAX,
        })
    }

    /// Encrypts `content` to its end under `key` and keeps it: durable when this returns. `nonce` is random and never
    /// used twice with the same key. After an error nothing of it is left but a part that [`Self::sweep`] removes.
    ///
    /// # Errors
    /// [`StoreFault::TooLarge`] beyond [`ATTACHMENT_MAX`], [`StoreFault::Full`], [`StoreFault::Io`].
    pub fn put(
        &self,
        key: &[u8; 32],
        nonce: [u8; NONCE],
        content: &mut dyn Read,
    ) -> Result<Stored, StoreFault> {
        let part: String = nonce.iter().map(|b| format!("{b:02x}")).collect();
        let part = self.folder.join(format!("{part}.{PART}"));
        let file = self.files.create(&part)?;
        let cipher = Cipher::new(key, &nonce);
        let written = write(file.as_ref(), &cipher, self.limit, content).and_then(|stored| {
            file.sync()?;
            self.files.rename(&part, &self.path(&stored.name))?;
            self.files.sync_folder(&self.folder)?;
            Ok(stored)
        });
        if written.is_err() {
            // If this fails too, the part stays until the next sweep.
            let _ = self.files.remove(&part);
        }
        written
    }

    /// Opens an object for reading.
    ///
    /// # Errors
    /// [`StoreFault::NotFound`]; [`StoreFault::Corrupt`] if it does not begin like an object; [`StoreFault::Io`].
    pub fn get(&self, key: &[u8; 32], name: &ObjectName) -> Result<Object, StoreFault> {
        let file = self.files.open(&self.path(name)).map_err(not_found)?;
        Object::open(file, key, name)
    }

    /// Removes an object; one that is not there is fine.
    ///
    /// # Errors
    /// [`StoreFault::Io`].
    pub fn remove(&self, name: &ObjectName) -> Result<(), StoreFault> {
        match self.files.remove(&self.path(name)) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            other => other?,
        }
        Ok(self.files.sync_folder(&self.folder)?)
    }

    /// Removes every file that is not in `live`, parts of interrupted writes included; says how many. Call it when
    /// nothing is being written: an object is an orphan until the case that names it is committed.
    ///
    /// # Errors
    /// [`StoreFault::Io`].
    pub fn sweep(&self, live: &BTreeSet<ObjectName>) -> Result<usize, StoreFault> {
        let mut swept = 0;
        for path in self.files.list(&self.folder)? {
            let name = path.file_name().and_then(|name| name.to_str());
            let name = name.and_then(ObjectName::parse);
            if !name.is_some_and(|name| live.contains(&name)) {
                self.files.remove(&path)?;
                swept += 1;
            }
        }
        if swept > 0 {
            self.files.sync_folder(&self.folder)?;
        }
        Ok(swept)
    }

    fn path(&self, name: &ObjectName) -> PathBuf {
        self.folder.join(name.text())
    }
}

fn not_found(error: std::io::Error) -> StoreFault {
    match error.kind() {
        std::io::ErrorKind::NotFound => StoreFault::NotFound,
        _ => error.into(),
    }
}

/// Writes header and chunks; what is read ahead tells which chunk is the last one.
fn write(
    file: &dyn OpenFile,
    cipher: &Cipher,
    limit: u64,
    content: &mut dyn Read,
) -> Result<Stored, StoreFault> {
    let (mut plain, mut sealed) = (Sha256::new(), Sha256::new());
    let header = cipher.header();
    file.write_at(&header, 0)?;
    sealed.update(header);
    let mut chunk = Zeroizing::new(vec![0; CHUNK]);
    let mut ahead = Zeroizing::new(vec![0; CHUNK]);
    let (mut length, mut at, mut position) = (0, HEADER as u64, 0);
    let mut filled = fill(content, &mut chunk)?;
    loop {
        let more = match filled {
            CHUNK => fill(content, &mut ahead)?,
            _ => 0,
        };
        plain.update(&chunk[..filled]);
        length += filled as u64;
        if length > limit {
            return Err(StoreFault::TooLarge);
        }
        let bytes = cipher.seal(position, more == 0, &chunk[..filled])?;
        file.write_at(&bytes, at)?;
        sealed.update(&bytes);
        at += bytes.len() as u64;
        if more == 0 {
            break;
        }
        position += 1;
        filled = more;
        std::mem::swap(&mut chunk, &mut ahead);
    }
    Ok(Stored {
        name: ObjectName(Digest(sealed.finalize().into())),
        digest: Digest(plain.finalize().into()),
        length,
    })
}

/// Reads until `into` is full or the content ends; how much there was.
fn fill(content: &mut dyn Read, into: &mut [u8]) -> Result<usize, StoreFault> {
    let mut filled = 0;
    while filled < into.len() {
        match content.read(&mut into[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}
