//! One request by hand, and what the written contract says of its answer.

use reqwest::Method;
use serde_json::Value;

use super::*;
use crate::shell::platform::tif;
use crate::shell::platform::words::{CASE, PROBLEM_PREFIX};

/// The written contract.
pub(super) fn written() -> Value {
    serde_json::from_str(include_str!("../../../../board/platform/openapi.json")).unwrap()
}

/// A request by hand: every header can be left out or replaced.
pub(super) struct Call {
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
}

impl Call {
    pub(super) fn new(method: Method, path: &str, media: &str, body: &[u8]) -> Self {
        let (ts, nonce) = (NOW.to_string(), "0123456789abcdef".to_owned());
        let signature = tif::sign(NOW, &Token::new(DEMO_TOKEN.into()), &nonce);
        let mut headers = vec![
            ("x-tif-paasid", DEMO_PAASID.to_owned()),
            ("x-tif-timestamp", ts),
            ("x-tif-nonce", nonce),
            ("x-tif-signature", signature),
            ("x-kiosk-device", "A0001".to_owned()),
        ];
        if method != Method::GET {
            headers.push(("content-type", media.to_owned()));
            headers.push(("content-digest", tif::content_digest(body)));
            headers.push(("idempotency-key", format!("\"{}\"", key(1).0)));
        }
        if method == Method::PUT {
            headers.push(("if-none-match", "*".to_owned()));
        }
        Self {
            method,
            path: path.into(),
            headers,
            body: body.into(),
        }
    }

    pub(super) fn put(body: &[u8]) -> Self {
        Self::new(Method::PUT, &format!("/cases/{}", key(1).0), CASE, body)
    }

    pub(super) fn get(path: &str) -> Self {
        Self::new(Method::GET, path, "", b"")
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(header, _)| *header != name);
        self
    }

    pub(super) fn with(self, name: &'static str, value: &str) -> Self {
        let mut call = self.without(name);
        call.headers.push((name, value.to_owned()));
        call
    }

    /// Sends; status and JSON. The pair of status and media type must be in the contract.
    pub(super) async fn send(self, pair: &Pair) -> (u16, Value) {
        let http = reqwest::Client::builder()
            .tls_backend_preconfigured(crate::shell::platform::no_tls().unwrap())
            .no_proxy()
            .build()
            .unwrap();
        let url = format!("{}{}", pair.sim.base_url(), self.path);
        let mut request = http.request(self.method.clone(), url).body(self.body);
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        assert!(response.headers().contains_key("date"));
        let media = response
            .headers()
            .get("content-type")
            .map(|m| m.to_str().unwrap().to_owned());
        let bytes = response.bytes().await.unwrap();
        let route = self.path.split('?').next().unwrap();
        let route = match route.split('/').collect::<Vec<_>>()[..] {
            [_, "cases", "search"] => route,
            [_, "cases", _] => "/cases/{key}",
            [_, "attachments", _] => "/attachments/{digest}",
            [_, "machines", _, "reconciliations"] => "/machines/{machine}/reconciliations",
            _ => route,
        };
        let contract = written();
        let method = self.method.as_str().to_lowercase();
        let mut said = &contract["paths"][route][&method]["responses"][status.to_string()];
        assert!(
            !said.is_null(),
            "{status} of {method} {route} is not written down"
        );
        if let Some(Value::String(target)) = said.get("$ref") {
            said = contract.pointer(&target[1..]).unwrap();
        }
        let essence = media.as_deref().and_then(|m| m.split(';').next());
        let types: Option<Vec<_>> = said["content"]
            .as_object()
            .map(|c| c.keys().map(String::as_str).collect());
        assert_eq!(
            essence,
            types.and_then(|t| t.first().copied()),
            "{method} {route} {status}"
        );
        (
            status,
            serde_json::from_slice(&bytes).unwrap_or(Value::Null),
        )
    }
}

pub(super) fn kind(name: &str) -> String {
    format!("{PROBLEM_PREFIX}{name}")
}
