//! Reads a bundle, in constant memory.

use std::io::{self, Read};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{
    BUNDLE_VERSION, BundleError, Carried, CarriedCase, MAGIC, MANIFEST, MANIFEST_MAX, Manifest,
    PIECE, TAG, info,
};
use crate::case::seal::{ENCAPSULATED, Opening};
use crate::case::signed;
use crate::case::{Digest, PublicIdentity, SealSecret};

/// Reads a bundle item by item.
pub struct Opener<R: Read> {
    input: R,
    opening: Opening,
    manifest: Manifest,
    done: usize,
}

/// An item whose content was read whole and is what the manifest says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// An attachment; all of them come before the first case.
    Attachment(Carried),
    /// A case.
    Case(CarriedCase),
}

impl<R: Read> Opener<R> {
    /// Reads header and manifest. `known` is asked once which key the machine that the manifest names has, with the
    /// key that the manifest is signed with.
    ///
    /// # Errors
    /// [`BundleError`]; no byte of the input makes this panic.
    pub fn begin(
        mut input: R,
        secret: &SealSecret,
        known: impl FnOnce(&str, PublicIdentity) -> Option<PublicIdentity>,
    ) -> Result<Self, BundleError> {
        let mut start = [0; 9 + ENCAPSULATED];
        read_start(&mut input, &mut start)?;
        let mut opening = secret
            .open(&info(), &start[9..])
            .ok_or(BundleError::Sealed)?;
        let signed = record(&mut input, &mut opening, MANIFEST_MAX)?
            .ok_or_else(|| BundleError::Truncated("its manifest".into()))?;
        let text = std::str::from_utf8(&signed).map_err(|_| signed::NotSigned::Shape)?;
        let claimed = signed::claimed_signer(text)?;
        // Read once with the key it claims, to learn which machine it names; trusted only with that machine's key.
        let named: Manifest = signed::verify(text, MANIFEST, &claimed)?;
        let trusted = known(&named.machine, claimed)
            .ok_or_else(|| BundleError::UnknownMachine(named.machine.clone()))?;
        let manifest: Manifest = signed::verify(text, MANIFEST, &trusted)?;
        manifest.check()?;
        if manifest.platform != secret.public().fingerprint() {
            return Err(BundleError::Unsound("made for another platform"));
        }
        Ok(Self {
            input,
            opening,
            manifest,
            done: 0,
        })
    }

    /// What the bundle holds.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Reads the next item and hands its content to `sink` piece by piece; `None` at the end of the bundle. Only when
    /// this returns the item is its content known to be whole.
    ///
    /// # Errors
    /// [`BundleError`], or of `sink`.
    pub fn next(
        &mut self,
        sink: &mut dyn FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<Option<Item>, BundleError> {
        let Some((name, carried)) = self.manifest.item(self.done) else {
            return match self.input.read(&mut [0])? {
                0 => Ok(None),
                _ => Err(BundleError::Overlong),
            };
        };
        let (mut left, digest) = (carried.length, carried.digest);
        let mut hash = Sha256::new();
        while left > 0 {
            let expected = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
            let piece = record(&mut self.input, &mut self.opening, PIECE)?
                .ok_or_else(|| BundleError::Truncated(name.clone()))?;
            if piece.len() != expected {
                return Err(BundleError::OtherContent(name));
            }
            hash.update(&piece);
            sink(&piece)?;
            left -= piece.len() as u64;
        }
        if Digest(hash.finalize().into()) != digest {
            return Err(BundleError::OtherContent(name));
        }
        let attachments = &self.manifest.attachments;
        let item = match attachments.get(self.done) {
            Some(attachment) => Item::Attachment(attachment.clone()),
            None => Item::Case(self.manifest.cases[self.done - attachments.len()].clone()),
        };
        self.done += 1;
        Ok(Some(item))
    }
}

fn read_start(input: &mut impl Read, start: &mut [u8]) -> Result<(), BundleError> {
    let short = |error: io::Error| match error.kind() {
        io::ErrorKind::UnexpectedEof => BundleError::NotABundle,
        _ => error.into(),
    };
    input.read_exact(&mut start[..9]).map_err(short)?;
    if start[..8] != *MAGIC {
        return Err(BundleError::NotABundle);
    }
    if start[8] != BUNDLE_VERSION {
        return Err(BundleError::Version(start[8]));
    }
    input.read_exact(&mut start[9..]).map_err(short)
}

/// The next record, opened; `None` where the file ends between two records.
fn record(
    input: &mut impl Read,
    opening: &mut Opening,
    limit: usize,
) -> Result<Option<Zeroizing<Vec<u8>>>, BundleError> {
    let mut length = [0; 4];
    let mut had = 0;
    while had < 4 {
        match input.read(&mut length[had..])? {
            0 if had == 0 => return Ok(None),
            0 => return Err(BundleError::Sealed),
            more => had += more,
        }
    }
    let length = u32::from_be_bytes(length) as usize;
    if length > limit + TAG {
        return Err(BundleError::Sealed);
    }
    let mut sealed = vec![0; length];
    input
        .read_exact(&mut sealed)
        .map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => BundleError::Sealed,
            _ => error.into(),
        })?;
    let content = opening
        .open(&sealed, b"")
        .map_err(|_| BundleError::Sealed)?;
    Ok(Some(Zeroizing::new(content)))
}
