//! The client against everything a server, or what stands between, may do.

use std::sync::Arc;
use std::time::{Duration, Instant};

use kiosk::domain::update::{FetchFault, Source};
use kiosk::shell::fleet::ddi::{Ddi, DdiConfig, Token};
use kiosk::shell::fleet::fetch::{Place, fetch};
use kiosk::sim::hawkbit::{Artifact, Hawkbit, Server, Trouble};
use zeroize::Zeroizing;

use super::rig::{TOKEN, bundle};

fn ddi(url: &str, token: Token) -> Ddi {
    Ddi::new(DdiConfig {
        url: url.into(),
        tenant: "T-1".into(),
        controller: "W0012".into(),
        token,
        ca_pem: None,
        identity: None,
        wall: Arc::new(|| 1_795_000_000),
        timeout: Duration::from_millis(700),
    })
    .unwrap()
}

fn target(token: &str) -> Token {
    Token::Target(Zeroizing::new(token.into()))
}

fn hawkbit() -> Hawkbit {
    let mut server = Server::new();
    server.target("W0012", Some(TOKEN));
    server.gateway = Some("gateway-token".into());
    Hawkbit::serve(server, "T-1", 0).unwrap()
}

fn run<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

#[test]
fn every_refusal_of_the_server_has_its_name() {
    let hawkbit = hawkbit();
    let client = ddi(&hawkbit.url(), target(TOKEN));
    let s = Duration::from_secs;
    for (trouble, word, wait) in [
        (Trouble::Status(401, None), "unauthorized", None),
        (Trouble::Status(404, None), "notFound", None),
        (Trouble::Status(409, None), "conflict", None),
        (Trouble::Status(410, None), "gone", None),
        (Trouble::Status(429, Some(120)), "busy", Some(s(120))),
        (
            Trouble::Status(503, Some(4_000_000)),
            "busy",
            Some(s(86_400)),
        ),
        (Trouble::Status(500, None), "server", None),
        (Trouble::Status(302, None), "strange", None),
        (Trouble::Garbage, "strange", None),
        (Trouble::Endless, "strange", None),
        (Trouble::Slow(s(2)), "unreachable", None),
    ] {
        hawkbit.trouble("W0012", trouble.clone());
        let fault = run(client.poll()).unwrap_err();
        assert_eq!(
            (fault.word(), fault.retry_after()),
            (word, wait),
            "{trouble:?}: {fault}"
        );
    }
    assert_eq!(run(client.poll()).unwrap().sleep_s, Some(300));
    let gateway = ddi(
        &hawkbit.url(),
        Token::Gateway(Zeroizing::new("gateway-token".into())),
    );
    assert!(run(gateway.poll()).is_ok());
    for wrong in [target("wrong"), Token::None] {
        assert_eq!(
            run(ddi(&hawkbit.url(), wrong).poll()).unwrap_err().word(),
            "unauthorized"
        );
    }
    assert_eq!(
        run(ddi("http://127.0.0.1:1", Token::None).poll())
            .unwrap_err()
            .word(),
        "unreachable"
    );
}

struct Download {
    hawkbit: Hawkbit,
    dir: tempfile::TempDir,
    bytes: Vec<u8>,
}

impl Download {
    fn new() -> Self {
        Self {
            hawkbit: hawkbit(),
            dir: tempfile::tempdir().unwrap(),
            bytes: bundle("2.0.0", 200_000),
        }
    }

    fn place(&self) -> Place {
        Place {
            reserve: 0,
            ..Place::of(self.dir.path(), 0)
        }
    }

    fn fetch(&self, place: &Place) -> Result<Vec<u8>, FetchFault> {
        run(async {
            let client = ddi(&self.hawkbit.url(), target(TOKEN));
            let poll = client.poll().await.unwrap();
            let source: Source = client
                .deployment(&poll.deployment.unwrap())
                .await
                .unwrap()
                .source;
            let path = fetch(&client, place, &source).await?;
            Ok(std::fs::read(path).unwrap())
        })
    }
}

#[test]
fn a_download_is_resumed_where_it_was_cut_and_never_believed_before_its_hash() {
    let again = |result: &Result<Vec<u8>, FetchFault>| matches!(result, Err(FetchFault::Again(_)));
    // What happens to the second request after the first was cut, whether the third ends it, and how it must go on.
    for (second, ends, last) in [
        (None, true, Some("bytes=50000-")),
        (Some(Trouble::Cut(10_000)), false, Some("bytes=60000-")),
        (Some(Trouble::NoRanges), true, Some("bytes=50000-")),
        (Some(Trouble::WrongRange), false, None),
        (Some(Trouble::Replaced), false, None),
        (
            Some(Trouble::Status(503, None)),
            false,
            Some("bytes=50000-"),
        ),
    ] {
        let d = Download::new();
        d.hawkbit
            .server()
            .assign("W0012", Artifact::os("2.0.0", &d.bytes));
        let place = d.place();
        d.hawkbit.trouble("artifacts", Trouble::Cut(50_000));
        let first = d.fetch(&place);
        assert!(again(&first), "{first:?}");
        let name = format!("{second:?}");
        if let Some(trouble) = &second {
            d.hawkbit.trouble("artifacts", trouble.clone());
        }
        drop(d.hawkbit.seen());
        let result = d.fetch(&place);
        assert_eq!(result.is_ok(), ends, "{name}: {result:?}");
        if !ends {
            if second == Some(Trouble::Replaced) {
                assert_eq!(result, Err(FetchFault::Spoilt), "{name}");
            }
            drop(d.hawkbit.seen());
            assert!(d.fetch(&place).unwrap() == d.bytes, "{name}");
        }
        let seen = d.hawkbit.seen();
        let asked = seen.iter().find(|line| line.contains("artifacts")).unwrap();
        assert_eq!(asked.contains("bytes="), last.is_some(), "{name}: {asked}");
        assert!(
            last.is_none_or(|last| asked.ends_with(last)),
            "{name}: {asked}"
        );
        drop(d.hawkbit.seen());
        assert!(d.fetch(&place).unwrap() == d.bytes);
        assert!(
            !d.hawkbit
                .seen()
                .iter()
                .any(|line| line.contains("artifacts")),
            "what is here is not fetched again"
        );
    }
    assert!(
        !std::path::Path::new("/tmp/escape.raucb").exists(),
        "no name of the server's reaches the disk"
    );
}

#[test]
fn files_that_are_wrong_gone_or_too_large_are_told_apart() {
    let d = Download::new();
    d.hawkbit
        .server()
        .assign("W0012", Artifact::os("2.0.0", &d.bytes));
    let place = d.place();
    d.hawkbit.trouble("artifacts", Trouble::Flipped);
    assert_eq!(d.fetch(&place), Err(FetchFault::Spoilt));
    assert_eq!(
        std::fs::read_dir(&place.folder)
            .unwrap()
            .filter(|e| e.as_ref().unwrap().path().extension().unwrap() == "part")
            .count(),
        0
    );
    d.hawkbit.trouble("artifacts", Trouble::Status(404, None));
    assert_eq!(d.fetch(&place), Err(FetchFault::Gone));
    let full = Place {
        reserve: u64::MAX / 2,
        ..d.place()
    };
    assert!(matches!(d.fetch(&full), Err(FetchFault::NoRoom(missing)) if missing > 0));
    // The power went between the last byte and the new name.
    std::fs::write(
        place
            .folder
            .join(format!("{}.part", kiosk::case::Digest::of(&d.bytes).hex())),
        &d.bytes,
    )
    .unwrap();
    drop(d.hawkbit.seen());
    assert!(d.fetch(&place).unwrap() == d.bytes);
    assert!(
        !d.hawkbit
            .seen()
            .iter()
            .any(|line| line.contains("artifacts"))
    );
    // And a disk that forgets.
    let whole = place.whole(&kiosk::case::Digest::of(&d.bytes).hex());
    std::fs::write(&whole, &d.bytes[1..]).unwrap();
    assert_eq!(d.fetch(&place), Err(FetchFault::Spoilt));
    assert!(d.fetch(&place).is_ok());
}

#[test]
fn a_download_leaves_room_on_the_line() {
    let d = Download::new();
    d.hawkbit
        .server()
        .assign("W0012", Artifact::os("2.0.0", &d.bytes));
    let began = Instant::now();
    d.fetch(&Place {
        rate: Some(400_000),
        ..d.place()
    })
    .unwrap();
    assert!(
        began.elapsed() >= Duration::from_millis(450),
        "{:?}",
        began.elapsed()
    );
}
