//! Names that are made once per case: machine, epoch of the store, idempotency key.

use serde::{Deserialize, Serialize};

/// Last sequence number of an epoch: six digits on paper. The store then takes a new epoch.
pub const SEQ_LAST: u32 = 999_999;

/// Crockford's base 32: no I, L, O, U, so that nobody misreads a key aloud.
const BASE32: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A machine or epoch name of the wrong shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} must be {len} characters 0-9 A-Z")]
pub struct Misnamed {
    what: &'static str,
    len: usize,
}

fn named(text: &str, what: &'static str, len: usize) -> Result<String, Misnamed> {
    let fits = text.len() == len
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || b.is_ascii_uppercase());
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Misnamed { what, len })
    }
}

/// Number of this machine in its district: five characters `0-9 A-Z`, set at provisioning.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Machine(String);

impl Machine {
    /// # Errors
    /// [`Misnamed`] unless `text` is five characters `0-9 A-Z`.
    pub fn parse(text: &str) -> Result<Self, Misnamed> {
        named(text, "machine", 5).map(Self)
    }

    /// The five characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Two random characters, chosen when a store is made: a restored or cloned card cannot give out
/// the numbers of its twin again.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(String);

impl Epoch {
    /// # Errors
    /// [`Misnamed`] unless `text` is two characters `0-9 A-Z`.
    pub fn parse(text: &str) -> Result<Self, Misnamed> {
        named(text, "epoch", 2).map(Self)
    }

    /// An epoch from two random bytes, without the letters I, L, O, U.
    #[must_use]
    pub fn mint(random: [u8; 2]) -> Self {
        Self(random.iter().map(|b| digit32(*b)).collect())
    }

    /// The two characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn digit32(byte: u8) -> char {
    char::from(BASE32[usize::from(byte & 31)])
}

/// Idempotency key of a case for its whole life: path segment of `PUT …/cases/{key}` and `Idempotency-Key`.
///
/// ASCII `[0-9A-Za-z-]`, 20 to 64 characters. Made once, from machine, store epoch, sequence and randomness.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(pub String);

impl Key {
    /// `MMMMM-EE-NNNNNN-` and 80 random bits as 16 characters of Crockford's base 32.
    ///
    /// No clock in it: a machine without a battery starts in 1970 and must still never repeat itself.
    #[must_use]
    pub fn mint(machine: &Machine, epoch: &Epoch, seq: u32, random: [u8; 10]) -> Self {
        Self(format!(
            "{}-{}-{seq:06}-{}",
            machine.0,
            epoch.0,
            base32(random)
        ))
    }

    /// Machine, epoch and sequence that a case's key begins with; `None` for a key of another make.
    #[must_use]
    pub fn parts(&self) -> Option<(&str, &str, u64)> {
        let mut parts = self.0.splitn(4, '-');
        let (machine, epoch, seq, _random) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let digits = seq.len() == 6 && seq.bytes().all(|b| b.is_ascii_digit());
        digits.then_some((machine, epoch, seq.parse().ok()?))
    }

    /// Key of a rating (好差评): as [`Key::mint`], the sequence marked with `R`.
    #[must_use]
    pub fn mint_rating(machine: &Machine, epoch: &Epoch, seq: u64, random: [u8; 10]) -> Self {
        Self(format!(
            "{}-{}-R{seq:06}-{}",
            machine.0,
            epoch.0,
            base32(random)
        ))
    }
}

/// 80 bits, five at a time, highest first.
fn base32(random: [u8; 10]) -> String {
    let mut bits = [0_u8; 16];
    bits[6..].copy_from_slice(&random);
    let bits = u128::from_be_bytes(bits);
    (0..16_u32)
        .rev()
        .map(|i| digit32(((bits >> (5 * i)) & 31) as u8))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> (Machine, Epoch) {
        (
            Machine::parse("00042").expect("machine"),
            Epoch::parse("7K").expect("epoch"),
        )
    }

    #[test]
    fn key_has_all_80_bits_and_the_agreed_alphabet() {
        let (machine, epoch) = names();
        let key = Key::mint(&machine, &epoch, 17, [0xff; 10]);
        assert_eq!(key.0, "00042-7K-000017-ZZZZZZZZZZZZZZZZ");
        let key = Key::mint(&machine, &epoch, 17, [0, 0, 0, 0, 0, 0, 0, 0, 0, 1]);
        assert_eq!(key.0, "00042-7K-000017-0000000000000001");
        assert_eq!(key.parts(), Some(("00042", "7K", 17)));
        let rating = Key::mint_rating(&machine, &epoch, 3, [0x80; 10]);
        assert!(rating.0.starts_with("00042-7K-R000003-G"));
        assert_eq!(rating.parts(), None);
        assert!((20..=64).contains(&rating.0.len()));
    }

    #[test]
    fn names_of_the_wrong_shape_are_refused() {
        for bad in ["", "0042", "000042", "0004x", "0004-", "００"] {
            assert!(Machine::parse(bad).is_err(), "{bad}");
        }
        assert!(Epoch::parse("7k").is_err());
        assert_eq!(Epoch::mint([0, 255]).as_str(), "0Z");
    }
}
