//! Signature of the provincial gateway (TIF, 里约网关): four headers on every call.
//!
//! `x-tif-signature` is upper-case hexadecimal SHA-256 over timestamp, token, nonce, timestamp. It does not cover
//! the body; `Content-Digest` does.

use std::fmt::{self, Write as _};

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// Largest difference between the signed time and the gateway's clock, seconds.
pub const WINDOW_S: u64 = 180;
/// Code in the gateway's JSON when it refuses a signature (sent with HTTP 500).
pub const REFUSED: i64 = 400_001;

/// The gateway's secret for one application. Never printed, wiped when dropped.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// Takes over a secret.
    #[must_use]
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(hidden)")
    }
}

/// Signature over `timestamp` (Unix seconds) and `nonce`.
#[must_use]
pub fn sign(timestamp: i64, token: &Token, nonce: &str) -> String {
    let timestamp = timestamp.to_string();
    let mut hash = Sha256::new();
    for part in [&timestamp, token.0.as_str(), nonce, &timestamp] {
        hash.update(part.as_bytes());
    }
    hex_upper(&hash.finalize())
}

/// Whether the gateway takes `signature`: compared without regard to case, in constant time.
#[must_use]
pub fn verify(timestamp: i64, token: &Token, nonce: &str, signature: &str) -> bool {
    let ours = sign(timestamp, token, nonce);
    let theirs = signature.as_bytes();
    ours.len() == theirs.len()
        && ours
            .bytes()
            .zip(theirs)
            .fold(0, |sum, (a, b)| sum | (a ^ b.to_ascii_uppercase()))
            == 0
}

/// `Content-Digest` of RFC 9530 for `body`: `sha-256=:BASE64:`.
#[must_use]
pub fn content_digest(body: &[u8]) -> String {
    content_digest_of(&Sha256::digest(body).into())
}

/// `Content-Digest` of a body with this SHA-256.
#[must_use]
pub fn content_digest_of(hash: &[u8; 32]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(hash);
    format!("sha-256=:{text}:")
}

fn hex_upper(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02X}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNED: &str = "DC1795026E63CFE41CA84EE2C3A89311E4F6EECC5A3E41CFA5746004096CD2E6";

    fn token() -> Token {
        Token::new("demo-token-not-real".into())
    }

    #[test]
    fn the_signature_is_the_gateways() {
        assert_eq!(sign(1_700_000_000, &token(), "123456789abcdefg"), SIGNED);
    }

    #[test]
    fn a_signature_is_bound_to_time_nonce_and_token() {
        let good = |ts, nonce, signature: &str| verify(ts, &token(), nonce, signature);
        assert!(good(
            1_700_000_000,
            "123456789abcdefg",
            &SIGNED.to_lowercase()
        ));
        assert!(!good(1_700_000_001, "123456789abcdefg", SIGNED));
        assert!(!good(1_700_000_000, "123456789abcdefh", SIGNED));
        assert!(!good(1_700_000_000, "123456789abcdefg", &SIGNED[..62]));
        let other = Token::new("another".into());
        assert!(!verify(1_700_000_000, &other, "123456789abcdefg", SIGNED));
    }

    #[test]
    fn the_secret_is_not_printed() {
        assert!(!format!("{:?}", token()).contains("demo"));
    }

    #[test]
    fn the_digest_is_that_of_rfc_9530() {
        // RFC 9530, appendix D: the body `{"hello": "world"}` and a line feed.
        assert_eq!(
            content_digest(b"{\"hello\": \"world\"}\n"),
            "sha-256=:RK/0qy18MlBSVnWgjwz6lZEWjP/lF5HF9bvEF8FabDg=:"
        );
    }
}
