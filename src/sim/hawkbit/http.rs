//! The server on a port of the loopback address, and what may go wrong there.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::Context as _;
use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::Value;
use tokio::sync::oneshot;

use super::file::file;
use super::server::Server;
use super::trouble::{CERTIFICATE_PAGE, Trouble};
use crate::sim::est::Gate;
use crate::sim::est::net::Port;

#[derive(Default)]
struct Shared {
    server: Mutex<Server>,
    troubles: Mutex<Vec<(String, Trouble)>>,
    seen: Mutex<Vec<String>>,
    sent: AtomicU64,
    tenant: String,
    address: String,
    gate: Option<Arc<Gate>>,
}

/// A running server; it ends when this is dropped.
pub struct Hawkbit {
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<std::thread::JoinHandle<()>>,
}

impl Hawkbit {
    /// Serves `server` for `tenant` on `port`; 0 takes a free one.
    ///
    /// # Errors
    /// The port cannot be had.
    pub fn serve(server: Server, tenant: &str, port: u16) -> anyhow::Result<Self> {
        Self::begin(server, tenant, port, None)
    }

    /// As [`Self::serve`], behind a door that machines of a district alone pass, with their certificates.
    ///
    /// # Errors
    /// The port cannot be had.
    pub fn serve_behind(
        gate: Arc<Gate>,
        server: Server,
        tenant: &str,
        port: u16,
    ) -> anyhow::Result<Self> {
        Self::begin(server, tenant, port, Some(gate))
    }

    fn begin(
        server: Server,
        tenant: &str,
        port: u16,
        gate: Option<Arc<Gate>>,
    ) -> anyhow::Result<Self> {
        let listener =
            std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).context("the port")?;
        listener.set_nonblocking(true)?;
        let address: SocketAddr = listener.local_addr()?;
        let shared = Arc::new(Shared {
            server: Mutex::new(server),
            tenant: tenant.into(),
            gate: gate.clone(),
            address: format!(
                "{}://{address}",
                if gate.is_some() { "https" } else { "http" }
            ),
            ..Shared::default()
        });
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let (stop, stopped) = oneshot::channel::<()>();
        let state = shared.clone();
        let thread = std::thread::spawn(move || {
            runtime.block_on(async {
                let app = Router::new().route("/{tenant}/controller/v1/{target}", any(root));
                let app = app
                    .route("/{tenant}/controller/v1/{target}/{*rest}", any(rest))
                    .with_state(state);
                let served = async {
                    match gate {
                        None => {
                            let listener = tokio::net::TcpListener::from_std(listener)?;
                            axum::serve(listener, app).await?;
                        }
                        Some(gate) => {
                            let port = Port::new(listener, move || gate.config())?;
                            axum::serve(port, app).await?;
                        }
                    }
                    anyhow::Ok(())
                };
                tokio::select! {
                    _ = served => {}
                    _ = stopped => {}
                }
            });
        });
        Ok(Self {
            shared,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Where it is, `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        self.shared.address.clone()
    }

    /// The server itself.
    pub fn server(&self) -> MutexGuard<'_, Server> {
        lock(&self.shared.server)
    }

    /// Lets the next request whose path has `part` in it go wrong.
    pub fn trouble(&self, part: &str, trouble: Trouble) {
        lock(&self.shared.troubles).push((part.into(), trouble));
    }

    /// Bytes of artifacts that were sent so far.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.shared.sent.load(Ordering::Relaxed)
    }

    /// Methods and paths that were asked for since the last call.
    #[must_use]
    pub fn seen(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.shared.seen))
    }
}

impl Drop for Hawkbit {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn root(
    state: State<Arc<Shared>>,
    Path((tenant, target)): Path<(String, String)>,
    method: Method,
    headers: HeaderMap,
) -> Response {
    answer(
        state.0,
        tenant,
        target,
        String::new(),
        method,
        headers,
        Bytes::new(),
    )
    .await
}

async fn rest(
    state: State<Arc<Shared>>,
    Path((tenant, target, rest)): Path<(String, String, String)>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    answer(state.0, tenant, target, rest, method, headers, body).await
}

async fn answer(
    shared: Arc<Shared>,
    tenant: String,
    target: String,
    rest: String,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let gate = shared.gate.clone();
    let mut response = told(shared, tenant, target, rest, method, headers, body).await;
    let date = gate.and_then(|gate| gate.date().parse().ok());
    if let Some(date) = date {
        response.headers_mut().insert(header::DATE, date);
    }
    response
}

async fn told(
    shared: Arc<Shared>,
    tenant: String,
    target: String,
    rest: String,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let range = headers
        .get(header::RANGE)
        .and_then(|v| v.to_str().ok())
        .unwrap_or("");
    lock(&shared.seen).push(
        format!("{method} {target}/{rest} {range}")
            .trim_end()
            .to_owned(),
    );
    let trouble = {
        let mut troubles = lock(&shared.troubles);
        let at = troubles
            .iter()
            .position(|(part, _)| format!("{target}/{rest}").contains(part.as_str()));
        at.map(|at| troubles.remove(at).1)
    };
    match &trouble {
        Some(Trouble::Status(status, retry)) => {
            let status = StatusCode::from_u16(*status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            return match retry {
                Some(seconds) => {
                    (status, [(header::RETRY_AFTER, seconds.to_string())]).into_response()
                }
                None => status.into_response(),
            };
        }
        Some(Trouble::Garbage) => return "<html>portal</html>".into_response(),
        Some(Trouble::CertificatePage) => {
            return (StatusCode::BAD_REQUEST, CERTIFICATE_PAGE).into_response();
        }
        Some(Trouble::Endless) => return vec![b' '; 1024 * 1024].into_response(),
        Some(Trouble::Slow(wait)) => tokio::time::sleep(*wait).await,
        _ => {}
    }
    let authorization = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok());
    let mut server = lock(&shared.server);
    if tenant != shared.tenant || !server.lets_in(&target, authorization) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let address = server.address.as_ref().unwrap_or(&shared.address);
    let base = format!("{address}/{tenant}/controller/v1/{target}");
    let parts: Vec<&str> = rest.split('/').collect();
    let json = || serde_json::from_slice::<Value>(&body).unwrap_or(Value::Null);
    let id = |text: &str| text.parse::<u64>().unwrap_or(0);
    let (status, value) = match (method.as_str(), parts.as_slice()) {
        ("GET", [""]) => server.root(&target, &base),
        ("PUT", ["configData"]) => server.config_data(&target, &json()),
        ("PUT", ["installedBase"]) => server.installed(&target, &json()),
        ("GET", ["softwaremodules", action, "artifacts", _]) => {
            let action = server
                .actions
                .get(&id(action))
                .filter(|action| action.target == target);
            let Some(artifact) = action.map(|action| action.artifact.clone()) else {
                return StatusCode::NOT_FOUND.into_response();
            };
            drop(server);
            let trouble = trouble.filter(Trouble::is_of_files);
            let (answer, length) = file(&artifact.bytes, &artifact.sha256, &headers, trouble);
            shared.sent.fetch_add(length, Ordering::Relaxed);
            return answer;
        }
        ("GET", [resource, action]) => server.resource(&target, resource, id(action), &base),
        ("POST", [resource, action, "feedback"]) => {
            server.feedback(&target, resource, id(action), &json())
        }
        _ => return StatusCode::METHOD_NOT_ALLOWED.into_response(),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    if value.is_null() {
        return status.into_response();
    }
    (
        status,
        [(header::CONTENT_TYPE, "application/hal+json")],
        value.to_string(),
    )
        .into_response()
}
