//! The written contract and the server say the same.

use std::collections::BTreeSet;

use reqwest::Method;
use serde_json::Value;

use super::call::{Call, kind, written};
use super::*;
use crate::case::bundle::BUNDLE;
use crate::case::signed::SIGNED;
use crate::shell::platform::words::{ANSWER, CASE, PIECE, PROBLEM, PROBLEM_PREFIX, problem};
use crate::shell::platform::{Heard, date, tif};

#[test]
fn every_route_is_written_down_and_every_written_one_exists() {
    let contract = written();
    let mut paper = BTreeSet::new();
    for (path, operations) in contract["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            paper.insert((path.clone(), method.clone()));
        }
    }
    let server: BTreeSet<_> = http::table()
        .iter()
        .map(|(path, method, _)| (path.to_string(), method.to_string()))
        .collect();
    assert_eq!(paper, server);
}

#[test]
fn every_reference_in_the_contract_leads_somewhere() {
    fn follow(whole: &Value, at: &Value, found: &mut usize) {
        match at {
            Value::Object(members) => {
                if let Some(Value::String(target)) = members.get("$ref") {
                    let pointer = target.strip_prefix('#').unwrap();
                    assert!(whole.pointer(pointer).is_some(), "{target}");
                    *found += 1;
                }
                members
                    .values()
                    .for_each(|value| follow(whole, value, found));
            }
            Value::Array(values) => values.iter().for_each(|value| follow(whole, value, found)),
            _ => {}
        }
    }
    let (contract, mut found) = (written(), 0);
    follow(&contract, &contract, &mut found);
    assert!(found > 50);
}

#[test]
fn states_and_problem_types_are_the_firmwares() {
    let contract = written();
    let list = |pointer: &str| {
        contract
            .pointer(pointer)
            .unwrap()
            .as_array()
            .unwrap()
            .clone()
    };
    for state in list("/components/schemas/CaseState/enum") {
        let known: CaseState = serde_json::from_value(state.clone()).unwrap();
        assert_ne!(known, CaseState::Unknown, "{state}");
    }
    let types = list("/components/schemas/Problem/properties/type/enum");
    let types: BTreeSet<String> = types.iter().map(|t| t.as_str().unwrap().into()).collect();
    let ours = [
        problem::REJECTED,
        problem::IN_PROGRESS,
        problem::KEY_REUSED,
        problem::NOT_FOUND,
        problem::DIGEST_MISMATCH,
        problem::INVALID,
        problem::FORBIDDEN,
        problem::ATTACHMENT_MISSING,
        problem::ATTACHMENT_DIGEST,
        problem::UPLOAD_OFFSET,
        problem::UPLOAD_LENGTH,
        problem::BUNDLE,
    ];
    assert_eq!(
        types,
        ours.map(|name| format!("{PROBLEM_PREFIX}{name}")).into()
    );
}

#[tokio::test]
async fn a_filing_that_breaks_the_contract_is_not_taken() {
    let pair = Pair::new();
    let other = format!("\"{}\"", key(2).0);
    let long = vec![b' '; crate::shell::platform::CASE_MAX + 1];
    let missing = br#"{"task_code":"T","applicant":{"cert_type":"10","cert_no":"999999"}}"#;
    for (call, status, name) in [
        (
            Call::put(&body(1)).without("if-none-match"),
            428,
            problem::INVALID,
        ),
        (
            Call::put(&body(1)).with("if-none-match", "\"x\""),
            428,
            problem::INVALID,
        ),
        (
            Call::put(&body(1)).without("idempotency-key"),
            400,
            problem::INVALID,
        ),
        (
            Call::put(&body(1)).with("idempotency-key", &key(1).0),
            400,
            problem::INVALID,
        ),
        (
            Call::put(&body(1)).with("idempotency-key", &other),
            400,
            problem::INVALID,
        ),
        (
            Call::put(&body(1)).without("content-digest"),
            400,
            problem::DIGEST_MISMATCH,
        ),
        (
            Call::put(&body(1)).with("content-digest", &tif::content_digest(b"")),
            400,
            problem::DIGEST_MISMATCH,
        ),
        (
            Call::put(&body(1)).with("content-type", "application/json"),
            415,
            problem::INVALID,
        ),
        (
            Call::put(&body(1)).without("x-kiosk-device"),
            400,
            problem::INVALID,
        ),
        (
            Call::put(&body(1)).with("x-kiosk-device", "a b"),
            400,
            problem::INVALID,
        ),
        (Call::put(&long), 413, problem::INVALID),
        (Call::put(b"{"), 400, problem::INVALID),
        (Call::put(missing), 400, problem::INVALID),
    ] {
        let (got, said) = call.send(&pair).await;
        assert_eq!(
            (got, said["type"].as_str()),
            (status, Some(kind(name).as_str())),
            "{said}"
        );
    }
    assert_eq!(pair.numbers().len(), 0);
    let (status, said) = Call::put(&body(1)).send(&pair).await;
    assert_eq!(
        (status, said["query_code"].as_str().map(str::len)),
        (201, Some(8))
    );
    assert_eq!(Call::put(&body(1)).send(&pair).await, (200, said));
    let (status, said) = Call::put(&body(2)).send(&pair).await;
    assert_eq!(
        (status, said["type"].as_str()),
        (422, Some(kind(problem::KEY_REUSED).as_str()))
    );
}

#[tokio::test]
async fn every_call_but_the_time_needs_the_gateways_four_headers() {
    let pair = Pair::new();
    let search = Call::new(Method::POST, "/cases/search", "application/json", b"{}");
    for call in [
        Call::put(&body(1)).without("x-tif-nonce"),
        Call::put(&body(1)).without("x-tif-signature"),
        Call::put(&body(1)).with("x-tif-timestamp", "soon"),
        Call::get("/cases?filing_number=A").without("x-tif-paasid"),
        Call::get("/catalogue").without("x-tif-timestamp"),
        search.without("x-tif-nonce"),
    ] {
        let (status, said) = call.send(&pair).await;
        assert_eq!((status, said["code"].as_i64()), (500, Some(400_001)));
        assert_eq!(said["msg"], "鉴权参数不完整，请求不合法。");
    }
    for seconds in [-181, 181] {
        let at = NOW + seconds;
        let signature = tif::sign(at, &Token::new(DEMO_TOKEN.into()), "0123456789abcdef");
        let call = Call::put(&body(1))
            .with("x-tif-timestamp", &at.to_string())
            .with("x-tif-signature", &signature);
        let (status, said) = call.send(&pair).await;
        assert_eq!(
            (status, said["msg"].as_str()),
            (500, Some("鉴权失败，鉴权信息有误。"))
        );
    }
    let unsigned = ["paasid", "timestamp", "nonce", "signature"];
    let time = unsigned.iter().fold(Call::get("/time"), |call, part| {
        call.without(&format!("x-tif-{part}"))
    });
    assert_eq!(time.send(&pair).await, (200, json!({ "unix": NOW })));
    assert_eq!(pair.numbers().len(), 0);
}

#[tokio::test]
async fn who_asks_says_which_machine_it_is() {
    let pair = Pair::new();
    let person = br#"{"cert_type":"10","cert_no":"999999200001010000"}"#;
    for call in [
        Call::get("/catalogue"),
        Call::get("/cases?filing_number=A"),
        Call::get("/cases/never-seen-never-seen-x"),
        Call::new(Method::POST, "/cases/search", "application/json", person),
    ] {
        let (status, said) = call.without("x-kiosk-device").send(&pair).await;
        assert_eq!(
            (status, said["title"].as_str()),
            (400, Some("X-Kiosk-Device"))
        );
    }
}

#[tokio::test]
async fn questions_that_make_no_sense_are_told_so() {
    let pair = Pair::new();
    for (path, status) in [
        ("/cases", 400),
        ("/cases?sblsh=X", 400),
        ("/cases?filing_number=A&sblsh=X&query_code=Y", 400),
        ("/cases?filing_number=A&filing_number=B", 400),
        ("/cases?filing_number=A0001-7K-000009-X", 404),
        ("/cases?filing_number=%00'--", 400),
        ("/cases/%ff%ff", 400),
        ("/cases/too-short", 400),
        ("/cases/never-seen-never-seen-x", 404),
        ("/catalogue", 404),
    ] {
        assert_eq!(Call::get(path).send(&pair).await.0, status, "{path}");
    }
    for bad in ["", "[]", "{}", r#"{"cert_type":"10","cert_no":"' OR 1=1"}"#] {
        let call = Call::new(
            Method::POST,
            "/cases/search",
            "application/json",
            bad.as_bytes(),
        );
        assert_eq!(call.send(&pair).await.0, 400, "{bad}");
        let call = Call::new(Method::POST, "/ratings", "application/json", bad.as_bytes());
        assert_eq!(call.send(&pair).await.0, 400, "{bad}");
    }
}

#[test]
fn the_contract_names_the_agreed_media_types_and_the_vector() {
    let text = include_str!("../../../../board/platform/openapi.json");
    for word in [
        ANSWER,
        CASE,
        PROBLEM,
        PIECE,
        SIGNED,
        BUNDLE,
        "application/vnd.kiosk.catalogue+json",
    ] {
        assert!(text.contains(word), "{word}");
    }
    let token = Token::new(DEMO_TOKEN.into());
    assert!(text.contains(&tif::sign(1_700_000_000, &token, "123456789abcdefg")));
}

#[tokio::test]
async fn an_attempt_keeps_what_the_answer_said_of_itself() {
    let pair = Pair::new();
    let client = pair.client();
    let (answer, heard) = client.put_case_heard(&key(1), &body(1)).await;
    accepted(answer);
    assert_eq!(heard.http_status, Some(201));
    assert_eq!(heard.server_date, Some(date::http_date(NOW)));
    assert_eq!(heard.problem, None);
    pair.sim.set_fault_for_next_case(Fault::Reject {
        code: "NOT_ELIGIBLE".into(),
    });
    let (_, heard) = client.put_case_heard(&key(2), &body(2)).await;
    assert!(heard.http_status.is_some_and(|status| status >= 400));
    assert!(
        heard
            .problem
            .is_some_and(|kind| kind.starts_with("urn:kiosk:problem:"))
    );
    pair.sim.set_fault(Fault::Down);
    let (_, heard) = client.put_case_heard(&key(3), &body(3)).await;
    assert_eq!(heard, Heard::default(), "nobody answered");
}
