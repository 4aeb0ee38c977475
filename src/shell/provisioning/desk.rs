//! What the desk needs to make orders: chance, the authority's key, its book.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::case::hex::to_hex;
use crate::certificate::Certificate;
use crate::order::{Order, Task};

/// Random bytes of the system.
///
/// # Errors
/// It has none.
pub fn random<const N: usize>() -> anyhow::Result<[u8; N]> {
    let mut bytes = [0; N];
    let provider = rustls::crypto::ring::default_provider();
    provider
        .secure_random
        .fill(&mut bytes)
        .map_err(|_| anyhow::anyhow!("the system gives no random bytes"))?;
    Ok(bytes)
}

/// Bytes of twice as many hexadecimal digits, upper or lower case.
#[must_use]
pub fn bytes<const N: usize>(digits: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if digits.len() != 2 * N || !digits.is_ascii() {
        return None;
    }
    for (at, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(bytes)
}

/// SHA-256 of the public key of the authority whose certificate is in this PEM file.
///
/// # Errors
/// There is none in it.
pub fn authority(path: &Path) -> anyhow::Result<[u8; 32]> {
    let der = CertificateDer::from_pem_file(path)
        .map_err(|fault| anyhow::anyhow!("{}: {fault}", path.display()))?;
    Ok(Certificate::read(&der)?.key)
}

/// One order, as the server needs to know it: no password, only its hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Machine that may enrol with it.
    pub machine: String,
    /// Its division, 12 digits.
    pub division: String,
    /// Its site.
    pub site: String,
    /// `village`, `town` or `district`.
    pub tier: String,
    /// SHA-256 of the password, hexadecimal.
    pub password_sha256: String,
    /// When it ends, Unix seconds.
    pub expires_s: u64,
    /// Machine whose certificates are of no use any more once this order is followed.
    pub replaces: Option<String>,
    /// First bytes of the only key that may follow it, hexadecimal.
    pub bound_to: Option<String>,
    /// Whether it brings a machine into service.
    pub enrols: bool,
}

impl Entry {
    /// Of an order that was made.
    #[must_use]
    pub fn of(order: &Order) -> Self {
        Self {
            machine: order.machine.as_str().into(),
            division: order.division_text(),
            site: order.site.clone(),
            tier: order.tier.word().into(),
            password_sha256: to_hex(&Sha256::digest(order.password_text())),
            expires_s: order.expires_s().into(),
            replaces: order.replaces.map(|machine| machine.as_str().into()),
            bound_to: order.bound_to.map(|key| to_hex(&key)),
            enrols: order.task == Task::Enrol,
        }
    }
}
