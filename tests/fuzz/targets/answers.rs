//! Answers of the platform, or of whatever answers in its name: every status, media type, header and body.

use kiosk::case::Answer;
use kiosk::shell::platform::answer::{Failure, RETRY_AFTER_MAX_S, Reply};
use kiosk::shell::platform::date;
use kiosk::shell::platform::words::{
    ANSWER, CASE, CATALOGUE, CaseStatus, KeyRecord, PROBLEM, Problem, UploadState,
};

use super::input::Input;

/// When the calls were signed.
const SIGNED_AT: i64 = 1_772_431_200;
const MEDIA: [&str; 7] = [
    ANSWER,
    PROBLEM,
    CATALOGUE,
    CASE,
    "application/json",
    "text/html",
    "",
];

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let status = u16::from_be_bytes([input.byte_or_zero(), input.byte_or_zero()]);
    let which = input.byte_or_zero();
    let own = String::from_utf8_lossy(input.piece());
    let media = MEDIA.get(usize::from(which & 15)).copied().unwrap_or(&own);
    let (wait, clock) = (input.piece(), input.piece());
    let header = |name: &str| match name {
        "content-type" => Some(media),
        "retry-after" => std::str::from_utf8(wait).ok(),
        "date" => std::str::from_utf8(clock).ok(),
        "etag" => Some(&*own),
        _ => None,
    };
    let mut reply = Reply::of_head(status, header, SIGNED_AT);
    reply.overlong = which & 0x80 != 0;
    if !reply.overlong {
        reply.body = input.rest().to_vec();
    }
    head(&reply);
    put(&reply);
    for expect in [ANSWER, CATALOGUE] {
        if let Ok(body) = reply.settle(expect) {
            assert!(reply.media == expect && matches!(status, 200 | 201));
            assert!(reply.is_the_platforms(expect));
            bodies(body);
        }
    }
}

fn head(reply: &Reply) {
    assert!(reply.retry_after_s.is_none_or(|s| s <= RETRY_AFTER_MAX_S));
    assert!(reply.etag.as_ref().is_none_or(|etag| etag.len() <= 200));
    assert!(reply.media.len() <= 200);
    if let Some(at) = reply.date_unix_s {
        // The last second of 9999 may be a leap second, and there is no year after it.
        let written = date::http_date(at);
        let again = date::parse_http_date(&written);
        assert!(again.is_none_or(|again| again == at), "{written}");
        let _ = date::rfc3339(at);
        let _ = date::iso_day(at);
    }
}

/// What it means for a case that was sent: nothing but the agreed media type settles it.
fn put(reply: &Reply) {
    let answer = reply.to_put();
    match &answer {
        Answer::Accepted(acceptance) => {
            assert!(reply.media == ANSWER && matches!(reply.status, 200 | 201));
            for number in [
                &acceptance.sblsh,
                &acceptance.sblsh_short,
                &acceptance.query_code,
            ] {
                assert!((1..=64).contains(&number.len()) && number.is_ascii());
            }
        }
        Answer::Rejected(rejection) => {
            assert!(reply.media == PROBLEM && (400..500).contains(&reply.status));
            assert!((1..=64).contains(&rejection.code.len()));
            assert!(rejection.detail.chars().count() <= 500);
        }
        Answer::Parked(_) | Answer::InProgress { .. } => assert_eq!(reply.media, PROBLEM),
        Answer::Retry { retry_after_s, .. } => {
            assert!(retry_after_s.is_none_or(|s| s <= RETRY_AFTER_MAX_S));
        }
        Answer::LaneStopped(_) => assert!(reply.status >= 400),
    }
    if let Err(failure) = reply.settle(ANSWER) {
        let _ = failure.is_not_found();
        assert!(format!("{failure:?}").len() <= 600 + 12 * reply.body.len());
        assert!(!matches!(failure, Failure::Problem { .. }) || reply.media == PROBLEM);
    }
}

/// Every body that a call may bring.
fn bodies(body: &[u8]) {
    if let Ok(record) = serde_json::from_slice::<KeyRecord>(body) {
        let again = serde_json::to_vec(&record).expect("JSON");
        assert_eq!(
            serde_json::from_slice::<KeyRecord>(&again).expect("its own words"),
            record
        );
    }
    if let Ok(cases) = serde_json::from_slice::<Vec<CaseStatus>>(body) {
        for case in cases {
            let _ = case.state.is_open();
        }
    }
    let _ = serde_json::from_slice::<CaseStatus>(body);
    let _ = serde_json::from_slice::<UploadState>(body);
    let _ = serde_json::from_slice::<Problem>(body);
}
