//! The secret of a machine's one-time codes, as its file has it: base32 (RFC 4648) without padding, as apps take it.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Fewest bytes of a secret (RFC 4226, R6: 128 bits; 160 are recommended).
const LEAST: usize = 16;
/// Most bytes: SHA-1's block.
const MOST: usize = 64;

const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// Why a text is no secret. What it holds is never told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyFault {
    /// A character that base32 does not have.
    #[error("not base32 (A-Z, 2-7)")]
    NotBase32,
    /// Fewer than 16 or more than 64 bytes.
    #[error("{LEAST} to {MOST} bytes are a secret")]
    Length,
}

/// A secret. `Debug` shows nothing of it; the bytes are wiped on drop.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CodeKey(Vec<u8>);

impl CodeKey {
    /// A secret of 16 to 64 bytes.
    ///
    /// # Errors
    /// [`KeyFault::Length`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, KeyFault> {
        if (LEAST..=MOST).contains(&bytes.len()) {
            Ok(Self(bytes.to_vec()))
        } else {
            Err(KeyFault::Length)
        }
    }

    /// Reads base32; blanks, line ends, `-` and padding do not count, small letters do.
    ///
    /// # Errors
    /// [`KeyFault`].
    pub fn parse(text: &str) -> Result<Self, KeyFault> {
        let mut bytes = Vec::with_capacity(MOST + 1);
        let (mut bits, mut held) = (0_u32, 0_u32);
        let digits = text
            .bytes()
            .filter(|b| !b.is_ascii_whitespace() && !b"-=".contains(b));
        for digit in digits {
            let upper = digit.to_ascii_uppercase();
            let value = ALPHABET.iter().position(|known| *known == upper);
            let value = value.ok_or(KeyFault::NotBase32)?;
            bits = (bits << 5 | value as u32) & 0xfff;
            held += 5;
            if held >= 8 {
                held -= 8;
                bytes.push((bits >> held) as u8);
            }
            if bytes.len() > MOST {
                bytes.zeroize();
                return Err(KeyFault::Length);
            }
        }
        let key = Self::from_bytes(&bytes);
        bytes.zeroize();
        key
    }

    /// As base32, for the file and for the desk's app.
    #[must_use]
    pub fn base32(&self) -> String {
        let mut text = String::new();
        let (mut bits, mut held) = (0_u32, 0_u32);
        for byte in &self.0 {
            bits = (bits << 8 | u32::from(*byte)) & 0xffff;
            held += 8;
            while held >= 5 {
                held -= 5;
                text.push(char::from(ALPHABET[(bits >> held & 31) as usize]));
            }
        }
        if held > 0 {
            text.push(char::from(ALPHABET[(bits << (5 - held) & 31) as usize]));
        }
        text
    }

    /// What an authenticator app reads from a QR code (the key URI format of those apps).
    #[must_use]
    pub fn uri(&self, machine: &str) -> String {
        format!(
            "otpauth://totp/kiosk:{machine}?secret={}&issuer=kiosk",
            self.base32()
        )
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_comes_back_and_is_read_as_people_write_it() {
        // RFC 4648, section 10: the digits of "foobar…" at a length that is a secret.
        let key = CodeKey::from_bytes(b"foobarfoobarfoobar!!").expect("a key");
        assert!(key.base32().starts_with("MZXW6YTBOJ"));
        assert_eq!(CodeKey::parse(&key.base32()), Ok(key.clone()));
        let written = format!(" {} \n", key.base32().to_lowercase().replace('T', "t-"));
        assert_eq!(CodeKey::parse(&written), Ok(key.clone()));
        for length in LEAST..=MOST {
            let key = CodeKey::from_bytes(&vec![0xA5; length]).expect("a key");
            assert_eq!(CodeKey::parse(&key.base32()), Ok(key));
        }
        assert_eq!(format!("{key:?}"), "CodeKey(…)");
        assert_eq!(CodeKey::parse("MZXW6YTBOJ"), Err(KeyFault::Length));
        assert_eq!(CodeKey::parse("0189"), Err(KeyFault::NotBase32));
        assert_eq!(CodeKey::parse(&"A".repeat(200)), Err(KeyFault::Length));
    }
}
