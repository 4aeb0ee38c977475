//! Who signs: an Ed25519 key pair (RFC 8032) and its public half.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest as _, Sha256};

/// The signing key of a machine, made when it is provisioned and kept for its life. The platform signs with the same
/// kind of key. Wiped when dropped, never printed.
#[derive(Clone)]
pub struct MachineIdentity(SigningKey);

/// A text or bytes that are no Ed25519 public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an Ed25519 public key (32 bytes, base64url without padding)")]
pub struct NotAKey;

impl MachineIdentity {
    /// The key pair of a secret of 32 random bytes (RFC 8032, 5.1.5).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The half that others know.
    #[must_use]
    pub fn public(&self) -> PublicIdentity {
        PublicIdentity(self.0.verifying_key())
    }

    /// Name of the key, see [`PublicIdentity::fingerprint`].
    #[must_use]
    pub fn fingerprint(&self) -> String {
        self.public().fingerprint()
    }

    /// Signature over `message`.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

impl fmt::Debug for MachineIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MachineIdentity({})", self.fingerprint())
    }
}

/// An Ed25519 public key.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct PublicIdentity(VerifyingKey);

impl PublicIdentity {
    /// Reads 32 bytes as base64url without padding, as in `x` of a JWK (RFC 8037).
    ///
    /// # Errors
    /// [`NotAKey`], also for points on which every signature would verify.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| NotAKey)?;
        let bytes: [u8; 32] = bytes.try_into().map_err(|_| NotAKey)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NotAKey)?;
        (!key.is_weak()).then_some(Self(key)).ok_or(NotAKey)
    }

    /// The 32 bytes as base64url without padding.
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.as_bytes())
    }

    /// JWK thumbprint (RFC 7638), 43 characters: the name of the key in logs, on labels and in the fleet's books.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, self.text());
        URL_SAFE_NO_PAD.encode(Sha256::digest(canonical))
    }

    /// Whether `signature` over `message` is of this key.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}

impl fmt::Debug for PublicIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicIdentity({})", self.fingerprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.
    fn example() -> MachineIdentity {
        let seed = URL_SAFE_NO_PAD
            .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
            .expect("base64");
        MachineIdentity::from_seed(&seed.try_into().expect("32 bytes"))
    }

    #[test]
    fn key_and_thumbprint_are_those_of_rfc_8037() {
        let public = example().public();
        assert_eq!(public.text(), "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo");
        assert_eq!(
            public.fingerprint(),
            "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
        );
        assert_eq!(PublicIdentity::parse(&public.text()), Ok(public));
    }

    #[test]
    fn a_signature_is_bound_to_key_and_message() {
        let (identity, other) = (example(), MachineIdentity::from_seed(&[1; 32]));
        let signature = identity.sign(b"filed");
        assert!(identity.public().verifies(b"filed", &signature));
        assert!(!identity.public().verifies(b"filet", &signature));
        assert!(!identity.public().verifies(b"filed", &signature[..63]));
        assert!(!other.public().verifies(b"filed", &signature));
    }

    #[test]
    fn what_is_no_key_is_refused_and_no_secret_is_printed() {
        let zero = URL_SAFE_NO_PAD.encode([0; 32]);
        for bad in [
            "",
            "x",
            "11qY",
            &zero,
            "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo",
        ] {
            assert_eq!(PublicIdentity::parse(bad), Err(NotAKey), "{bad}");
        }
        let shown = format!("{:?}", example());
        assert!(
            shown.contains("kPrK_") && !shown.contains("nWGx"),
            "{shown}"
        );
    }
}
