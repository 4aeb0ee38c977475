//! TLS towards the district: first with nobody trusted, to fetch the authority whose key the order names (RFC 7030,
//! 4.1.1), then with that authority alone and this machine's certificate.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};

use super::Identity;
use super::server::WallClock;
use crate::domain::provisioning::Failure;
use crate::shell::platform::tls::Wall;

fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::ring::default_provider())
}

fn fault(fault: impl std::fmt::Display) -> Failure {
    Failure::NotUnderstood(fault.to_string())
}

/// Believes that whoever answers has the key of the certificate that it shows, and no more. Nothing is sent over such a
/// connection, and nothing from it is believed but an authority whose key has the hash that the signed order names.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// Trusts nobody in particular: for the authority's certificate only.
pub(super) fn anybody() -> Result<ClientConfig, Failure> {
    let builder = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .map_err(fault)?;
    let verifier = Arc::new(Anybody(provider()));
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// Trusts the authority in `ca_pem` alone, and shows this machine's certificate where there is one.
pub(super) fn trusting(
    ca_pem: &str,
    identity: Option<&Identity>,
    wall: WallClock,
) -> Result<ClientConfig, Failure> {
    let builder = ClientConfig::builder_with_details(provider(), Arc::new(Wall::new(wall)))
        .with_safe_default_protocol_versions()
        .map_err(fault)?
        .with_root_certificates(roots(ca_pem)?);
    let Some(identity) = identity else {
        return Ok(builder.with_no_client_auth());
    };
    let chain = CertificateDer::pem_slice_iter(identity.chain_pem.as_bytes())
        .collect::<Result<Vec<_>, _>>();
    let key = PrivateKeyDer::from_pem_slice(identity.key_pem.as_bytes());
    let (Ok(chain), Ok(key)) = (chain, key) else {
        return Err(Failure::NoIdentity);
    };
    builder
        .with_client_auth_cert(chain, key)
        .map_err(|_| Failure::WrongKey)
}

fn roots(ca_pem: &str) -> Result<RootCertStore, Failure> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem.as_bytes()) {
        roots.add(certificate.map_err(fault)?).map_err(fault)?;
    }
    Ok(roots)
}

/// Whether the authority in `ca_pem` has signed `chain`, whose first is a client's certificate, by the time `now_s`.
pub(super) fn signed_by(ca_pem: &str, chain: &[Vec<u8>], now_s: u64) -> Result<(), Failure> {
    let not = |fault: rustls::Error| Failure::NotOfAuthority(fault.to_string());
    let provider = provider();
    let verifier = rustls::server::WebPkiClientVerifier::builder_with_provider(
        Arc::new(roots(ca_pem)?),
        provider,
    )
    .build()
    .map_err(fault)?;
    let ders: Vec<CertificateDer<'_>> = chain
        .iter()
        .map(|der| CertificateDer::from(der.as_slice()))
        .collect();
    let Some((own, between)) = ders.split_first() else {
        return Err(Failure::NotUnderstood("no certificate".into()));
    };
    let now = UnixTime::since_unix_epoch(std::time::Duration::from_secs(now_s));
    verifier
        .verify_client_cert(own, between, now)
        .map(drop)
        .map_err(not)
}
