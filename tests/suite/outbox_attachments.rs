//! From the finger to the platform: attachments are there before their case, whatever breaks on the way.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use kiosk::case::{
    Acceptance, Answer, Content, Digest, Key, ParkCause, RetryCause, Signature, attachments_of,
};
use kiosk::domain::page::PageKind;
use kiosk::shell::platform::{Client, ClientConfig, PIECE_BYTES, Token};
use kiosk::shell::sending::{Turns, attempt};
use kiosk::shell::store::Store;
use kiosk::sim::platform::{DEMO_PAASID, DEMO_TOKEN, Fault, Options, PlatformSim};

use super::command::{Place, draft, stamp};
use super::trouble_bench::Bench as Firmware;

const DEVICE: &str = "W0012";
/// A time that signatures are made with.
const NOW: i64 = 1_795_312_800;
const DAY_S: i64 = 86_400;

/// Three pieces, the last one short.
fn scan() -> Vec<u8> {
    (0..2 * PIECE_BYTES + 77)
        .map(|at| (at % 251) as u8)
        .collect()
}

fn signature() -> Content {
    let strokes = [vec![(1.0, 2.0), (3.3, 4.0)]];
    Signature::new(&strokes).unwrap().content()
}

/// A store, a client and a platform on one clock that the test moves.
struct Bench {
    place: Place,
    store: Store,
    client: Client,
    platform: PlatformSim,
    clock: Arc<AtomicI64>,
}

impl Bench {
    fn new() -> Self {
        let clock = Arc::new(AtomicI64::new(NOW));
        let (theirs, ours) = (clock.clone(), clock.clone());
        let platform = PlatformSim::start(Options {
            wall: Arc::new(move || theirs.load(Ordering::SeqCst)),
            ..Options::default()
        })
        .unwrap();
        let config = ClientConfig {
            base_url: platform.base_url(),
            paasid: DEMO_PAASID.into(),
            token: Token::new(DEMO_TOKEN.into()),
            ca_pem: None,
            device: DEVICE.into(),
            connect_timeout: Duration::from_secs(20),
            answer_timeout: Duration::from_secs(20),
        };
        let client = Client::new(config, Arc::new(move || ours.load(Ordering::SeqCst))).unwrap();
        let place = Place::new();
        let store = place.store();
        Self {
            place,
            store,
            client,
            platform,
            clock,
        }
    }

    fn file(&self, contents: Vec<Content>) -> Key {
        let mut draft = draft("测试甲");
        draft.contents = contents;
        let filed = self.store.file(vec![draft], stamp(None)).unwrap();
        filed[0].key.clone()
    }

    /// A case with a signature and a scan.
    fn file_both(&self) -> Key {
        self.file(vec![signature(), Content::new("M1", scan()).unwrap()])
    }

    async fn attempt(&self, key: &Key) -> Answer {
        let turns = Turns::new(1);
        attempt(&self.client, &self.store, &turns, key).await.0
    }

    async fn arrives(&self, key: &Key) -> Acceptance {
        match self.attempt(key).await {
            Answer::Accepted(acceptance) => acceptance,
            other => panic!("{other:?}"),
        }
    }

    fn at_the_platform(&self, content: &[u8]) -> bool {
        let digest = Digest::of(content);
        self.platform.attachment(DEVICE, &digest).unwrap() == content
    }

    /// Files of the store's attachments, larger ones first.
    fn files(&self) -> Vec<PathBuf> {
        let folder = self.place.0.path().join("store.db.objects");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort_by_key(|path| std::cmp::Reverse(path.metadata().unwrap().len()));
        files
    }

    /// Flips a bit of the scan's file.
    fn damage_at(&self, at: usize) {
        let scan = &self.files()[0];
        let mut bytes = std::fs::read(scan).unwrap();
        bytes[at] ^= 1;
        std::fs::write(scan, bytes).unwrap();
    }

    /// Sends the beginning of `content` under the digest of the scan, and breaks off.
    async fn begun(&self, content: &[u8]) {
        let whole = scan();
        let mut source = |offset: u64, into: &mut [u8]| {
            let at = usize::try_from(offset).unwrap();
            if at >= content.len() {
                return Err(io::ErrorKind::ConnectionReset.into());
            }
            into.copy_from_slice(&content[at..at + into.len()]);
            Ok(())
        };
        let (digest, length) = (Digest::of(&whole), whole.len() as u64);
        let sent = self.client.put_attachment(&digest, length, &mut source);
        assert!(sent.await.is_err());
    }
}

fn retry(why: RetryCause) -> Answer {
    Answer::Retry {
        why,
        retry_after_s: None,
    }
}

#[tokio::test]
async fn attachments_are_there_before_the_case() {
    let bench = Bench::new();
    let key = bench.file_both();
    let taken = bench.arrives(&key).await;
    assert!(bench.at_the_platform(signature().bytes()));
    assert!(bench.at_the_platform(&scan()));
    assert_eq!(bench.arrives(&key).await, taken, "the same, sent again");
    assert_eq!(bench.platform.cases().unwrap().len(), 1);
}

/// What is read again would be found to be damaged.
#[tokio::test]
async fn an_upload_that_broke_off_goes_on_where_it_ended() {
    let bench = Bench::new();
    let key = bench.file_both();
    bench.begun(&scan()[..PIECE_BYTES]).await;
    bench.damage_at(1000);
    bench.arrives(&key).await;
    assert!(bench.at_the_platform(&scan()));
}

#[tokio::test]
async fn what_the_platform_has_is_not_read() {
    let bench = Bench::new();
    let key = bench.file_both();
    bench.platform.set_fault_for_next_case(Fault::Status {
        status: 503,
        retry_after_s: None,
    });
    assert_eq!(
        bench.attempt(&key).await,
        retry(RetryCause::ServerBusy),
        "the attachments arrived"
    );
    for file in bench.files() {
        std::fs::remove_file(file).unwrap();
    }
    bench.arrives(&key).await;
}

/// Which of the requests is hit: two questions, four pieces, the case.
#[tokio::test]
async fn every_loss_on_the_way_is_made_good_by_further_attempts() {
    for fault in [
        Fault::LostAnswer,
        Fault::HalfAnswer,
        Fault::Rubbish,
        Fault::Portal,
        Fault::StatusAfter { status: 500 },
    ] {
        for times in 1..=7 {
            let bench = Bench::new();
            let key = bench.file_both();
            bench.platform.set_fault_for(fault.clone(), times);
            let mut attempts = 0;
            while !matches!(bench.attempt(&key).await, Answer::Accepted(_)) {
                attempts += 1;
                assert!(attempts <= times, "{fault:?} {times} times");
            }
            assert!(bench.at_the_platform(&scan()));
            assert_eq!(bench.platform.cases().unwrap().len(), 1, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn what_the_platform_threw_away_is_sent_again() {
    let bench = Bench::new();
    let key = bench.file_both();
    let busy = Fault::Status {
        status: 503,
        retry_after_s: None,
    };
    bench.platform.set_fault_for_next_case(busy);
    bench.attempt(&key).await;
    assert!(bench.at_the_platform(&scan()));
    bench.clock.fetch_add(8 * DAY_S, Ordering::SeqCst);
    // Another upload makes the platform look for what nobody names.
    let other = bench.file(vec![Content::new("M2", b"another".to_vec()).unwrap()]);
    bench.arrives(&other).await;
    assert!(!bench.at_the_platform(&scan()), "thrown away");
    bench.arrives(&key).await;
    assert!(bench.at_the_platform(&scan()));
}

/// The platform has the beginning of something else under this digest, and finds that out at the end.
#[tokio::test]
async fn bytes_that_are_not_the_digests_are_sent_anew() {
    let bench = Bench::new();
    let key = bench.file_both();
    bench.begun(&[9; PIECE_BYTES]).await;
    assert_eq!(bench.attempt(&key).await, retry(RetryCause::Malformed));
    bench.arrives(&key).await;
    assert!(bench.at_the_platform(&scan()));
}

#[tokio::test]
async fn a_file_that_cannot_be_read_parks_its_case_and_no_other() {
    for damage in [
        // The beginning, some chunk, the last one.
        |bench: &Bench| bench.damage_at(3),
        |bench: &Bench| bench.damage_at(70_000),
        |bench: &Bench| bench.damage_at(2 * PIECE_BYTES),
        |bench: &Bench| std::fs::remove_file(&bench.files()[0]).unwrap(),
    ] {
        let bench = Bench::new();
        let key = bench.file_both();
        damage(&bench);
        let answer = bench.attempt(&key).await;
        assert_eq!(answer, Answer::Parked(ParkCause::Unreadable));
        let whole = bench.file_both();
        bench.arrives(&whole).await;
    }
}

/// A person signs with a finger; the strokes are at the platform, named by the case, and gone from the machine.
#[test]
fn a_signature_written_on_the_screen_arrives() {
    let mut firmware = Firmware::new();
    firmware.file_item("elder", "我老了", "高龄津贴申请");
    firmware.until_kind(PageKind::Confirmation);
    firmware.drained("the case");
    let platform = firmware.rig.platform();
    let cases = platform.cases().unwrap();
    let named: Vec<_> = cases
        .iter()
        .flat_map(|case| {
            let attachments = attachments_of(&case.body).unwrap();
            attachments.into_iter().map(move |one| (case, one))
        })
        .collect();
    assert!(!named.is_empty(), "the item wants a signature");
    for (case, attachment) in named {
        let body: serde_json::Value = serde_json::from_slice(&case.body).unwrap();
        assert_eq!(attachment.name, "手写签名");
        assert_eq!(body["signature"]["attachment"], attachment.digest.hex());
        let bytes = platform
            .attachment(&case.device, &attachment.digest)
            .unwrap();
        let strokes: Vec<Vec<(i32, i32)>> = serde_json::from_slice(&bytes).unwrap();
        assert!(strokes.iter().any(|stroke| stroke.len() > 1), "{strokes:?}");
    }
}
