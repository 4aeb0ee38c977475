//! Attachments: uploaded by their content's digest, piece by piece, before the case that names them.

#![allow(
    clippy::result_large_err,
    reason = "an answer is what this server is made of"
)]

use std::future::poll_fn;
use std::pin::Pin;

use axum::body::{Body, HttpBody as _};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::Server;
use super::gate::{problem, problem_with};
use super::http::{Answered, Shared, answer, broken, device, invalid, nameless, none, text};
use super::store::Begun;
use crate::case::{ATTACHMENT_MAX, Digest};
use crate::shell::platform::tif;
use crate::shell::platform::words::{PIECE, UploadState, problem as kinds};

/// Bytes that are gathered before they are written.
const GATHERED: usize = 64 * 1024;

/// `GET` and `HEAD`: how much of it is here.
pub(super) async fn state(
    State(server): Shared,
    digest: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Answered {
    let (digest, device) = (digest_of(digest)?, device(&headers).ok_or_else(nameless)?);
    let upload = server.store().upload(&device, &digest).map_err(broken)?;
    upload.map(|upload| told(&upload)).ok_or_else(none)
}

/// `PATCH`: appends a piece. What arrives of a piece that is cut off stays; a piece that arrives whole and does not
/// match its `Content-Digest` is taken back.
pub(super) async fn append(
    State(server): Shared,
    digest: Result<Path<String>, PathRejection>,
    request: Request,
) -> Answered {
    let digest = digest_of(digest)?;
    let (parts, mut body) = request.into_parts();
    let piece = Piece::of(&parts.headers, digest)?;
    let now = server.now(None);
    let begun = server
        .store()
        .begin_piece(&piece.device, &digest, piece.length, piece.offset, now)
        .map_err(broken)?;
    match begun {
        Begun::Here => {}
        Begun::Complete => {
            drain(&mut body).await;
            return finished(&server, &piece);
        }
        Begun::Elsewhere(expected) => {
            drain(&mut body).await;
            return Err(elsewhere(expected));
        }
        Begun::OtherLength => return Err(other_length()),
        Begun::TooMany => {
            return Err(problem(
                429,
                kinds::INVALID,
                "too many attachments without a case",
            ));
        }
    }
    let end = take_in(&server, &piece, &mut body).await?;
    if end == piece.length
        && !server
            .store()
            .complete(&piece.device, &digest)
            .map_err(broken)?
    {
        return Err(problem(
            422,
            kinds::ATTACHMENT_DIGEST,
            "the bytes are not those of the address; they were thrown away",
        ));
    }
    finished(&server, &piece)
}

/// What a `PATCH` says of its piece.
struct Piece {
    device: String,
    digest: Digest,
    offset: u64,
    length: u64,
    claimed: String,
}

impl Piece {
    fn of(headers: &HeaderMap, digest: Digest) -> Answered<Self> {
        let media = text(headers, "content-type").unwrap_or_default();
        if media.split(';').next().unwrap_or_default().trim() != PIECE {
            return Err(problem(415, kinds::INVALID, "another media type"));
        }
        let number = |name: &str| {
            let digits = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let text = text(headers, name).filter(digits)?;
            text.parse::<u64>().ok()
        };
        let offset = number("upload-offset").ok_or_else(|| invalid("Upload-Offset"))?;
        let length = number("upload-length").ok_or_else(|| invalid("Upload-Length"))?;
        if length > ATTACHMENT_MAX {
            return Err(problem(413, kinds::INVALID, "the attachment is too long"));
        }
        if length == 0 || offset > length {
            return Err(other_length());
        }
        let claimed = text(headers, "content-digest").ok_or_else(|| mismatch("Content-Digest"))?;
        Ok(Self {
            device: device(headers).ok_or_else(nameless)?,
            digest,
            offset,
            length,
            claimed: claimed.to_owned(),
        })
    }
}

/// Writes the body as it comes; where the part that is here ends then.
async fn take_in(server: &Server, piece: &Piece, body: &mut Body) -> Answered<u64> {
    let (mut at, mut gathered, mut hash) = (piece.offset, Vec::new(), Sha256::new());
    let write = |at: &mut u64, gathered: &mut Vec<u8>| -> Answered<()> {
        let (device, digest, now) = (&piece.device, &piece.digest, server.now(None));
        let written = server.store().append(device, digest, *at, gathered, now);
        if !written.map_err(broken)? {
            // Longer than its length, or another connection appends to the same one.
            return Err(other_length());
        }
        *at += gathered.len() as u64;
        gathered.clear();
        Ok(())
    };
    let whole = loop {
        match next(body).await {
            None => break true,
            Some(Err(_)) => break false,
            Some(Ok(bytes)) => {
                hash.update(&bytes);
                gathered.extend_from_slice(&bytes);
                if gathered.len() >= GATHERED {
                    write(&mut at, &mut gathered)?;
                }
            }
        }
    };
    if !gathered.is_empty() {
        write(&mut at, &mut gathered)?;
    }
    if whole && tif::content_digest_of(&hash.finalize().into()) != piece.claimed {
        let mut store = server.store();
        store
            .take_back(&piece.device, &piece.digest, piece.offset)
            .map_err(broken)?;
        return Err(mismatch("the piece is not the one sent"));
    }
    Ok(at)
}

/// The next bytes of a body; `None` at its end.
async fn next(body: &mut Body) -> Option<Result<axum::body::Bytes, axum::Error>> {
    loop {
        match poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await? {
            Err(error) => return Some(Err(error)),
            // Trailers are no part of it.
            Ok(frame) => match frame.into_data() {
                Ok(bytes) => return Some(Ok(bytes)),
                Err(_) => continue,
            },
        }
    }
}

/// Reads a body that is not wanted, so that the connection can carry the answer.
async fn drain(body: &mut Body) {
    while let Some(Ok(_)) = next(body).await {}
}

fn finished(server: &Server, piece: &Piece) -> Answered {
    let upload = server.store().upload(&piece.device, &piece.digest);
    upload.map_err(broken)?.map(|u| told(&u)).ok_or_else(none)
}

fn told(upload: &UploadState) -> Response {
    let mut response = answer(200, upload);
    let headers = response.headers_mut();
    headers.insert("upload-offset", upload.offset.into());
    headers.insert("upload-length", upload.length.into());
    let complete = if upload.complete { "?1" } else { "?0" };
    headers.insert("upload-complete", HeaderValue::from_static(complete));
    response
}

fn elsewhere(expected: u64) -> Response {
    let mut response = problem_with(
        409,
        kinds::UPLOAD_OFFSET,
        "the piece begins elsewhere",
        json!({ "expected_offset": expected }),
    );
    response
        .headers_mut()
        .insert("upload-offset", expected.into());
    response
}

fn other_length() -> Response {
    problem(
        400,
        kinds::UPLOAD_LENGTH,
        "Upload-Length is another one, or is exceeded",
    )
}

fn mismatch(title: &str) -> Response {
    problem(400, kinds::DIGEST_MISMATCH, title)
}

fn digest_of(path: Result<Path<String>, PathRejection>) -> Answered<Digest> {
    path.ok()
        .and_then(|Path(hex)| Digest::from_hex(&hex))
        .ok_or_else(|| invalid("digest: 64 lower-case hex digits"))
}
