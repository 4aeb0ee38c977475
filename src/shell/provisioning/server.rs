//! The district's server: one HTTP exchange with limits, and what its outcome means here.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Method, StatusCode, header};
use rustls::{CertificateError, Error as Tls};

use super::{Identity, tls};
use crate::certificate::{self, Certificate};
use crate::domain::provisioning::Failure;
use crate::shell::platform::tls::find;

/// Wall clock, Unix seconds.
pub type WallClock = Arc<dyn Fn() -> i64 + Send + Sync>;

const CONNECT: Duration = Duration::from_secs(10);
/// For a whole answer.
const ANSWER: Duration = Duration::from_secs(60);
/// Pause where a server says 202 and not how long.
const RETRY_AFTER_S: u32 = 30;

/// What is asked.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    pub(super) path: &'a str,
    /// User and password (RFC 7617).
    pub(super) basic: Option<(&'a str, &'a str)>,
    /// Media type and body.
    pub(super) body: Option<(&'a str, Vec<u8>)>,
    /// Beginning of the media type of an answer that is one.
    pub(super) expect: &'a str,
    /// Longest answer, bytes.
    pub(super) limit: usize,
}

/// A server whose authority is known.
pub struct Server {
    base: String,
    http: reqwest::Client,
}

impl Server {
    /// The server at `base` (`https://host[:port]`) that the authority in `ca_pem` vouches for; with an identity, this
    /// machine shows who it is.
    ///
    /// # Errors
    /// [`Failure`] of key, certificate or authority.
    pub fn new(
        base: &str,
        ca_pem: &str,
        identity: Option<&Identity>,
        wall: WallClock,
    ) -> Result<Self, Failure> {
        Self::with(base, tls::trusting(ca_pem, identity, wall)?)
    }

    fn with(base: &str, tls: rustls::ClientConfig) -> Result<Self, Failure> {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .https_only(true)
            .connect_timeout(CONNECT)
            .timeout(ANSWER)
            .pool_max_idle_per_host(0)
            .user_agent(concat!("kiosk/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|fault| Failure::NotUnderstood(fault.to_string()))?;
        Ok(Self {
            base: base.trim_end_matches('/').to_owned(),
            http,
        })
    }

    /// The authority whose key has the hash `pin`, fetched from whoever answers at `base`: only the hash makes it true.
    ///
    /// # Errors
    /// [`Failure::WrongAuthority`] when it is not among those that are offered, or why nothing was.
    pub fn authority(base: &str, pin: &[u8; 32]) -> Result<Certificate, Failure> {
        let server = Self::with(base, tls::anybody()?)?;
        let answer = server.exchange(Ask {
            method: Method::GET,
            path: "/.well-known/est/cacerts",
            basic: None,
            body: None,
            expect: "application/pkcs7-mime",
            limit: certificate::MESSAGE_MAX,
        })?;
        let offered = certificate::of_message(&answer)
            .map_err(|fault| Failure::NotUnderstood(fault.to_string()))?;
        offered
            .into_iter()
            .find(|certificate| certificate.key == *pin)
            .ok_or(Failure::WrongAuthority)
    }

    /// Asks and takes in the whole answer. Blocks; not for a thread that drives other tasks.
    pub(super) fn exchange(&self, ask: Ask<'_>) -> Result<Vec<u8>, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|fault| Failure::Disk(fault.to_string()))?;
        runtime.block_on(self.asked(ask))
    }

    async fn asked(&self, ask: Ask<'_>) -> Result<Vec<u8>, Failure> {
        let mut request = self
            .http
            .request(ask.method, format!("{}{}", self.base, ask.path))
            .header(header::ACCEPT, ask.expect);
        if let Some((user, password)) = ask.basic {
            request = request.basic_auth(user, Some(password));
        }
        if let Some((media, body)) = ask.body {
            request = request.header(header::CONTENT_TYPE, media);
            if media == "application/pkcs10" {
                request = request.header("content-transfer-encoding", "base64");
            }
            request = request.body(body);
        }
        let mut response = request
            .send()
            .await
            .map_err(|fault| self.no_answer(&fault))?;
        let status = response.status();
        let head = |name| {
            response
                .headers()
                .get(name)
                .and_then(|value| value.to_str().ok())
        };
        let media = head(header::CONTENT_TYPE)
            .unwrap_or_default()
            .to_ascii_lowercase();
        let retry_after = head(header::RETRY_AFTER).and_then(|text| text.parse().ok());
        judge(status, &media, ask.expect, retry_after)?;
        let mut body = Vec::new();
        while let Some(chunk) = response
            .chunk()
            .await
            .map_err(|fault| self.no_answer(&fault))?
        {
            if body.len() + chunk.len() > ask.limit {
                return Err(Failure::NotUnderstood("an answer without end".into()));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn no_answer(&self, fault: &reqwest::Error) -> Failure {
        match find(fault) {
            Some(
                Tls::InvalidCertificate(
                    CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. },
                )
                | Tls::FailedToGetCurrentTime,
            ) => Failure::Clock,
            Some(Tls::InvalidCertificate(why)) => Failure::ServerCertificate(why.to_string()),
            Some(Tls::NoCertificatesPresented) => {
                Failure::ServerCertificate("it shows none".into())
            }
            // What answers there is no TLS server.
            Some(Tls::InvalidMessage(_)) => Failure::Portal,
            // It does not take our certificate.
            Some(Tls::AlertReceived(_)) => Failure::Refused(403),
            _ if fault.is_connect() => {
                Failure::Unreachable(self.base.trim_start_matches("https://").to_owned())
            }
            _ => Failure::TimedOut,
        }
    }
}

/// What a status and a media type mean, if they are no answer.
fn judge(
    status: StatusCode,
    media: &str,
    expect: &str,
    retry_after: Option<u32>,
) -> Result<(), Failure> {
    match status.as_u16() {
        202 => Err(Failure::Pending {
            retry_after_s: retry_after.unwrap_or(RETRY_AFTER_S),
        }),
        204 if expect.is_empty() => Ok(()),
        200 | 201 if media.starts_with(expect) => Ok(()),
        // Only the server itself knows the media types; a page with 200 is somebody else's.
        200..=399 => Err(Failure::Portal),
        401 | 403 => Err(Failure::Refused(status.as_u16())),
        429 | 500..=599 => Err(Failure::ServerTrouble(status.as_u16())),
        code => Err(Failure::NotUnderstood(format!("status {code}"))),
    }
}
