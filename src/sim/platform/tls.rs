//! An authority and server certificates of its own, right and wrong ones.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

use super::fault::Fault;

/// File with the authority's certificate, in the directory given with `--tls`.
pub const CA_FILE: &str = "ca.pem";
const CA_KEY_FILE: &str = "ca-key.pem";

/// TLS configurations, one for each certificate.
pub(super) struct Certificates {
    good: Arc<ServerConfig>,
    expired: Arc<ServerConfig>,
    future: Arc<ServerConfig>,
    foreign: Arc<ServerConfig>,
}

impl Certificates {
    /// Makes certificates for 127.0.0.1 and `localhost`. The authority is kept in `folder` ([`CA_FILE`]), so that a
    /// machine that trusts it still does after a restart.
    pub(super) fn new(folder: &Path) -> anyhow::Result<Self> {
        let authority = Authority::kept(folder)?;
        let foreign = Authority::new(KeyPair::generate()?)?;
        Ok(Self {
            good: authority.server(2024, 2124)?,
            expired: authority.server(2019, 2020)?,
            future: authority.server(2120, 2124)?,
            foreign: foreign.server(2024, 2124)?,
        })
    }

    /// The configuration to shake hands with.
    pub(super) fn shown(&self, fault: Option<&Fault>) -> Arc<ServerConfig> {
        match fault {
            Some(Fault::CertificateExpired) => &self.expired,
            Some(Fault::CertificateFuture) => &self.future,
            Some(Fault::CertificateForeign) => &self.foreign,
            _ => &self.good,
        }
        .clone()
    }
}

struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    fn new(key: KeyPair) -> anyhow::Result<Self> {
        let mut params = CertificateParams::default();
        params
            .distinguished_name
            .push(DnType::CommonName, "Kiosk simulated platform CA");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.not_before = date_time_ymd(2015, 1, 1);
        params.not_after = date_time_ymd(2130, 1, 1);
        let pem = params.self_signed(&key)?.pem();
        let issuer = Issuer::new(params, key);
        Ok(Self { issuer, pem })
    }

    fn kept(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let (ca, ca_key) = (folder.join(CA_FILE), folder.join(CA_KEY_FILE));
        if let Ok(pem) = std::fs::read_to_string(&ca_key) {
            // The certificate on disk stays: same name and same key verify alike, whatever its serial number.
            let key = KeyPair::from_pem(&pem).with_context(|| ca_key.display().to_string())?;
            let authority = Self::new(key)?;
            if !ca.exists() {
                std::fs::write(&ca, &authority.pem)?;
            }
            return Ok(authority);
        }
        let key = KeyPair::generate()?;
        std::fs::write(&ca_key, key.serialize_pem())
            .with_context(|| ca_key.display().to_string())?;
        let authority = Self::new(key)?;
        std::fs::write(&ca, &authority.pem).with_context(|| ca.display().to_string())?;
        Ok(authority)
    }

    fn server(&self, from: i32, until: i32) -> anyhow::Result<Arc<ServerConfig>> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
        let loopback = IpAddr::V4(Ipv4Addr::LOCALHOST);
        params.subject_alt_names.push(SanType::IpAddress(loopback));
        params
            .distinguished_name
            .push(DnType::CommonName, "localhost");
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let certificate = params.signed_by(&key, &self.issuer)?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        Ok(Arc::new(config))
    }
}
