//! Requests by hand, every header of which can be left out or replaced, and the cases they carry.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU32, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use reqwest::header::HeaderMap;
use serde_json::Value;

pub(super) use super::cases::Case;
use super::{Checked, Filed, Target, Trouble};
use crate::case::{Acceptance, Epoch, Key, Machine, MachineIdentity};
use crate::shell::platform::words::{ANSWER, CASE, PROBLEM, PROBLEM_PREFIX};
use crate::shell::platform::{tif, tls_for};
use crate::sim::platform::FAULT_HEADER;

pub(super) use reqwest::Method;

/// Longest wait for an answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// The server under test and what this run has used up.
pub(super) struct Bench {
    pub(super) target: Target,
    pub(super) machine: Machine,
    pub(super) epoch: Epoch,
    pub(super) identity: MachineIdentity,
    http: reqwest::Client,
    /// The server's clock minus ours, seconds.
    offset_s: AtomicI64,
    /// Whether the server makes faults on request.
    faults: AtomicBool,
    pub(super) seq: AtomicU32,
    filed: Mutex<Vec<Filed>>,
}

/// One request.
pub(super) struct Call {
    method: Method,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Option<Vec<u8>>,
    signed: bool,
    off_s: i64,
}

/// One answer.
pub(super) struct Said {
    pub(super) status: u16,
    pub(super) media: String,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    pub(super) json: Value,
}

pub(super) fn failed<T>(seen: impl Into<String>) -> Result<T, Trouble> {
    Err(Trouble::Failed(seen.into()))
}

/// Fails with `seen` unless `good`.
pub(super) fn demand(good: bool, seen: impl FnOnce() -> String) -> Checked {
    if good { Ok(()) } else { failed(seen()) }
}

impl Call {
    pub(super) fn new(method: Method, path: &str) -> Self {
        Self {
            method,
            path: path.into(),
            headers: Vec::new(),
            body: None,
            signed: true,
            off_s: 0,
        }
    }

    pub(super) fn get(path: &str) -> Self {
        Self::new(Method::GET, path)
    }

    /// The body, with its media type and digest.
    pub(super) fn carrying(self, media: &str, body: &[u8]) -> Self {
        let mut call = self
            .with("content-type", media)
            .with("content-digest", &tif::content_digest(body));
        call.body = Some(body.into());
        call
    }

    pub(super) fn with(mut self, name: &'static str, value: &str) -> Self {
        self = self.without(name);
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(header, _)| *header != name);
        self
    }

    pub(super) fn unsigned(mut self) -> Self {
        self.signed = false;
        self
    }

    /// Signed with a clock that is off, seconds.
    pub(super) fn clock_off(mut self, seconds: i64) -> Self {
        self.off_s = seconds;
        self
    }

    /// With a fault that the server is asked to make.
    pub(super) fn fault(self, word: &str) -> Self {
        self.with(FAULT_HEADER, word)
    }
}

impl Said {
    /// For the engineer: status, media type and the beginning of the body.
    pub(super) fn told(&self) -> String {
        let text = String::from_utf8_lossy(&self.body);
        let start: String = text.chars().take(160).collect();
        format!("{} {} {start}", self.status, self.media)
    }

    /// A success in the agreed media type.
    pub(super) fn answer(&self, statuses: &[u16]) -> Checked {
        demand(
            statuses.contains(&self.status) && self.media == ANSWER,
            || self.told(),
        )
    }

    /// A problem of the contract with this status and type.
    pub(super) fn problem(&self, status: u16, name: &str) -> Checked {
        let kind = format!("{PROBLEM_PREFIX}{name}");
        let right = self.status == status && self.media == PROBLEM && self.json["type"] == kind;
        demand(right, || {
            format!("{} (expected {status} {PROBLEM} {kind})", self.told())
        })
    }

    /// The platform's numbers for a case.
    pub(super) fn acceptance(&self) -> Result<Acceptance, Trouble> {
        self.answer(&[200, 201])?;
        serde_json::from_value(self.json.clone())
            .ok()
            .filter(crate::shell::platform::answer::is_sound)
            .map_or_else(|| failed(self.told()), Ok)
    }
}

impl Bench {
    pub(super) fn new(target: Target) -> anyhow::Result<Self> {
        let wall = std::sync::Arc::new(system_time);
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(tls_for(target.ca_pem.as_deref(), wall)?)
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            .timeout(PATIENCE)
            .pool_max_idle_per_host(0)
            .build()?;
        Ok(Self {
            machine: Machine::parse(&target.machine)?,
            epoch: Epoch::mint([fastrand::u8(..), fastrand::u8(..)]),
            identity: MachineIdentity::from_seed(&target.seed),
            target,
            http,
            offset_s: AtomicI64::new(0),
            faults: AtomicBool::new(false),
            seq: AtomicU32::new(1),
            filed: Mutex::default(),
        })
    }

    /// The same server asked as another epoch of the machine.
    pub(super) fn in_another_epoch(&self) -> Result<Self, Trouble> {
        let own = Self::new(self.target.clone());
        own.map_err(|error| Trouble::Failed(error.to_string()))
    }

    /// Learns the server's clock and whether it makes faults; what cannot be learned shows in the checks.
    pub(super) async fn prepare(&self) {
        if let Ok(said) = self.send(Call::get("/time").unsigned()).await
            && let Some(unix) = said.json["unix"].as_i64()
        {
            self.offset_s.store(unix - system_time(), Ordering::SeqCst);
        }
        let probe = Call::get("/time").unsigned().fault("status:503");
        let answered = self.send(probe).await;
        let faults = answered.is_ok_and(|said| said.status == 503);
        self.faults.store(faults, Ordering::SeqCst);
    }

    /// Whether the server makes faults on request.
    pub(super) fn needs_faults(&self) -> Checked {
        if self.faults.load(Ordering::SeqCst) {
            return Ok(());
        }
        let needed = format!("a server that takes the header {FAULT_HEADER}");
        Err(Trouble::NotTested(needed))
    }

    pub(super) async fn send(&self, call: Call) -> Result<Said, Trouble> {
        let url = format!("{}{}", self.target.base_url, call.path);
        let mut request = self.http.request(call.method, url);
        let mut headers = call.headers;
        if call.signed {
            let at = system_time() + self.offset_s.load(Ordering::SeqCst) + call.off_s;
            let nonce = format!("{:016x}", fastrand::u64(..));
            let signature = tif::sign(at, &self.target.token, &nonce);
            for (name, value) in [
                ("x-tif-paasid", self.target.paasid.clone()),
                ("x-tif-timestamp", at.to_string()),
                ("x-tif-nonce", nonce),
                ("x-tif-signature", signature),
                ("x-kiosk-device", self.target.machine.clone()),
            ] {
                if !headers.iter().any(|(given, _)| *given == name) {
                    headers.push((name, value));
                }
            }
        }
        // An empty value stands for a header that is left out.
        for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
            request = request.header(*name, value);
        }
        if let Some(body) = call.body {
            request = request.body(body);
        }
        let no_answer = |error: reqwest::Error| Trouble::Failed(format!("no answer: {error}"));
        let response = request.send().await.map_err(no_answer)?;
        let headers = response.headers().clone();
        let media = headers.get("content-type").and_then(|m| m.to_str().ok());
        let media = media
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default();
        let media = media.trim().to_ascii_lowercase();
        let status = response.status().as_u16();
        let body = response.bytes().await.map_err(no_answer)?.to_vec();
        Ok(Said {
            status,
            media,
            headers,
            json: serde_json::from_slice(&body).unwrap_or(Value::Null),
            body,
        })
    }

    /// `PUT` of a case as the kiosk sends it.
    pub(super) fn put(&self, case: &Case) -> Call {
        self.put_bytes(&case.key, &case.body)
    }

    /// `PUT` of other bytes under a key.
    pub(super) fn put_bytes(&self, key: &Key, body: &[u8]) -> Call {
        Call::new(Method::PUT, &format!("/cases/{}", key.0))
            .carrying(CASE, body)
            .with("if-none-match", "*")
            .with("idempotency-key", &format!("\"{}\"", key.0))
    }

    /// Files a case and remembers it for a later run.
    pub(super) async fn file(&self, case: &Case) -> Result<Acceptance, Trouble> {
        let acceptance = self.send(self.put(case)).await?.acceptance()?;
        if let Ok(mut filed) = self.filed.lock() {
            filed.push(Filed {
                key: case.key.clone(),
                body: String::from_utf8_lossy(&case.body).into_owned(),
                acceptance: acceptance.clone(),
            });
        }
        Ok(acceptance)
    }

    pub(super) async fn read_back(&self, key: &Key) -> Result<Said, Trouble> {
        self.send(Call::get(&format!("/cases/{}", key.0))).await
    }

    /// The server says that it never saw this case, and the person has none.
    pub(super) async fn never_taken(&self, case: &Case) -> Checked {
        let said = self.read_back(&case.key).await?;
        if let Err(Trouble::Failed(seen)) = said.problem(404, "not-found") {
            return failed(format!("it had an effect all the same: {seen}"));
        }
        self.has_cases(case, 0).await
    }

    /// The case's person has so many cases.
    pub(super) async fn has_cases(&self, case: &Case, count: usize) -> Checked {
        let body = case.person.to_string();
        let search = Call::new(Method::POST, "/cases/search");
        let said = self
            .send(search.carrying("application/json", body.as_bytes()))
            .await?;
        said.answer(&[200])?;
        let found = said.json.as_array().map_or(0, Vec::len);
        demand(found == count, || {
            format!("the person has {found} cases, not {count}")
        })
    }

    pub(super) fn filed(&self) -> Vec<Filed> {
        self.filed
            .lock()
            .map(|filed| filed.clone())
            .unwrap_or_default()
    }
}

fn system_time() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
    })
}
