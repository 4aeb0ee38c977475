//! A correction of a refused case is a case of its own that keeps the day of the first filing.

use serde_json::Value;

use super::bench::{Bench, Call, Case, Method, Said, demand};
use super::{Check, Checked, Trouble};
use crate::case::{ClockClass, Correction, FilingDate, NOT_CORRECTABLE};

/// When the refused case was filed, in the past of every clock that this is run by.
const FILED: &str = "2026-03-05T10:20:30+08:00";

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "correction",
        demand: "a correction of a refused case is taken under its own key and keeps the first filing date",
        why: "the person filed in time; that the machine learned of the refusal later must not cost them the day",
        run: |bench| Box::pin(correction(bench)),
    },
    Check {
        name: "correction-chain",
        demand: "a correction that was refused itself can be corrected, and the first filing date still counts",
        why: "the second mistake is found only when the first is mended",
        run: |bench| Box::pin(chain(bench)),
    },
    Check {
        name: "correction-foreign",
        demand: "a correction of another person's refused case is refused (NOT_CORRECTABLE)",
        why: "a filing date could be borrowed from a stranger",
        run: |bench| Box::pin(foreign(bench)),
    },
    Check {
        name: "correction-of-nothing",
        demand: "a correction of a case that was taken, or never seen, is refused (NOT_CORRECTABLE)",
        why: "what was taken is amended by the authority, not by filing it again",
        run: |bench| Box::pin(of_nothing(bench)),
    },
    Check {
        name: "correction-once",
        demand: "a refused case is corrected once: after an accepted correction another is refused (NOT_CORRECTABLE)",
        why: "a machine restored from a copy would file the same correction again under a new key",
        run: |bench| Box::pin(once(bench)),
    },
];

/// A case of a new person that the server was asked to refuse.
async fn refused(bench: &Bench) -> Result<Case, Trouble> {
    bench.needs_faults()?;
    let case = bench.case_with(None, |draft, stamp| {
        stamp.wall_rfc3339 = Some(FILED.into());
        stamp.clock_class = ClockClass::Trusted;
        draft.offline = true;
    });
    refuse(bench, &case).await?;
    Ok(case)
}

async fn refuse(bench: &Bench, case: &Case) -> Checked {
    let call = bench.put(case).fault("reject:NOT_ELIGIBLE");
    bench.send(call).await?.problem(400, "rejected")
}

/// What corrects `old`: of its person, or of a new one.
fn correcting(bench: &Bench, old: &Case, same_person: bool) -> Case {
    let correction = Correction {
        key: old.key.clone(),
        filing_number: old.number.clone(),
        filing_date: FilingDate {
            wall_rfc3339: Some(FILED.into()),
            clock_class: ClockClass::Trusted,
        },
    };
    bench.case_with(same_person.then_some(old), |draft, _| {
        draft.corrects = Some(correction);
    })
}

/// Refused as [`NOT_CORRECTABLE`], and without effect.
async fn not_correctable(bench: &Bench, case: &Case) -> Checked {
    let said = bench.send(bench.put(case)).await?;
    said.problem(400, "rejected")?;
    demand(said.json["code"] == NOT_CORRECTABLE, || said.told())
}

async fn status(bench: &Bench, case: &Case) -> Result<Said, Trouble> {
    let path = format!("/cases?filing_number={}", case.number.0);
    let said = bench.send(Call::new(Method::GET, &path)).await?;
    said.answer(&[200])?;
    Ok(said)
}

/// The case counts as filed when the first one was.
async fn keeps_the_date(bench: &Bench, case: &Case) -> Checked {
    let said = status(bench, case).await?;
    demand(is_filed(&said.json["filing_date"]), || said.told())
}

/// The same instant, whatever offset it is written with: 10:20:30+08:00 is 02:20:30Z.
fn is_filed(date: &Value) -> bool {
    let text = date.as_str().unwrap_or_default();
    text == FILED || (text.starts_with("2026-03-05T02:20:30") && text.ends_with('Z'))
}

async fn correction(bench: &Bench) -> Checked {
    let old = refused(bench).await?;
    let new = correcting(bench, &old, true);
    bench.file(&new).await?;
    keeps_the_date(bench, &new).await?;
    bench.has_cases(&new, 1).await?;
    let record = bench.read_back(&old.key).await?;
    demand(record.json["rejection"].is_object(), || {
        format!("the refused case is another one now: {}", record.told())
    })
}

async fn chain(bench: &Bench) -> Checked {
    let old = refused(bench).await?;
    let second = correcting(bench, &old, true);
    refuse(bench, &second).await?;
    let third = correcting(bench, &second, true);
    bench.file(&third).await?;
    keeps_the_date(bench, &third).await
}

async fn foreign(bench: &Bench) -> Checked {
    let old = refused(bench).await?;
    not_correctable(bench, &correcting(bench, &old, false)).await
}

async fn of_nothing(bench: &Bench) -> Checked {
    let taken = bench.case(Vec::new());
    bench.file(&taken).await?;
    not_correctable(bench, &correcting(bench, &taken, true)).await?;
    let unseen = bench.case(Vec::new());
    not_correctable(bench, &correcting(bench, &unseen, true)).await
}

async fn once(bench: &Bench) -> Checked {
    let old = refused(bench).await?;
    bench.file(&correcting(bench, &old, true)).await?;
    not_correctable(bench, &correcting(bench, &old, true)).await
}
