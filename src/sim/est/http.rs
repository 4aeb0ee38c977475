//! Requests and answers.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, Path, Request as HttpRequest, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post, put};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::authority::Request;
use super::net::Peer;
use super::{Desk, EstFault, lock};
use crate::case::hex::to_hex;
use crate::certificate;
use crate::shell::provisioning::contract::{
    CATALOGUE, CONFIGURATION, CONTENT, PLATFORM_CA, TOKEN, Told,
};
use crate::shell::provisioning::desk::Entry;

type Shared = State<Arc<Desk>>;
const BODY_MAX: usize = 1024 * 1024;

pub(super) fn router(desk: Arc<Desk>) -> Router {
    Router::new()
        .route("/.well-known/est/cacerts", get(cacerts))
        .route("/.well-known/est/simpleenroll", post(enrol))
        .route("/.well-known/est/simplereenroll", post(renew))
        .route("/kiosk/v1/setup", get(setup))
        .route("/kiosk/v1/setup/{name}", get(file))
        .route("/kiosk/v1/acceptance", put(accepted))
        .route("/kiosk/v1/decommissioned", put(decommissioned))
        .layer(middleware::from_fn_with_state(Arc::clone(&desk), troubled))
        .with_state(desk)
}

/// Troubles that do not depend on the request.
async fn troubled(
    State(desk): Shared,
    ConnectInfo(peer): ConnectInfo<Peer>,
    request: HttpRequest,
    next: Next,
) -> Response {
    let line = format!("{} {}", request.method(), request.uri().path());
    lock(&desk.requests).push(line);
    let fault = *lock(&desk.fault);
    match fault {
        Some(EstFault::Slow(pause)) => tokio::time::sleep(pause).await,
        Some(EstFault::Status(code)) => {
            return StatusCode::from_u16(code)
                .unwrap_or(StatusCode::BAD_GATEWAY)
                .into_response();
        }
        Some(EstFault::Portal) => {
            return ([(header::CONTENT_TYPE, "text/html")], "<html>login</html>").into_response();
        }
        Some(EstFault::Pending(seconds)) if request.method() == "POST" => {
            return (
                StatusCode::ACCEPTED,
                [(header::RETRY_AFTER, seconds.to_string())],
            )
                .into_response();
        }
        _ => {}
    }
    let answer = next.run(request).await;
    let (mut head, body) = answer.into_parts();
    match fault {
        Some(EstFault::LostAnswer) => {
            peer.line.cut_after(0);
            Response::from_parts(head, body)
        }
        Some(EstFault::HalfAnswer) => {
            let bytes = to_bytes(body, BODY_MAX).await.unwrap_or_default();
            // Its head is some 150 bytes long.
            peer.line.cut_after(150 + bytes.len() / 2);
            Response::from_parts(head, Body::from(bytes))
        }
        Some(EstFault::Rubbish) => {
            head.headers.remove(header::CONTENT_LENGTH);
            Response::from_parts(head, Body::from("{ \"?\": [!"))
        }
        _ => Response::from_parts(head, body),
    }
}

fn pkcs7(ders: &[&[u8]]) -> Response {
    match certificate::message(ders) {
        Ok(text) => (
            [
                (
                    header::CONTENT_TYPE,
                    "application/pkcs7-mime; smime-type=certs-only",
                ),
                (
                    header::HeaderName::from_static("content-transfer-encoding"),
                    "base64",
                ),
            ],
            text,
        )
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn cacerts(State(desk): Shared) -> Response {
    pkcs7(&[desk.authority.certificate(*lock(&desk.fault))])
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let text = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Basic ")?;
    let text = String::from_utf8(STANDARD.decode(text).ok()?).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}

fn request(body: &[u8]) -> Option<Request> {
    let letters: Vec<u8> = body
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    Request::read(&STANDARD.decode(letters).ok()?).ok()
}

fn unauthorised(why: &str) -> Response {
    (
        StatusCode::UNAUTHORIZED,
        [(header::WWW_AUTHENTICATE, "Basic realm=\"est\"")],
        why.to_owned(),
    )
        .into_response()
}

fn certified(desk: &Desk, request: Request) -> Response {
    let fault = *lock(&desk.fault);
    match desk
        .authority
        .certify(request, (desk.options.wall)(), desk.options.life_s, fault)
    {
        Ok(der) => pkcs7(&[&der]),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn now_s(desk: &Desk) -> u64 {
    u64::try_from((desk.options.wall)()).unwrap_or(0)
}

async fn enrol(State(desk): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let Some((machine, password)) = basic(&headers) else {
        return unauthorised("machine id and password of an order");
    };
    let Some(request) = request(&body) else {
        return (StatusCode::BAD_REQUEST, "no PKCS #10 request").into_response();
    };
    if request.name != machine {
        return (
            StatusCode::BAD_REQUEST,
            "the request's name is not the machine's",
        )
            .into_response();
    }
    let admitted = lock(&desk.book).admit(
        &desk.options.book,
        &machine,
        &password,
        &request.key,
        now_s(&desk),
    );
    match admitted {
        Ok(()) => certified(&desk, request),
        Err(why) => unauthorised(&why.to_string()),
    }
}

/// The machine at the other end, if its key was not revoked.
fn whose(desk: &Desk, peer: &Peer) -> Option<Entry> {
    let certificate = peer.certificate.as_ref()?;
    lock(&desk.book).whose(&certificate.key).cloned()
}

/// As [`whose`], with a certificate that has not expired.
fn known(desk: &Desk, peer: &Peer) -> Option<Entry> {
    let end = peer.certificate.as_ref()?.not_after_s;
    whose(desk, peer).filter(|_| now_s(desk) <= end)
}

async fn renew(State(desk): Shared, ConnectInfo(peer): ConnectInfo<Peer>, body: Bytes) -> Response {
    let Some(entry) = whose(&desk, &peer) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let Some(request) = request(&body).filter(|request| request.name == entry.machine) else {
        return (
            StatusCode::BAD_REQUEST,
            "no PKCS #10 request for this machine",
        )
            .into_response();
    };
    let kept = lock(&desk.book).renewed(&entry.machine, &request.key);
    match kept {
        Ok(()) => certified(&desk, request),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

fn content(desk: &Desk, entry: &Entry, name: &str) -> Option<Vec<u8>> {
    let files = &desk.options.files;
    let own = std::fs::read(files.join(&entry.machine).join(name));
    let bytes = own.or_else(|_| std::fs::read(files.join(name))).ok()?;
    if name != CONFIGURATION {
        return Some(bytes);
    }
    let text = String::from_utf8(bytes).ok()?;
    let filled = text
        .replace("{machine}", &entry.machine)
        .replace("{town_code}", &entry.division[..9])
        .replace("{site}", &entry.site);
    Some(filled.into_bytes())
}

async fn setup(State(desk): Shared, ConnectInfo(peer): ConnectInfo<Peer>) -> Response {
    let Some(entry) = known(&desk, &peer) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let names = [CONFIGURATION, CATALOGUE, CONTENT, TOKEN, PLATFORM_CA];
    let files: Vec<_> = names
        .into_iter()
        .filter_map(|name| Some((name, content(&desk, &entry, name)?)))
        .map(|(name, bytes)| json!({ "name": name, "bytes": bytes.len(), "sha256": to_hex(&Sha256::digest(&bytes)) }))
        .collect();
    axum::Json(json!({ "machine": entry.machine, "division": entry.division, "site": entry.site, "tier": entry.tier, "files": files })).into_response()
}

async fn file(
    State(desk): Shared,
    ConnectInfo(peer): ConnectInfo<Peer>,
    Path(name): Path<String>,
) -> Response {
    let Some(entry) = known(&desk, &peer) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let names = [CONFIGURATION, CATALOGUE, CONTENT, TOKEN, PLATFORM_CA];
    let found = names
        .contains(&name.as_str())
        .then(|| content(&desk, &entry, &name))
        .flatten();
    let Some(mut bytes) = found else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let (Some(EstFault::DamagedFiles), Some(last)) = (*lock(&desk.fault), bytes.last_mut()) {
        *last ^= 1;
    }
    ([(header::CONTENT_TYPE, "application/octet-stream")], bytes).into_response()
}

async fn accepted(
    State(desk): Shared,
    ConnectInfo(peer): ConnectInfo<Peer>,
    told: axum::Json<Told>,
) -> Response {
    let Some(entry) = known(&desk, &peer).filter(|entry| entry.machine == told.machine) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    drop(entry);
    lock(&desk.told).push(("acceptance", told.0));
    StatusCode::NO_CONTENT.into_response()
}

async fn decommissioned(
    State(desk): Shared,
    ConnectInfo(peer): ConnectInfo<Peer>,
    told: axum::Json<Told>,
) -> Response {
    let Some(entry) = whose(&desk, &peer).filter(|entry| entry.machine == told.machine) else {
        return StatusCode::FORBIDDEN.into_response();
    };
    let revoked = lock(&desk.book).revoke(&entry.machine);
    lock(&desk.told).push(("decommissioned", told.0));
    match revoked {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}
