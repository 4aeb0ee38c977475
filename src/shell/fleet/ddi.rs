//! Client of hawkBit's Direct Device Integration API: what a machine asks and tells, and what each refusal means.

mod connector;
mod http;
mod tls_fault;
pub mod words;

use std::time::Duration;

use reqwest::{Method, Url};
use serde_json::{Value, json};

use crate::domain::update::{Ended, Order, Origin, Outcome, Progress};
use crate::shell::clock::Clock;
pub use connector::Connector;
use http::Http;
pub use http::{ConfigError, DdiConfig, Identity, Token};
pub use tls_fault::TlsFault;
use words::{DeploymentFault, Execution, Finished, Link, Poll, feedback};

/// Why the server did not do what was asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DdiFault {
    /// No answer: name, connection, time.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// No answer, because machine and server do not take each other's certificate.
    #[error(transparent)]
    Tls(#[from] TlsFault),
    /// 401, 403: the token or the certificate is not taken.
    #[error("the server does not accept this machine's token or certificate ({0})")]
    Unauthorized(u16),
    /// 404: this machine or this action is unknown.
    #[error("the server does not know this machine or this action")]
    NotFound,
    /// 409: the action is in a state that does not allow it.
    #[error("the server says that the action does not allow this now")]
    Conflict,
    /// 410: the action is over.
    #[error("the action is over at the server")]
    Gone,
    /// 429 or 503: too many requests; to be left alone for a while.
    #[error("the server asks to be left alone")]
    Busy(Option<Duration>),
    /// 5xx.
    #[error("the server is in trouble ({0})")]
    Server(u16),
    /// Another status, or a body that is not what was asked for.
    #[error("an answer that means nothing ({0})")]
    Strange(u16),
    /// A deployment that cannot be carried out.
    #[error(transparent)]
    Deployment(#[from] DeploymentFault),
}

impl DdiFault {
    /// What the server asked to wait.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Busy(wait) => *wait,
            _ => None,
        }
    }

    /// Its word in the journal of a machine whose clock is checked.
    #[must_use]
    pub fn word(&self) -> &'static str {
        self.word_by(true)
    }

    /// Its word in the journal, by a clock that is checked or not, see [`TlsFault::word`].
    #[must_use]
    pub fn word_by(&self, clock_is_checked: bool) -> &'static str {
        match self {
            Self::Unreachable(_) => "unreachable",
            Self::Tls(fault) => fault.word(clock_is_checked),
            Self::Unauthorized(_) => "unauthorized",
            Self::NotFound => "notFound",
            Self::Conflict => "conflict",
            Self::Gone => "gone",
            Self::Busy(_) => "busy",
            Self::Server(_) => "server",
            Self::Strange(_) => "strange",
            Self::Deployment(_) => "deployment",
        }
    }
}

/// The server, as one machine sees it.
pub struct Ddi {
    http: Http,
}

impl Ddi {
    /// A client; nothing is sent yet.
    ///
    /// # Errors
    /// See [`ConfigError`].
    pub fn new(config: DdiConfig) -> Result<Self, ConfigError> {
        Ok(Self {
            http: Http::new(config)?,
        })
    }

    /// From now on `clock` hears what time the server says it is, where TLS has proved who it is: there are machines in
    /// networks without a time server.
    pub fn tell_time_to(&mut self, clock: Clock) {
        self.http.tell_time_to(clock);
    }

    /// What it opens connections with, without the token: for what else goes to the desk, and to give it another certificate.
    #[must_use]
    pub fn connector(&self) -> Connector {
        self.http.connector()
    }

    /// Asks what is open for this machine.
    ///
    /// # Errors
    /// See [`DdiFault`].
    pub async fn poll(&self) -> Result<Poll, DdiFault> {
        let body = self.http.call(Method::GET, &[], None, None).await?;
        Poll::parse(&body).ok_or(DdiFault::Strange(200))
    }

    /// Reads the open deployment.
    ///
    /// # Errors
    /// See [`DdiFault`].
    pub async fn deployment(&self, link: &Link) -> Result<Order, DdiFault> {
        let path = ["deploymentBase", &link.action];
        let body = self
            .http
            .call(Method::GET, &path, link.mark.as_deref(), None)
            .await?;
        Ok(words::deployment(&body, &link.action)?)
    }

    /// Reads which action a cancellation is for; its own id where the server does not say.
    ///
    /// # Errors
    /// See [`DdiFault`].
    pub async fn cancelled(&self, link: &Link) -> Result<String, DdiFault> {
        let body = self
            .http
            .call(Method::GET, &["cancelAction", &link.action], None, None)
            .await?;
        let value: Value = serde_json::from_slice(&body).map_err(|_| DdiFault::Strange(200))?;
        let stop = value
            .pointer("/cancelAction/stopId")
            .and_then(Value::as_str);
        Ok(stop.unwrap_or(&link.action).chars().take(40).collect())
    }

    /// Agrees to an action, or does not.
    ///
    /// # Errors
    /// See [`DdiFault`].
    pub async fn confirm(&self, action: &str, yes: bool) -> Result<(), DdiFault> {
        let (word, line) = if yes {
            (
                "confirmed",
                "confirmed by the machine's settings or a technician",
            )
        } else {
            ("denied", "denied by a technician")
        };
        let body = json!({ "confirmation": word, "details": [line] });
        self.http
            .call(
                Method::POST,
                &["confirmationBase", action, "feedback"],
                None,
                Some(body),
            )
            .await
            .map(drop)
    }

    /// Tells how far an action is.
    ///
    /// # Errors
    /// See [`DdiFault`].
    pub async fn progress(
        &self,
        action: &str,
        progress: Progress,
        line: &str,
    ) -> Result<(), DdiFault> {
        let execution = match progress {
            Progress::Scheduled => Execution::Scheduled,
            Progress::Download => Execution::Download,
            Progress::Downloaded => Execution::Downloaded,
            Progress::Proceeding => Execution::Proceeding,
        };
        self.feedback(
            "deploymentBase",
            action,
            feedback(execution, Finished::None, line),
        )
        .await
    }

    /// Tells how an action ended: under its own id, as the answer to its cancellation, or as installed from a stick.
    ///
    /// # Errors
    /// See [`DdiFault`].
    pub async fn close(&self, ended: &Ended) -> Result<(), DdiFault> {
        let line = format!("{}: {}", ended.outcome.word(), ended.why);
        match (&ended.stop, ended.origin, ended.outcome) {
            (Some(stop), _, Outcome::Cancelled) => {
                self.feedback(
                    "cancelAction",
                    stop,
                    feedback(Execution::Closed, Finished::Success, &line),
                )
                .await
            }
            (_, Origin::Server, outcome) => {
                let finished = if outcome == Outcome::Good {
                    Finished::Success
                } else {
                    Finished::Failure
                };
                self.feedback(
                    "deploymentBase",
                    &ended.action,
                    feedback(Execution::Closed, finished, &line),
                )
                .await
            }
            (_, Origin::Stick, Outcome::Good) => {
                let body = json!({ "name": ended.name, "version": ended.version });
                self.http
                    .call(Method::PUT, &["installedBase"], None, Some(body))
                    .await
                    .map(drop)
            }
            // There is no action of the server to fail; the attributes tell it.
            (_, Origin::Stick, _) => Ok(()),
        }
    }

    /// Tells that nothing of the cancelled action is done here.
    ///
    /// # Errors
    /// See [`DdiFault`].
    pub async fn accept_cancel(&self, stop: &str) -> Result<(), DdiFault> {
        let line = "nothing of it is done here";
        self.feedback(
            "cancelAction",
            stop,
            feedback(Execution::Closed, Finished::Success, line),
        )
        .await
    }

    /// Tells that a cancellation comes too late.
    ///
    /// # Errors
    /// See [`DdiFault`].
    pub async fn reject_cancel(&self, stop: &str, why: &str) -> Result<(), DdiFault> {
        self.feedback(
            "cancelAction",
            stop,
            feedback(Execution::Rejected, Finished::Failure, why),
        )
        .await
    }

    /// Tells the attributes of this machine, in the place of all earlier ones.
    ///
    /// # Errors
    /// See [`DdiFault`].
    pub async fn attributes(
        &self,
        attributes: &std::collections::BTreeMap<String, String>,
    ) -> Result<(), DdiFault> {
        let body = json!({ "mode": "replace", "data": attributes });
        self.http
            .call(Method::PUT, &["configData"], None, Some(body))
            .await
            .map(drop)
    }

    /// Reads what the server believes to be installed, as it tells it.
    ///
    /// # Errors
    /// See [`DdiFault`].
    pub async fn installed(&self, action: &str) -> Result<Value, DdiFault> {
        let body = self
            .http
            .call(Method::GET, &["installedBase", action], None, None)
            .await?;
        serde_json::from_slice(&body).map_err(|_| DdiFault::Strange(200))
    }

    async fn feedback(&self, resource: &str, action: &str, body: Value) -> Result<(), DdiFault> {
        self.http
            .call(
                Method::POST,
                &[resource, action, "feedback"],
                None,
                Some(body),
            )
            .await
            .map(drop)
    }

    /// A request for a file, with this machine's token only where the file lies on the server itself: a cache of the county
    /// has no business with it.
    pub(super) fn file(&self, href: &str) -> Option<reqwest::RequestBuilder> {
        self.http.file(&Url::parse(href).ok()?)
    }

    /// The headers with which somebody else may fetch a file for us, by the same rule.
    pub(super) fn headers_for(&self, href: &str) -> Vec<String> {
        let token = Url::parse(href)
            .ok()
            .and_then(|url| self.http.token_for(&url));
        token
            .map(|token| format!("Authorization: {token}"))
            .into_iter()
            .collect()
    }

    /// What a status of a file request means, apart from 200, 206 and 416.
    pub(super) fn fault(response: &reqwest::Response) -> DdiFault {
        http::fault(response)
    }
}
