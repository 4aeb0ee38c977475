//! One case for one key, whatever gets lost on the way.

use super::bench::{Bench, Call, demand, failed};
use super::{Check, Checked, Trouble};
use crate::case::Acceptance;
use crate::shell::platform::tif;

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "filed",
        demand: "PUT of a new case is taken: 201, agreed media type, numbers that fit on paper",
        why: "nothing else can be checked",
        run: |bench| Box::pin(filed(bench)),
    },
    Check {
        name: "repeated",
        demand: "same key and same bytes: the same numbers, and still one case",
        why: "the kiosk repeats whenever it is in doubt; a second number is a second case",
        run: |bench| Box::pin(repeated(bench)),
    },
    Check {
        name: "read-back",
        demand: "GET by key tells digest and numbers of what was taken",
        why: "the kiosk asks it after a lost answer and believes it",
        run: |bench| Box::pin(read_back(bench)),
    },
    Check {
        name: "never-seen",
        demand: "GET of a key that was never used: 404 not-found, as a problem of the contract",
        why: "only the platform's own word may count as \"never seen\"",
        run: |bench| Box::pin(never_seen(bench)),
    },
    Check {
        name: "other-body",
        demand: "same key and other bytes: 422 key-reused, and what was taken stays",
        why: "a damaged or cloned store must not overwrite a case",
        run: |bench| Box::pin(other_body(bench)),
    },
    Check {
        name: "other-machine",
        demand: "a key is a machine's own: another machine's GET does not find it",
        why: "keys of two machines must not meet",
        run: |bench| Box::pin(other_machine(bench)),
    },
    Check {
        name: "parallel",
        demand: "eight PUTs of one case at once: one case; 409 in-progress with Retry-After is allowed",
        why: "a repeat may overtake a first attempt that is stuck in a proxy",
        run: |bench| Box::pin(parallel(bench)),
    },
    Check {
        name: "lost-answer",
        demand: "processed and the answer lost: the repeat gets the same numbers, one case",
        why: "this is the doubt that the whole contract is about",
        run: |bench| Box::pin(lost_answer(bench)),
    },
    Check {
        name: "broke-in-the-middle",
        demand: "processed and answered with 500: the repeat gets the numbers, not the 500 again",
        why: "a stored 500 would park the case for ever, a second processing would double it",
        run: |bench| Box::pin(broke_in_the_middle(bench)),
    },
    Check {
        name: "in-progress",
        demand: "409 in-progress carries Retry-After and settles nothing",
        why: "the kiosk waits as long as it is told, and asks again",
        run: |bench| Box::pin(in_progress(bench)),
    },
    Check {
        name: "kept",
        demand: "what an earlier run filed is still known under its keys, with the same numbers",
        why: "an outage lasts weeks: keys live at least 400 days, through restarts and restores",
        run: |bench| Box::pin(kept(bench)),
    },
];

fn same(first: &Acceptance, again: &Acceptance) -> Checked {
    demand(first == again, || {
        format!("first {}, then {}", first.sblsh, again.sblsh)
    })
}

async fn filed(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let said = bench.send(bench.put(&case)).await?;
    said.answer(&[201])?;
    said.acceptance()?;
    bench.has_cases(&case, 1).await
}

async fn repeated(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let first = bench.file(&case).await?;
    for _ in 0..3 {
        same(&first, &bench.send(bench.put(&case)).await?.acceptance()?)?;
    }
    bench.has_cases(&case, 1).await
}

async fn read_back(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let first = bench.file(&case).await?;
    let said = bench.read_back(&case.key).await?;
    said.answer(&[200])?;
    let digest = tif::content_digest(&case.body);
    demand(said.json["digest"] == digest, || {
        format!("digest {} instead of {digest}", said.json["digest"])
    })?;
    match serde_json::from_value(said.json["acceptance"].clone()) {
        Ok(again) => same(&first, &again),
        Err(_) => failed(said.told()),
    }
}

async fn never_seen(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    bench.read_back(&case.key).await?.problem(404, "not-found")
}

async fn other_body(bench: &Bench) -> Checked {
    let (case, other) = (bench.case(Vec::new()), bench.case(Vec::new()));
    let first = bench.file(&case).await?;
    let said = bench.send(bench.put_bytes(&case.key, &other.body)).await?;
    said.problem(422, "key-reused")?;
    bench.has_cases(&other, 0).await?;
    same(&first, &bench.send(bench.put(&case)).await?.acceptance()?)
}

async fn other_machine(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    bench.file(&case).await?;
    let name = if bench.target.machine == "ZZZZ9" {
        "ZZZZ8"
    } else {
        "ZZZZ9"
    };
    let call = Call::get(&format!("/cases/{}", case.key.0)).with("x-kiosk-device", name);
    let said = bench.send(call).await?;
    // A platform that knows its machines may refuse the stranger altogether.
    if said.problem(403, "forbidden").is_ok() {
        return Ok(());
    }
    said.problem(404, "not-found")
}

async fn parallel(bench: &Bench) -> Checked {
    let case = bench.case(Vec::new());
    let send = || bench.send(bench.put(&case));
    let (a, b, c, d, e, f, g, h) = tokio::join!(
        send(),
        send(),
        send(),
        send(),
        send(),
        send(),
        send(),
        send()
    );
    let mut numbers = Vec::new();
    for said in [a, b, c, d, e, f, g, h] {
        let said = said?;
        if said.status == 409 {
            is_in_progress(&said)?;
        } else {
            numbers.push(said.acceptance()?);
        }
    }
    let last = bench.file(&case).await?;
    numbers.iter().try_for_each(|number| same(number, &last))?;
    bench.has_cases(&case, 1).await
}

fn is_in_progress(said: &super::bench::Said) -> Checked {
    said.problem(409, "in-progress")?;
    demand(said.headers.contains_key("retry-after"), || {
        "409 without Retry-After".into()
    })
}

async fn lost_answer(bench: &Bench) -> Checked {
    bench.needs_faults()?;
    let case = bench.case(Vec::new());
    // A proxy before the server may answer in its place, with a page of its own.
    if let Ok(said) = bench.send(bench.put(&case).fault("lost-answer")).await
        && said.answer(&[200, 201]).is_ok()
    {
        return failed(format!("the answer was not lost: {}", said.told()));
    }
    bench.file(&case).await?;
    bench.has_cases(&case, 1).await
}

async fn broke_in_the_middle(bench: &Bench) -> Checked {
    bench.needs_faults()?;
    let case = bench.case(Vec::new());
    let broken = bench
        .send(bench.put(&case).fault("status-after:500"))
        .await?;
    demand(broken.status == 500, || broken.told())?;
    bench.file(&case).await?;
    bench.has_cases(&case, 1).await
}

async fn in_progress(bench: &Bench) -> Checked {
    bench.needs_faults()?;
    let case = bench.case(Vec::new());
    is_in_progress(&bench.send(bench.put(&case).fault("in-progress")).await?)?;
    bench.file(&case).await?;
    bench.has_cases(&case, 1).await
}

async fn kept(bench: &Bench) -> Checked {
    if bench.target.earlier.is_empty() {
        let needed = "what an earlier run filed (--state FILE, twice)";
        return Err(Trouble::NotTested(needed.into()));
    }
    for earlier in &bench.target.earlier {
        let said = bench.read_back(&earlier.key).await?;
        said.answer(&[200])?;
        let put = bench.put_bytes(&earlier.key, earlier.body.as_bytes());
        same(&earlier.acceptance, &bench.send(put).await?.acceptance()?)?;
    }
    Ok(())
}
