//! What must not be taken, and how it is said.

use super::bench::{Bench, Call, Case, demand};
use super::{Check, Checked};
use crate::shell::platform::tif;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "if-none-match",
        demand: "PUT without If-None-Match: * is refused with 428, without effect",
        why: "a server that ignores it would replace a case instead of finding it",
        run: |bench| Box::pin(if_none_match(bench)),
    },
    Check {
        name: "digest-mismatch",
        demand: "a body that is not its Content-Digest is refused (400 digest-mismatch), without effect",
        why: "the gateway's signature does not cover the body: nothing else finds a body broken on the way",
        run: |bench| Box::pin(digest_mismatch(bench)),
    },
    Check {
        name: "digest-missing",
        demand: "a body without Content-Digest is refused (400), without effect",
        why: "a proxy may strip what it does not know",
        run: |bench| Box::pin(digest_missing(bench)),
    },
    Check {
        name: "media-type",
        demand: "a case in another media type is refused (415), without effect",
        why: "the media type carries the version of the contract",
        run: |bench| Box::pin(media_type(bench)),
    },
    Check {
        name: "key-header",
        demand: "an Idempotency-Key that is not the path's is refused (400), without effect",
        why: "a gateway that knows only the header must not see another key",
        run: |bench| Box::pin(key_header(bench)),
    },
    Check {
        name: "no-case",
        demand: "a body that is no case is refused as invalid (400), never as rejected",
        why: "rejected is final: the person would be told no because of a broken transport",
        run: |bench| Box::pin(no_case(bench)),
    },
    Check {
        name: "too-long",
        demand: "a body of more than 262144 bytes is refused (413)",
        why: "everything has a limit, on both sides the same",
        run: |bench| Box::pin(too_long(bench)),
    },
    Check {
        name: "rejected",
        demand: "a business refusal is a problem with code and detail, repeats alike and is read back",
        why: "it is shown to a person and ends the case: it must not change its mind",
        run: |bench| Box::pin(rejected(bench)),
    },
];

async fn refused(bench: &Bench, case: &Case, call: Call, status: u16, name: &str) -> Checked {
    bench.send(call).await?.problem(status, name)?;
    bench.never_taken(case).await
}

async fn if_none_match(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let call = bench.put(&case).without("if-none-match");
    refused(bench, &case, call, 428, "invalid").await
}

async fn digest_mismatch(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let wrong = tif::content_digest(b"another body");
    let call = bench.put(&case).with("content-digest", &wrong);
    refused(bench, &case, call, 400, "digest-mismatch").await
}

async fn digest_missing(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let call = bench.put(&case).without("content-digest");
    refused(bench, &case, call, 400, "digest-mismatch").await
}

async fn media_type(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let call = bench.put(&case).with("content-type", "application/json");
    refused(bench, &case, call, 415, "invalid").await
}

async fn key_header(bench: &Bench) -> Checked {
    let (case, other) = (bench.case(Vec::new()), bench.case(Vec::new()));
    let quoted = format!("\"{}\"", other.key.0);
    let call = bench.put(&case).with("idempotency-key", &quoted);
    refused(bench, &case, call, 400, "invalid").await
}

async fn no_case(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    for body in [b"{".as_slice(), b"[]", b"{\"filing_number\":1}"] {
        let call = bench.put_bytes(&case.key, body);
        refused(bench, &case, call, 400, "invalid").await?;
    }
    Ok(())
}

async fn too_long(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let long = vec![b' '; crate::shell::platform::CASE_MAX + 1];
    let call = bench.put_bytes(&case.key, &long);
    refused(bench, &case, call, 413, "invalid").await
}

async fn rejected(bench: &Bench) -> Checked {
    bench.needs_faults()?;
    let case = bench.case(Vec::new());
    let first = bench
        .send(bench.put(&case).fault("reject:NOT_ELIGIBLE"))
        .await?;
    first.problem(400, "rejected")?;
    let spoken = |said: &super::bench::Said| {
        let text = |name: &str| said.json[name].as_str().unwrap_or_default().to_owned();
        (text("code"), text("detail"))
    };
    let (code, detail) = spoken(&first);
    demand(code == "NOT_ELIGIBLE" && !detail.is_empty(), || {
        first.told()
    })?;
    let again = bench.send(bench.put(&case)).await?;
    again.problem(400, "rejected")?;
    demand(spoken(&again) == (code.clone(), detail), || again.told())?;
    let record = bench.read_back(&case.key).await?;
    record.answer(&[200])?;
    demand(record.json["rejection"]["code"] == code, || record.told())?;
    bench.has_cases(&case, 0).await
}
