//! What an X.509 certificate (RFC 5280) says, and the certs-only messages (RFC 7030, 4.1.3) that carry some of them.
//!
//! Chains are judged by `rustls`; here is only read what it does not tell: whose key, until when, which name.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest as _, Sha256};
use x509_cert::Certificate as Parsed;
use x509_cert::der::asn1::{AnyRef, ObjectIdentifier, PrintableStringRef, SetOfVec, Utf8StringRef};
use x509_cert::der::{
    Decode as _, Encode as _, Reader as _, SliceReader, Tag, TagNumber, Tagged as _,
};

/// Longest message that is looked at, bytes.
pub const MESSAGE_MAX: usize = 64 * 1024;
/// Most certificates of one message.
pub const CERTIFICATES_MAX: usize = 16;
const SIGNED_DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.2");
const DATA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.7.1");
const COMMON_NAME: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.5.4.3");

/// A certificate and what is of interest in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// All of it, DER.
    pub der: Vec<u8>,
    /// SHA-256 of its SubjectPublicKeyInfo, DER.
    pub key: [u8; 32],
    /// Common name of its subject; empty when it has none.
    pub name: String,
    /// First second of its term, Unix.
    pub not_before_s: u64,
    /// Last second of its term, Unix.
    pub not_after_s: u64,
}

/// Bytes that hold no certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotACertificate {
    /// No Base64 (RFC 4648, with line breaks).
    #[error("not Base64")]
    Base64,
    /// No certificate of RFC 5280.
    #[error("not an X.509 certificate")]
    Malformed,
    /// No certs-only message of RFC 7030, or one with more than [`CERTIFICATES_MAX`].
    #[error("not a message of certificates (PKCS #7, certs-only)")]
    Message,
}

impl Certificate {
    /// Reads DER.
    ///
    /// # Errors
    /// [`NotACertificate::Malformed`].
    pub fn read(der: &[u8]) -> Result<Self, NotACertificate> {
        let malformed = |_| NotACertificate::Malformed;
        let parsed = Parsed::from_der(der).map_err(malformed)?;
        let inner = parsed.tbs_certificate();
        let key = inner
            .subject_public_key_info()
            .to_der()
            .map_err(malformed)?;
        Ok(Self {
            der: der.to_vec(),
            key: Sha256::digest(key).into(),
            name: common_name(inner.subject()),
            not_before_s: inner.validity().not_before.to_unix_duration().as_secs(),
            not_after_s: inner.validity().not_after.to_unix_duration().as_secs(),
        })
    }

    /// PEM (RFC 7468), lines of 64 characters.
    #[must_use]
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.der)
    }
}

fn common_name(name: &x509_cert::name::Name) -> String {
    let attribute = name.iter().find(|attribute| attribute.oid == COMMON_NAME);
    let text = attribute.and_then(|attribute| {
        let value = AnyRef::from(&attribute.value);
        let utf8 = value
            .decode_as::<Utf8StringRef<'_>>()
            .map(|text| text.as_str().to_owned());
        utf8.or_else(|_| {
            value
                .decode_as::<PrintableStringRef<'_>>()
                .map(|text| text.as_str().to_owned())
        })
        .ok()
    });
    text.unwrap_or_default()
}

/// DER under a label of RFC 7468, `CERTIFICATE` for example.
#[must_use]
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let lines: Vec<&str> = (0..text.len().div_ceil(64))
        .map(|at| &text[at * 64..text.len().min(at * 64 + 64)])
        .collect();
    format!(
        "-----BEGIN {label}-----\n{}\n-----END {label}-----\n",
        lines.join("\n")
    )
}

/// SHA-256 of a public key (SubjectPublicKeyInfo, DER).
#[must_use]
pub fn key_hash(spki: &[u8]) -> [u8; 32] {
    Sha256::digest(spki).into()
}

/// The certificates of a certs-only message in Base64, as `/cacerts` and `/simpleenroll` answer.
///
/// # Errors
/// [`NotACertificate`]; never a panic on any bytes.
pub fn of_message(base64: &[u8]) -> Result<Vec<Certificate>, NotACertificate> {
    if base64.len() > MESSAGE_MAX {
        return Err(NotACertificate::Message);
    }
    let letters: Vec<u8> = base64
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let der = STANDARD
        .decode(letters)
        .map_err(|_| NotACertificate::Base64)?;
    let parts = parts(&der).map_err(|_| NotACertificate::Message)?;
    if !(1..=CERTIFICATES_MAX).contains(&parts.len()) {
        return Err(NotACertificate::Message);
    }
    parts.into_iter().map(Certificate::read).collect()
}

/// The DER of each certificate in `ContentInfo { signedData, [0] SignedData { version, digests, content, [0] certificates … } }`
/// (RFC 5652, 3 and 5.1). Signers and revocation lists are empty in a certs-only message and not looked at.
fn parts(der: &[u8]) -> x509_cert::der::Result<Vec<&[u8]>> {
    let mut outer = SliceReader::new(der)?;
    outer.sequence(|content| {
        let kind = ObjectIdentifier::decode(content)?;
        let explicit = AnyRef::decode(content)?;
        if kind != SIGNED_DATA || explicit.tag() != context(0) {
            return Err(Tag::Sequence.value_error().into());
        }
        let mut inner = SliceReader::new(explicit.value())?;
        inner.sequence(|signed| {
            let _version = u8::decode(signed)?;
            let _digests = AnyRef::decode(signed)?;
            let _content = AnyRef::decode(signed)?;
            let mut found = Vec::new();
            while !signed.is_finished() {
                let part = AnyRef::decode(signed)?;
                if part.tag() == context(0) {
                    let mut certificates = SliceReader::new(part.value())?;
                    while !certificates.is_finished() && found.len() <= CERTIFICATES_MAX {
                        found.push(certificates.tlv_bytes()?);
                    }
                }
            }
            Ok(found)
        })
    })
}

const fn context(number: u32) -> Tag {
    Tag::ContextSpecific {
        constructed: true,
        number: TagNumber(number),
    }
}

/// A certs-only message in Base64 that carries `certificates` (DER), for servers.
///
/// # Errors
/// [`NotACertificate::Message`]: one of them is no DER.
pub fn message(certificates: &[&[u8]]) -> Result<String, NotACertificate> {
    let fault = |_| NotACertificate::Message;
    let sequence = |tag: u8, parts: &[&[u8]]| {
        let inner = parts.concat();
        let length =
            x509_cert::der::Length::try_from(inner.len()).and_then(|length| length.to_der());
        length.map(|length| [&[tag], length.as_slice(), &inner].concat())
    };
    let empty = SetOfVec::<ObjectIdentifier>::new()
        .to_der()
        .map_err(fault)?;
    let data = sequence(0x30, &[&DATA.to_der().map_err(fault)?]).map_err(fault)?;
    let list = sequence(0xA0, certificates).map_err(fault)?;
    let signed = sequence(0x30, &[&[2, 1, 1], &empty, &data, &list, &empty]).map_err(fault)?;
    let explicit = sequence(0xA0, &[&signed]).map_err(fault)?;
    let whole =
        sequence(0x30, &[&SIGNED_DATA.to_der().map_err(fault)?, &explicit]).map_err(fault)?;
    Ok(STANDARD.encode(whole))
}
