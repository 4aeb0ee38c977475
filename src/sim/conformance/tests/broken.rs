//! A server with one fault of its own: the reference server behind a proxy that spoils requests or answers.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use super::super::Target;
use crate::sim::platform::PlatformSim;

/// A request on its way to the reference server.
pub(super) struct Asked {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// An answer on its way back.
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

/// What the proxy remembers of paths.
pub(super) type Memory = Mutex<BTreeMap<String, String>>;

type OnAsked = fn(&mut Asked, &Memory);
type OnTold = fn(&Asked, &mut Told, &Memory);

struct Proxy {
    origin: String,
    http: reqwest::Client,
    on_asked: OnAsked,
    on_told: OnTold,
    memory: Memory,
}

/// The running proxy; it ends with the test's runtime.
pub(super) struct Broken {
    base_url: String,
}

fn set(headers: &mut HeaderMap, name: &str, value: &str) {
    let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
    headers.insert(name, HeaderValue::from_str(value).unwrap());
}

impl Asked {
    pub(super) fn set(&mut self, name: &str, value: &str) {
        set(&mut self.headers, name, value);
    }

    /// Whether a case is being filed.
    pub(super) fn is_case(&self) -> bool {
        self.method == "PUT" && self.path.contains("/cases/")
    }

    /// Last part of the path.
    pub(super) fn key(&self) -> String {
        self.path.rsplit('/').next().unwrap().to_owned()
    }
}

impl Told {
    pub(super) fn set(&mut self, name: &str, value: &str) {
        set(&mut self.headers, name, value);
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.headers.remove(name);
    }

    pub(super) fn media(&self) -> &str {
        let media = self.headers.get("content-type");
        media.and_then(|m| m.to_str().ok()).unwrap_or_default()
    }
}

impl Broken {
    /// Spoils requests.
    pub(super) async fn before(sim: &PlatformSim, on_asked: OnAsked) -> Self {
        Self::start(sim, on_asked, |_, _, _| {}).await
    }

    /// Spoils answers.
    pub(super) async fn after(sim: &PlatformSim, on_told: OnTold) -> Self {
        Self::start(sim, |_, _| {}, on_told).await
    }

    async fn start(sim: &PlatformSim, on_asked: OnAsked, on_told: OnTold) -> Self {
        let (origin, base) = sim
            .base_url()
            .split_at("http://".len())
            .1
            .split_once('/')
            .map_or((String::new(), String::new()), |(host, base)| {
                (format!("http://{host}"), base.to_owned())
            });
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(crate::shell::platform::no_tls().unwrap())
            .no_proxy()
            .build()
            .unwrap();
        let proxy = Arc::new(Proxy {
            origin,
            http,
            on_asked,
            on_told,
            memory: Memory::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = axum::Router::new().fallback(pass).with_state(proxy);
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self {
            base_url: format!("http://{address}/{base}"),
        }
    }

    /// As the reference server's, through the proxy.
    pub(super) fn target(&self, sim: &PlatformSim) -> Target {
        Target {
            base_url: self.base_url.clone(),
            ..super::target(sim)
        }
    }
}

async fn pass(State(proxy): State<Arc<Proxy>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let mut asked = Asked {
        method: parts.method.to_string(),
        path: parts.uri.to_string(),
        headers: parts.headers,
        body: axum::body::to_bytes(body, usize::MAX)
            .await
            .unwrap()
            .to_vec(),
    };
    (proxy.on_asked)(&mut asked, &proxy.memory);
    let mut headers = asked.headers.clone();
    headers.remove("host");
    headers.remove("content-length");
    let sent = proxy
        .http
        .request(parts.method, format!("{}{}", proxy.origin, asked.path))
        .headers(headers)
        .body(asked.body.clone())
        .send()
        .await;
    let Ok(answer) = sent else {
        return (StatusCode::BAD_GATEWAY, "bad gateway").into_response();
    };
    let mut told = Told {
        status: answer.status().as_u16(),
        headers: answer.headers().clone(),
        body: Vec::new(),
    };
    told.body = answer.bytes().await.unwrap_or_default().to_vec();
    (proxy.on_told)(&asked, &mut told, &proxy.memory);
    told.headers.remove("content-length");
    told.headers.remove("transfer-encoding");
    let mut response = Response::new(Body::from(told.body));
    *response.status_mut() = StatusCode::from_u16(told.status).unwrap();
    *response.headers_mut() = told.headers;
    response
}
