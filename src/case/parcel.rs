//! A parcel: some bytes sealed to one key, in pieces, so that a cut or changed one does not open.
//!
//! ```text
//! name             8 bytes, which also binds the key
//! encapsulated key 32 bytes, HPKE (RFC 9180)
//! pieces           u32 length, then so many bytes sealed; AAD 0, of the last piece 1
//! ```

use super::seal::ENCAPSULATED;
use super::{SealKey, SealSecret};

/// Content of one piece, bytes.
const PIECE: usize = 64 * 1024;

/// Why a parcel cannot be made or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParcelFault {
    /// Nothing can be sealed to this key.
    #[error("the key is not usable")]
    Key,
    /// It begins like something else.
    #[error("a file of another kind")]
    Foreign,
    /// Sealed to another key, changed or cut off.
    #[error("cannot be opened: sealed to another key, damaged or cut off")]
    Sealed,
}

/// Seals `content` to `key` as a parcel of the kind `name`. `entropy` is 32 random bytes, used once.
///
/// # Errors
/// [`ParcelFault::Key`].
pub fn seal(
    name: &[u8; 8],
    key: &SealKey,
    content: &[u8],
    entropy: [u8; 32],
) -> Result<Vec<u8>, ParcelFault> {
    let (encapsulated, mut sealing) = key.begin(name, entropy).ok_or(ParcelFault::Key)?;
    let mut out = [&name[..], &encapsulated].concat();
    let pieces = content.len().div_ceil(PIECE).max(1);
    for at in 0..pieces {
        let piece = &content[at * PIECE..content.len().min((at + 1) * PIECE)];
        let last = [u8::from(at + 1 == pieces)];
        let sealed = sealing.seal(piece, &last).map_err(|_| ParcelFault::Key)?;
        let length = u32::try_from(sealed.len()).map_err(|_| ParcelFault::Key)?;
        out.extend_from_slice(&length.to_be_bytes());
        out.extend_from_slice(&sealed);
    }
    Ok(out)
}

/// The content of a parcel.
///
/// # Errors
/// [`ParcelFault`]; no byte of the input makes this panic, and no more is returned than came in.
pub fn open(name: &[u8; 8], secret: &SealSecret, bytes: &[u8]) -> Result<Vec<u8>, ParcelFault> {
    let rest = bytes.strip_prefix(name).ok_or(ParcelFault::Foreign)?;
    let (encapsulated, mut rest) = rest
        .split_at_checked(ENCAPSULATED)
        .ok_or(ParcelFault::Sealed)?;
    let mut opening = secret.open(name, encapsulated).ok_or(ParcelFault::Sealed)?;
    let mut content = Vec::new();
    loop {
        let (length, after) = rest.split_first_chunk::<4>().ok_or(ParcelFault::Sealed)?;
        let length = u32::from_be_bytes(*length) as usize;
        let (sealed, after) = after.split_at_checked(length).ok_or(ParcelFault::Sealed)?;
        let last = after.is_empty();
        let piece = opening
            .open(sealed, &[u8::from(last)])
            .map_err(|_| ParcelFault::Sealed)?;
        content.extend_from_slice(&piece);
        rest = after;
        if last {
            return Ok(content);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAME: &[u8; 8] = b"KIOSKTST";

    #[test]
    fn a_parcel_opens_for_its_key_whole_and_unchanged_and_not_otherwise() {
        let secret = SealSecret::from_seed(&[5; 32]);
        for length in [0, 1, PIECE, PIECE + 1, 3 * PIECE] {
            let content: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let sealed = seal(NAME, &secret.public(), &content, [9; 32]).expect("sealed");
            assert_eq!(open(NAME, &secret, &sealed), Ok(content), "{length}");
            let other = SealSecret::from_seed(&[6; 32]);
            assert_eq!(open(NAME, &other, &sealed), Err(ParcelFault::Sealed));
            assert_eq!(
                open(b"KIOSKOTH", &secret, &sealed),
                Err(ParcelFault::Foreign)
            );
            // Also where a piece ends.
            let first = 8 + ENCAPSULATED + 4 + PIECE + 16;
            for cut in [0, 8, 40, 43, sealed.len() - 1, first.min(sealed.len() - 1)] {
                assert!(
                    open(NAME, &secret, &sealed[..cut]).is_err(),
                    "{length} cut at {cut}"
                );
            }
            for at in (8..sealed.len()).step_by(4999) {
                let mut changed = sealed.clone();
                changed[at] ^= 1;
                assert!(open(NAME, &secret, &changed).is_err(), "{length} at {at}");
            }
        }
    }
}
