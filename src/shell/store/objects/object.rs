//! An object that is being read, from any place.

use std::fmt;
use std::io;

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::ObjectName;
use super::cipher::{CHUNK, Cipher, HEADER, TAG};
use crate::case::Digest;
use crate::shell::platform::Source;
use crate::shell::store::StoreFault;
use crate::shell::store::files::OpenFile;

/// An open object. Holds one decrypted chunk, which is wiped when dropped.
pub struct Object {
    file: Box<dyn OpenFile>,
    cipher: Cipher,
    name: ObjectName,
    length: u64,
    chunks: u32,
    held: Option<(u32, Zeroizing<Vec<u8>>)>,
}

impl fmt::Debug for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Object({}, {} bytes)", self.name.text(), self.length)
    }
}

impl Object {
    pub(super) fn open(
        file: Box<dyn OpenFile>,
        key: &[u8; 32],
        name: &ObjectName,
    ) -> Result<Self, StoreFault> {
        let damaged = || StoreFault::Corrupt(format!("object {}", name.text()));
        let size = file.len()?;
        let sealed = size.checked_sub(HEADER as u64).ok_or_else(damaged)?;
        let chunks = sealed.div_ceil((CHUNK + TAG) as u64).max(1);
        let length = sealed
            .checked_sub(chunks * TAG as u64)
            .ok_or_else(damaged)?;
        let mut header = [0; HEADER];
        // What the disk cannot read will not be read by trying again: the case is for a technician.
        file.read_at(&mut header, 0).map_err(|_| damaged())?;
        let cipher = Cipher::of(key, &header).ok_or_else(damaged)?;
        Ok(Self {
            file,
            cipher,
            name: name.clone(),
            length,
            chunks: u32::try_from(chunks).map_err(|_| damaged())?,
            held: None,
        })
    }

    /// Bytes of the content. Certain only once the last chunk was read.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Reads everything once; the digest of the content.
    ///
    /// # Errors
    /// As [`Self::read_at`].
    pub fn verify(&mut self) -> Result<Digest, StoreFault> {
        let mut hash = Sha256::new();
        for position in 0..self.chunks {
            hash.update(self.chunk(position)?);
        }
        Ok(Digest(hash.finalize().into()))
    }

    /// Reads everything once: whether it is whole and the content with this digest.
    ///
    /// # Errors
    /// [`StoreFault::Io`].
    pub fn holds(&mut self, digest: &Digest) -> Result<bool, StoreFault> {
        match self.verify() {
            Err(StoreFault::Corrupt(_)) => Ok(false),
            other => Ok(other? == *digest),
        }
    }

    /// Fills `into` with the content from `offset` on.
    ///
    /// # Errors
    /// [`StoreFault::Corrupt`] if a chunk is not the one that was written there, or past the end; [`StoreFault::Io`].
    pub fn read_at(&mut self, mut offset: u64, into: &mut [u8]) -> Result<(), StoreFault> {
        let mut filled = 0;
        while filled < into.len() {
            let position = u32::try_from(offset / CHUNK as u64).map_err(|_| self.damaged())?;
            let from = (offset % CHUNK as u64) as usize;
            let damaged = self.damaged();
            let chunk = self.chunk(position)?;
            let part = chunk.get(from..).filter(|part| !part.is_empty());
            let part = part.ok_or(damaged)?;
            let size = part.len().min(into.len() - filled);
            into[filled..filled + size].copy_from_slice(&part[..size]);
            filled += size;
            offset += size as u64;
        }
        Ok(())
    }

    /// The content from its beginning to its end.
    #[must_use]
    pub fn reader(self) -> impl io::Read {
        Reader {
            object: self,
            at: 0,
        }
    }

    fn chunk(&mut self, position: u32) -> Result<&[u8], StoreFault> {
        if self.held.as_ref().is_none_or(|(held, _)| *held != position) {
            self.held = Some((position, self.decrypted(position)?));
        }
        Ok(self.held.as_ref().map_or(&[], |(_, chunk)| chunk))
    }

    fn decrypted(&self, position: u32) -> Result<Zeroizing<Vec<u8>>, StoreFault> {
        if position >= self.chunks {
            return Err(self.damaged());
        }
        let before = u64::from(position) * (CHUNK + TAG) as u64;
        let left = self.length + u64::from(self.chunks) * TAG as u64 - before;
        let size = usize::try_from(left).unwrap_or(usize::MAX).min(CHUNK + TAG);
        let mut sealed = vec![0; size];
        self.file
            .read_at(&mut sealed, HEADER as u64 + before)
            .map_err(|_| self.damaged())?;
        let last = position + 1 == self.chunks;
        self.cipher
            .open(position, last, &sealed)
            .ok_or_else(|| self.damaged())
    }

    fn damaged(&self) -> StoreFault {
        StoreFault::Corrupt(format!("object {}", self.name.text()))
    }
}

struct Reader {
    object: Object,
    at: u64,
}

impl io::Read for Reader {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let left = self.object.length.saturating_sub(self.at);
        let size = usize::try_from(left).map_or(into.len(), |left| left.min(into.len()));
        Source::read_at(&mut self.object, self.at, &mut into[..size])?;
        self.at += size as u64;
        Ok(size)
    }
}

/// An object is sent as it is read.
impl Source for Object {
    fn read_at(&mut self, offset: u64, into: &mut [u8]) -> io::Result<()> {
        Self::read_at(self, offset, into).map_err(io::Error::other)
    }
}
