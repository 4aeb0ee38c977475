//! Routes of the contract.

use axum::Router;
use axum::body::{Body as HttpBody, Bytes};
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, get, patch, post, put};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::fault::Fault;
use super::gate::{Met, problem, problem_with};
use super::rules::{Body, Person, is_word, refusal};
use super::store::{Incoming, Put};
use super::{Server, attachments, imports, reconciliations};
use crate::case::Rejection;
use crate::shell::platform::words::{ANSWER, CASE, CATALOGUE, PROBLEM, problem as kinds};
use crate::shell::platform::{CASE_MAX, Rating, date, tif};

/// Base of every path.
pub const BASE: &str = "/ebus/zzsb/v1";
pub(super) type Shared = State<std::sync::Arc<Server>>;
pub(super) type Answered<T = Response> = Result<T, Response>;

type Handler = MethodRouter<std::sync::Arc<Server>>;

/// Every route: path below [`BASE`] and method as in the written contract, and who answers.
pub(super) fn table() -> [(&'static str, &'static str, Handler); 12] {
    [
        ("/cases/{key}", "put", put(put_case)),
        ("/cases/{key}", "get", get(get_case)),
        ("/cases", "get", get(find_case)),
        ("/cases/search", "post", post(search)),
        ("/catalogue", "get", get(catalogue)),
        ("/ratings", "post", post(rate)),
        ("/time", "get", get(time)),
        // A HEAD is answered by the same handler, without its body.
        ("/attachments/{digest}", "head", MethodRouter::new()),
        ("/attachments/{digest}", "get", get(attachments::state)),
        ("/attachments/{digest}", "patch", patch(attachments::append)),
        ("/imports", "post", post(imports::import)),
        (
            "/machines/{machine}/reconciliations",
            "post",
            post(reconciliations::reconcile),
        ),
    ]
}

pub(super) fn routes() -> Router<std::sync::Arc<Server>> {
    let routes = table()
        .into_iter()
        .fold(Router::new(), |all, (path, _, handler)| {
            all.route(path, handler)
        });
    Router::new().nest(BASE, routes)
}

async fn put_case(
    State(server): Shared,
    key: Result<Path<String>, PathRejection>,
    request: Request,
) -> Answered {
    let met = request
        .extensions()
        .get::<Met>()
        .cloned()
        .unwrap_or_default();
    let key = key_of(key)?;
    let (headers, bytes) = whole(request, CASE).await?;
    let device = device(&headers).ok_or_else(nameless)?;
    if text(&headers, "if-none-match") != Some("*") {
        return Err(problem(428, kinds::INVALID, "If-None-Match: * is needed"));
    }
    if idempotency_key(&headers).as_ref() != Some(&key) {
        return Err(invalid("Idempotency-Key is missing or is not the path's"));
    }
    let body = Body::parse(&bytes).map_err(|why| invalid(&why))?;
    let now = server.now(met.0.as_ref());
    if met.0 == Some(Fault::InProgress) {
        let mut response = problem(409, kinds::IN_PROGRESS, "this key is being worked on");
        response.headers_mut().insert(header::RETRY_AFTER, 1.into());
        return Err(response);
    }
    let judge = |open| match &met.0 {
        Some(Fault::Reject { code }) => Some(refusal(code, "演示:平台拒绝。")),
        _ => server.rules.judge(&body, &date::iso_day(now), open),
    };
    let incoming = Incoming {
        device: &device,
        key: &key,
        digest: &tif::content_digest(&bytes),
        bytes: &bytes,
        body: &body,
    };
    let put = server.store().put(&incoming, judge, now).map_err(broken)?;
    if met.0 == Some(Fault::FalseDuplicate) {
        return Err(rejected(&refusal(
            "DUPLICATE",
            "您已有一件相同事项正在办理。",
        )));
    }
    match put {
        Put::New(Ok(acceptance)) => Ok(answer(201, &acceptance)),
        Put::Repeat(Ok(acceptance)) => Ok(answer(200, &acceptance)),
        Put::New(Err(rejection)) | Put::Repeat(Err(rejection)) => Err(rejected(&rejection)),
        Put::OtherBody => Err(problem(
            422,
            kinds::KEY_REUSED,
            "this key came with another body",
        )),
        Put::Lacks(missing) => Err(problem_with(
            409,
            kinds::ATTACHMENT_MISSING,
            "attachments are missing",
            json!({ "missing": missing }),
        )),
        Put::Full => Err(problem(503, kinds::INVALID, "no numbers left today")),
    }
}

async fn get_case(
    State(server): Shared,
    key: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Answered {
    let (key, device) = (key_of(key)?, device(&headers).ok_or_else(nameless)?);
    let record = server.store().record(&device, &key).map_err(broken)?;
    record.map(|record| answer(200, &record)).ok_or_else(none)
}

#[derive(Deserialize)]
struct Numbers {
    filing_number: Option<String>,
    sblsh: Option<String>,
    query_code: Option<String>,
}

async fn find_case(
    State(server): Shared,
    query: Result<Query<Numbers>, QueryRejection>,
) -> Answered {
    let sense = || invalid("filing_number, or sblsh and query_code");
    let Query(asked) = query.map_err(|_| sense())?;
    let now = server.now(None);
    let found = match (asked.filing_number, asked.sblsh, asked.query_code) {
        (Some(number), None, None) if is_word(&number, 40) => {
            server.store().by_filing_number(&number, now)
        }
        (None, Some(sblsh), Some(code)) if is_word(&sblsh, 64) && is_word(&code, 16) => {
            server.store().by_sblsh(&sblsh, &code, now)
        }
        _ => return Err(sense()),
    };
    let found = found.map_err(broken)?;
    found.map(|status| answer(200, &status)).ok_or_else(none)
}

async fn search(State(server): Shared, request: Request) -> Answered {
    let (_, bytes) = whole(request, "application/json").await?;
    let person = Person::parse(&bytes).map_err(|why| invalid(&why))?;
    let cases = server.store().of_person(&person, server.now(None));
    Ok(answer(200, &cases.map_err(broken)?))
}

async fn catalogue(State(server): Shared, headers: HeaderMap) -> Answered {
    // Read each time: it may be replaced while the server runs.
    let path = server.catalogue.as_ref().ok_or_else(none)?;
    let bytes = std::fs::read(path).map_err(broken)?;
    let digest = tif::content_digest(&bytes);
    let etag = format!(
        "\"{}\"",
        digest.trim_start_matches("sha-256=").trim_matches(':')
    );
    let known = text(&headers, "if-none-match") == Some(etag.as_str());
    let headers = [
        (header::ETAG, etag),
        (header::CONTENT_TYPE, CATALOGUE.to_owned()),
    ];
    Ok(if known {
        (StatusCode::NOT_MODIFIED, headers).into_response()
    } else {
        (headers, bytes).into_response()
    })
}

async fn rate(State(server): Shared, request: Request) -> Answered {
    let (headers, bytes) = whole(request, "application/json").await?;
    let device = device(&headers).ok_or_else(nameless)?;
    let key = idempotency_key(&headers).ok_or_else(|| invalid("Idempotency-Key"))?;
    let rating: Rating = serde_json::from_slice(&bytes).map_err(|_| invalid("not a rating"))?;
    if !(1..=5).contains(&rating.satisfaction) || !(1..=2).contains(&rating.assess_number) {
        return Err(invalid("satisfaction is 1 to 5, assessNumber 1 or 2"));
    }
    let digest = tif::content_digest(&bytes);
    let put = server.store().rate(&device, &key, &digest, &bytes);
    match put.map_err(broken)? {
        Put::New(()) => Ok(answer(201, &json!({}))),
        Put::Repeat(()) => Ok(answer(200, &json!({}))),
        _ => Err(problem(
            422,
            kinds::KEY_REUSED,
            "this key came with another body",
        )),
    }
}

async fn time(State(server): Shared, request: Request) -> Response {
    let met = request
        .extensions()
        .get::<Met>()
        .cloned()
        .unwrap_or_default();
    answer(200, &json!({ "unix": server.now(met.0.as_ref()) }))
}

/// The key in the path, if it can be one.
#[allow(
    clippy::result_large_err,
    reason = "an answer is what this server is made of"
)]
fn key_of(path: Result<Path<String>, PathRejection>) -> Answered<String> {
    match path {
        Ok(Path(key)) if key.len() >= 20 && is_word(&key, 64) => Ok(key),
        _ => Err(invalid("key")),
    }
}

/// Headers and whole body, of the right type and with the digest it claims.
pub(super) async fn whole(request: Request, media: &str) -> Result<(HeaderMap, Bytes), Response> {
    let (parts, body) = request.into_parts();
    let given = text(&parts.headers, "content-type").unwrap_or_default();
    if given.split(';').next().unwrap_or_default().trim() != media {
        return Err(problem(415, kinds::INVALID, "another media type"));
    }
    let bytes = axum::body::to_bytes(body, CASE_MAX)
        .await
        .map_err(|_| problem(413, kinds::INVALID, "the body is too long"))?;
    if text(&parts.headers, "content-digest") != Some(tif::content_digest(&bytes).as_str()) {
        return Err(problem(
            400,
            kinds::DIGEST_MISMATCH,
            "the body is not the one sent",
        ));
    }
    Ok((parts.headers, bytes))
}

pub(super) fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name)?.to_str().ok()
}

/// The machine that asks, if it says so.
pub(super) fn device(headers: &HeaderMap) -> Option<String> {
    let word = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    text(headers, "x-kiosk-device")
        .filter(|id| (1..=64).contains(&id.len()) && id.bytes().all(word))
        .map(str::to_owned)
}

/// `Idempotency-Key: "…"`, a string of structured fields (RFC 9651, 3.3.3), without escapes.
fn idempotency_key(headers: &HeaderMap) -> Option<String> {
    text(headers, "idempotency-key")
        .and_then(|quoted| quoted.strip_prefix('"')?.strip_suffix('"'))
        .filter(|key| key.len() >= 20 && is_word(key, 64))
        .map(str::to_owned)
}

pub(super) fn answer(status: u16, body: &impl Serialize) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or_default();
    match serde_json::to_vec(body) {
        Ok(bytes) => {
            let headers = [
                (header::CONTENT_TYPE, ANSWER),
                (header::CACHE_CONTROL, "no-store"),
            ];
            (status, headers, HttpBody::from(bytes)).into_response()
        }
        Err(error) => broken(error),
    }
}

fn rejected(rejection: &Rejection) -> Response {
    let body = json!({
        "type": "urn:kiosk:problem:rejected", "title": "refused for good", "status": 400,
        "code": rejection.code, "detail": rejection.detail,
    });
    let headers = [(header::CONTENT_TYPE, PROBLEM)];
    (StatusCode::BAD_REQUEST, headers, body.to_string()).into_response()
}

pub(super) fn nameless() -> Response {
    invalid("X-Kiosk-Device")
}

pub(super) fn invalid(why: &str) -> Response {
    problem(400, kinds::INVALID, why)
}

pub(super) fn none() -> Response {
    problem(404, kinds::NOT_FOUND, "there is none")
}

/// This server's own trouble; never a word about a case.
pub(super) fn broken(error: impl Into<anyhow::Error>) -> Response {
    let error = error.into();
    (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response()
}
