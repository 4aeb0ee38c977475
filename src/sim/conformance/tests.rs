//! The reference server keeps every demand, and each of these broken ones is found out.

mod broken;
mod corrections;

use serde_json::{Value, json};

use self::broken::{Asked, Broken, Memory, Told};
use super::*;
use crate::case::{MachineIdentity, signed};
use crate::shell::platform::tif;
use crate::shell::platform::words::{ANSWER, PROBLEM};
use crate::sim::platform::{DEMO_PAASID, DEMO_TOKEN, Options, PlatformSim};

fn target(sim: &PlatformSim) -> Target {
    Target {
        base_url: sim.base_url(),
        paasid: DEMO_PAASID.into(),
        token: Token::new(DEMO_TOKEN.into()),
        ca_pem: None,
        machine: "ZZTST".into(),
        seed: [7; 32],
        task_code: "12440203MB000000255442099001000".into(),
        seal_key: Some(sim.seal_key()),
        signer: Some(sim.signer()),
        only: Vec::new(),
        earlier: Vec::new(),
    }
}

fn reference() -> PlatformSim {
    PlatformSim::start(Options::default()).unwrap()
}

#[tokio::test]
async fn the_reference_server_keeps_every_demand() {
    let sim = reference();
    let first = run(target(&sim)).await.unwrap();
    assert!(first.passed(), "{}", first.table());
    let again = Target {
        earlier: first.filed,
        ..target(&sim)
    };
    let second = run(again).await.unwrap();
    let kept = second.lines.iter().all(|line| line.seen == Seen::Ok);
    assert!(kept, "{}", second.table());
}

#[tokio::test]
async fn a_server_that_forgets_its_keys_over_a_restart_is_found_out() {
    let before = reference();
    let filed = run(target(&before)).await.unwrap().filed;
    let after = reference();
    let again = Target {
        earlier: filed,
        ..target(&after)
    };
    assert_eq!(run(again).await.unwrap().failed(), ["kept"]);
}

#[tokio::test]
async fn what_cannot_be_tried_is_not_called_well() {
    let sim = reference();
    let deaf = Broken::before(&sim, |asked, _| {
        asked.headers.remove("x-kiosk-test-fault");
    });
    let bare = Target {
        seal_key: None,
        ..deaf.await.target(&sim)
    };
    let report = run(bare).await.unwrap();
    assert!(report.passed(), "{}", report.table());
    let untested: Vec<_> = report
        .lines
        .iter()
        .filter(|line| matches!(line.seen, Seen::NotTested(_)))
        .map(|line| line.name)
        .collect();
    let expected = [
        "lost-answer",
        "broke-in-the-middle",
        "in-progress",
        "kept",
        "rejected",
        "correction",
        "correction-chain",
        "correction-foreign",
        "correction-once",
        "import",
        "import-and-line",
        "import-damaged",
    ];
    assert_eq!(untested, expected);
    assert!(report.table().contains("not tested"));
}

#[tokio::test]
async fn a_demand_that_is_not_there_is_a_mistake() {
    let sim = reference();
    let odd = Target {
        only: vec!["no-such-demand".into()],
        ..target(&sim)
    };
    assert!(run(odd).await.is_err());
}

/// Checks `names` against a server broken in this way: every one of them must fail.
async fn found(broken: Broken, sim: &PlatformSim, names: &[&'static str]) {
    let only = names.iter().map(|name| (*name).to_owned()).collect();
    let report = run(Target {
        only,
        ..broken.target(sim)
    });
    let report = report.await.unwrap();
    assert_eq!(report.failed(), names, "{}", report.table());
}

/// A server that does this to every request before it looks at it.
async fn found_asking(names: &[&'static str], ask: fn(&mut Asked, &Memory)) {
    let sim = reference();
    found(Broken::before(&sim, ask).await, &sim, names).await;
}

/// A server that does this to every answer before it gives it.
async fn found_telling(names: &[&'static str], tell: fn(&Asked, &mut Told, &Memory)) {
    let sim = reference();
    found(Broken::after(&sim, tell).await, &sim, names).await;
}

fn resigned(asked: &mut Asked) {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    let now = i64::try_from(now.unwrap().as_secs()).unwrap();
    let nonce = "0123456789abcdef";
    asked.set("x-tif-paasid", DEMO_PAASID);
    asked.set("x-tif-timestamp", &now.to_string());
    asked.set("x-tif-nonce", nonce);
    asked.set(
        "x-tif-signature",
        &tif::sign(now, &Token::new(DEMO_TOKEN.into()), nonce),
    );
}

fn redigested(asked: &mut Asked) {
    let digest = tif::content_digest(&asked.body);
    asked.set("content-digest", &digest);
}

#[tokio::test]
async fn a_new_number_each_time() {
    let names = ["repeated", "parallel", "lost-answer", "broke-in-the-middle"];
    found_asking(&names, |asked, _| {
        if asked.is_case() {
            let key = format!("{}-{:016x}", &asked.key()[..15], fastrand::u64(..));
            asked.path = asked.path.replace(&asked.key(), &key);
            asked.set("idempotency-key", &format!("\"{key}\""));
        }
    })
    .await;
}

#[tokio::test]
async fn digests_ignored() {
    let names = ["digest-mismatch", "digest-missing", "upload-broken-piece"];
    found_asking(&names, |asked, _| {
        if !asked.body.is_empty() {
            redigested(asked);
        }
    })
    .await;
}

#[tokio::test]
async fn headers_ignored() {
    let names = ["if-none-match", "media-type", "key-header"];
    found_asking(&names, |asked, _| {
        if asked.is_case() {
            asked.set("if-none-match", "*");
            asked.set("content-type", "application/vnd.kiosk.case+json");
            let key = format!("\"{}\"", asked.key());
            asked.set("idempotency-key", &key);
        }
    })
    .await;
}

#[tokio::test]
async fn signatures_ignored() {
    let names = ["signature-refused", "signature-missing", "clock-refused"];
    found_asking(&names, |asked, _| resigned(asked)).await;
}

#[tokio::test]
async fn machines_not_told_apart() {
    let names = ["device-named", "other-machine"];
    found_asking(&names, |asked, _| asked.set("x-kiosk-device", "ZZTST")).await;
}

#[tokio::test]
async fn attachments_not_waited_for() {
    let names = ["attachment-missing", "signature-unlisted"];
    found_asking(&names, |asked, _| {
        if asked.is_case() {
            let mut body: Value = serde_json::from_slice(&asked.body).unwrap();
            body["attachments"] = json!([]);
            body["signature"] = Value::Null;
            asked.body = body.to_string().into_bytes();
            redigested(asked);
        }
    })
    .await;
}

#[tokio::test]
async fn pages_instead_of_answers() {
    let names = [
        "time",
        "filed",
        "repeated",
        "read-back",
        "upload-resumed",
        "reconciliation",
    ];
    found_telling(&names, |_, told, _| {
        if told.status < 300 {
            told.set("content-type", "text/html");
        }
    })
    .await;
}

#[tokio::test]
async fn problems_as_plain_json() {
    let names = [
        "never-seen",
        "other-body",
        "no-case",
        "rejected",
        "upload-wrong-offset",
    ];
    found_telling(&names, |_, told, _| {
        if told.media() == PROBLEM {
            told.set("content-type", "application/json");
        }
    })
    .await;
}

#[tokio::test]
async fn keys_forgotten() {
    found_telling(&["read-back"], |asked, told, _| {
        if asked.method == "GET" && asked.path.contains("/cases/") {
            told.status = 404;
            told.set("content-type", PROBLEM);
            told.body = json!({ "type": "urn:kiosk:problem:not-found" })
                .to_string()
                .into();
        }
    })
    .await;
}

#[tokio::test]
async fn a_500_that_is_remembered() {
    found_telling(&["broke-in-the-middle"], |asked, told, memory| {
        let mut memory = memory.lock().unwrap();
        if asked.is_case() && (told.status == 500 || memory.contains_key(&asked.path)) {
            memory.insert(asked.path.clone(), String::new());
            told.status = 500;
            told.set("content-type", "text/html");
        }
    })
    .await;
}

#[tokio::test]
async fn a_conflict_without_advice() {
    found_telling(&["in-progress"], |_, told, _| told.remove("retry-after")).await;
}

#[tokio::test]
async fn another_body_answered_like_the_first() {
    found_telling(&["other-body"], |asked, told, memory| {
        let mut memory = memory.lock().unwrap();
        if asked.is_case() && told.status == 201 {
            let first = String::from_utf8(told.body.clone()).unwrap();
            memory.insert(asked.path.clone(), first);
        } else if told.status == 422 {
            told.status = 200;
            told.set("content-type", ANSWER);
            told.body = memory[&asked.path].clone().into();
        }
    })
    .await;
}

#[tokio::test]
async fn a_mistake_called_a_refusal_and_a_refusal_that_changes() {
    found_telling(&["no-case", "rejected"], |_, told, _| {
        let body = String::from_utf8_lossy(&told.body).into_owned();
        if body.contains("problem:invalid") {
            told.body = body.replace("problem:invalid", "problem:rejected").into();
        } else if body.contains("NOT_ELIGIBLE") {
            told.body = body.replace("NOT_ELIGIBLE", "DUPLICATE").into();
        }
    })
    .await;
}

#[tokio::test]
async fn uploads_that_never_refuse() {
    let names = ["too-long", "upload-wrong-offset", "upload-wrong-content"];
    found_telling(&names, |asked, told, _| {
        if matches!(told.status, 409 | 413 | 422) {
            let state =
                json!({ "digest": asked.key(), "offset": 1000, "length": 3000, "complete": false });
            told.status = 200;
            told.set("content-type", ANSWER);
            told.body = state.to_string().into();
        }
    })
    .await;
}

#[tokio::test]
async fn a_complete_upload_that_is_not_known_as_such() {
    found_telling(&["upload-repeated"], |asked, told, memory| {
        let mut memory = memory.lock().unwrap();
        if asked.method == "PATCH" && memory.insert(asked.path.clone(), String::new()).is_some() {
            told.status = 409;
        }
    })
    .await;
}

#[tokio::test]
async fn receipts_of_somebody_else_and_damage_taken() {
    let names = ["import", "import-and-line", "import-damaged"];
    found_telling(&names, |asked, told, _| {
        if asked.path.ends_with("/imports") {
            let stranger = MachineIdentity::from_seed(&[1; 32]);
            told.status = 200;
            told.set("content-type", signed::SIGNED);
            told.body = signed::sign(&stranger, "kiosk-import-receipt", &json!({})).into();
        }
    })
    .await;
}

#[tokio::test]
async fn claims_that_are_always_well() {
    let names = ["reconciliation", "chain-broken", "claim-forged"];
    found_telling(&names, |asked, told, _| {
        if asked.path.ends_with("/reconciliations") {
            let mut verdict: Value = serde_json::from_slice(&told.body).unwrap();
            verdict["chain"] = "intact".into();
            verdict["missing"] = json!([]);
            told.status = 200;
            told.set("content-type", ANSWER);
            told.body = verdict.to_string().into();
        }
    })
    .await;
}

#[test]
fn every_demand_is_broken_by_one_of_these_servers() {
    let source = [
        include_str!("tests.rs"),
        include_str!("tests/corrections.rs"),
    ]
    .concat();
    let groups = [
        gateway::CHECKS,
        exactly_once::CHECKS,
        refusals::CHECKS,
        super::corrections::CHECKS,
        attachments::CHECKS,
        by_hand::CHECKS,
    ];
    for check in groups.into_iter().flatten() {
        let quoted = format!("\"{}\"", check.name);
        assert!(source.contains(&quoted), "{}", check.name);
    }
}
