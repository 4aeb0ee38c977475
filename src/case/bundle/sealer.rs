//! Writes a bundle, in constant memory.

use std::io::{Read, Write};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{BundleError, MANIFEST, MANIFEST_MAX, Manifest, PIECE, info};
use crate::case::seal::Sealing;
use crate::case::signed;
use crate::case::{Digest, MachineIdentity, SealKey};

/// Writes a bundle item by item: attachments, then bodies, each in the manifest's order.
pub struct Sealer<W: Write> {
    out: W,
    sealing: Sealing,
    manifest: Manifest,
    done: usize,
}

impl<W: Write> Sealer<W> {
    /// Writes header and manifest. `entropy` is 32 random bytes that are used for nothing else.
    ///
    /// # Errors
    /// A manifest that contradicts itself or names another platform than `platform`; a key that cannot be sealed to;
    /// writing.
    pub fn begin(
        mut out: W,
        manifest: Manifest,
        identity: &MachineIdentity,
        platform: &SealKey,
        entropy: [u8; 32],
    ) -> Result<Self, BundleError> {
        manifest.check()?;
        if manifest.platform != platform.fingerprint() {
            return Err(BundleError::Unsound("it names another platform's key"));
        }
        let signed = signed::sign(identity, MANIFEST, &manifest);
        if signed.len() > MANIFEST_MAX {
            return Err(BundleError::Unsound("too long"));
        }
        let (encapsulated, sealing) = platform.begin(&info(), entropy).ok_or(BundleError::Key)?;
        out.write_all(&info())?;
        out.write_all(&encapsulated)?;
        let mut sealer = Self {
            out,
            sealing,
            manifest,
            done: 0,
        };
        sealer.record(signed.as_bytes())?;
        Ok(sealer)
    }

    /// Writes the next item; `content` must give exactly the bytes that the manifest says.
    ///
    /// # Errors
    /// Other content than the manifest's, more items than it names; reading or writing.
    pub fn item(&mut self, content: &mut dyn Read) -> Result<(), BundleError> {
        let (name, item) = self.manifest.item(self.done).ok_or(BundleError::Overlong)?;
        let (mut left, digest) = (item.length, item.digest);
        let mut hash = Sha256::new();
        let mut piece = Zeroizing::new(vec![0; PIECE]);
        while left > 0 {
            let size = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            content.read_exact(&mut piece[..size])?;
            hash.update(&piece[..size]);
            self.record(&piece[..size])?;
            left -= size as u64;
        }
        if content.read(&mut piece[..1])? != 0 || Digest(hash.finalize().into()) != digest {
            return Err(BundleError::OtherContent(name));
        }
        self.done += 1;
        Ok(())
    }

    /// Ends the bundle and gives back what it was written to; flushing and syncing it is the caller's.
    ///
    /// # Errors
    /// Items are missing.
    pub fn finish(self) -> Result<W, BundleError> {
        match self.manifest.item(self.done) {
            Some((name, _)) => Err(BundleError::Truncated(name)),
            None => Ok(self.out),
        }
    }

    fn record(&mut self, content: &[u8]) -> Result<(), BundleError> {
        let sealed = self
            .sealing
            .seal(content, b"")
            .map_err(|_| BundleError::Sealed)?;
        let length = u32::try_from(sealed.len()).map_err(|_| BundleError::Sealed)?;
        self.out.write_all(&length.to_be_bytes())?;
        self.out.write_all(&sealed)?;
        Ok(())
    }
}
