//! One signed HTTP exchange with limits: no redirects, no proxy, no compression, no cookies.

use std::sync::Mutex;

use reqwest::header;
use reqwest::{Method, RequestBuilder, Response, Url};
use rustls::crypto::SecureRandom;

use super::answer::{Failure, Reply};
use super::tif::{self, Token};
use super::tls::{self, WallClock};
use super::{ClientConfig, ConfigError};
use crate::case::RetryCause;
use crate::shell::clock::Clock;

/// Longest answer about a case, a person or the time, bytes.
pub(super) const ANSWER_MAX: usize = 64 * 1024;

pub(super) struct Transport {
    http: reqwest::Client,
    base: Url,
    paasid: String,
    token: Token,
    device: String,
    wall: WallClock,
    /// Learns the time from every answer.
    listener: Option<Clock>,
    /// The platform's clock minus ours, seconds, from its last `Date`.
    offset_s: Mutex<Option<i64>>,
    random: &'static dyn SecureRandom,
}

/// What to ask.
pub(super) struct Ask<'a> {
    pub(super) method: Method,
    /// Path segments after the base.
    pub(super) path: &'a [&'a str],
    pub(super) query: &'a [(&'a str, &'a str)],
    pub(super) headers: &'a [(&'a str, &'a str)],
    /// Body and its media type.
    pub(super) body: Option<(&'a str, Vec<u8>)>,
    /// Media type of an answer that is one.
    pub(super) expect: &'a str,
    /// Longest answer, bytes.
    pub(super) limit: usize,
}

impl Transport {
    pub(super) fn new(config: ClientConfig, wall: WallClock) -> Result<Self, ConfigError> {
        let base = Url::parse(&config.base_url).map_err(|e| ConfigError::Url(e.to_string()))?;
        let plain = matches!(base.scheme(), "http");
        if !plain && base.scheme() != "https" {
            return Err(ConfigError::Url("neither https nor http".into()));
        }
        if !base.username().is_empty() || base.password().is_some() || base.query().is_some() {
            return Err(ConfigError::Url("user, password or query in it".into()));
        }
        if plain && !is_loopback(&base) {
            return Err(ConfigError::PlainHttp);
        }
        for text in [&config.paasid, &config.device] {
            let word = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
            if !(1..=64).contains(&text.len()) || !text.bytes().all(word) {
                return Err(ConfigError::Name(text.clone()));
            }
        }
        // Without TLS the builder still wants a configuration; any root store does for a connection that has none.
        let tls = match &config.ca_pem {
            Some(pem) => tls::client(pem, wall.clone())?,
            None if plain => tls::none()?,
            None => return Err(ConfigError::Roots("https needs a CA file".into())),
        };
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .connect_timeout(config.connect_timeout)
            .timeout(config.answer_timeout)
            // A connection for each call: one kept open may be closed by the other side just as it is used again, and
            // then nobody knows whether the case arrived. TLS sessions are resumed, so this costs little.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("kiosk/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(|e| ConfigError::Client(e.to_string()))?;
        Ok(Self {
            http,
            base,
            paasid: config.paasid,
            token: config.token,
            device: config.device,
            wall,
            listener: None,
            offset_s: Mutex::new(None),
            random: rustls::crypto::ring::default_provider().secure_random,
        })
    }

    pub(super) fn tell_time_to(&mut self, clock: Clock) {
        self.listener = Some(clock);
    }

    pub(super) fn offset_s(&self) -> Option<i64> {
        self.offset_s.lock().map_or(None, |offset| *offset)
    }

    /// Sends, waits, takes in the whole answer. An error here means that there is no answer.
    pub(super) async fn exchange(&self, ask: Ask<'_>) -> Result<Reply, Failure> {
        // Signed now, never when a case is put in the queue: the gateway's window is minutes, an outage is weeks.
        let known = self.offset_s().unwrap_or(0);
        let asked_at = (self.wall)();
        let signed_at = asked_at.saturating_add(known);
        let (expect, limit) = (ask.expect, ask.limit);
        let sent_ms = self.listener.as_ref().map(Clock::boot_ms);
        let request = self.request(ask, signed_at)?;
        let response = request.send().await.map_err(|e| no_answer(&e))?;
        let reply = self.take_in(response, signed_at, limit).await?;
        if let (Some(skew_s), true) = (reply.skew_s, reply.is_the_platforms(expect)) {
            let date = signed_at.saturating_add(skew_s);
            // First, so that what it makes of the time is not corrected a second time.
            if let (Some(clock), Some(sent_ms)) = (&self.listener, sent_ms) {
                clock.heard(sent_ms, date);
            }
            if let Ok(mut offset) = self.offset_s.lock() {
                *offset = Some(corrected(known, date, asked_at, (self.wall)()));
            }
        }
        Ok(reply)
    }

    fn request(&self, ask: Ask<'_>, signed_at: i64) -> Result<RequestBuilder, Failure> {
        let mut url = self.base.clone();
        // An https or http URL always has a path to extend.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(ask.path);
        }
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(ask.query);
        }
        let nonce = self.nonce()?;
        let mut request = self
            .http
            .request(ask.method, url)
            .header(
                header::ACCEPT,
                format!("{}, application/problem+json", ask.expect),
            )
            .header("x-tif-paasid", &self.paasid)
            .header("x-tif-timestamp", signed_at.to_string())
            .header("x-tif-nonce", &nonce)
            .header("x-tif-signature", tif::sign(signed_at, &self.token, &nonce))
            .header("x-kiosk-device", &self.device);
        for (name, value) in ask.headers {
            request = request.header(*name, *value);
        }
        if let Some((media, body)) = ask.body {
            request = request
                .header(header::CONTENT_TYPE, media)
                .header("content-digest", tif::content_digest(&body))
                .body(body);
        }
        Ok(request)
    }

    fn nonce(&self) -> Result<String, Failure> {
        let mut bytes = [0; 12];
        self.random
            .fill(&mut bytes)
            .map_err(|_| Failure::retry(RetryCause::Unreachable))?;
        Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    async fn take_in(
        &self,
        mut response: Response,
        signed_at: i64,
        limit: usize,
    ) -> Result<Reply, Failure> {
        let headers = response.headers();
        let header = |name: &str| headers.get(name)?.to_str().ok();
        let mut reply = Reply::of_head(response.status().as_u16(), header, signed_at);
        while let Some(chunk) = response.chunk().await.map_err(|e| no_answer(&e))? {
            if reply.body.len() + chunk.len() > limit {
                reply.body = Vec::new();
                reply.overlong = true;
                break;
            }
            reply.body.extend_from_slice(&chunk);
        }
        Ok(reply)
    }
}

/// The offset nearest to `known` that a `Date` allows which was made between asking and answering. Whole seconds; a
/// clock that was set in between, or a slow answer, only widens what is allowed.
fn corrected(known: i64, date: i64, asked_at: i64, answered_at: i64) -> i64 {
    let least = date.saturating_sub(answered_at);
    let most = date.saturating_sub(asked_at);
    known.min(most).max(least)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let host = host.trim_start_matches('[').trim_end_matches(']');
    host.parse::<std::net::IpAddr>()
        .is_ok_and(|address| address.is_loopback())
}

fn no_answer(error: &reqwest::Error) -> Failure {
    if let Some(fault) = tls::fault(error) {
        return Failure::LaneStopped(fault);
    }
    Failure::retry(if error.is_connect() {
        RetryCause::Unreachable
    } else {
        // Sent, in part or whole: whether it was taken is unknown.
        RetryCause::TimedOut
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_moves_the_offset_only_as_far_as_it_must() {
        // Asked at 1000, answered at 1002: any offset from date - 1002 to date - 1000 is possible.
        assert_eq!(corrected(0, 1001, 1000, 1002), 0);
        assert_eq!(corrected(0, 1300, 1000, 1002), 298);
        assert_eq!(corrected(0, 700, 1000, 1002), -300);
        assert_eq!(corrected(50, 1052, 1000, 1002), 50);
        // The clock was set forward by 20 minutes during the call: it says nothing against the offset.
        assert_eq!(corrected(0, 1001, 1000, 2202), 0);
        assert_eq!(corrected(0, 2201, 1000, 2202), 0);
        // Set back: still bounded.
        assert_eq!(corrected(0, 1000, 1000, -200), 1200);
    }
}
