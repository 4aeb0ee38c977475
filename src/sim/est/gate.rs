//! The door of a server that lets in machines of the district alone, with TLS as strict as a proxy's: who shows no certificate, one
//! that is over, or one that was revoked, does not come to speak. It shows wrong papers itself on request.

use std::collections::BTreeSet;
use std::path::Path;
use std::str::FromStr;
use std::sync::{Arc, Mutex};

use rustls::client::danger::HandshakeSignatureValid;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{NoServerSessionStorage, WebPkiClientVerifier};
use rustls::{
    CertificateError, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
};

use super::authority::Authority;
use super::lock;
use crate::certificate::Certificate;
use crate::shell::platform::WallClock;
use crate::shell::platform::date::http_date;
use crate::shell::platform::tls::Wall;

/// What a server shows of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Papers {
    /// A certificate of the district for this computer.
    #[default]
    Good,
    /// One of another authority.
    Foreign,
    /// One that ended in 2025.
    Expired,
    /// One that begins in 2123.
    NotYet,
    /// One for another name.
    OtherName,
}

impl Papers {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Good,
        Self::Foreign,
        Self::Expired,
        Self::NotYet,
        Self::OtherName,
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Foreign => "foreign",
            Self::Expired => "expired",
            Self::NotYet => "not-yet",
            Self::OtherName => "other-name",
        }
    }
}

impl FromStr for Papers {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut all = Self::ALL.into_iter();
        all.find(|papers| papers.word() == text)
            .ok_or_else(|| format!("{text}: one of good foreign expired not-yet other-name"))
    }
}

/// The door. What is set holds from the next connection on.
pub struct Gate {
    configs: Vec<(Papers, Arc<ServerConfig>)>,
    papers: Mutex<Papers>,
    book: Arc<Book>,
    wall: WallClock,
}

#[derive(Debug, Default)]
struct Book {
    denied: Mutex<BTreeSet<[u8; 32]>>,
    shown: Mutex<Vec<[u8; 32]>>,
}

impl Gate {
    /// A door of the authority whose server keeps its state in `folder`; it judges terms by `wall`.
    ///
    /// # Errors
    /// Folder or keys cannot be had.
    pub fn of(folder: &Path, wall: &WallClock) -> anyhow::Result<Self> {
        let authority = Authority::kept(folder)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let strict = WebPkiClientVerifier::builder_with_provider(
            Arc::new(authority.roots()?),
            provider.clone(),
        );
        let book = Arc::new(Book::default());
        let keeper = Arc::new(Keeper {
            inner: strict.build()?,
            book: Arc::clone(&book),
        });
        let mut configs = Vec::new();
        for papers in Papers::ALL {
            let (chain, key) = authority.papers(papers)?;
            let time = Arc::new(Wall::new(Arc::clone(wall)));
            let mut config = ServerConfig::builder_with_details(provider.clone(), time)
                .with_safe_default_protocol_versions()?
                .with_client_cert_verifier(keeper.clone())
                .with_single_cert(vec![chain], key)?;
            // Somebody who was let in once would not be looked at again.
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
            configs.push((papers, Arc::new(config)));
        }
        Ok(Self {
            configs,
            papers: Mutex::default(),
            book,
            wall: Arc::clone(wall),
        })
    }

    /// What it shows of itself from now on.
    pub fn show(&self, papers: Papers) {
        *lock(&self.papers) = papers;
    }

    /// Revokes the certificates of a key, given by its SHA-256.
    pub fn deny(&self, key: [u8; 32]) {
        lock(&self.book.denied).insert(key);
    }

    /// Keys of the certificates that were shown to it since the last call, taken or not.
    #[must_use]
    pub fn shown(&self) -> Vec<[u8; 32]> {
        std::mem::take(&mut *lock(&self.book.shown))
    }

    /// The time, as the server behind it says it in its answers.
    pub(crate) fn date(&self) -> String {
        http_date((self.wall)())
    }

    /// TLS for the next connection.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        let papers = *lock(&self.papers);
        let found = self.configs.iter().find(|(of, _)| *of == papers);
        // There is one for each.
        found.map_or_else(|| self.configs[0].1.clone(), |(_, config)| config.clone())
    }
}

/// Judges a machine's certificate by the authority, its term, and the book.
#[derive(Debug)]
struct Keeper {
    inner: Arc<dyn ClientCertVerifier>,
    book: Arc<Book>,
}

impl ClientCertVerifier for Keeper {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.inner.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        own: &CertificateDer<'_>,
        between: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        let bad = |_| rustls::Error::from(CertificateError::BadEncoding);
        let key = Certificate::read(own).map_err(bad)?.key;
        lock(&self.book.shown).push(key);
        if lock(&self.book.denied).contains(&key) {
            return Err(CertificateError::Revoked.into());
        }
        self.inner.verify_client_cert(own, between, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.inner.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.inner.supported_verify_schemes()
    }
}
