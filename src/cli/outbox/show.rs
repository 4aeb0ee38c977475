//! `kiosk outbox show`.

use clap::Args;
use kiosk::case::FilingNumber;
use kiosk::shell::store::report::{AttemptLine, CaseLine, Report};

use super::list::as_json;
use super::person::{self, Person};
use super::{Which, look, table};
use crate::cli::{Outcome, say};

#[derive(Args)]
pub struct Show {
    /// Idempotency key or filing number of the case, the number as a person types it.
    #[arg(value_name = "KEY|NUMBER")]
    case: String,
    #[command(flatten)]
    which: Which,
    /// Who filed, too. For root and the firmware's own user, and while the firmware is stopped.
    #[arg(long)]
    personal: bool,
    /// One JSON object instead of a table.
    #[arg(long)]
    json: bool,
}

/// The case that somebody means.
///
/// # Errors
/// When there is none of that name.
pub fn find(report: &Report, name: &str) -> anyhow::Result<(CaseLine, Vec<AttemptLine>)> {
    let number = FilingNumber::parse(name).map_or_else(|_| name.to_owned(), |number| number.0);
    report.case(&number)?.ok_or_else(|| {
        anyhow::anyhow!("{name}: 本机没有这个办件 there is no such case on this machine")
    })
}

impl Show {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let config = self.which.load()?;
        let report = look(&config)?;
        let (case, attempts) = find(&report, &self.case)?;
        let person = if self.personal {
            let store = person::admitted(&config)?;
            Some(person::of(&store, &case.key)?)
        } else {
            None
        };
        let person = person.as_ref().map(Option::as_ref);
        if self.json {
            let mut value = as_json(&case, person);
            value["attempt_log"] = serde_json::json!(attempts);
            say(&value.to_string());
        } else {
            facts(&case, person)
                .iter()
                .for_each(|(zh, en, value)| say(&format!("{zh} {en}: {value}")));
            say("");
            log(&attempts).iter().for_each(|line| say(line));
        }
        Ok(if case.state == "parked" {
            Outcome::Faulty
        } else {
            Outcome::Well
        })
    }
}

fn facts(
    case: &CaseLine,
    person: Option<Option<&Person>>,
) -> Vec<(&'static str, &'static str, String)> {
    let filed = case
        .stored_at
        .clone()
        .unwrap_or_else(|| "时间未校准 not known".into());
    let mut facts = vec![
        ("收件号", "filing number", case.filing_number.clone()),
        ("幂等键", "key", case.key.clone()),
        ("状态", "state", case.state.clone()),
        (
            "事项",
            "item",
            format!("{} {}", case.task_code, case.task_name),
        ),
        ("收件时间", "filed at", format!("{filed} ({})", case.clock)),
        ("摘要", "SHA-256", case.digest.clone()),
    ];
    let known = [
        ("流水号", "case number", &case.sblsh),
        ("平台接收", "accepted at", &case.accepted_at),
        ("未接收原因", "refused for", &case.rejected),
    ];
    for (zh, en, value) in known {
        facts.extend(value.clone().map(|value| (zh, en, value)));
    }
    match person {
        None => {}
        Some(None) => facts.push(("申请人", "applicant", "已删除 deleted".into())),
        Some(Some(who)) => facts.extend([
            ("申请人", "applicant", who.name.clone()),
            ("证件号", "id", who.cert_no.clone()),
            ("手机", "mobile", who.mobile.clone()),
        ]),
    }
    facts
}

fn log(attempts: &[AttemptLine]) -> Vec<String> {
    if attempts.is_empty() {
        return vec!["还没有上传过 not sent yet".into()];
    }
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".into());
    let rows: Vec<_> = attempts
        .iter()
        .map(|attempt| {
            vec![
                attempt.n.to_string(),
                or_dash(attempt.at.clone()),
                attempt.clock.clone(),
                attempt.boot.chars().take(8).collect(),
                attempt.ms.to_string(),
                or_dash(attempt.http_status.map(|status| status.to_string())),
                attempt.outcome.clone(),
                or_dash(attempt.problem.clone()),
            ]
        })
        .collect();
    let headings = [
        ("次", "n"),
        ("时间", "ended at"),
        ("时钟", "clock"),
        ("开机", "boot"),
        ("毫秒", "ms"),
        ("HTTP", "HTTP"),
        ("结果", "outcome"),
        ("问题类型", "problem"),
    ];
    table::lines(&headings, &rows)
}
