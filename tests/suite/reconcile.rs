//! Machine and platform compare what was filed: whatever either side lost is found.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kiosk::case::{Acceptance, Answer, ClockClass, Machine, MachineIdentity, Stamp, sample};
use kiosk::shell::platform::{Client, ClientConfig, Token};
use kiosk::shell::reconcile::Comparison;
use kiosk::shell::store::{Attempt, Config, Filed, Store};
use kiosk::sim::platform::{DEMO_PAASID, DEMO_TOKEN, Options, PlatformSim};

const MACHINE: &str = "W0012";

struct Bench {
    folder: tempfile::TempDir,
    platform: PlatformSim,
    identity: MachineIdentity,
}

fn stamp() -> Stamp {
    Stamp {
        wall_rfc3339: None,
        clock_class: ClockClass::Unknown,
        boot_id: "boot".into(),
        monotonic_ms: 0,
    }
}

impl Bench {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            platform: PlatformSim::start(Options::default()).unwrap(),
            identity: MachineIdentity::from_seed(&[7; 32]),
        }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    fn store(&self) -> Store {
        let machine = Machine::parse(MACHINE).unwrap();
        Store::open(Config::new(self.path(), machine))
            .unwrap()
            .store
    }

    fn client(&self) -> Client {
        let config = ClientConfig {
            base_url: self.platform.base_url(),
            paasid: DEMO_PAASID.into(),
            token: Token::new(DEMO_TOKEN.into()),
            ca_pem: None,
            device: MACHINE.into(),
            connect_timeout: Duration::from_secs(20),
            answer_timeout: Duration::from_secs(20),
        };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = i64::try_from(now.unwrap().as_secs()).unwrap();
        Client::new(config, Arc::new(move || now)).unwrap()
    }

    async fn compare(&self, store: &Store, last: &Comparison) -> Comparison {
        let client = self.client();
        Comparison::make(store, &client, &self.identity, MACHINE, last)
            .await
            .unwrap()
    }

    /// Files cases and sends all but those at `kept`.
    async fn file(&self, store: &Store, count: usize, kept: &[usize]) -> Vec<Filed> {
        let drafts = || vec![sample::draft("999999194912310029")];
        let one = |_| store.file(drafts(), stamp()).unwrap().remove(0);
        let filed: Vec<Filed> = (0..count).map(one).collect();
        for (n, case) in filed.iter().enumerate() {
            if !kept.contains(&n) {
                let body = store.body_to_send(&case.key).unwrap();
                let answer = self.client().put_case(&case.key, &body).await;
                assert!(matches!(answer, Answer::Accepted(_)), "{answer:?}");
                record(store, case, &answer);
            }
        }
        filed
    }
}

fn record(store: &Store, case: &Filed, answer: &Answer) {
    let attempt = Attempt {
        at: stamp(),
        http_status: None,
        server_date: None,
        problem: None,
    };
    store.record(&case.key, answer, attempt).unwrap();
}

fn lose_row(path: &Path, row: u64) {
    let db = rusqlite::Connection::open(path).unwrap();
    let gone = db.execute("DELETE FROM cases WHERE id = ?1", [row.to_string()]);
    assert_eq!(gone.unwrap(), 1);
}

#[tokio::test]
async fn what_both_have_agrees_and_the_next_day_goes_on_from_there() {
    let bench = Bench::new();
    let store = bench.store();
    bench.file(&store, 3, &[1]).await;
    let first = bench.compare(&store, &Comparison::default()).await;
    // A case that still waits is not missing.
    assert!(first.agrees(), "{first:?}");
    assert_eq!(first.cases, 3);
    assert!(first.next.values().all(|next| next.seq == 4), "{first:?}");
    bench.file(&store, 2, &[]).await;
    let second = bench.compare(&store, &first).await;
    assert!(second.agrees(), "{second:?}");
    assert_eq!(second.cases, 2, "only the new ones");
    let kept = Comparison::path(&bench.path());
    second.keep(&kept).unwrap();
    assert_eq!(Comparison::read(&kept), Some(second));
}

#[tokio::test]
async fn a_case_that_the_platform_lost_is_missing() {
    let bench = Bench::new();
    let store = bench.store();
    let filed = bench.file(&store, 3, &[1]).await;
    // The machine was told "accepted"; the platform does not know of it any more.
    let acceptance = Acceptance {
        sblsh: "S1".into(),
        sblsh_short: "s1".into(),
        query_code: "12345678".into(),
        accepted_at: "2026-11-22T09:30:00+08:00".into(),
        promise_until: None,
    };
    record(&store, &filed[1], &Answer::Accepted(acceptance));
    let made = bench.compare(&store, &Comparison::default()).await;
    assert_eq!((made.missing, made.unlisted, made.differing), (1, 0, 0));
    assert!(!made.agrees());
}

#[tokio::test]
async fn a_row_that_the_machine_lost_is_found_by_either_side() {
    let bench = Bench::new();
    let store = bench.store();
    let filed = bench.file(&store, 4, &[]).await;
    drop(store);
    lose_row(&bench.path(), filed[1].seq);
    let store = bench.store();
    assert!(store.verify().is_err(), "the machine itself misses it");
    let made = bench.compare(&store, &Comparison::default()).await;
    assert_eq!((made.unlisted, made.missing), (1, 0), "{made:?}");
    assert_eq!(made.chains, 0, "the platform's own copy closes the gap");

    // The last row takes no number back with it.
    drop(store);
    lose_row(&bench.path(), filed[3].seq);
    let store = bench.store();
    let made = bench.compare(&store, &Comparison::default()).await;
    assert_eq!(made.unlisted, 2, "{made:?}");
    let new = bench.file(&store, 1, &[]).await;
    assert_ne!(new[0].key, filed[3].key);
    assert_ne!(new[0].filing_number, filed[3].filing_number);
}

#[tokio::test]
async fn a_case_lost_on_both_sides_is_a_gap() {
    let bench = Bench::new();
    let store = bench.store();
    let filed = bench.file(&store, 3, &[1]).await;
    drop(store);
    lose_row(&bench.path(), filed[1].seq);
    let store = bench.store();
    let made = bench.compare(&store, &Comparison::default()).await;
    assert_eq!((made.chains, made.unlisted), (1, 0), "{made:?}");
}

#[tokio::test]
async fn more_cases_than_one_claim_takes_go_in_parts() {
    let bench = Bench::new();
    let store = bench.store();
    let drafts = || (0..16).map(|n| sample::draft(&n.to_string())).collect();
    for _ in 0..70 {
        store.file(drafts(), stamp()).unwrap();
    }
    let made = bench.compare(&store, &Comparison::default()).await;
    assert!(made.agrees(), "{made:?}");
    assert_eq!(made.cases, 70 * 16);
}
