//! A key and its certificate: in use, or still to come.

use std::path::PathBuf;

use rcgen::{CertificateParams, DnType, KeyPair, PublicKeyData as _};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use zeroize::Zeroizing;

use crate::certificate::{Certificate, key_hash};
use crate::domain::provisioning::Failure;
use crate::domain::provisioning::renewal::Term;

/// A key with its certificate, to open connections with.
pub struct Identity {
    /// PKCS #8, PEM.
    pub key_pem: Zeroizing<String>,
    /// The certificate and those between it and the authority, PEM.
    pub chain_pem: String,
    /// The certificate itself.
    pub certificate: Certificate,
}

impl Identity {
    /// Reads both, PEM.
    ///
    /// # Errors
    /// [`Failure::NoIdentity`]: one of them is none, or the key is not the certificate's.
    pub fn read(key_pem: Zeroizing<String>, chain_pem: String) -> Result<Self, Failure> {
        let none = || Failure::NoIdentity;
        let der = CertificateDer::from_pem_slice(chain_pem.as_bytes()).map_err(|_| none())?;
        let certificate = Certificate::read(&der).map_err(|_| none())?;
        let key = KeyPair::from_pem(&key_pem).map_err(|_| none())?;
        if key_hash(&key.subject_public_key_info()) != certificate.key {
            return Err(none());
        }
        Ok(Self {
            key_pem,
            chain_pem,
            certificate,
        })
    }

    /// Term of the certificate.
    #[must_use]
    pub fn term(&self) -> Term {
        Term {
            not_before_s: self.certificate.not_before_s,
            not_after_s: self.certificate.not_after_s,
        }
    }
}

/// A key whose certificate is still to come, or not used yet.
pub struct Pending {
    pub(super) folder: PathBuf,
    pub(super) key: KeyPair,
}

impl Pending {
    /// SHA-256 of its public key.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        key_hash(&self.key.subject_public_key_info())
    }

    /// PKCS #10 request for a certificate for `machine`, DER.
    ///
    /// # Errors
    /// [`Failure::Disk`]: the key cannot sign.
    pub fn request(&self, machine: &str) -> Result<Vec<u8>, Failure> {
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, machine);
        let request = params
            .serialize_request(&self.key)
            .map_err(|fault| Failure::Disk(fault.to_string()))?;
        Ok(request.der().to_vec())
    }
}
