use super::*;
use RetryCause::{Malformed, NotThePlatform, Portal, ServerBusy};
use proptest::prelude::*;

const TAKEN: &str = r#"{"sblsh":"X20260101","sblsh_short":"20260101","query_code":"ABCD2345",
    "accepted_at":"2026-11-22T09:00:00+08:00","promise_until":"2026-12-20"}"#;

fn reply(status: u16, media: &str, body: &str) -> Reply {
    Reply {
        status,
        media: media.into(),
        body: body.into(),
        ..Reply::default()
    }
}

fn said(name: &str, status: u16, code: &str) -> Reply {
    let body = format!(r#"{{"type":"urn:kiosk:problem:{name}","code":"{code}","detail":"文字"}}"#);
    reply(status, PROBLEM, &body)
}

fn again(why: RetryCause) -> Answer {
    Answer::Retry {
        why,
        retry_after_s: None,
    }
}

#[test]
fn each_line_of_the_taxonomy() {
    let refused = r#"{"code":400001,"msg":"鉴权失败，鉴权信息有误。"}"#;
    let credentials = Answer::LaneStopped(LaneFault::Credentials);
    let rejected = Answer::Rejected(Rejection {
        code: "DUPLICATE".into(),
        detail: "文字".into(),
    });
    for (line, reply, expected) in [
        ("portal", reply(200, "text/html", "<html>"), again(Portal)),
        (
            "json of a stranger",
            reply(200, "application/json", TAKEN),
            again(Portal),
        ),
        ("empty 204", reply(204, ANSWER, ""), again(Portal)),
        ("redirect", reply(302, "text/html", ""), again(Portal)),
        ("rubbish", reply(200, ANSWER, "<<<"), again(Malformed)),
        (
            "no number",
            reply(200, ANSWER, r#"{"sblsh":""}"#),
            again(Malformed),
        ),
        (
            "firewall 403",
            reply(403, "text/html", "no"),
            again(NotThePlatform),
        ),
        (
            "proxy 407",
            reply(407, "text/html", "no"),
            again(NotThePlatform),
        ),
        (
            "a stranger's 422",
            reply(422, "application/json", "{}"),
            again(NotThePlatform),
        ),
        (
            "a stranger's 401",
            reply(401, "text/html", ""),
            again(NotThePlatform),
        ),
        ("504", reply(504, "text/html", ""), again(ServerBusy)),
        (
            "proxy 404",
            reply(404, "text/html", "no"),
            again(NotThePlatform),
        ),
        (
            "a stranger's 409",
            reply(409, "", ""),
            again(NotThePlatform),
        ),
        ("portal 511", reply(511, "text/html", ""), again(Portal)),
        (
            "platform 401",
            said("forbidden", 401, ""),
            credentials.clone(),
        ),
        (
            "platform 403",
            said("forbidden", 403, ""),
            credentials.clone(),
        ),
        (
            "gateway",
            reply(500, "application/json", refused),
            credentials,
        ),
        (
            "500",
            reply(500, "application/json", r#"{"code":1}"#),
            again(ServerBusy),
        ),
        ("502", reply(502, "text/html", ""), again(ServerBusy)),
        (
            "503 with a problem",
            said("rejected", 503, "DUPLICATE"),
            again(ServerBusy),
        ),
        ("408", reply(408, "", ""), again(ServerBusy)),
        ("425", reply(425, "", ""), again(ServerBusy)),
        ("429", reply(429, "", ""), again(ServerBusy)),
        (
            "in progress",
            said("in-progress", 409, ""),
            Answer::InProgress {
                retry_after_s: None,
            },
        ),
        (
            "other body",
            said("key-reused", 422, ""),
            Answer::Parked(ParkCause::KeyReused),
        ),
        ("refused", said("rejected", 400, "DUPLICATE"), rejected),
        (
            "refused, no code",
            said("rejected", 400, ""),
            again(Malformed),
        ),
        (
            "refused, odd code",
            said("rejected", 400, "<b>"),
            again(Malformed),
        ),
        ("digest", said("digest-mismatch", 400, ""), again(Malformed)),
        (
            "another's problem",
            reply(400, PROBLEM, r#"{"type":"about:blank"}"#),
            again(NotThePlatform),
        ),
    ] {
        assert_eq!(reply.to_put(), expected, "{line}");
    }
    assert!(
        matches!(reply(201, ANSWER, TAKEN).to_put(), Answer::Accepted(a) if a.sblsh == "X20260101")
    );
}

#[test]
fn a_refused_signature_blames_the_clock_only_beyond_the_window() {
    let mut reply = reply(500, "application/json", r#"{"code":400001}"#);
    for (skew_s, fault) in [
        (None, LaneFault::Credentials),
        (Some(180), LaneFault::Credentials),
        (Some(-181), LaneFault::Clock),
        (Some(i64::MIN), LaneFault::Clock),
    ] {
        reply.skew_s = skew_s;
        assert_eq!(reply.to_put(), Answer::LaneStopped(fault), "{skew_s:?}");
    }
}

#[test]
fn a_number_that_cannot_go_on_paper_is_not_taken() {
    for bad in ["A\u{1b}@", "A B", "", &"9".repeat(65)] {
        let body = TAKEN.replace("X20260101", bad);
        assert_eq!(
            reply(200, ANSWER, &body).to_put(),
            again(Malformed),
            "{bad:?}"
        );
    }
}

#[test]
fn a_long_refusal_is_cut_at_a_character() {
    let body = format!(
        r#"{{"type":"urn:kiosk:problem:rejected","code":"SX_CLOSED","detail":"{}"}}"#,
        "停".repeat(4000)
    );
    let Answer::Rejected(rejection) = reply(400, PROBLEM, &body).to_put() else {
        panic!("not refused");
    };
    assert_eq!(rejection.detail.chars().count(), DETAIL_MAX);
}

proptest! {
    /// Final only on the platform's word: whatever else comes, the case stays in the outbox.
    #[test]
    fn no_foreign_answer_settles_a_case(status in 100u16..600, media in "[a-z/+.]{0,40}", body in ".{0,200}") {
        let answer = reply(status, &media, &body).to_put();
        let stays = matches!(answer, Answer::Retry { .. } | Answer::LaneStopped(_));
        prop_assert!(stays, "{:?}", answer);
    }

    #[test]
    fn no_bytes_in_the_agreed_types_break_it(status in 100u16..600, problem in any::<bool>(), body in prop::collection::vec(any::<u8>(), 0..200)) {
        let media = if problem { PROBLEM } else { ANSWER };
        let answer = Reply { status, media: media.into(), body, ..Reply::default() }.to_put();
        prop_assert!(!matches!(answer, Answer::Accepted(_) | Answer::Rejected(_)));
    }
}

#[test]
fn a_server_cannot_silence_the_machine() {
    let after = |value: &str| {
        let head = Reply::of_head(
            503,
            |name| (name == "retry-after").then_some(value),
            784_111_777,
        );
        head.retry_after_s
    };
    assert_eq!(after("7"), Some(7));
    assert_eq!(after("31536000"), Some(RETRY_AFTER_MAX_S));
    assert_eq!(after("99999999999999999999"), Some(RETRY_AFTER_MAX_S));
    assert_eq!(after("Sun, 06 Nov 1994 08:49:47 GMT"), Some(10));
    assert_eq!(after("Sat, 06 Nov 1993 08:49:47 GMT"), Some(0));
    assert_eq!(after("soon"), None);
    assert_eq!(after("-1"), None);
}
