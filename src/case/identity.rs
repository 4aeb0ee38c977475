//! Who this machine is: an Ed25519 key (RFC 8032) that signs what others must be able to prove came from here.

use std::fmt;

use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// The machine's signing key. Wiped when dropped, never shown.
pub struct MachineIdentity(SigningKey);

impl MachineIdentity {
    /// The key that belongs to 32 secret bytes.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&seed))
    }

    /// Signs `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// What others check the signatures with.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }
}

impl fmt::Debug for MachineIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MachineIdentity({})", self.public().fingerprint())
    }
}

/// Public half of a machine's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublicKey(pub [u8; 32]);

impl PublicKey {
    /// Reads 64 hexadecimal digits; blanks and line breaks around them do not count.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut bytes = [0; 32];
        if text.len() != 64 || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn hex(&self) -> String {
        hex(&self.0)
    }

    /// First 16 hexadecimal digits of the SHA-256 of the key: short enough to be read over a telephone.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        hex(&Sha256::digest(self.0)[..8])
    }

    /// Whether `signature` is this machine's under `message`. Keys and signatures of small order are refused.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        VerifyingKey::from_bytes(&self.0).is_ok_and(|key| {
            key.verify_strict(message, &Signature::from_bytes(signature))
                .is_ok()
        })
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8032, section 7.1, test 2.
    #[test]
    fn the_example_of_the_standard() {
        let seed =
            PublicKey::parse("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let identity = MachineIdentity::from_seed(seed.expect("hex").0);
        assert_eq!(
            identity.public().hex(),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        let signature = identity.sign(&[0x72]);
        assert_eq!(
            hex(&signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert!(identity.public().verifies(&[0x72], &signature));
        assert!(!identity.public().verifies(&[0x73], &signature));
    }

    #[test]
    fn a_fingerprint_is_the_head_of_the_hash() {
        let public = MachineIdentity::from_seed([7; 32]).public();
        let whole = hex(&Sha256::digest(public.0));
        assert_eq!(public.fingerprint(), whole[..16]);
        assert_eq!(
            PublicKey::parse(&format!(" {}\n", public.hex())),
            Some(public)
        );
    }

    #[test]
    fn nothing_shows_the_seed() {
        let shown = format!("{:?}", MachineIdentity::from_seed([0xAB; 32]));
        assert!(
            !shown.to_lowercase().contains("abab") && shown.len() < 40,
            "{shown}"
        );
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for bad in ["", "00", &"g".repeat(64), &"0".repeat(65), "钥匙"] {
            assert!(PublicKey::parse(bad).is_none(), "{bad}");
        }
        // The neutral element signs anything under a lax check.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let mut forged = [0; 64];
        forged[0] = 1;
        assert!(!PublicKey(neutral).verifies(b"anything", &forged));
    }
}
