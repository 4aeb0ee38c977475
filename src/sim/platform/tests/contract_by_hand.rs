//! The contract of pieces, claims and bundles, request by request.

use reqwest::Method;
use serde_json::Value;

use super::call::{Call, kind};
use super::*;
use crate::case::bundle::BUNDLE;
use crate::case::reconciliation::CLAIM;
use crate::case::signed::{self, SIGNED};
use crate::case::{ATTACHMENT_MAX, Digest, MachineIdentity};
use crate::shell::platform::tif;
use crate::shell::platform::words::{PIECE, problem};

/// A piece of the attachment whose content is `whole`.
fn piece(whole: &[u8], offset: usize, bytes: &[u8]) -> Call {
    let path = format!("/attachments/{}", Digest::of(whole).hex());
    let mut call = Call::new(Method::PATCH, &path, PIECE, bytes);
    call.headers.push(("upload-offset", offset.to_string()));
    call.headers
        .push(("upload-length", whole.len().to_string()));
    call
}

async fn expect(pair: &Pair, calls: Vec<(Call, u16, &str)>) {
    for (call, status, name) in calls {
        let (got, said) = call.send(pair).await;
        let told = said["type"].as_str().map(str::to_owned);
        assert_eq!((got, told), (status, Some(kind(name))), "{said}");
    }
}

#[tokio::test]
async fn a_piece_that_breaks_the_contract_is_not_taken() {
    let pair = Pair::new();
    let long = (ATTACHMENT_MAX + 1).to_string();
    let calls = vec![
        (
            piece(b"scan", 0, b"sc").without("upload-offset"),
            400,
            problem::INVALID,
        ),
        (
            piece(b"scan", 0, b"sc").with("upload-offset", "-1"),
            400,
            problem::INVALID,
        ),
        (
            piece(b"scan", 0, b"sc").without("upload-length"),
            400,
            problem::INVALID,
        ),
        (
            piece(b"scan", 0, b"sc").with("upload-length", "0"),
            400,
            problem::UPLOAD_LENGTH,
        ),
        (piece(b"scan", 5, b""), 400, problem::UPLOAD_LENGTH),
        (piece(b"scan", 0, b"scans"), 400, problem::UPLOAD_LENGTH),
        (piece(b"scan", 1, b"c"), 409, problem::UPLOAD_OFFSET),
        (
            piece(b"scan", 0, b"sc").with("content-type", "text/plain"),
            415,
            problem::INVALID,
        ),
        (
            piece(b"scan", 0, b"sc").without("content-digest"),
            400,
            problem::DIGEST_MISMATCH,
        ),
        (
            piece(b"scan", 0, b"sc").with("content-digest", &tif::content_digest(b"")),
            400,
            problem::DIGEST_MISMATCH,
        ),
        (
            piece(b"scan", 0, b"sc").with("upload-length", &long),
            413,
            problem::INVALID,
        ),
        (piece(b"scan", 0, b"xxxx"), 422, problem::ATTACHMENT_DIGEST),
    ];
    expect(&pair, calls).await;
    assert_eq!(Call::get("/attachments/ABC").send(&pair).await.0, 400);
}

#[tokio::test]
async fn pieces_join_at_their_offsets() {
    let pair = Pair::new();
    let path = format!("/attachments/{}", Digest::of(b"scan").hex());
    assert_eq!(Call::get(&path).send(&pair).await.0, 404);
    let (status, said) = piece(b"scan", 0, b"sc").send(&pair).await;
    assert_eq!((status, said["offset"].as_u64()), (200, Some(2)));
    let (_, said) = piece(b"scan", 0, b"sc").send(&pair).await;
    assert_eq!(said["expected_offset"], 2);
    let longer = piece(b"scan", 2, b"an").with("upload-length", "5");
    expect(&pair, vec![(longer, 400, problem::UPLOAD_LENGTH)]).await;
    let (status, said) = piece(b"scan", 2, b"an").send(&pair).await;
    assert_eq!((status, said["complete"].as_bool()), (200, Some(true)));
    assert_eq!(Call::get(&path).send(&pair).await, (200, said.clone()));
    let repeated = piece(b"scan", 0, b"sc").send(&pair).await;
    assert_eq!(repeated, (200, said), "complete is complete");
}

#[tokio::test]
async fn a_case_without_its_attachments_is_told_which() {
    let pair = Pair::new();
    let mut naming: Value = serde_json::from_slice(&body(1)).unwrap();
    let absent = Digest::of(b"absent").hex();
    naming["attachments"] = json!([{ "digest": absent, "length": 6 }]);
    let (status, said) = Call::put(naming.to_string().as_bytes()).send(&pair).await;
    assert_eq!((status, &said["missing"]), (409, &json!([absent])));
    assert_eq!(said["type"], kind(problem::ATTACHMENT_MISSING));
}

#[tokio::test]
async fn a_claim_or_a_bundle_that_is_none_is_told_so() {
    let pair = Pair::new();
    let identity = MachineIdentity::from_seed(&[7; 32]);
    let claim = signed::sign(&identity, CLAIM, &json!({ "version": 1 }));
    let path = "/machines/A0001/reconciliations";
    let post = |path, media, body: &str| Call::new(Method::POST, path, media, body.as_bytes());
    let newer = "KIOSKBDL\u{2}and so on";
    let calls = vec![
        (post(path, SIGNED, "not.a.jws"), 400, problem::INVALID),
        (post(path, SIGNED, &claim), 400, problem::INVALID),
        (post(path, "application/json", "{}"), 415, problem::INVALID),
        (
            post(path, SIGNED, &claim).without("content-digest"),
            400,
            problem::DIGEST_MISMATCH,
        ),
        (
            post("/machines/A0002/reconciliations", SIGNED, &claim),
            400,
            problem::INVALID,
        ),
        (post("/imports", BUNDLE, ""), 400, problem::BUNDLE),
        (post("/imports", BUNDLE, newer), 400, problem::BUNDLE),
        (
            post("/imports", "application/zip", ""),
            415,
            problem::INVALID,
        ),
    ];
    expect(&pair, calls).await;
    let said = post("/imports", BUNDLE, newer).send(&pair).await.1;
    assert!(
        said["title"].as_str().unwrap().contains("version 2"),
        "{said}"
    );
}
