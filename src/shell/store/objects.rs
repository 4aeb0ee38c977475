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
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
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
    /// The objects in `folder`, which is made with the first of them.
    #[must_use]
    pub fn new(files: Arc<dyn Files>, folder: PathBuf) -> Self {
        Self {
            files,
            folder,
            limit: ATTACHMENT_MAX,
        }
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
        let file = self.create(&part)?;
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

    /// Removes objects, with one flush; one that is not there is fine.
    ///
    /// # Errors
    /// [`StoreFault::Io`].
    pub fn remove(&self, names: &[ObjectName]) -> Result<(), StoreFault> {
        let mut removed = false;
        for name in names {
            match self.files.remove(&self.path(name)) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                other => {
                    other?;
                    removed = true;
                }
            }
        }
        if removed {
            self.files.sync_folder(&self.folder)?;
        }
        Ok(())
    }

    /// Removes every file that is not in `live`, parts of interrupted writes included; says how many. Call it when
    /// nothing is being written: an object is an orphan until the case that names it is committed.
    ///
    /// # Errors
    /// [`StoreFault::Io`].
    pub fn sweep(&self, live: &BTreeSet<ObjectName>) -> Result<usize, StoreFault> {
        self.remove_all(|name| !name.is_some_and(|name| live.contains(name)))
    }

    /// As [`Self::sweep`], but only what was never whole goes.
    ///
    /// # Errors
    /// [`StoreFault::Io`].
    pub fn sweep_parts(&self) -> Result<usize, StoreFault> {
        self.remove_all(|name| name.is_none())
    }

    /// Whether there are files that are not in `live`.
    ///
    /// # Errors
    /// [`StoreFault::Io`].
    pub fn has_others(&self, live: &BTreeSet<ObjectName>) -> Result<bool, StoreFault> {
        let other = |path: &PathBuf| !name_of(path).is_some_and(|name| live.contains(&name));
        Ok(self.list()?.iter().any(other))
    }

    fn remove_all(&self, goes: impl Fn(Option<&ObjectName>) -> bool) -> Result<usize, StoreFault> {
        let mut swept = 0;
        for path in self.list()? {
            if goes(name_of(&path).as_ref()) {
                self.files.remove(&path)?;
                swept += 1;
            }
        }
        if swept > 0 {
            self.files.sync_folder(&self.folder)?;
        }
        Ok(swept)
    }

    /// All files; none without a folder.
    fn list(&self) -> Result<Vec<PathBuf>, StoreFault> {
        match self.files.list(&self.folder) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            other => Ok(other?),
        }
    }

    /// A new file, in a folder that is there after a power cut too.
    fn create(&self, part: &Path) -> Result<Box<dyn OpenFile>, StoreFault> {
        match self.files.create(part) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                self.files.make_folder(&self.folder)?;
                let above = self.folder.parent().unwrap_or(Path::new("."));
                self.files.sync_folder(above)?;
                Ok(self.files.create(part)?)
            }
            other => Ok(other?),
        }
    }

    fn path(&self, name: &ObjectName) -> PathBuf {
        self.folder.join(name.text())
    }
}

fn name_of(path: &Path) -> Option<ObjectName> {
    ObjectName::parse(path.file_name()?.to_str()?)
}

fn not_found(error: std::io::Error) -> StoreFault {
    match error.kind() {
        ErrorKind::NotFound => StoreFault::NotFound,
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
