//! The authority of the reference server: its own certificate, the server's, and those of machines.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use rcgen::{
    BasicConstraints, CertificateParams, CertificateSigningRequestParams, DistinguishedName,
    DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose, PublicKeyData as _,
    SanType, date_time_ymd,
};
use rustls::pki_types::{CertificateDer, CertificateSigningRequestDer, PrivateKeyDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{
    DigitallySignedStruct, DistinguishedName as Subject, RootCertStore, ServerConfig,
    SignatureScheme,
};

use super::{EstFault, Papers};
use crate::certificate::{Certificate, key_hash};
use crate::domain::provisioning::renewal::AFTER_EXPIRY_S;
use crate::shell::platform::WallClock;
use crate::shell::platform::tls::Wall;

/// The authority's certificate, in the server's folder.
pub const CA_FILE: &str = "ca.pem";
const CA_KEY_FILE: &str = "ca-key.pem";

/// A key that signs certificates.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    foreign: Issuer<'static, KeyPair>,
    der: Vec<u8>,
    foreign_der: Vec<u8>,
    key: [u8; 32],
}

/// What a certificate is asked for with.
pub(super) struct Request {
    params: CertificateSigningRequestParams,
    /// Its common name.
    pub(super) name: String,
    /// SHA-256 of its key.
    pub(super) key: [u8; 32],
}

impl Request {
    /// Reads a request and checks that whoever made it has the key.
    pub(super) fn read(der: &[u8]) -> anyhow::Result<Self> {
        let params =
            CertificateSigningRequestParams::from_der(&CertificateSigningRequestDer::from(der))?;
        let name = match params.params.distinguished_name.get(&DnType::CommonName) {
            Some(rcgen::DnValue::Utf8String(name)) => name.clone(),
            Some(rcgen::DnValue::PrintableString(name)) => name.as_str().to_owned(),
            _ => String::new(),
        };
        let key = key_hash(&params.public_key.subject_public_key_info());
        Ok(Self { params, name, key })
    }
}

fn made(name: &str, key: KeyPair) -> anyhow::Result<(Issuer<'static, KeyPair>, Vec<u8>, [u8; 32])> {
    let mut params = CertificateParams::default();
    params.distinguished_name.push(DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2015, 1, 1);
    params.not_after = date_time_ymd(2130, 1, 1);
    let der = params.self_signed(&key)?.der().to_vec();
    let hash = key_hash(&key.subject_public_key_info());
    Ok((Issuer::new(params, key), der, hash))
}

/// SHA-256 of the public key of the authority whose server keeps its state in `folder`, for orders.
///
/// # Errors
/// There is none.
pub fn ca_key_hash(folder: &Path) -> anyhow::Result<[u8; 32]> {
    let file = folder.join(CA_KEY_FILE);
    let pem = std::fs::read_to_string(&file).with_context(|| file.display().to_string())?;
    Ok(key_hash(
        &KeyPair::from_pem(&pem)?.subject_public_key_info(),
    ))
}

impl Authority {
    /// The authority whose key is kept in `folder`, made at the first start.
    pub(super) fn kept(folder: &Path) -> anyhow::Result<Self> {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        let file = folder.join(CA_KEY_FILE);
        let key = match std::fs::read_to_string(&file) {
            Ok(pem) => KeyPair::from_pem(&pem).with_context(|| file.display().to_string())?,
            Err(_) => {
                let key = KeyPair::generate()?;
                std::fs::write(&file, key.serialize_pem())
                    .with_context(|| file.display().to_string())?;
                key
            }
        };
        let (issuer, der, key) = made("Kiosk simulated district CA", key)?;
        let (foreign, foreign_der, _) = made("Somebody else's CA", KeyPair::generate()?)?;
        std::fs::write(
            folder.join(CA_FILE),
            crate::certificate::pem("CERTIFICATE", &der),
        )?;
        Ok(Self {
            issuer,
            foreign,
            der,
            foreign_der,
            key,
        })
    }

    pub(super) fn key_hash(&self) -> [u8; 32] {
        self.key
    }

    /// What `/cacerts` lists.
    pub(super) fn certificate(&self, fault: Option<EstFault>) -> &[u8] {
        if fault == Some(EstFault::WrongAuthority) {
            &self.foreign_der
        } else {
            &self.der
        }
    }

    /// A certificate from `now_s` on, or what `fault` makes of it.
    pub(super) fn certify(
        &self,
        mut request: Request,
        now_s: i64,
        life_s: u64,
        fault: Option<EstFault>,
    ) -> anyhow::Result<Vec<u8>> {
        let name = if fault == Some(EstFault::WrongName) {
            "W9999"
        } else {
            &request.name
        };
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, name);
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
        params.use_authority_key_identifier_extension = true;
        let late = if fault == Some(EstFault::NotYetValid) {
            365 * 86_400
        } else {
            0
        };
        let epoch = date_time_ymd(1970, 1, 1);
        params.not_before = epoch + Duration::from_secs(u64::try_from(now_s)? + late);
        params.not_after = params.not_before + Duration::from_secs(life_s);
        request.params.params = params;
        let issuer = if fault == Some(EstFault::ForeignCertificate) {
            &self.foreign
        } else {
            &self.issuer
        };
        Ok(match fault {
            Some(EstFault::WrongKey) => request
                .params
                .params
                .signed_by(&KeyPair::generate()?, issuer)?
                .der()
                .to_vec(),
            _ => request.params.signed_by(issuer)?.der().to_vec(),
        })
    }

    /// The authority alone, for those who judge certificates of machines.
    pub(super) fn roots(&self) -> anyhow::Result<RootCertStore> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.der.clone()))?;
        Ok(roots)
    }

    /// Certificate and key of a server of this computer, or wrong ones.
    pub(super) fn papers(
        &self,
        papers: Papers,
    ) -> anyhow::Result<(CertificateDer<'static>, PrivateKeyDer<'static>)> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::default();
        params.subject_alt_names = match papers {
            Papers::OtherName => vec![SanType::DnsName("updates.example".try_into()?)],
            _ => vec![
                SanType::DnsName("localhost".try_into()?),
                SanType::IpAddress(std::net::Ipv4Addr::LOCALHOST.into()),
            ],
        };
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let (from, until) = match papers {
            Papers::Expired => (2024, 2025),
            Papers::NotYet => (2123, 2124),
            _ => (2024, 2124),
        };
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(until, 1, 1);
        let issuer = match papers {
            Papers::Foreign => &self.foreign,
            _ => &self.issuer,
        };
        let certificate = params.signed_by(&key, issuer)?;
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        Ok((certificate.der().clone(), key))
    }

    /// TLS of the server; `is_foreign` shows another authority's certificate.
    pub(super) fn server(
        &self,
        is_foreign: bool,
        wall: WallClock,
    ) -> anyhow::Result<Arc<ServerConfig>> {
        let papers = if is_foreign {
            Papers::Foreign
        } else {
            Papers::Good
        };
        let (certificate, key) = self.papers(papers)?;
        let roots = self.roots()?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let inner = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone())
            .allow_unauthenticated()
            .build()?;
        let config = ServerConfig::builder_with_details(provider, Arc::new(Wall::new(wall)))
            .with_safe_default_protocol_versions()?
            .with_client_cert_verifier(Arc::new(EvenExpired(inner)))
            .with_single_cert(vec![certificate], key)?;
        Ok(Arc::new(config))
    }
}

/// Lets a machine in whose certificate has expired, for so long as it may still be renewed; who may do what then is decided
/// where the request is known.
#[derive(Debug)]
struct EvenExpired(Arc<dyn ClientCertVerifier>);

impl ClientCertVerifier for EvenExpired {
    fn offer_client_auth(&self) -> bool {
        true
    }

    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[Subject] {
        self.0.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        own: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let end = Certificate::read(own).map_or(0, |certificate| certificate.not_after_s);
        let judged_at =
            if now.as_secs() > end && now.as_secs() <= end.saturating_add(AFTER_EXPIRY_S) {
                UnixTime::since_unix_epoch(Duration::from_secs(end))
            } else {
                now
            };
        self.0.verify_client_cert(own, between, judged_at)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<rustls::client::danger::HandshakeSignatureValid, rustls::Error> {
        self.0.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
