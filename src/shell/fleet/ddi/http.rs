//! One exchange with the update server: limits on everything, no redirects, no proxy, a token that goes nowhere else.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, DATE, HeaderValue, RETRY_AFTER};
use reqwest::{Method, RequestBuilder, Response, Url};
use serde_json::Value;
use zeroize::Zeroizing;

use super::DdiFault;
use super::connector::Connector;
use super::tls_fault::TlsFault;
use crate::shell::clock::Clock;
use crate::shell::platform::WallClock;
use crate::shell::platform::date::parse_http_date;

/// Longest answer, bytes.
const ANSWER_MAX: usize = 256 * 1024;
/// No server silences a machine for longer.
const RETRY_AFTER_MAX: Duration = Duration::from_secs(86_400);
/// Stands in the page of a proxy (nginx, its own status 495 or 496, sent as 400) that ends TLS before the server and does not take
/// the certificate that it was shown, or misses one. <https://nginx.org/en/docs/http/ngx_http_ssl_module.html#errors>
const CERTIFICATE_PAGE: &[u8] = b"SSL certificate";
/// Longest such page, bytes.
const PAGE_MAX: usize = 4096;

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The address is none.
    #[error("url: {0}")]
    Url(String),
    /// Authorities, certificate or key cannot be used.
    #[error("TLS: {0}")]
    Tls(String),
    /// The token has characters that no header takes.
    #[error("the token has characters that cannot be sent")]
    Token,
}

/// Whose token it is.
pub enum Token {
    /// None.
    None,
    /// This machine's.
    Target(Zeroizing<String>),
    /// A gateway's.
    Gateway(Zeroizing<String>),
}

/// The machine's own certificate, PEM.
pub struct Identity {
    /// Private key.
    pub key: Zeroizing<Vec<u8>>,
    /// Certificate and intermediates.
    pub certificate: Vec<u8>,
}

/// Where the server is and how this machine is known there.
pub struct DdiConfig {
    /// Base without a slash at the end.
    pub url: String,
    /// Tenant.
    pub tenant: String,
    /// Id of this machine.
    pub controller: String,
    /// Token.
    pub token: Token,
    /// Authorities to trust, PEM; none for plain HTTP to this machine.
    pub ca_pem: Option<Vec<u8>>,
    /// Certificate for mutual TLS.
    pub identity: Option<Identity>,
    /// Time to judge certificates by.
    pub wall: WallClock,
    /// For a whole answer, and for a download between two pieces.
    pub timeout: Duration,
}

pub(super) struct Http {
    connector: Connector,
    base: Url,
    token: Option<HeaderValue>,
    timeout: Duration,
    listener: Option<Clock>,
}

impl Http {
    pub(super) fn new(config: DdiConfig) -> Result<Self, ConfigError> {
        let bad = |e: &dyn std::fmt::Display| ConfigError::Url(e.to_string());
        let mut base = Url::parse(&config.url).map_err(|e| bad(&e))?;
        base.path_segments_mut()
            .map_err(|()| bad(&"no address to extend"))?
            .pop_if_empty()
            .extend([
                config.tenant.as_str(),
                "controller",
                "v1",
                config.controller.as_str(),
            ]);
        Ok(Self {
            connector: Connector::new(&config)?,
            base,
            token: header(&config.token)?,
            timeout: config.timeout,
            listener: None,
        })
    }

    pub(super) fn tell_time_to(&mut self, clock: Clock) {
        self.listener = Some(clock);
    }

    /// A server that has proved who it is says what time it is; from any other that is hearsay.
    fn hear(&self, sent_ms: Option<u64>, response: &Response) {
        let date = response.headers().get(DATE);
        let date = date.and_then(|date| parse_http_date(date.to_str().ok()?));
        if let (Some(clock), Some(sent_ms), Some(date), "https") =
            (&self.listener, sent_ms, date, self.base.scheme())
        {
            clock.heard(sent_ms, date);
        }
    }

    pub(super) fn connector(&self) -> Connector {
        self.connector.clone()
    }

    /// Sends and takes in the whole answer to a request of the API.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &[&str],
        mark: Option<&str>,
        body: Option<Value>,
    ) -> Result<Vec<u8>, DdiFault> {
        let shown = self.connector.shown();
        let answer = self.asked(method, path, mark, body).await;
        self.connector.judge(shown.as_deref(), &answer);
        answer
    }

    async fn asked(
        &self,
        method: Method,
        path: &[&str],
        mark: Option<&str>,
        body: Option<Value>,
    ) -> Result<Vec<u8>, DdiFault> {
        let mut url = self.base.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.extend(path);
        }
        if let Some(mark) = mark {
            url.query_pairs_mut().append_pair("c", mark);
        }
        let mut request = self
            .connector
            .http()
            .request(method, url)
            .header("accept", "application/hal+json, application/json")
            .timeout(self.timeout);
        if let Some(token) = &self.token {
            request = request.header(AUTHORIZATION, token.clone());
        }
        if let Some(body) = &body {
            request = request.json(body);
        }
        let sent_ms = self.listener.as_ref().map(Clock::boot_ms);
        let mut response = request.send().await.map_err(|e| unreachable(&e))?;
        self.hear(sent_ms, &response);
        if !response.status().is_success() {
            let is_refusal = is_certificate_page(&mut response).await;
            return Err(if is_refusal {
                DdiFault::Tls(TlsFault::Refused)
            } else {
                fault(&response)
            });
        }
        let status = response.status().as_u16();
        let mut bytes = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(|e| unreachable(&e))? {
            if bytes.len() + chunk.len() > ANSWER_MAX {
                return Err(DdiFault::Strange(status));
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// The token as text, where `url` is the server itself.
    pub(super) fn token_for(&self, url: &Url) -> Option<String> {
        let token = self
            .token
            .as_ref()
            .filter(|_| url.origin() == self.base.origin())?;
        token.to_str().ok().map(str::to_owned)
    }

    pub(super) fn file(&self, url: &Url) -> Option<RequestBuilder> {
        let known = matches!(url.scheme(), "http" | "https")
            && url.username().is_empty()
            && url.password().is_none();
        if !known {
            return None;
        }
        let request = self
            .connector
            .http()
            .get(url.clone())
            .header("accept-encoding", "identity");
        let ours = url.origin() == self.base.origin();
        Some(match &self.token {
            Some(token) if ours => request.header(AUTHORIZATION, token.clone()),
            _ => request,
        })
    }
}

fn header(token: &Token) -> Result<Option<HeaderValue>, ConfigError> {
    let text = match token {
        Token::None => return Ok(None),
        Token::Target(token) => Zeroizing::new(format!("TargetToken {}", token.trim())),
        Token::Gateway(token) => Zeroizing::new(format!("GatewayToken {}", token.trim())),
    };
    let mut value = HeaderValue::from_str(&text).map_err(|_| ConfigError::Token)?;
    value.set_sensitive(true);
    Ok(Some(value))
}

/// What a status other than success means.
pub(super) fn fault(response: &Response) -> DdiFault {
    match response.status().as_u16() {
        status @ (401 | 403) => DdiFault::Unauthorized(status),
        404 => DdiFault::NotFound,
        409 => DdiFault::Conflict,
        410 => DdiFault::Gone,
        429 | 503 => DdiFault::Busy(retry_after(response)),
        status @ 500..=599 => DdiFault::Server(status),
        status => DdiFault::Strange(status),
    }
}

/// Whether a proxy before the server has turned this machine away for its certificate.
async fn is_certificate_page(response: &mut Response) -> bool {
    if response.status().as_u16() != 400 {
        return false;
    }
    let mut page = Vec::new();
    while let Ok(Some(chunk)) = response.chunk().await {
        page.extend_from_slice(&chunk);
        if page.len() > PAGE_MAX {
            break;
        }
    }
    page.windows(CERTIFICATE_PAGE.len())
        .any(|part| part == CERTIFICATE_PAGE)
}

/// Seconds alone: a date would need a clock that may not be right yet.
fn retry_after(response: &Response) -> Option<Duration> {
    let text = response.headers().get(RETRY_AFTER)?.to_str().ok()?;
    let seconds: u64 = text.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(RETRY_AFTER_MAX))
}

fn unreachable(error: &reqwest::Error) -> DdiFault {
    if let Some(fault) = TlsFault::of(error) {
        return DdiFault::Tls(fault);
    }
    let mut text = error.to_string();
    let mut next = std::error::Error::source(error);
    while let Some(cause) = next {
        text = cause.to_string();
        next = cause.source();
    }
    DdiFault::Unreachable(text.chars().take(200).collect())
}
