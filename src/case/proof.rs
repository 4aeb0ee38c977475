//! Proof of filing: the text of a receipt's QR code. Anybody with the machine's public key can check it without a line.
//!
//! ```text
//! KIOSK2/T2026-11-22T14:05:06+08:00/W0012-A7-000001-C/0123456789ABCDEF…/signature
//!        └ clock class, time        └ first number    └ 16 digits a case └ 96 characters
//! ```
//! The numbers of one filing follow each other, so only the first is written. The signature is Ed25519 over all bytes
//! before it, in Base45: every character is one that a QR code packs tightly (alphanumeric mode).

use super::base45;
use super::bytes::Stamp;
use super::digest::Digest;
use super::identity::{MachineIdentity, PublicIdentity};
use super::mint::{Epoch, Machine, SEQ_LAST};
use super::number::FilingNumber;

/// Most cases in one proof, as many as an item may have. Its text then has 341 characters.
pub const PROOF_CASES: usize = 12;
/// Digits of a body's digest.
const DIGEST_DIGITS: usize = 16;
/// Longest text of a time.
const TIME_LIMIT: usize = 40;
const VERSION: &str = "KIOSK2";

/// What a receipt proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// First letter of the clock's class when the cases were filed: `T` trusted, `H` holdover, `B` bounded, `U` unknown.
    pub clock: char,
    /// Wall clock when they were filed, RFC 3339, if the machine had any idea of it.
    pub time: Option<String>,
    /// The cases in their order: filing number and first 16 hexadecimal digits (lower case) of the body's SHA-256.
    pub cases: Vec<(FilingNumber, String)>,
    /// The machine's signature. A machine without its key prints a proof that proves nothing.
    pub signature: Option<[u8; 64]>,
}

/// Why a text is no proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAProof {
    /// Another code.
    #[error("not the code of a receipt of this kind")]
    Foreign,
    /// The time.
    #[error("the time is not readable")]
    Time,
    /// The filing number.
    #[error("the filing number is wrong: a character was misread or changed")]
    Number,
    /// The digests.
    #[error("the digests of the cases are not readable")]
    Digests,
    /// The signature.
    #[error("the signature is not readable")]
    Signature,
}

/// Why a proof does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// The machine had no key when it printed this.
    #[error("the receipt is not signed")]
    Unsigned,
    /// Text or signature was changed, or another machine signed.
    #[error("the signature does not match: the text was changed, or it is another machine's key")]
    Mismatch,
}

impl Proof {
    /// The proof of cases filed together, signed if there is a key. `None` for none or more than [`PROOF_CASES`],
    /// or if their numbers do not follow each other.
    #[must_use]
    pub fn of(
        stamp: &Stamp,
        cases: &[(FilingNumber, Digest)],
        identity: Option<&MachineIdentity>,
    ) -> Option<Self> {
        let (first, _) = cases.first()?;
        let in_order = (0..cases.len()).all(|at| after(first, at).as_ref() == Some(&cases[at].0));
        if cases.len() > PROOF_CASES || !in_order {
            return None;
        }
        let class = stamp.clock_class.word().chars().next()?;
        let mut proof = Self {
            clock: class.to_ascii_uppercase(),
            time: stamp.wall_rfc3339.clone(),
            cases: cases
                .iter()
                .map(|(number, digest)| (number.clone(), digest.hex()[..DIGEST_DIGITS].to_owned()))
                .collect(),
            signature: None,
        };
        proof.signature = identity.map(|identity| identity.sign(proof.signed().as_bytes()));
        Some(proof)
    }

    /// What the QR code holds.
    #[must_use]
    pub fn text(&self) -> String {
        self.signed()
            + &self
                .signature
                .map_or_else(String::new, |s| base45::encode(&s))
    }

    /// Everything before the signature.
    fn signed(&self) -> String {
        let digests: String = self
            .cases
            .iter()
            .map(|(_, digest)| digest.as_str())
            .collect();
        format!(
            "{VERSION}/{}{}/{}/{}/",
            self.clock,
            self.time.as_deref().unwrap_or_default(),
            self.cases.first().map_or("", |(number, _)| &number.0),
            digests.to_ascii_uppercase(),
        )
    }

    /// Reads the text of a QR code. Line breaks around it do not count.
    ///
    /// # Errors
    /// [`NotAProof`] names the part that is wrong; never a panic on any text.
    pub fn parse(text: &str) -> Result<Self, NotAProof> {
        let mut parts = text.trim().splitn(5, '/');
        let mut next = || parts.next().ok_or(NotAProof::Foreign);
        if next()? != VERSION {
            return Err(NotAProof::Foreign);
        }
        let (time, number, digests, signature) = (next()?, next()?, next()?, next()?);
        let (clock, time) = clock_of(time).ok_or(NotAProof::Time)?;
        let first = FilingNumber::parse(number).map_err(|_| NotAProof::Number)?;
        if first.0 != number {
            return Err(NotAProof::Number);
        }
        let cases = cases_of(&first, digests)?;
        let signature = match signature {
            "" => None,
            text => {
                let bytes = base45::decode(text).and_then(|bytes| bytes.try_into().ok());
                Some(bytes.ok_or(NotAProof::Signature)?)
            }
        };
        Ok(Self {
            clock,
            time,
            cases,
            signature,
        })
    }

    /// Whether the machine with this key made the proof.
    ///
    /// # Errors
    /// [`Invalid`] says why not.
    pub fn verify(&self, key: &PublicIdentity) -> Result<(), Invalid> {
        let signature = self.signature.ok_or(Invalid::Unsigned)?;
        if key.verifies(self.signed().as_bytes(), &signature) {
            Ok(())
        } else {
            Err(Invalid::Mismatch)
        }
    }

    /// The time for people, `2026-11-22 14:05`; `None` when nobody knows how far the clock was right.
    #[must_use]
    pub fn time_on_paper(&self) -> Option<String> {
        time_on_paper(self.clock, self.time.as_deref())
    }
}

/// The time of `stamp` for people, `2026-11-22 14:05`; `None` when nobody knows how far the clock was right.
#[must_use]
pub fn stamp_on_paper(stamp: &Stamp) -> Option<String> {
    let class = stamp.clock_class.word().chars().next()?;
    time_on_paper(class.to_ascii_uppercase(), stamp.wall_rfc3339.as_deref())
}

fn time_on_paper(clock: char, time: Option<&str>) -> Option<String> {
    // Trusted and holdover; the time of any other class is only what the machine claims.
    let minutes = time.filter(|_| matches!(clock, 'T' | 'H'))?.get(..16)?;
    Some(minutes.replace('T', " "))
}

/// The number that comes `steps` after `number`; `None` past the end of its epoch.
fn after(number: &FilingNumber, steps: usize) -> Option<FilingNumber> {
    let mut parts = number.0.split('-');
    let machine = Machine::parse(parts.next()?).ok()?;
    let epoch = Epoch::parse(parts.next()?).ok()?;
    let seq: u32 = parts.next()?.parse().ok()?;
    let seq = seq.checked_add(u32::try_from(steps).ok()?)?;
    (seq <= SEQ_LAST).then(|| FilingNumber::mint(&machine, &epoch, seq))
}

fn clock_of(text: &str) -> Option<(char, Option<String>)> {
    let clock = text.chars().next().filter(char::is_ascii_uppercase)?;
    let time = &text[1..];
    let fits = |b: u8| b.is_ascii_digit() || b"T:+-.Z".contains(&b);
    match time.len() {
        0 => Some((clock, None)),
        20..=TIME_LIMIT if time.bytes().all(fits) => Some((clock, Some(time.to_owned()))),
        _ => None,
    }
}

fn cases_of(first: &FilingNumber, digests: &str) -> Result<Vec<(FilingNumber, String)>, NotAProof> {
    let hex = |b: u8| b.is_ascii_digit() || (b'A'..=b'F').contains(&b);
    let whole = digests.len().is_multiple_of(DIGEST_DIGITS) && digests.bytes().all(hex);
    let count = digests.len() / DIGEST_DIGITS;
    if !whole || !(1..=PROOF_CASES).contains(&count) {
        return Err(NotAProof::Digests);
    }
    (0..count)
        .map(|at| {
            let digest = &digests[at * DIGEST_DIGITS..(at + 1) * DIGEST_DIGITS];
            let number = after(first, at).ok_or(NotAProof::Number)?;
            Ok((number, digest.to_ascii_lowercase()))
        })
        .collect()
}

#[cfg(test)]
#[path = "proof_tests.rs"]
mod tests;
