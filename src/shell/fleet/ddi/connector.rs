//! What the agent opens connections with: an HTTP client with the machine's certificate, and another one in its place when there
//! is another certificate. Requests that are under way end with the old one.

use std::sync::{Arc, PoisonError, RwLock};

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::DdiFault;
use super::http::{ConfigError, DdiConfig};
use super::tls_fault::TlsFault;
use crate::shell::platform::tls;

/// The client of this machine. Clones are the same one.
#[derive(Clone)]
pub struct Connector(Arc<RwLock<Now>>);

struct Now {
    http: reqwest::Client,
    /// Certificate that it shows, PEM.
    shown: Option<Vec<u8>>,
    /// What the server thought of it when it was heard last.
    taken: Option<bool>,
}

impl Now {
    fn of(config: &DdiConfig) -> Result<Self, ConfigError> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(client_tls(config)?)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(config.timeout)
            .read_timeout(config.timeout)
            .pool_max_idle_per_host(0)
            .user_agent(concat!("kiosk-fleet/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| ConfigError::Tls(e.to_string()))?;
        let identity = config.identity.as_ref();
        Ok(Self {
            http,
            shown: identity.map(|identity| identity.certificate.clone()),
            taken: None,
        })
    }
}

impl Connector {
    /// With the authorities and the pair of `config`; nothing is sent.
    ///
    /// # Errors
    /// [`ConfigError::Tls`].
    pub fn new(config: &DdiConfig) -> Result<Self, ConfigError> {
        Ok(Self(Arc::new(RwLock::new(Now::of(config)?))))
    }

    /// Takes those of `config` from the next request on.
    ///
    /// # Errors
    /// [`ConfigError::Tls`]; what was before stays.
    pub fn reload(&self, config: &DdiConfig) -> Result<(), ConfigError> {
        let now = Now::of(config)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = now;
        Ok(())
    }

    /// The client of this moment, to be asked for anew for each request. It has no token.
    #[must_use]
    pub fn http(&self) -> reqwest::Client {
        self.read(|now| now.http.clone())
    }

    /// The certificate that it shows, PEM, with what leads to its authority.
    #[must_use]
    pub fn shown(&self) -> Option<Vec<u8>> {
        self.read(|now| now.shown.clone())
    }

    /// Whether the update server has taken that certificate; none before it was heard.
    #[must_use]
    pub fn taken(&self) -> Option<bool> {
        self.read(|now| now.taken)
    }

    /// Keeps what an answer to `sent_with` says of its certificate. Nothing is learned from silence.
    pub(super) fn judge<T>(&self, shown: Option<&[u8]>, answer: &Result<T, DdiFault>) {
        let taken = match answer {
            Err(DdiFault::Tls(TlsFault::Refused)) => false,
            Err(DdiFault::Tls(_) | DdiFault::Unreachable(_)) => return,
            _ => true,
        };
        let mut now = self.0.write().unwrap_or_else(PoisonError::into_inner);
        // An answer to what the old certificate asked says nothing of the new one.
        if now.shown.as_deref() == shown {
            now.taken = Some(taken);
        }
    }

    fn read<T>(&self, read: impl FnOnce(&Now) -> T) -> T {
        read(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

fn client_tls(config: &DdiConfig) -> Result<rustls::ClientConfig, ConfigError> {
    let bad = |e: &dyn std::fmt::Display| ConfigError::Tls(e.to_string());
    let roots = match &config.ca_pem {
        Some(pem) => tls::roots(pem).map_err(|e| bad(&e))?,
        None => rustls::RootCertStore::empty(),
    };
    let builder = tls::builder(roots, config.wall.clone()).map_err(|e| bad(&e))?;
    let Some(identity) = &config.identity else {
        return Ok(builder.with_no_client_auth());
    };
    let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&identity.certificate).collect();
    let key =
        PrivateKeyDer::from_pem_slice(&identity.key).map_err(|_| bad(&"the key is no PEM"))?;
    builder
        .with_client_auth_cert(chain.map_err(|e| bad(&e))?, key)
        .map_err(|e| bad(&e))
}
