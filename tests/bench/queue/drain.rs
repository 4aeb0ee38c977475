//! How fast a backlog leaves: the whole firmware with its store, beside nothing but requests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kiosk::case::{Answer, Key};
use kiosk::shell::clock::Clock;
use kiosk::shell::journal::Journal;
use kiosk::shell::platform::{Client, ClientConfig, Token};
use kiosk::shell::runtime::{Runtime, Watch};
use kiosk::sim::platform::{DEMO_PAASID, DEMO_TOKEN, Fault, PlatformSim};
use kiosk::sim::rig::{Rig, RigOptions};

use crate::filing::{draft, stamp};
use crate::rows::{Beside, folder, root, row, skipped};
use crate::store;

const COUNT: u64 = 400;
/// Longest that a firmware may take for all.
const PATIENCE: Duration = Duration::from_secs(180);

pub fn measure() {
    for delay_ms in [0, 30] {
        let name = format!("queue-drain-{delay_ms}");
        let what = if delay_ms == 0 {
            "Cases sent in a second".to_owned()
        } else {
            format!("Cases sent in a second, answers {delay_ms} ms later")
        };
        let four = requests(&format!("{name}-4"), delay_ms, 4);
        match firmware(&name, delay_ms) {
            Some(rate) => row(
                &format!("{what}: the firmware with its store"),
                rate,
                "/s",
                Beside::Yardstick("only requests, 4 at once", four),
            ),
            None => skipped(&what, "not all were sent in time"),
        }
        row(
            &format!("{what}: only requests, 16 at once"),
            requests(&format!("{name}-16"), delay_ms, 16),
            "/s",
            Beside::Yardstick("4 at once", four),
        );
    }
}

fn rig(name: &str, delay_ms: u32) -> Rig {
    let options = RigOptions {
        folder: Some(folder(name)),
        ..RigOptions::laptop(&root().join("board"), Clock::system())
    };
    let rig = Rig::start(options).unwrap();
    slow(rig.platform(), delay_ms);
    rig
}

fn slow(platform: &PlatformSim, ms: u32) {
    if ms > 0 {
        platform.set_fault(Fault::Slow { ms });
    }
}

/// Cases a second through the whole firmware, from the first one at the platform on.
fn firmware(name: &str, delay_ms: u32) -> Option<f64> {
    let rig = rig(name, delay_ms);
    let held = store(&rig.config().store.path);
    for person in 0..COUNT {
        held.file(vec![draft(person)], stamp()).unwrap();
    }
    drop(held);
    let clock = Clock::system();
    let journal = Journal::memory(clock.clone());
    let runtime = Runtime::start(
        rig.config(),
        clock,
        journal,
        rig.pins(),
        Watch::nobody(),
        drop,
    )
    .unwrap();
    let limit = Instant::now() + PATIENCE;
    let arrived = || rig.platform().taken().unwrap();
    let wait = |count: u64| {
        while arrived() < count {
            if Instant::now() > limit {
                return None;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Some((arrived(), Instant::now()))
    };
    let (first, began) = wait(1)?;
    let (last, ended) = wait(COUNT)?;
    runtime.stop();
    Some((last - first) as f64 / (ended - began).as_secs_f64())
}

/// Cases a second with so many requests at once and nothing written down here.
fn requests(name: &str, delay_ms: u32, at_once: u64) -> f64 {
    let folder = folder(name);
    let held = store(&folder.join("store.db"));
    let bodies: Vec<(Key, Vec<u8>)> = (0..COUNT)
        .map(|person| {
            let filed = held.file(vec![draft(person)], stamp()).unwrap();
            let body = held.body(&filed[0].key).unwrap();
            (filed[0].key.clone(), body.to_vec())
        })
        .collect();
    drop(held);
    let platform = PlatformSim::start(kiosk::sim::platform::Options {
        db: Some(folder.join("platform.db")),
        ..Default::default()
    })
    .unwrap();
    slow(&platform, delay_ms);
    let client = Arc::new(client(&platform));
    let tokio = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let bodies = Arc::new(bodies);
    let began = Instant::now();
    tokio.block_on(async {
        let hands = (0..at_once).map(|hand| {
            let (client, bodies) = (client.clone(), bodies.clone());
            tokio::spawn(async move {
                for (key, body) in bodies.iter().skip(hand as usize).step_by(at_once as usize) {
                    let answer = client.put_case(key, body).await;
                    assert!(matches!(answer, Answer::Accepted(_)), "{answer:?}");
                }
            })
        });
        for hand in hands.collect::<Vec<_>>() {
            hand.await.unwrap();
        }
    });
    COUNT as f64 / began.elapsed().as_secs_f64()
}

fn client(platform: &PlatformSim) -> Client {
    let clock = Clock::system();
    let config = ClientConfig {
        base_url: platform.base_url(),
        paasid: DEMO_PAASID.into(),
        token: Token::new(DEMO_TOKEN.into()),
        ca_pem: None,
        device: "W0012".into(),
        connect_timeout: Duration::from_secs(5),
        answer_timeout: Duration::from_secs(15),
    };
    let wall = move || {
        clock
            .unix_seconds()
            .and_then(|s| i64::try_from(s).ok())
            .unwrap_or(0)
    };
    Client::new(config, Arc::new(wall)).unwrap()
}
