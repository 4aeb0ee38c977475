//! The provincial platform: the client of the written contract `board/platform/openapi.json`.
//!
//! The real provincial interfaces are not public. This module and the contract are the one place an integrator
//! changes: the words in [`words`], the gateway's signature in [`tif`], what an answer means in [`answer`].
//!
//! Exactly once: a case is `PUT` under its own key with frozen bytes, as often as it takes. Only an answer in the
//! agreed media type, over TLS to the configured roots, settles it.

pub mod answer;
mod attachments;
mod config;
pub mod date;
mod reconciliation;
pub mod tif;
pub(crate) mod tls;
mod transport;
pub mod words;

use std::fmt;

use reqwest::Method;
use serde::de::DeserializeOwned;

pub use self::answer::{Failure, Heard};
pub use self::attachments::{AttachmentFailure, PIECE_BYTES, Source};
pub use self::config::{ClientConfig, ConfigError};
pub use self::tif::Token;
pub use self::tls::WallClock;
pub use self::words::{CaseState, CaseStatus, KeyRecord, Rating, UploadState};

use self::transport::{ANSWER_MAX, Ask, Transport};
use self::words::{ANSWER, CASE, CATALOGUE, problem};
use crate::case::{Answer, Key, ParkCause, RetryCause};
use crate::shell::clock::Clock;

/// Largest frozen body of a case, bytes.
pub const CASE_MAX: usize = 256 * 1024;
/// Largest catalogue bundle, bytes.
pub const CATALOGUE_MAX: usize = 8 * 1024 * 1024;
/// Most cases of one person that are shown.
pub const PERSON_CASES_MAX: usize = 50;

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

    /// Lets `clock` learn the time from the `Date` of every answer.
    #[must_use]
    pub fn telling_time_to(mut self, clock: Clock) -> Self {
        self.transport.tell_time_to(clock);
        self
    }

    /// The platform's clock minus this machine's, seconds (±1 s and half a round trip); `None` before its first word.
    #[must_use]
    pub fn clock_offset_s(&self) -> Option<i64> {
        self.transport.offset_s()
    }

    /// Sends the frozen bytes of a case, once. The same bytes may be sent any number of times. Attachments that it
    /// names go first, with [`Self::put_attachment`].
    pub async fn put_case(&self, key: &Key, body: &[u8]) -> Answer {
        self.put_case_heard(key, body).await.0
    }

    /// As [`Self::put_case`], with what the answer said of itself.
    pub async fn put_case_heard(&self, key: &Key, body: &[u8]) -> (Answer, Heard) {
        if !is_key(key) || body.len() > CASE_MAX {
            // Made here, not there: the outbox parks it after a while and the engineer sees why.
            let answer = Failure::retry(RetryCause::Malformed).into_put();
            return (answer, Heard::default());
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
        let reply = match self.transport.exchange(ask).await {
            Ok(reply) => reply,
            Err(failure) => return (failure.into_put(), Heard::default()),
        };
        let answer = match reply.settle(ANSWER) {
            Err(Failure::Problem { problem, .. }) if problem.is(problem::ATTACHMENT_MISSING) => {
                Failure::retry(RetryCause::AttachmentMissing).into_put()
            }
            _ => reply.to_put(),
        };
        let answer = match &answer {
            Answer::Rejected(rejection) if rejection.code == "DUPLICATE" => {
                self.own_duplicate(key, body, answer).await
            }
            _ => answer,
        };
        (answer, Heard::of(&reply))
    }

    /// A platform that lost its own answer may call the repeat a duplicate of itself: what it holds under this very
    /// key decides.
    async fn own_duplicate(&self, key: &Key, body: &[u8], refusal: Answer) -> Answer {
        match self.case_by_key(key).await {
            Ok(Some(record)) => match record.acceptance {
                Some(_) if record.digest != tif::content_digest(body) => {
                    Answer::Parked(ParkCause::KeyReused)
                }
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
    /// is years off can ask.
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

/// How to shake hands with a server under these roots; without roots for plain HTTP alone.
#[cfg(feature = "sim")]
pub(crate) fn tls_for(
    ca_pem: Option<&[u8]>,
    wall: WallClock,
) -> Result<rustls::ClientConfig, ConfigError> {
    ca_pem.map_or_else(tls::none, |pem| tls::client(pem, wall))
}

/// A TLS configuration that trusts nobody, for tests that speak HTTP by hand.
#[cfg(test)]
pub(crate) fn no_tls() -> Result<rustls::ClientConfig, ConfigError> {
    tls::none()
}

fn is_key(key: &Key) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (20..=64).contains(&key.0.len()) && key.0.bytes().all(word)
}
