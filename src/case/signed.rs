//! Signed documents between machine and platform: JWS, compact serialization (RFC 7515), Ed25519 (RFC 8037).
//!
//! The signer's public key stands in the protected header (`jwk`); who verifies says which key it trusts.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::identity::{MachineIdentity, PublicIdentity};

/// Media type of a signed document.
pub const SIGNED: &str = "application/jose";

/// Why a text is not the signed document that was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotSigned {
    /// Not three parts of base64url, or no header of an Ed25519 signature.
    #[error("not a JWS signed with Ed25519")]
    Shape,
    /// A document of another kind.
    #[error("a signed document of another kind")]
    Kind,
    /// The key in the header is not the trusted one.
    #[error("signed with another key")]
    OtherKey,
    /// The signature does not match.
    #[error("the signature does not match")]
    Signature,
    /// The signed content is not understood.
    #[error("the signed content is not understood")]
    Content,
}

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    jwk: Jwk,
    /// Extensions that must be understood: there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    crit: Option<serde_json::Value>,
}

#[derive(Serialize, Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
}

/// Signs `content` as a document of the kind `typ`.
///
/// # Panics
/// Never: the content of every kind is plain data with string keys.
#[must_use]
pub fn sign(identity: &MachineIdentity, typ: &str, content: &impl Serialize) -> String {
    let header = Header {
        alg: "EdDSA".into(),
        typ: typ.into(),
        jwk: Jwk {
            kty: "OKP".into(),
            crv: "Ed25519".into(),
            x: identity.public().text(),
        },
        crit: None,
    };
    let part = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    let json = "writing JSON with string keys to memory cannot fail";
    let signed = format!(
        "{}.{}",
        part(serde_json::to_vec(&header).expect(json)),
        part(serde_json::to_vec(content).expect(json))
    );
    let signature = part(identity.sign(signed.as_bytes()).into());
    format!("{signed}.{signature}")
}

/// The key that `text` says it is signed with. Not trusted yet: for who meets a signer for the first time.
///
/// # Errors
/// [`NotSigned::Shape`].
pub fn claimed_signer(text: &str) -> Result<PublicIdentity, NotSigned> {
    let header = header(text)?;
    PublicIdentity::parse(&header.jwk.x).map_err(|_| NotSigned::Shape)
}

/// The content of `text`, if it is a document of the kind `typ` signed by `trusted`.
///
/// # Errors
/// [`NotSigned`].
pub fn verify<T: DeserializeOwned>(
    text: &str,
    typ: &str,
    trusted: &PublicIdentity,
) -> Result<T, NotSigned> {
    let header = header(text)?;
    if header.typ != typ {
        return Err(NotSigned::Kind);
    }
    if header.jwk.x != trusted.text() {
        return Err(NotSigned::OtherKey);
    }
    let (signed, signature) = text.rsplit_once('.').ok_or(NotSigned::Shape)?;
    if !trusted.verifies(signed.as_bytes(), &decoded(signature)?) {
        return Err(NotSigned::Signature);
    }
    let (_, content) = signed.split_once('.').ok_or(NotSigned::Shape)?;
    serde_json::from_slice(&decoded(content)?).map_err(|_| NotSigned::Content)
}

fn header(text: &str) -> Result<Header, NotSigned> {
    let mut parts = text.split('.');
    let (Some(header), Some(_), Some(_), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(NotSigned::Shape);
    };
    let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| NotSigned::Shape)?;
    let ours = header.alg == "EdDSA"
        && header.jwk.kty == "OKP"
        && header.jwk.crv == "Ed25519"
        && header.crit.is_none();
    ours.then_some(header).ok_or(NotSigned::Shape)
}

fn decoded(part: &str) -> Result<Vec<u8>, NotSigned> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| NotSigned::Shape)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn machine() -> MachineIdentity {
        MachineIdentity::from_seed(&[7; 32])
    }

    #[test]
    fn what_is_signed_is_read_back_by_who_trusts_the_signer() {
        let text = sign(&machine(), "kiosk-test", &json!({"up_to": 3}));
        assert_eq!(claimed_signer(&text), Ok(machine().public()));
        let content: Value = verify(&text, "kiosk-test", &machine().public()).expect("signed");
        assert_eq!(content, json!({"up_to": 3}));
    }

    /// RFC 8037, appendix A.4: the signature is over the two parts as they are written.
    #[test]
    fn the_signature_is_that_of_rfc_8037() {
        let seed = URL_SAFE_NO_PAD
            .decode("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
            .expect("base64");
        let identity = MachineIdentity::from_seed(&seed.try_into().expect("32 bytes"));
        let signed = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc";
        assert_eq!(
            URL_SAFE_NO_PAD.encode(identity.sign(signed.as_bytes())),
            "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"
        );
    }

    #[test]
    fn any_change_of_any_part_is_found() {
        let text = sign(&machine(), "kiosk-test", &json!({"up_to": 3}));
        let trusted = machine().public();
        for at in 0..text.len() {
            let mut bytes = text.clone().into_bytes();
            bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).expect("ascii");
            let read: Result<Value, _> = verify(&changed, "kiosk-test", &trusted);
            assert!(read.is_err(), "byte {at}");
        }
        let read = |typ, key| verify::<Value>(&text, typ, key);
        assert_eq!(read("kiosk-other", &trusted), Err(NotSigned::Kind));
        let other = MachineIdentity::from_seed(&[8; 32]).public();
        assert_eq!(read("kiosk-test", &other), Err(NotSigned::OtherKey));
    }

    #[test]
    fn a_header_that_asks_for_less_is_refused() {
        let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": machine().public().text()});
        for header in [
            json!({"alg": "none", "typ": "t", "jwk": jwk}),
            json!({"alg": "HS256", "typ": "t", "jwk": jwk}),
            json!({"alg": "EdDSA", "typ": "t", "jwk": jwk, "crit": ["b64"]}),
            json!({"alg": "EdDSA", "typ": "t"}),
        ] {
            let text = format!("{}.{}.", part(header), part(json!({})));
            let read: Result<Value, _> = verify(&text, "t", &machine().public());
            assert_eq!(read, Err(NotSigned::Shape));
        }
    }
}
