//! The provincial platform: the client of the written contract `board/platform/openapi.json`.
//!
//! The real provincial interfaces are not public. This module and the contract are the one place an integrator
//! changes: the words in [`words`], the gateway's signature in [`tif`], what an answer means in [`answer`].
//!
//! Exactly once: a case is `PUT` under its own key with frozen bytes, as often as it takes. Only an answer in the
//! agreed media type, over TLS to the configured roots, settles it.

pub mod answer;
pub mod date;
pub mod tif;
mod tls;
mod transport;
pub mod words;

use std::fmt;
use std::time::Duration;

use reqwest::Method;
use serde::de::DeserializeOwned;
use thiserror::Error;

pub use self::answer::Failure;
pub use self::tif::Token;
pub use self::tls::WallClock;
pub use self::words::{CaseState, CaseStatus, KeyRecord, Rating};

use self::transport::{ANSWER_MAX, Ask, Transport};
use self::words::{ANSWER, CASE, CATALOGUE};
use crate::case::{Answer, Key, RetryCause};

/// Largest frozen body of a case, bytes.
pub const CASE_MAX: usize = 256 * 1024;
/// Largest catalogue bundle, bytes.
pub const CATALOGUE_MAX: usize = 8 * 1024 * 1024;
/// Most cases of one person that are shown.
pub const PERSON_CASES_MAX: usize = 50;

/// How to reach the platform.
#[derive(Clone, Debug)]
pub struct ClientConfig {
    /// Everything before `/cases`, e.g. `https://gateway.example/ebus/zzsb/v1`. Plain `http` only to a loopback
    /// address (`127.0.0.1`, `[::1]`).
    pub base_url: String,
    /// Application id at the gateway, 1 to 64 of `[0-9A-Za-z._-]`.
    pub paasid: String,
    /// Secret at the gateway.
    pub token: Token,
    /// Roots that the server's certificate must lead to, PEM. Needed for `https`; the system's roots are never used.
    pub ca_pem: Option<Vec<u8>>,
    /// This machine's id, 1 to 64 of `[0-9A-Za-z._-]`.
    pub device: String,
    /// Longest time to a connection, TLS included.
    pub connect_timeout: Duration,
    /// Longest time to the end of an answer.
    pub answer_timeout: Duration,
}

/// Why a client cannot be made from its configuration.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum ConfigError {
    /// `base_url` cannot be used.
    #[error("platform URL: {0}")]
    Url(String),
    /// `base_url` is plain HTTP to another machine.
    #[error("platform URL: plain http is for loopback addresses only, use https")]
    PlainHttp,
    /// `ca_pem` cannot be used.
    #[error("platform CA: {0}")]
    Roots(String),
    /// An id has characters that cannot stand in a header.
    #[error("not an id of 1 to 64 of [0-9A-Za-z._-]: {0:?}")]
    Name(String),
    /// The HTTP client does not start.
    #[error("platform client: {0}")]
    Client(String),
}

/// What came of asking for the catalogue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogueAnswer {
    /// The one this machine has is the newest.
    NotModified,
    /// Another one, as bytes: whether it is any good is the catalogue's own affair.
    New {
        /// `ETag` to ask with next time; empty if the platform gave none.
        etag: String,
        /// JSON.
        bytes: Vec<u8>,
    },
    /// None came.
    Failed(Failure),
}

/// Client of the platform. A connection for each call; `&self` everywhere, may be shared by tasks.
pub struct Client {
    transport: Transport,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

impl Client {
    /// A client that signs with `wall` (Unix seconds) and with what it learns of the platform's clock.
    pub fn new(config: ClientConfig, wall: WallClock) -> Result<Self, ConfigError> {
        let transport = Transport::new(config, wall)?;
        Ok(Self { transport })
    }

    /// The platform's clock minus this machine's, seconds (±1 s and half a round trip); `None` before its first word.
    #[must_use]
    pub fn clock_offset_s(&self) -> Option<i64> {
        self.transport.offset_s()
    }

    /// Sends the frozen bytes of a case, once. The same bytes may be sent any number of times.
    pub async fn put_case(&self, key: &Key, body: &[u8]) -> Answer {
        if !is_key(key) || body.len() > CASE_MAX {
            // Made here, not there: the outbox parks it after a while and the engineer sees why.
            return Failure::retry(RetryCause::Malformed).into_put();
        }
        let quoted = format!("\"{}\"", key.0);
        let ask = Ask {
            method: Method::PUT,
            path: &["cases", &key.0],
            query: &[],
            headers: &[("if-none-match", "*"), ("idempotency-key", &quoted)],
            body: Some((CASE, body.to_vec())),
            expect: ANSWER,
            limit: ANSWER_MAX,
        };
        let answer = match self.transport.exchange(ask).await {
            Ok(reply) => reply.to_put(),
            Err(failure) => failure.into_put(),
        };
        match &answer {
            Answer::Rejected(rejection) if rejection.code == "DUPLICATE" => {
                self.own_duplicate(key, body, answer).await
            }
            _ => answer,
        }
    }

    /// A platform that lost its own answer may call the repeat a duplicate of itself: what it holds under this very
    /// key decides.
    async fn own_duplicate(&self, key: &Key, body: &[u8], refusal: Answer) -> Answer {
        match self.case_by_key(key).await {
            Ok(Some(record)) => match record.acceptance {
                Some(_) if record.digest != tif::content_digest(body) => Answer::KeyReused,
                Some(acceptance) => Answer::Accepted(acceptance),
                None => refusal,
            },
            Ok(None) => refusal,
            Err(failure) => failure.into_put(),
        }
    }

    /// What the platform holds under `key`; `None` is its word that it never saw it.
    pub async fn case_by_key(&self, key: &Key) -> Result<Option<KeyRecord>, Failure> {
        if !is_key(key) {
            return Err(Failure::retry(RetryCause::Malformed));
        }
        let record: Option<KeyRecord> = found(self.get(&["cases", &key.0], &[]).await)?;
        match record {
            Some(KeyRecord {
                acceptance: Some(acceptance),
                ..
            }) if !answer::is_sound(&acceptance) => Err(Failure::retry(RetryCause::Malformed)),
            record => Ok(record),
        }
    }

    /// Where the case with this filing number stands; `None` if the platform has not seen it (yet).
    pub async fn case_status_by_number(&self, number: &str) -> Result<Option<CaseStatus>, Failure> {
        found(self.get(&["cases"], &[("filing_number", number)]).await)
    }

    /// Where the case stands, asked by the two numbers on the receipt.
    pub async fn case_status(
        &self,
        sblsh: &str,
        query_code: &str,
    ) -> Result<Option<CaseStatus>, Failure> {
        let query = [("sblsh", sblsh), ("query_code", query_code)];
        found(self.get(&["cases"], &query).await)
    }

    /// Cases of one person, newest first, at most [`PERSON_CASES_MAX`]. The number travels in the body, never in the
    /// URL, which proxies write down. `cert_type` is `10` for an ID card.
    pub async fn cases_of_person(
        &self,
        cert_type: &str,
        cert_no: &str,
    ) -> Result<Vec<CaseStatus>, Failure> {
        let person = serde_json::json!({ "cert_type": cert_type, "cert_no": cert_no });
        let ask = Ask {
            method: Method::POST,
            path: &["cases", "search"],
            query: &[],
            headers: &[],
            body: Some(("application/json", person.to_string().into_bytes())),
            expect: ANSWER,
            limit: ANSWER_MAX,
        };
        let reply = self.transport.exchange(ask).await?;
        let mut cases: Vec<CaseStatus> = parse(reply.settle(ANSWER)?)?;
        cases.truncate(PERSON_CASES_MAX);
        Ok(cases)
    }

    /// The catalogue, unless the one with `etag` is still the newest.
    pub async fn catalogue(&self, etag: Option<&str>) -> CatalogueAnswer {
        let header = [("if-none-match", etag.unwrap_or_default())];
        let ask = Ask {
            method: Method::GET,
            path: &["catalogue"],
            query: &[],
            headers: if etag.is_some() { &header } else { &[] },
            body: None,
            expect: CATALOGUE,
            limit: CATALOGUE_MAX,
        };
        let reply = match self.transport.exchange(ask).await {
            Ok(reply) => reply,
            Err(failure) => return CatalogueAnswer::Failed(failure),
        };
        // A portal does not answer 304, but a 304 for another catalogue than ours must not pass either.
        if reply.status == 304 && etag.is_some() && reply.etag.as_deref() == etag {
            return CatalogueAnswer::NotModified;
        }
        match reply.settle(CATALOGUE) {
            Err(failure) => CatalogueAnswer::Failed(failure),
            Ok(bytes) => CatalogueAnswer::New {
                etag: reply.etag.clone().unwrap_or_default(),
                bytes: bytes.to_vec(),
            },
        }
    }

    /// Sends the frozen bytes of a rating ([`Rating::to_bytes`]) under its own key; repeats are harmless.
    pub async fn rate(&self, key: &Key, body: &[u8]) -> Result<(), Failure> {
        if !is_key(key) {
            return Err(Failure::retry(RetryCause::Malformed));
        }
        let quoted = format!("\"{}\"", key.0);
        let ask = Ask {
            method: Method::POST,
            path: &["ratings"],
            query: &[],
            headers: &[("idempotency-key", &quoted)],
            body: Some(("application/json", body.to_vec())),
            expect: ANSWER,
            limit: ANSWER_MAX,
        };
        let reply = self.transport.exchange(ask).await?;
        reply.settle(ANSWER).map(|_| ())
    }

    /// The platform's clock, Unix seconds. Answered without a look at the signature, so that a machine whose clock
    /// is years off can ask; what it learns is in [`Self::clock_offset_s`] too.
    pub async fn time(&self) -> Result<i64, Failure> {
        #[derive(serde::Deserialize)]
        struct Time {
            unix: i64,
        }
        let time: Time = self.get(&["time"], &[]).await?;
        Ok(time.unix)
    }

    async fn get<T: DeserializeOwned>(
        &self,
        path: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, Failure> {
        let ask = Ask {
            method: Method::GET,
            path,
            query,
            headers: &[],
            body: None,
            expect: ANSWER,
            limit: ANSWER_MAX,
        };
        let reply = self.transport.exchange(ask).await?;
        parse(reply.settle(ANSWER)?)
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(body).map_err(|_| Failure::retry(RetryCause::Malformed))
}

/// "There is none" is an answer.
fn found<T>(result: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(failure) if failure.is_not_found() => Ok(None),
        Err(failure) => Err(failure),
    }
}

fn is_key(key: &Key) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (20..=64).contains(&key.0.len()) && key.0.bytes().all(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn made(base_url: &str, ca_pem: Option<&[u8]>) -> Result<Client, ConfigError> {
        let config = ClientConfig {
            base_url: base_url.into(),
            paasid: "demo".into(),
            token: Token::new("demo-token-not-real".into()),
            ca_pem: ca_pem.map(<[u8]>::to_vec),
            device: "A0001".into(),
            connect_timeout: Duration::from_secs(1),
            answer_timeout: Duration::from_secs(1),
        };
        Client::new(config, Arc::new(|| 0))
    }

    #[test]
    fn plain_http_is_for_this_machine_alone() {
        assert!(made("http://127.0.0.1:8080/ebus/zzsb/v1", None).is_ok());
        assert!(made("http://[::1]:8080/v1", None).is_ok());
        for far in [
            "http://platform.example/v1",
            "http://127.0.0.1.example/v1",
            "http://10.0.0.1/v1",
        ] {
            assert_eq!(made(far, None).err(), Some(ConfigError::PlainHttp), "{far}");
        }
    }

    #[test]
    fn https_without_usable_roots_is_refused_at_start() {
        for pem in [
            None,
            Some(b"".as_slice()),
            Some(b"-----BEGIN CERTIFICATE-----\nx".as_slice()),
        ] {
            let error = made("https://platform.example/v1", pem).err();
            assert!(matches!(error, Some(ConfigError::Roots(_))), "{error:?}");
        }
        for odd in [
            "ftp://127.0.0.1/v1",
            "platform",
            "https://u:p@platform.example/v1",
        ] {
            assert!(
                matches!(made(odd, None).err(), Some(ConfigError::Url(_))),
                "{odd}"
            );
        }
    }

    #[test]
    fn neither_client_nor_configuration_prints_the_secret() {
        let client = made("http://127.0.0.1:1/v1", None);
        assert!(!format!("{client:?}").contains("not-real"));
    }
}
