//! Attachments go first, piece by piece, and the case that names them is the commit point.

use std::io;

use tokio::io::AsyncWriteExt as _;

use super::*;
use crate::case::{ATTACHMENT_MAX, ATTACHMENTS_MAX, Digest, RetryCause};
use crate::shell::platform::{AttachmentFailure, Failure, PIECE_BYTES, tif};
use crate::sim::platform::store::UNNAMED_KEPT_S;

/// Two whole pieces and a bit.
fn scan() -> Vec<u8> {
    (0..2 * PIECE_BYTES + 77)
        .map(|at| (at % 251) as u8)
        .collect()
}

fn source(content: &[u8]) -> impl FnMut(u64, &mut [u8]) -> io::Result<()> + '_ {
    move |offset, into| {
        let at = usize::try_from(offset).unwrap();
        into.copy_from_slice(&content[at..at + into.len()]);
        Ok(())
    }
}

async fn sent(client: &Client, content: &[u8]) -> Result<(), AttachmentFailure> {
    let (digest, length) = (Digest::of(content), content.len() as u64);
    client
        .put_attachment(&digest, length, &mut source(content))
        .await
}

fn naming(n: u32, attachments: &[&[u8]]) -> Vec<u8> {
    let mut body: serde_json::Value = serde_json::from_slice(&body(n)).unwrap();
    let name = |a: &&[u8]| json!({ "digest": Digest::of(a), "length": a.len(), "name": "M1" });
    body["attachments"] = attachments.iter().map(name).collect();
    body.to_string().into_bytes()
}

fn missing() -> Answer {
    Answer::Retry {
        why: RetryCause::AttachmentMissing,
        retry_after_s: None,
    }
}

#[tokio::test]
async fn a_case_is_taken_once_its_attachments_are_there_whole() {
    let (pair, scan) = (Pair::new(), scan());
    let client = pair.client();
    let body = naming(1, &[&scan, b"photo"]);
    assert_eq!(client.put_case(&key(1), &body).await, missing());
    sent(&client, &scan).await.unwrap();
    assert_eq!(client.put_case(&key(1), &body).await, missing());
    assert_eq!(
        client.case_by_key(&key(1)).await,
        Ok(None),
        "no effect so far"
    );
    sent(&client, b"photo").await.unwrap();
    let taken = accepted(client.put_case(&key(1), &body).await);
    assert_eq!(accepted(client.put_case(&key(1), &body).await), taken);
    let kept = pair.sim.attachment("A0001", &Digest::of(&scan)).unwrap();
    assert!(kept == scan);
}

#[tokio::test]
async fn a_repeat_sends_nothing_again() {
    let (pair, scan) = (Pair::new(), scan());
    let client = pair.client();
    sent(&client, &scan).await.unwrap();
    let mut unread = |_: u64, _: &mut [u8]| -> io::Result<()> { panic!("read again") };
    client
        .put_attachment(&Digest::of(&scan), scan.len() as u64, &mut unread)
        .await
        .unwrap();
}

#[tokio::test]
async fn every_loss_on_the_way_costs_a_piece_at_most() {
    let scan = scan();
    // Which of the requests is hit: question, piece, piece, piece.
    for hit in 0..4 {
        for fault in [
            Fault::LostAnswer,
            Fault::HalfAnswer,
            Fault::Rubbish,
            Fault::Portal,
            Fault::Status {
                status: 503,
                retry_after_s: None,
            },
            Fault::StatusAfter { status: 500 },
        ] {
            let pair = Pair::new();
            let client = pair.client();
            let mut reads = 0;
            let mut from = source(&scan);
            let mut hurt = |offset: u64, into: &mut [u8]| {
                reads += 1;
                if reads == hit {
                    pair.sim.set_fault_for(fault.clone(), 1);
                }
                from(offset, into)
            };
            if hit == 0 {
                pair.sim.set_fault_for(fault.clone(), 1);
            }
            let (digest, length) = (Digest::of(&scan), scan.len() as u64);
            // What was not processed at all is the caller's to repeat.
            if client
                .put_attachment(&digest, length, &mut hurt)
                .await
                .is_err()
            {
                client
                    .put_attachment(&digest, length, &mut hurt)
                    .await
                    .unwrap();
            }
            assert!(reads <= 4, "{fault:?} at {hit}: {reads} pieces read");
            assert!(pair.sim.attachment("A0001", &digest).unwrap() == scan);
        }
    }
}

/// A line that breaks within a piece: what arrived stays.
#[tokio::test]
async fn a_cut_within_a_piece_keeps_what_arrived() {
    let (pair, scan) = (Pair::new(), scan());
    let client = pair.client();
    let (digest, nonce) = (Digest::of(&scan), "0123456789abcdef");
    let piece = &scan[..PIECE_BYTES];
    let head = format!(
        "PATCH {BASE}/attachments/{} HTTP/1.1\r\nhost: x\r\ncontent-length: {PIECE_BYTES}\r\n\
         content-type: application/partial-upload\r\nupload-offset: 0\r\nupload-length: {}\r\n\
         content-digest: {}\r\nx-kiosk-device: A0001\r\nx-tif-paasid: {DEMO_PAASID}\r\n\
         x-tif-timestamp: {NOW}\r\nx-tif-nonce: {nonce}\r\nx-tif-signature: {}\r\n\r\n",
        digest.hex(),
        scan.len(),
        tif::content_digest(piece),
        tif::sign(NOW, &Token::new(DEMO_TOKEN.into()), nonce),
    );
    let mut line = tokio::net::TcpStream::connect(pair.sim.address)
        .await
        .unwrap();
    line.write_all(head.as_bytes()).await.unwrap();
    line.write_all(&piece[..100_000]).await.unwrap();
    line.shutdown().await.unwrap();
    let arrived = async {
        loop {
            match client.upload_state(&digest).await.unwrap() {
                Some(state) if state.offset == 100_000 => break,
                _ => tokio::task::yield_now().await,
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), arrived)
        .await
        .unwrap();
    let mut first = None;
    let mut from = source(&scan);
    let mut seen = |offset: u64, into: &mut [u8]| {
        first.get_or_insert(offset);
        from(offset, into)
    };
    client
        .put_attachment(&digest, scan.len() as u64, &mut seen)
        .await
        .unwrap();
    assert_eq!(first, Some(100_000));
    assert!(pair.sim.attachment("A0001", &digest).unwrap() == scan);
}

#[tokio::test]
async fn bytes_that_are_not_the_digests_are_thrown_away() {
    let (pair, scan) = (Pair::new(), scan());
    let client = pair.client();
    let mut spoilt = scan.clone();
    spoilt[PIECE_BYTES] ^= 1;
    let (digest, length) = (Digest::of(&scan), scan.len() as u64);
    let wrong = client
        .put_attachment(&digest, length, &mut source(&spoilt))
        .await;
    assert!(
        matches!(wrong, Err(AttachmentFailure::Content)),
        "{wrong:?}"
    );
    assert_eq!(client.upload_state(&digest).await, Ok(None));
    sent(&client, &scan).await.unwrap();
}

#[tokio::test]
async fn an_attachment_belongs_to_its_machine_and_its_length() {
    let pair = Pair::new();
    let client = pair.client();
    sent(&client, b"scan").await.unwrap();
    let other = pair.client_with(ClientConfig {
        device: "A0002".into(),
        ..pair.config()
    });
    assert_eq!(other.upload_state(&Digest::of(b"scan")).await, Ok(None));
    let body = naming(1, &[b"scan"]);
    assert_eq!(other.put_case(&key(1), &body).await, missing());
    let mut longer: serde_json::Value = serde_json::from_slice(&body).unwrap();
    longer["attachments"][0]["length"] = 5.into();
    let longer = longer.to_string().into_bytes();
    assert_eq!(client.put_case(&key(1), &longer).await, missing());
    accepted(client.put_case(&key(1), &body).await);
}

#[tokio::test]
async fn limits_of_size_and_number() {
    let pair = Pair::new();
    let client = pair.client();
    for length in [0, ATTACHMENT_MAX + 1] {
        let mut nothing = source(&[]);
        let refused = client
            .put_attachment(&Digest::of(b""), length, &mut nothing)
            .await;
        assert!(matches!(refused, Err(AttachmentFailure::Length)));
    }
    let most = u8::try_from(4 * ATTACHMENTS_MAX).unwrap();
    for n in 0..most {
        sent(&client, &[n]).await.unwrap();
    }
    let busy = Failure::retry(RetryCause::ServerBusy);
    match sent(&client, &[most]).await {
        Err(AttachmentFailure::Later(failure)) => assert_eq!(failure, busy),
        other => panic!("{other:?}"),
    }
    accepted(client.put_case(&key(1), &naming(1, &[&[0]])).await);
    sent(&client, &[most]).await.unwrap();
}

#[tokio::test]
async fn what_no_case_names_is_swept_after_a_time() {
    let clock = Arc::new(AtomicI64::new(NOW));
    let servers = clock.clone();
    let pair =
        Pair::with(|options| options.wall = Arc::new(move || servers.load(Ordering::SeqCst)));
    let client = pair.client();
    sent(&client, b"named").await.unwrap();
    sent(&client, b"forgotten").await.unwrap();
    accepted(client.put_case(&key(1), &naming(1, &[b"named"])).await);
    clock.fetch_add(UNNAMED_KEPT_S + 1, Ordering::SeqCst);
    pair.machine_clock
        .fetch_add(UNNAMED_KEPT_S + 1, Ordering::SeqCst);
    sent(&client, b"new").await.unwrap();
    assert_eq!(
        client.upload_state(&Digest::of(b"forgotten")).await,
        Ok(None)
    );
    let kept = client.upload_state(&Digest::of(b"named")).await.unwrap();
    assert!(kept.is_some_and(|state| state.complete));
}

#[tokio::test]
async fn a_source_that_fails_is_not_the_lines_fault() {
    let pair = Pair::new();
    let mut broken = |_: u64, _: &mut [u8]| Err(io::Error::other("bad sector"));
    let failed = pair
        .client()
        .put_attachment(&Digest::of(b"x"), 1, &mut broken)
        .await;
    assert!(matches!(failed, Err(AttachmentFailure::Source(_))));
}
