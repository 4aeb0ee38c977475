//! The encryption of one object.

use aead_stream::{NewStream as _, StreamBE32, StreamPrimitive as _};
use chacha20poly1305::aead::Payload;
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305};
use zeroize::Zeroizing;

use crate::shell::store::StoreFault;

/// Content of one chunk, bytes.
pub(super) const CHUNK: usize = 64 * 1024;
/// Bytes that encryption adds to a chunk.
pub(super) const TAG: usize = 16;
/// Nonce prefix: 24 bytes of XChaCha20 without the counter and the mark of the last chunk.
pub(super) const NONCE: usize = 19;
/// What stands before the chunks, bytes.
pub(super) const HEADER: usize = 9 + NONCE;
/// Magic word and version.
const START: &[u8; 9] = b"KIOSKOBJ\x01";

/// Key and nonce of one object.
pub(super) struct Cipher {
    stream: StreamBE32<XChaCha20Poly1305>,
    nonce: [u8; NONCE],
}

impl Cipher {
    pub(super) fn new(key: &[u8; 32], nonce: &[u8; NONCE]) -> Self {
        let aead = XChaCha20Poly1305::new(&(*key).into());
        Self {
            stream: StreamBE32::from_aead(aead, &(*nonce).into()),
            nonce: *nonce,
        }
    }

    /// The cipher of a file that begins with `header`; `None` if that is no object of this version.
    pub(super) fn of(key: &[u8; 32], header: &[u8; HEADER]) -> Option<Self> {
        let (start, nonce) = header.split_first_chunk::<9>()?;
        let nonce = nonce.first_chunk::<NONCE>()?;
        (start == START).then(|| Self::new(key, nonce))
    }

    pub(super) fn header(&self) -> [u8; HEADER] {
        let mut header = [0; HEADER];
        header[..9].copy_from_slice(START);
        header[9..].copy_from_slice(&self.nonce);
        header
    }

    pub(super) fn seal(
        &self,
        position: u32,
        last: bool,
        chunk: &[u8],
    ) -> Result<Vec<u8>, StoreFault> {
        let payload = Payload {
            msg: chunk,
            aad: START,
        };
        // Only a chunk beyond the cipher's limit of 256 GiB fails.
        self.stream
            .encrypt(position, last, payload)
            .map_err(|_| StoreFault::TooLarge)
    }

    /// The content of a chunk; `None` if it is not the one that was written in this place.
    pub(super) fn open(
        &self,
        position: u32,
        last: bool,
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        let payload = Payload {
            msg: sealed,
            aad: START,
        };
        let chunk = self.stream.decrypt(position, last, payload).ok()?;
        Some(Zeroizing::new(chunk))
    }
}
