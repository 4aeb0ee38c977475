//! TLS to the platform: only the given roots, the machine's own wall clock, ring.

use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WantsClientCert;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{CertificateError, ClientConfig, ConfigBuilder, RootCertStore};

use super::ConfigError;
use crate::case::LaneFault;

/// Wall clock, Unix seconds. Passed in, so that the one who keeps time (with its floor) keeps it here too.
pub type WallClock = Arc<dyn Fn() -> i64 + Send + Sync>;

pub(crate) struct Wall(WallClock);

impl Wall {
    /// This clock for rustls.
    pub(crate) fn new(wall: WallClock) -> Self {
        Self(wall)
    }
}

impl std::fmt::Debug for Wall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Wall")
    }
}

impl TimeProvider for Wall {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from((self.0)()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}

/// Configuration of a TLS client that trusts the certificates in `ca_pem` and nothing else.
pub(super) fn client(ca_pem: &[u8], wall: WallClock) -> Result<ClientConfig, ConfigError> {
    Ok(builder(roots(ca_pem)?, wall)?.with_no_client_auth())
}

/// The certificates in `ca_pem`, at least one.
pub(crate) fn roots(ca_pem: &[u8]) -> Result<RootCertStore, ConfigError> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(ca_pem) {
        let certificate = certificate.map_err(|e| ConfigError::Roots(e.to_string()))?;
        roots
            .add(certificate)
            .map_err(|e| ConfigError::Roots(e.to_string()))?;
    }
    if roots.is_empty() {
        return Err(ConfigError::Roots("no certificate in the PEM".into()));
    }
    Ok(roots)
}

/// A client that trusts `roots` and judges their certificates by `wall`; whether it shows one of its own is still to be said.
pub(crate) fn builder(
    roots: RootCertStore,
    wall: WallClock,
) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, ConfigError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_details(provider, Arc::new(Wall(wall)))
        .with_safe_default_protocol_versions()
        .map_err(|e| ConfigError::Client(e.to_string()))?;
    Ok(config.with_root_certificates(roots))
}

/// Configuration that trusts nobody, for plain HTTP to this machine itself.
pub(super) fn none() -> Result<ClientConfig, ConfigError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|e| ConfigError::Client(e.to_string()))?;
    Ok(config
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth())
}

/// The fault of this machine behind a failed connection, if the server's certificate is why it failed.
///
/// A certificate that is not valid *yet* means a clock in the past: nobody puts up a certificate of the future, but
/// a machine without a battery wakes up years ago.
pub(super) fn fault(error: &(dyn StdError + 'static)) -> Option<LaneFault> {
    match find(error)? {
        rustls::Error::InvalidCertificate(
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
        ) => Some(LaneFault::Clock),
        // The wall clock stands before 1970.
        rustls::Error::FailedToGetCurrentTime => Some(LaneFault::Clock),
        rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented => {
            Some(LaneFault::Certificate)
        }
        _ => None,
    }
}

/// The TLS error in a chain; `io::Error` hides what it wraps from `source()`.
pub(crate) fn find<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e rustls::Error> {
    let mut next = Some(error);
    // A chain of errors is a handful long; the limit is against one that points at itself.
    for _ in 0..16 {
        let error: &'e (dyn StdError + 'static) = next?;
        if let Some(tls) = error.downcast_ref::<rustls::Error>() {
            return Some(tls);
        }
        next = match error
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}
