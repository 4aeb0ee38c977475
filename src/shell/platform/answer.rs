//! What one HTTP answer means. Pure: the table of the outbox's error classes.
//!
//! Only an answer in an agreed media type is the platform's. A 200 of a captive portal, a 403 of a firewall and a
//! 404 of a proxy say nothing about a case.

use serde::Deserialize;

use super::words::{ANSWER, PROBLEM, PROBLEM_PREFIX, Problem, problem};
use super::{date, tif};
use crate::case::{Acceptance, Answer, LaneFault, ParkCause, Rejection, RetryCause};

/// Longest wait that a server can impose, seconds: a broken one must not silence a machine.
pub const RETRY_AFTER_MAX_S: u32 = 900;
/// Longest text of a refusal that is kept, characters.
const DETAIL_MAX: usize = 500;

/// An HTTP answer, taken in whole.
#[derive(Clone, Debug, Default)]
pub struct Reply {
    /// Status.
    pub status: u16,
    /// Media type without parameters, lower case; empty if none.
    pub media: String,
    /// `Retry-After` in seconds, capped at [`RETRY_AFTER_MAX_S`].
    pub retry_after_s: Option<u32>,
    /// The server's `Date` minus the time this call was signed with, seconds.
    pub skew_s: Option<i64>,
    /// The server's `Date`, seconds since 1970.
    pub date_unix_s: Option<i64>,
    /// `ETag`.
    pub etag: Option<String>,
    /// Body; empty when [`Self::overlong`].
    pub body: Vec<u8>,
    /// The body was longer than this call's limit and was thrown away.
    pub overlong: bool,
}

/// What the answer to an attempt said of itself, for the log of attempts. Empty when nobody answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// HTTP status.
    pub http_status: Option<u16>,
    /// `Date`, as HTTP writes it (RFC 9110, 5.6.7).
    pub server_date: Option<String>,
    /// Type URI of its problem (RFC 9457).
    pub problem: Option<String>,
}

impl Heard {
    /// Of an answer, whoever gave it.
    pub(super) fn of(reply: &Reply) -> Self {
        Self {
            http_status: Some(reply.status),
            server_date: reply.date_unix_s.map(date::http_date),
            problem: reply.problem().map(|problem| problem.kind),
        }
    }
}

/// Why a call did not bring what it asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// Ask again later.
    Retry {
        /// Why, for the engineer.
        why: RetryCause,
        /// Seconds of `Retry-After`, if given.
        retry_after_s: Option<u32>,
    },
    /// A fault of this machine.
    LaneStopped(LaneFault),
    /// The platform itself says no.
    Problem {
        /// What it says.
        problem: Problem,
        /// Seconds of `Retry-After`, if given.
        retry_after_s: Option<u32>,
    },
}

impl Failure {
    /// Ask again, without advice when.
    #[must_use]
    pub fn retry(why: RetryCause) -> Self {
        Self::Retry {
            why,
            retry_after_s: None,
        }
    }

    /// Whether the platform says that there is no such thing.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        matches!(self, Self::Problem { problem, .. } if problem.is(problem::NOT_FOUND))
    }
}

impl Problem {
    /// Whether this is the contract's problem `name` (one of [`problem`]).
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.kind.strip_prefix(PROBLEM_PREFIX) == Some(name)
    }
}

/// Longest value of a header that is looked at, bytes.
const HEADER_MAX: usize = 200;

#[derive(Deserialize)]
struct GatewayError {
    code: i64,
}

impl Reply {
    /// The head of an answer: its status, and its headers by their small names; the body is still to come. `signed_at` is
    /// the time that the call was signed with.
    #[must_use]
    pub fn of_head<'a>(
        status: u16,
        header: impl Fn(&str) -> Option<&'a str>,
        signed_at: i64,
    ) -> Self {
        let text = |name| header(name).filter(|text| text.len() <= HEADER_MAX);
        let date = text("date").and_then(date::parse_http_date);
        let media = text("content-type").and_then(|whole| whole.split(';').next());
        let wait = text("retry-after");
        Self {
            status,
            media: media.unwrap_or_default().trim().to_ascii_lowercase(),
            retry_after_s: wait.and_then(|text| retry_after(text, date.unwrap_or(signed_at))),
            date_unix_s: date,
            skew_s: date.map(|date| date.saturating_sub(signed_at)),
            etag: text("etag").map(str::to_owned),
            ..Self::default()
        }
    }

    /// Whether the gateway refused the signature (HTTP 500, `{"code":400001,…}`, any JSON media type).
    fn gateway_refused(&self) -> bool {
        self.status >= 400
            && serde_json::from_slice::<GatewayError>(&self.body)
                .is_ok_and(|error| error.code == tif::REFUSED)
    }

    /// The contract's problem in this answer: agreed media type and type URI.
    fn problem(&self) -> Option<Problem> {
        let known = |problem: &Problem| problem.kind.starts_with(PROBLEM_PREFIX);
        (self.media == PROBLEM)
            .then(|| serde_json::from_slice::<Problem>(&self.body).ok())
            .flatten()
            .filter(known)
    }

    /// Whether the platform or its gateway wrote this, so that its `Date` is worth something.
    #[must_use]
    pub fn is_the_platforms(&self, expect: &str) -> bool {
        self.media == expect || self.problem().is_some() || self.gateway_refused()
    }

    /// The body, if this is a success in the media type `expect`; else what went wrong.
    pub fn settle(&self, expect: &str) -> Result<&[u8], Failure> {
        let retry = |why| {
            Err(Failure::Retry {
                why,
                retry_after_s: self.retry_after_s,
            })
        };
        if self.gateway_refused() {
            let off = self
                .skew_s
                .is_some_and(|s| s.unsigned_abs() > tif::WINDOW_S);
            return Err(Failure::LaneStopped(if off {
                LaneFault::Clock
            } else {
                LaneFault::Credentials
            }));
        }
        match self.status {
            200 | 201 if self.media != expect => retry(RetryCause::Portal),
            200 | 201 if self.overlong => retry(RetryCause::Malformed),
            200 | 201 => Ok(&self.body),
            // 511 Network Authentication Required is a portal's own status (RFC 6585).
            408 | 425 | 429 | 500..=510 | 512..=599 => retry(RetryCause::ServerBusy),
            400..=499 => match self.problem() {
                Some(_) if matches!(self.status, 401 | 403) => {
                    Err(Failure::LaneStopped(LaneFault::Credentials))
                }
                Some(problem) => Err(Failure::Problem {
                    problem,
                    retry_after_s: self.retry_after_s,
                }),
                None => retry(RetryCause::NotThePlatform),
            },
            // Other successes, redirects and 511: no status that the platform has.
            _ => retry(RetryCause::Portal),
        }
    }

    /// What this answer to `PUT …/cases/{key}` means.
    #[must_use]
    pub fn to_put(&self) -> Answer {
        match self.settle(ANSWER) {
            Ok(body) => match serde_json::from_slice::<Acceptance>(body) {
                Ok(acceptance) if is_sound(&acceptance) => Answer::Accepted(acceptance),
                _ => malformed(),
            },
            Err(failure) => failure.into_put(),
        }
    }
}

impl Failure {
    /// What this failure means for the case that was sent.
    #[must_use]
    pub fn into_put(self) -> Answer {
        match self {
            Self::Retry { why, retry_after_s } => Answer::Retry { why, retry_after_s },
            Self::LaneStopped(fault) => Answer::LaneStopped(fault),
            Self::Problem {
                problem,
                retry_after_s,
            } => {
                if problem.is(problem::IN_PROGRESS) {
                    Answer::InProgress { retry_after_s }
                } else if problem.is(problem::KEY_REUSED) {
                    Answer::Parked(ParkCause::KeyReused)
                } else if problem.is(problem::REJECTED) {
                    rejection(problem).map_or_else(malformed, Answer::Rejected)
                } else {
                    // Not a word about the case itself: this side or the wire broke the contract.
                    malformed()
                }
            }
        }
    }
}

/// `Retry-After` as seconds from `now` (RFC 9110, 10.2.3: seconds or a date), capped.
fn retry_after(text: &str, now: i64) -> Option<u32> {
    let text = text.trim();
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let seconds = if digits {
        // More digits than fit is still a number: the cap.
        text.parse::<u32>().unwrap_or(u32::MAX)
    } else {
        let wait = date::parse_http_date(text)?.saturating_sub(now).max(0);
        u32::try_from(wait).unwrap_or(u32::MAX)
    };
    Some(seconds.min(RETRY_AFTER_MAX_S))
}

fn malformed() -> Answer {
    Answer::Retry {
        why: RetryCause::Malformed,
        retry_after_s: None,
    }
}

fn rejection(problem: Problem) -> Option<Rejection> {
    let code = problem.code.filter(|code| {
        let word = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_';
        (1..=64).contains(&code.len()) && code.bytes().all(word)
    })?;
    Some(Rejection {
        code,
        detail: problem.detail.chars().take(DETAIL_MAX).collect(),
    })
}

/// Whether the numbers can be kept and printed: they go on paper.
pub(crate) fn is_sound(acceptance: &Acceptance) -> bool {
    let number = |text: &str, max: usize| {
        let plain = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        (1..=max).contains(&text.len()) && text.bytes().all(plain)
    };
    let date = |text: &str| {
        let plain = |b: u8| b.is_ascii_digit() || b"-+:.TZ".contains(&b);
        (10..=40).contains(&text.len()) && text.bytes().all(plain)
    };
    number(&acceptance.sblsh, 64)
        && number(&acceptance.sblsh_short, 32)
        && number(&acceptance.query_code, 16)
        && date(&acceptance.accepted_at)
        && acceptance.promise_until.as_deref().is_none_or(date)
}

#[cfg(test)]
mod tests;
