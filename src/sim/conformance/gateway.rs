//! Signature, clock, and what says which machine asks.

use super::bench::{Bench, Call, demand, failed};
use super::{Check, Checked};
use crate::shell::platform::{date, tif};

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "time",
        demand: "GET /time answers without a signature, in the agreed media type, with Date",
        why: "a machine whose clock is years off must be able to ask before it can sign",
        run: |bench| Box::pin(time(bench)),
    },
    Check {
        name: "signature-refused",
        demand: "a wrong signature is refused with JSON and code 400001, without effect",
        why: "the kiosk must tell its own bad credentials from a server that is down",
        run: |bench| Box::pin(signature_refused(bench)),
    },
    Check {
        name: "signature-missing",
        demand: "a missing signature header is refused the same way",
        why: "an unsigned call that is processed is a door for everybody",
        run: |bench| Box::pin(signature_missing(bench)),
    },
    Check {
        name: "clock-refused",
        demand: "a timestamp an hour off is refused with code 400001, and Date tells the right time",
        why: "the kiosk corrects its clock by that Date and goes on by itself",
        run: |bench| Box::pin(clock_refused(bench)),
    },
    Check {
        name: "device-named",
        demand: "a call without X-Kiosk-Device is refused (400, problem)",
        why: "keys belong to a machine: without its name they cannot be told apart",
        run: |bench| Box::pin(device_named(bench)),
    },
];

async fn time(bench: &Bench) -> Checked {
    let said = bench.send(Call::get("/time").unsigned()).await?;
    said.answer(&[200])?;
    demand(said.json["unix"].is_i64(), || said.told())?;
    demand(said.headers.contains_key("date"), || "no Date".into())
}

fn is_refusal(said: &super::bench::Said) -> Checked {
    let right = said.status >= 400 && said.json["code"].as_i64() == Some(tif::REFUSED);
    demand(right, || said.told())
}

async fn signature_refused(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let wrong = bench.put(&case).with("x-tif-signature", &"0".repeat(64));
    is_refusal(&bench.send(wrong).await?)?;
    bench.never_taken(&case).await
}

async fn signature_missing(bench: &Bench) -> Checked {
    for header in [
        "x-tif-paasid",
        "x-tif-timestamp",
        "x-tif-nonce",
        "x-tif-signature",
    ] {
        let case = bench.case(Vec::new());
        is_refusal(&bench.send(bench.put(&case).with(header, "")).await?)?;
        bench.never_taken(&case).await?;
    }
    Ok(())
}

async fn clock_refused(bench: &Bench) -> Checked {
    for off in [-3600, 3600] {
        let case = bench.case(Vec::new());
        let said = bench.send(bench.put(&case).clock_off(off)).await?;
        is_refusal(&said)?;
        let date = said.headers.get("date").and_then(|d| d.to_str().ok());
        if date.and_then(date::parse_http_date).is_none() {
            return failed("no Date on the refusal");
        }
        bench.never_taken(&case).await?;
    }
    Ok(())
}

async fn device_named(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let nameless = bench.put(&case).with("x-kiosk-device", "");
    bench.send(nameless).await?.problem(400, "invalid")?;
    bench.never_taken(&case).await
}
