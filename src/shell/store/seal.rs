//! Sealing: what is personal in a row is ciphertext on the disk.
//!
//! XChaCha20-Poly1305 (draft-irtf-cfrg-xchacha-03): 24 random bytes are a safe nonce, whatever the number of rows.

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use zeroize::Zeroizing;

/// A key of 32 bytes, wiped when dropped.
pub(super) type Secret = Zeroizing<[u8; 32]>;

/// Algorithm of a row: XChaCha20-Poly1305. Another one, such as SM4-GCM (GB/T 32907), is another number.
pub(super) const XCHACHA20_POLY1305: u8 = 1;
/// Bytes of the random nonce, which stands first in what is sealed.
pub(super) const NONCE: usize = 24;
const TAG: usize = 16;
/// What sealing adds to the length of a text.
pub(super) const OVERHEAD: usize = NONCE + TAG;

/// Why something sealed cannot be read. It concerns one row, never the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// The row was sealed by a newer firmware.
    #[error("sealed with algorithm {0}, which this firmware does not know")]
    UnknownAlgorithm(u8),
    /// The key of the row is gone or damaged, or of another machine.
    #[error("its key cannot be read")]
    NoKey,
    /// The ciphertext or what is bound to it was changed.
    #[error("it does not authenticate")]
    Forged,
    /// It authenticates, but is not what was frozen at filing.
    #[error("its digest does not match")]
    Digest,
    /// A file that belongs to it is gone or damaged.
    #[error("one of its attachments cannot be read")]
    NoFile,
}

/// Bytes of `nonce ‖ ciphertext ‖ tag`. `bound` is authenticated and not stored.
pub(super) fn seal(key: &Secret, nonce: [u8; NONCE], bound: &[u8], plain: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(plain.len() + OVERHEAD);
    sealed.extend_from_slice(&nonce);
    sealed.extend_from_slice(plain);
    let tag = XChaCha20Poly1305::new((&**key).into())
        .encrypt_inout_detached(&XNonce::from(nonce), bound, (&mut sealed[NONCE..]).into())
        .expect("a body is far below the 256 GiB of one nonce");
    sealed.extend_from_slice(&tag);
    sealed
}

/// What was sealed.
///
/// # Errors
/// [`SealFault::Forged`] for another key, other bound bytes or a changed bit.
pub(super) fn unseal(
    key: &Secret,
    bound: &[u8],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealFault> {
    if sealed.len() < OVERHEAD {
        return Err(SealFault::Forged);
    }
    let (head, tag) = sealed.split_at(sealed.len() - TAG);
    let (nonce, text) = head.split_at(NONCE);
    let nonce: [u8; NONCE] = nonce.try_into().map_err(|_| SealFault::Forged)?;
    let tag: [u8; TAG] = tag.try_into().map_err(|_| SealFault::Forged)?;
    let mut plain = Zeroizing::new(text.to_vec());
    XChaCha20Poly1305::new((&**key).into())
        .decrypt_inout_detached(
            &XNonce::from(nonce),
            bound,
            (&mut plain[..]).into(),
            &Tag::from(tag),
        )
        .map_err(|_| SealFault::Forged)?;
    Ok(plain)
}

/// The bytes that stand for `parts`, each with its length before it, so that no two lists give the same bytes.
pub(super) fn bound(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|p| p.len() + 4).sum());
    for part in parts {
        let length = u32::try_from(part.len()).unwrap_or(u32::MAX);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_vector_of_the_draft() {
        // draft-irtf-cfrg-xchacha-03, A.3.1.
        let key: Secret = Zeroizing::new(std::array::from_fn(|i| 0x80 + i as u8));
        let nonce = std::array::from_fn(|i| 0x40 + i as u8);
        let aad = [
            0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7,
        ];
        let plain = b"Ladies and Gentlemen of the class of '99: \
            If I could offer you only one tip for the future, sunscreen would be it.";
        let sealed = seal(&key, nonce, &aad, plain);
        assert_eq!(sealed[NONCE..NONCE + 4], [0xbd, 0x6d, 0x17, 0x9d]);
        assert_eq!(
            sealed[sealed.len() - TAG..],
            [
                0xc0, 0x87, 0x59, 0x24, 0xc1, 0xc7, 0x98, 0x79, 0x47, 0xde, 0xaf, 0xd8, 0x78, 0x0a,
                0xcf, 0x49
            ]
        );
        assert_eq!(unseal(&key, &aad, &sealed).expect("plain")[..], plain[..]);
    }

    #[test]
    fn one_changed_bit_anywhere_is_found() {
        let key: Secret = Zeroizing::new([7; 32]);
        let sealed = seal(&key, [9; NONCE], b"row 1", b"text");
        for at in 0..sealed.len() {
            let mut wrong = sealed.clone();
            wrong[at] ^= 1;
            assert_eq!(unseal(&key, b"row 1", &wrong), Err(SealFault::Forged));
        }
        assert_eq!(unseal(&key, b"row 2", &sealed), Err(SealFault::Forged));
        let other: Secret = Zeroizing::new([8; 32]);
        assert_eq!(unseal(&other, b"row 1", &sealed), Err(SealFault::Forged));
        for short in 0..OVERHEAD {
            assert_eq!(
                unseal(&key, b"row 1", &sealed[..short]),
                Err(SealFault::Forged)
            );
        }
        assert_ne!(bound(&[b"ab", b"c"]), bound(&[b"a", b"bc"]));
    }
}
