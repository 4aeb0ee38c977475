//! The bytes of an artifact by RFC 9110, 14: one range, `If-Range`, 206, 416; and what goes wrong on the way.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use futures_util::StreamExt as _;

use super::trouble::Trouble;
use crate::shell::fleet::fetch::ContentRange;

/// The answer to a request for `bytes`, whose hash is `mark`, and how many bytes are in it.
pub(super) fn file(
    bytes: &[u8],
    mark: &str,
    headers: &HeaderMap,
    trouble: Option<Trouble>,
) -> (Response, u64) {
    let etag = format!("\"{}\"", mark.get(..16).unwrap_or(mark));
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    let fits = text(header::IF_RANGE).is_none_or(|given| given == etag);
    let size = bytes.len();
    let asked = text(header::RANGE)
        .filter(|_| fits && trouble != Some(Trouble::NoRanges))
        .and_then(wanted);
    let (status, range, part) = match asked {
        Some((from, _)) if from >= size => (
            StatusCode::RANGE_NOT_SATISFIABLE,
            Some(format!("bytes */{size}")),
            0..0,
        ),
        Some((from, last)) => {
            let end = last.map_or(size, |last| size.min(last.saturating_add(1)));
            let shown = from.saturating_sub(usize::from(trouble == Some(Trouble::WrongRange)));
            (
                StatusCode::PARTIAL_CONTENT,
                Some(format!("bytes {shown}-{}/{size}", end - 1)),
                from..end,
            )
        }
        None => (StatusCode::OK, None, 0..size),
    };
    let from_start = part.start == 0;
    let mut sent = bytes.get(part).unwrap_or_default().to_vec();
    match trouble {
        Some(Trouble::Flipped) if from_start => {
            sent.iter_mut().take(1).for_each(|byte| *byte ^= 1);
        }
        Some(Trouble::Replaced) => sent.iter_mut().for_each(|byte| *byte ^= 1),
        _ => {}
    }
    debug_assert!(
        range
            .as_deref()
            .is_none_or(|range| ContentRange::parse(range).is_some())
    );
    let length = sent.len();
    let body = match trouble {
        Some(Trouble::Cut(after)) => {
            sent.truncate(after);
            cut(sent)
        }
        _ => Body::from(sent),
    };
    let mut response = Response::builder()
        .status(status)
        .header(header::ETAG, etag)
        .header(header::CONTENT_LENGTH, length);
    if let Some(range) = range {
        response = response.header(header::CONTENT_RANGE, range);
    }
    (response.body(body).unwrap_or_default(), length as u64)
}

/// First and last byte of `bytes=A-B` or `bytes=A-`; other forms are not spoken, and everything is sent.
fn wanted(range: &str) -> Option<(usize, Option<usize>)> {
    let (from, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let from = from.parse().ok()?;
    let last = match last {
        "" => None,
        last => Some(last.parse().ok().filter(|last| *last >= from)?),
    };
    Some((from, last))
}

/// A body that breaks off with an error, so that the connection is closed before its length is reached; a moment after its
/// bytes, so that they have left.
fn cut(bytes: Vec<u8>) -> Body {
    let pieces = [
        Ok(Bytes::from(bytes)),
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
    ];
    let spaced = futures_util::stream::iter(pieces).then(|piece| async move {
        if piece.is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        piece
    });
    Body::from_stream(spaced)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(range: &str) -> (u16, Option<String>, u64) {
        let mut headers = HeaderMap::new();
        headers.insert(header::RANGE, range.parse().expect("a header"));
        let (answer, length) = file(&[7; 1000], "ab", &headers, None);
        let shown = answer.headers().get(header::CONTENT_RANGE);
        let shown = shown.map(|text| text.to_str().expect("text").to_owned());
        (answer.status().as_u16(), shown, length)
    }

    #[test]
    fn a_range_is_what_was_asked_for_and_no_more() {
        for (asked, status, shown, length) in [
            ("bytes=0-3", 206, "bytes 0-3/1000", 4),
            ("bytes=990-", 206, "bytes 990-999/1000", 10),
            ("bytes=990-5000", 206, "bytes 990-999/1000", 10),
            ("bytes=1000-", 416, "bytes */1000", 0),
        ] {
            assert_eq!(answer(asked), (status, Some(shown.to_owned()), length));
        }
        for other in ["bytes=-5", "bytes=5-4", "bytes=0-1,4-5", "lines=1-2"] {
            assert_eq!(answer(other), (200, None, 1000), "{other}");
        }
    }
}
