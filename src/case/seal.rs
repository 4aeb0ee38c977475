//! Sealing to the platform: HPKE base mode (RFC 9180), DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, ChaCha20Poly1305.
//!
//! A sealed stream is a sequence of records in one HPKE context: none can be left out, doubled, moved or changed
//! without the next one failing to open.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{Infallible, TryCryptoRng, TryRng};
use hpke::{Deserializable as _, Kem as _, OpModeR, OpModeS, Serializable as _};
use sha2::{Digest as _, Sha256};
use zeroize::{Zeroize, ZeroizeOnDrop};

use super::identity::NotAKey;

type Kem = X25519HkdfSha256;
/// Context that seals records.
pub(super) type Sealing = hpke::aead::AeadCtxS<ChaCha20Poly1305, HkdfSha256, Kem>;
/// Context that opens them.
pub(super) type Opening = hpke::aead::AeadCtxR<ChaCha20Poly1305, HkdfSha256, Kem>;
/// Length of the encapsulated key that a sealed stream begins with, bytes.
pub(super) const ENCAPSULATED: usize = 32;

/// The platform's public key for sealing (X25519).
#[derive(Clone, PartialEq, Eq)]
pub struct SealKey(<Kem as hpke::Kem>::PublicKey);

impl SealKey {
    /// Reads 32 bytes as base64url without padding.
    ///
    /// # Errors
    /// [`NotAKey`].
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAKey)?;
        <Kem as hpke::Kem>::PublicKey::from_bytes(&bytes)
            .map(Self)
            .map_err(|_| NotAKey)
    }

    /// The 32 bytes as base64url without padding.
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.to_bytes())
    }

    /// JWK thumbprint (RFC 7638) of the key.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let canonical = format!(r#"{{"crv":"X25519","kty":"OKP","x":"{}"}}"#, self.text());
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }

    /// A context that only the holder of the secret can open, and the encapsulated key to put before its records.
    /// `entropy` is 32 random bytes, used once. `None` for a key that no secret belongs to (a point of low order).
    #[must_use]
    pub fn begin(&self, info: &[u8], entropy: [u8; 32]) -> Option<([u8; ENCAPSULATED], Sealing)> {
        let mut random = Once(entropy, 0);
        let (encapsulated, context) = hpke::setup_sender_with_rng::<
            ChaCha20Poly1305,
            HkdfSha256,
            Kem,
        >(&OpModeS::Base, &self.0, info, &mut random)
        .ok()?;
        Some((encapsulated.to_bytes().into(), context))
    }
}

impl fmt::Debug for SealKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealKey({})", self.fingerprint())
    }
}

/// The platform's secret for opening. No machine has it.
#[derive(Clone)]
pub struct SealSecret(<Kem as hpke::Kem>::PrivateKey);

impl SealSecret {
    /// The key pair that follows from at least 32 random bytes (RFC 9180, 7.1.3).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(Kem::derive_keypair(seed).0)
    }

    /// The half that machines know.
    #[must_use]
    pub fn public(&self) -> SealKey {
        SealKey(Kem::sk_to_pk(&self.0))
    }

    pub(super) fn open(&self, info: &[u8], encapsulated: &[u8]) -> Option<Opening> {
        let encapsulated = <Kem as hpke::Kem>::EncappedKey::from_bytes(encapsulated).ok()?;
        hpke::setup_receiver::<ChaCha20Poly1305, HkdfSha256, Kem>(
            &OpModeR::Base,
            &self.0,
            &encapsulated,
            info,
        )
        .ok()
    }
}

impl fmt::Debug for SealSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealSecret({})", self.public().fingerprint())
    }
}

/// Randomness that came in as an argument, stretched with SHA-256 over a counter.
#[derive(Zeroize, ZeroizeOnDrop)]
struct Once([u8; 32], u64);

impl TryRng for Once {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, into: &mut [u8]) -> Result<(), Infallible> {
        for chunk in into.chunks_mut(32) {
            let mut block = Sha256::new();
            block.update(self.0);
            block.update(self.1.to_be_bytes());
            chunk.copy_from_slice(&block.finalize()[..chunk.len()]);
            self.1 += 1;
        }
        Ok(())
    }
}

impl TryCryptoRng for Once {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_open_in_order_and_only_for_the_holder_of_the_secret() {
        let secret = SealSecret::from_seed(&[1; 32]);
        let key = SealKey::parse(&secret.public().text()).expect("key");
        let (encapsulated, mut sealing) = key.begin(b"info", [9; 32]).expect("begin");
        let sealed = ["a", "b"].map(|t| sealing.seal(t.as_bytes(), b"").expect("seal"));
        let open = |seed, info: &[u8]| SealSecret::from_seed(&[seed; 32]).open(info, &encapsulated);
        let mut right = open(1, b"info").expect("open");
        assert_eq!(right.open(&sealed[0], b"").expect("first"), b"a");
        assert_eq!(right.open(&sealed[1], b"").expect("second"), b"b");
        let mut swapped = open(1, b"info").expect("open");
        assert!(swapped.open(&sealed[1], b"").is_err());
        assert!(
            open(2, b"info")
                .expect("open")
                .open(&sealed[0], b"")
                .is_err()
        );
        assert!(
            open(1, b"other")
                .expect("open")
                .open(&sealed[0], b"")
                .is_err()
        );
    }

    #[test]
    fn the_same_entropy_makes_the_same_bytes_and_other_entropy_does_not() {
        let key = SealSecret::from_seed(&[1; 32]).public();
        let first = |entropy| key.begin(b"", entropy).expect("begin").0;
        assert_eq!(first([9; 32]), first([9; 32]));
        assert_ne!(first([9; 32]), first([8; 32]));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for bad in ["", "AAAA", "not base64 at all"] {
            assert!(SealKey::parse(bad).is_err(), "{bad}");
        }
        // All zeroes is a point of low order: nobody's.
        let nobody = SealKey::parse(&URL_SAFE_NO_PAD.encode([0; 32])).expect("32 bytes");
        assert!(nobody.begin(b"", [9; 32]).is_none());
    }
}
