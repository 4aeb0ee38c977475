//! Client and server against each other, over real sockets: each line of the contract, each fault.

mod attachments;
mod by_hand;
mod call;
mod contract;
mod contract_by_hand;
mod exactly_once;
mod questions;
mod troubles;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use serde_json::json;

use super::*;
use crate::case::{Acceptance, Answer, Key};
use crate::shell::platform::{Client, ClientConfig};

/// 2026-11-22 09:00 in China.
const NOW: i64 = 1_795_309_200;
const ITEM: &str = "12440203MB000000255442099001000";
const YEARS: i64 = 10 * 365 * 86_400;

fn key(n: u32) -> Key {
    Key(format!("A0001-7K-{n:06}-3f9c2b7a41d05e68"))
}

fn body(n: u32) -> Vec<u8> {
    body_of(n, "11010519491231002X")
}

fn body_of(n: u32, cert_no: &str) -> Vec<u8> {
    let case = json!({
        "filing_number": format!("A0001-7K-{n:06}-X"), "task_code": ITEM, "task_name": "演示登记",
        "applicant": { "type": 1, "name": "演示人", "cert_type": "10", "cert_no": cert_no },
        "materials": [{ "seq": "M1", "name": "居民身份证" }], "form": { "phone": "00000000000" },
    });
    case.to_string().into_bytes()
}

/// A server and a machine, each with a clock of its own.
struct Pair {
    sim: PlatformSim,
    machine_clock: Arc<AtomicI64>,
    folder: tempfile::TempDir,
}

impl Pair {
    fn new() -> Self {
        Self::with(|_| {})
    }

    fn secure() -> Self {
        Self::with(|options| {
            options.tls = options
                .db
                .as_deref()
                .and_then(|db| db.parent())
                .map(Into::into)
        })
    }

    fn with(change: impl FnOnce(&mut Options)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut options = Options {
            db: Some(folder.path().join("platform.db")),
            wall: Arc::new(|| NOW),
            promise_days: Some(20),
            ..Options::default()
        };
        change(&mut options);
        Self {
            sim: PlatformSim::start(options).unwrap(),
            machine_clock: Arc::new(AtomicI64::new(NOW)),
            folder,
        }
    }

    fn config(&self) -> ClientConfig {
        ClientConfig {
            base_url: self.sim.base_url(),
            paasid: DEMO_PAASID.into(),
            token: Token::new(DEMO_TOKEN.into()),
            ca_pem: std::fs::read(self.folder.path().join(CA_FILE)).ok(),
            device: "A0001".into(),
            connect_timeout: Duration::from_secs(20),
            answer_timeout: Duration::from_secs(20),
        }
    }

    fn client(&self) -> Client {
        self.client_with(self.config())
    }

    fn client_with(&self, config: ClientConfig) -> Client {
        let clock = self.machine_clock.clone();
        let wall = move || clock.load(Ordering::SeqCst);
        Client::new(config, Arc::new(wall)).unwrap()
    }

    fn numbers(&self) -> Vec<String> {
        let cases = self.sim.cases().unwrap();
        cases
            .into_iter()
            .map(|case| case.acceptance.sblsh)
            .collect()
    }
}

fn accepted(answer: Answer) -> Acceptance {
    match answer {
        Answer::Accepted(acceptance) => acceptance,
        other => panic!("not accepted: {other:?}"),
    }
}
