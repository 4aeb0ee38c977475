//! The gateway before the routes: signature, date, and the faults that need no case.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::Server;
use super::fault::{Fault, Meeting};
use super::http::{BASE, device};
use super::net::Line;
use crate::shell::platform::words::{ANSWER, PROBLEM, PROBLEM_PREFIX};
use crate::shell::platform::{date, tif};

/// The fault that this request met, for the routes.
#[derive(Clone, Debug, Default)]
pub(super) struct Met(pub(super) Option<Fault>);

/// Bytes of an answer that get through before [`Fault::HalfAnswer`] cuts: within the headers or shortly after.
const HALF: usize = 150;
/// Length of [`Fault::Endless`]: beyond any limit of a client.
const ENDLESS: usize = 16 * 1024 * 1024;

/// Header with the word of a fault that this request meets.
pub(crate) const FAULT_HEADER: &str = "x-kiosk-test-fault";

pub(super) async fn gate(
    State(server): State<Arc<Server>>,
    ConnectInfo(line): ConnectInfo<Line>,
    mut request: Request,
    next: Next,
) -> Response {
    let fault = asked_for(&request).or_else(|| {
        server.faults.take(if is_case(&request) {
            Meeting::Case
        } else {
            Meeting::Other
        })
    });
    let now = server.now(fault.as_ref());
    let mut response = match before(fault.as_ref()).await {
        Some(response) => response,
        None => match wrong(&server, &request, fault.as_ref(), now) {
            Some(wrong) => refuse(wrong),
            None if !is_time(&request) && device(request.headers()).is_none() => {
                problem(400, "invalid", "X-Kiosk-Device")
            }
            None => {
                request.extensions_mut().insert(Met(fault.clone()));
                next.run(request).await
            }
        },
    };
    match fault {
        Some(Fault::LostAnswer) => line.cut_after(0),
        Some(Fault::HalfAnswer) => line.cut_after(HALF),
        Some(Fault::StatusAfter { status }) => {
            response = page(status, "<html><body>Internal Server Error</body></html>");
        }
        Some(Fault::Rubbish) => response = agreed(Body::from("\u{0}{\"sblsh\": <<<")),
        Some(Fault::Endless) => response = agreed(Body::from(vec![b' '; ENDLESS])),
        _ => {}
    }
    // A clock beyond the year 9999 has no HTTP date; then the server's own stays.
    if let Ok(value) = HeaderValue::from_str(&date::http_date(now)) {
        response.headers_mut().insert(header::DATE, value);
    }
    response
}

/// The fault that the request itself asks for, so that a conformance check can make one from outside.
fn asked_for(request: &Request) -> Option<Fault> {
    let word = request.headers().get(FAULT_HEADER)?.to_str().ok()?;
    word.parse().ok()
}

/// What takes the place of an answer before anything is processed.
async fn before(fault: Option<&Fault>) -> Option<Response> {
    match fault? {
        Fault::Silent => std::future::pending().await,
        Fault::Slow { ms } => {
            tokio::time::sleep(Duration::from_millis(u64::from(*ms))).await;
            None
        }
        Fault::Status {
            status,
            retry_after_s,
        } => {
            let mut response = page(*status, "<html><body>Bad Gateway</body></html>");
            if let Some(seconds) = retry_after_s {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, (*seconds).into());
            }
            Some(response)
        }
        Fault::Portal => Some(page(
            200,
            "<html><body>欢迎使用无线网络,请登录</body></html>",
        )),
        Fault::Redirect => {
            let mut response = page(302, "");
            let portal = HeaderValue::from_static("http://portal.invalid/login");
            response.headers_mut().insert(header::LOCATION, portal);
            Some(response)
        }
        _ => None,
    }
}

/// What is wrong with the four headers, in the gateway's own two words.
#[derive(Clone, Copy)]
enum Wrong {
    Incomplete,
    Signature,
}

/// The time is told without a look at the signature: who asks may have a clock that is years off.
fn is_time(request: &Request) -> bool {
    request.uri().path().strip_prefix(BASE) == Some("/time")
}

/// Whether a case is being filed.
fn is_case(request: &Request) -> bool {
    let below = request.uri().path().strip_prefix(BASE);
    request.method() == Method::PUT && below.is_some_and(|path| path.starts_with("/cases/"))
}

fn wrong(server: &Server, request: &Request, fault: Option<&Fault>, now: i64) -> Option<Wrong> {
    if is_time(request) {
        return None;
    }
    let text = |name: &str| request.headers().get(name)?.to_str().ok();
    let parts = (|| {
        let timestamp: i64 = text("x-tif-timestamp")?.parse().ok()?;
        let nonce = text("x-tif-nonce").filter(|nonce| (8..=64).contains(&nonce.len()))?;
        Some((
            text("x-tif-paasid")?,
            timestamp,
            nonce,
            text("x-tif-signature")?,
        ))
    })();
    let Some((paasid, timestamp, nonce, signature)) = parts else {
        return Some(Wrong::Incomplete);
    };
    let right = fault != Some(&Fault::Credentials)
        && paasid == server.paasid
        && now.abs_diff(timestamp) <= tif::WINDOW_S
        && tif::verify(timestamp, &server.token, nonce, signature);
    (!right).then_some(Wrong::Signature)
}

/// The gateway's refusal: HTTP 500 and its own JSON.
fn refuse(wrong: Wrong) -> Response {
    let msg = match wrong {
        Wrong::Incomplete => "鉴权参数不完整，请求不合法。",
        Wrong::Signature => "鉴权失败，鉴权信息有误。",
    };
    let body = json!({ "code": tif::REFUSED, "msg": msg }).to_string();
    let headers = [(header::CONTENT_TYPE, "application/json;charset=UTF-8")];
    (StatusCode::INTERNAL_SERVER_ERROR, headers, body).into_response()
}

fn page(status: u16, html: &'static str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_GATEWAY);
    let headers = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    (status, headers, html).into_response()
}

fn agreed(body: Body) -> Response {
    ([(header::CONTENT_TYPE, ANSWER)], body).into_response()
}

/// RFC 9457 problem details with the contract's type `kind`.
pub(super) fn problem(status: u16, kind: &str, title: &str) -> Response {
    problem_with(status, kind, title, Value::Null)
}

/// As [`problem`], with further members.
pub(super) fn problem_with(status: u16, kind: &str, title: &str, more: Value) -> Response {
    let mut body =
        json!({ "type": format!("{PROBLEM_PREFIX}{kind}"), "title": title, "status": status });
    if let (Some(body), Value::Object(more)) = (body.as_object_mut(), more) {
        body.extend(more);
    }
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(header::CONTENT_TYPE, PROBLEM)];
    (status, headers, body.to_string()).into_response()
}

/// No such path.
pub(super) async fn nowhere() -> Response {
    problem(404, "not-found", "no such path")
}

/// A path of the contract, but another method.
pub(super) async fn no_method() -> Response {
    problem(405, "invalid", "not with this method")
}
