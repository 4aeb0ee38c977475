//! Attachments: uploaded by offset, checked by digest, there before the case.

use serde_json::json;

use super::bench::{Bench, Call, Method, Said, demand};
use super::{Check, Checked, Trouble};
use crate::case::{Content, Digest};
use crate::shell::platform::tif;
use crate::shell::platform::words::PIECE;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "upload-resumed",
        demand: "pieces join at their offsets; GET and HEAD tell how much is there; the last one completes",
        why: "a line that breaks every minute must get a scan through in the end",
        run: |bench| Box::pin(resumed(bench)),
    },
    Check {
        name: "upload-wrong-offset",
        demand: "a piece that begins elsewhere: 409 upload-offset with the right one, without effect",
        why: "a repeat after a lost answer must not be appended twice",
        run: |bench| Box::pin(wrong_offset(bench)),
    },
    Check {
        name: "upload-broken-piece",
        demand: "a piece that is not its Content-Digest: 400 digest-mismatch, and it is taken back",
        why: "otherwise one broken piece costs the whole upload",
        run: |bench| Box::pin(broken_piece(bench)),
    },
    Check {
        name: "upload-wrong-content",
        demand: "all bytes there and not those of the address: 422 attachment-digest, thrown away",
        why: "otherwise the right content could never be uploaded",
        run: |bench| Box::pin(wrong_content(bench)),
    },
    Check {
        name: "upload-repeated",
        demand: "a piece of a complete attachment changes nothing and is told \"complete\"",
        why: "the answer to the last piece may be lost",
        run: |bench| Box::pin(repeated(bench)),
    },
    Check {
        name: "attachment-missing",
        demand: "a case whose attachments are not there: 409 attachment-missing, says which, no effect; taken once they are",
        why: "the case is the commit point, and this is no refusal of the person",
        run: |bench| Box::pin(missing(bench)),
    },
    Check {
        name: "signature-unlisted",
        demand: "a signature that names no attachment of its case: 400 invalid, no effect",
        why: "a case would be taken without the signature it rests on",
        run: |bench| Box::pin(unlisted(bench)),
    },
];

/// Content that nobody uploaded before.
fn content() -> Vec<u8> {
    (0..3000).map(|_| fastrand::u8(..)).collect()
}

fn path(content: &[u8]) -> String {
    format!("/attachments/{}", Digest::of(content).hex())
}

/// The piece of `content` from `from` to `to`.
fn piece(content: &[u8], from: usize, to: usize) -> Call {
    Call::new(Method::PATCH, &path(content))
        .carrying(PIECE, &content[from..to])
        .with("upload-offset", &from.to_string())
        .with("upload-length", &content.len().to_string())
}

/// The answer tells so many bytes of so many, in its body and its headers alike.
fn at(said: &Said, offset: usize, length: usize) -> Checked {
    said.answer(&[200])?;
    let complete = offset == length;
    let right = said.json["offset"] == offset
        && said.json["length"] == length
        && said.json["complete"] == complete;
    demand(right, || {
        format!("{} (expected {offset} of {length})", said.told())
    })?;
    headers_at(said, offset, length)
}

fn headers_at(said: &Said, offset: usize, length: usize) -> Checked {
    let header = |name: &str| said.headers.get(name).and_then(|v| v.to_str().ok());
    let complete = if offset == length { "?1" } else { "?0" };
    let right = header("upload-offset") == Some(&offset.to_string())
        && header("upload-length") == Some(&length.to_string())
        && header("upload-complete") == Some(complete);
    demand(right, || {
        "Upload-Offset, -Length or -Complete are missing or others".into()
    })
}

async fn resumed(bench: &Bench) -> Checked {
    let content = content();
    let length = content.len();
    bench
        .send(Call::get(&path(&content)))
        .await?
        .problem(404, "not-found")?;
    at(&bench.send(piece(&content, 0, 1000)).await?, 1000, length)?;
    at(&bench.send(Call::get(&path(&content))).await?, 1000, length)?;
    let head = bench.send(Call::new(Method::HEAD, &path(&content))).await?;
    headers_at(&head, 1000, length)?;
    at(
        &bench.send(piece(&content, 1000, 2500)).await?,
        2500,
        length,
    )?;
    at(
        &bench.send(piece(&content, 2500, length)).await?,
        length,
        length,
    )?;
    at(
        &bench.send(Call::get(&path(&content))).await?,
        length,
        length,
    )
}

async fn wrong_offset(bench: &Bench) -> Checked {
    let content = content();
    for from in [500, 1500] {
        bench.send(piece(&content, 0, 1000)).await?;
        let said = bench.send(piece(&content, from, 2000)).await?;
        said.problem(409, "upload-offset")?;
        let told = said
            .headers
            .get("upload-offset")
            .and_then(|v| v.to_str().ok());
        demand(told == Some("1000"), || format!("Upload-Offset {told:?}"))?;
        at(
            &bench.send(Call::get(&path(&content))).await?,
            1000,
            content.len(),
        )?;
    }
    Ok(())
}

async fn broken_piece(bench: &Bench) -> Checked {
    let content = content();
    bench.send(piece(&content, 0, 1000)).await?;
    let wrong = tif::content_digest(b"another piece");
    let broken = piece(&content, 1000, 2000).with("content-digest", &wrong);
    bench.send(broken).await?.problem(400, "digest-mismatch")?;
    at(
        &bench.send(Call::get(&path(&content))).await?,
        1000,
        content.len(),
    )
}

async fn wrong_content(bench: &Bench) -> Checked {
    let (content, other) = (content(), content());
    let spoilt = Call::new(Method::PATCH, &path(&content))
        .carrying(PIECE, &other)
        .with("upload-offset", "0")
        .with("upload-length", &content.len().to_string());
    bench
        .send(spoilt)
        .await?
        .problem(422, "attachment-digest")?;
    bench
        .send(Call::get(&path(&content)))
        .await?
        .problem(404, "not-found")?;
    let all = content.len();
    at(&bench.send(piece(&content, 0, all)).await?, all, all)
}

async fn repeated(bench: &Bench) -> Checked {
    let content = content();
    let all = content.len();
    at(&bench.send(piece(&content, 0, all)).await?, all, all)?;
    at(&bench.send(piece(&content, 0, all)).await?, all, all)?;
    at(&bench.send(piece(&content, 1000, 2000)).await?, all, all)
}

async fn missing(bench: &Bench) -> Checked {
    let content = content();
    let case = bench.case(Content::new("M1", content.clone()).into_iter().collect());
    for there in [0, 1000] {
        if there > 0 {
            bench
                .send(piece(&content, 0, there))
                .await?
                .answer(&[200])?;
        }
        let said = bench.send(bench.put(&case)).await?;
        said.problem(409, "attachment-missing")?;
        let named = json!([Digest::of(&content)]);
        demand(said.json["missing"] == named, || said.told())?;
        bench.never_taken(&case).await?;
    }
    bench
        .send(piece(&content, 1000, content.len()))
        .await?
        .answer(&[200])?;
    match bench.file(&case).await {
        Err(Trouble::Failed(seen)) => Err(Trouble::Failed(format!(
            "with its attachment there: {seen}"
        ))),
        other => other.map(|_| ()),
    }
}

async fn unlisted(bench: &Bench) -> Checked {
    let mut case = bench.case(Vec::new());
    let mut body: serde_json::Value =
        serde_json::from_slice(&case.body).map_err(|error| Trouble::Failed(error.to_string()))?;
    body["signature"] = json!({ "attachment": Digest::of(&content()) });
    case.body = body.to_string().into_bytes();
    let said = bench.send(bench.put(&case)).await?;
    said.problem(400, "invalid")?;
    bench.never_taken(&case).await
}
