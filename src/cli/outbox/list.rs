//! `kiosk outbox list`.

use clap::Args;
use kiosk::case::CaseState;
use kiosk::shell::store::report::CaseLine;
use serde_json::{Value, json};

use super::person::{self, Person};
use super::{Which, look, table};
use crate::cli::{Outcome, say};

/// More than this are not listed: the store keeps no longer history either.
const MOST: u32 = 100_000;

#[derive(Args)]
pub struct List {
    #[command(flatten)]
    which: Which,
    /// Only cases in this state; may be given several times.
    #[arg(long, value_name = "STATE", value_parser = state)]
    state: Vec<CaseState>,
    /// At most so many.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = clap::value_parser!(u32).range(1..=i64::from(MOST)))]
    limit: u32,
    /// Who filed, too. For root and the firmware's own user, and while the firmware is stopped.
    #[arg(long)]
    personal: bool,
    /// One JSON object a line instead of a table.
    #[arg(long)]
    json: bool,
}

fn state(word: &str) -> Result<CaseState, String> {
    CaseState::from_word(word).ok_or_else(|| "no such state; a table shows them".to_owned())
}

impl List {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let config = self.which.load()?;
        let report = look(&config)?;
        let states: Vec<&str> = self.state.iter().map(|state| state.word()).collect();
        let cases = report.cases(&states, self.limit)?;
        let persons = if self.personal {
            let store = person::admitted(&config)?;
            let ask = |case: &CaseLine| person::of(&store, &case.key);
            Some(cases.iter().map(ask).collect::<anyhow::Result<Vec<_>>>()?)
        } else {
            None
        };
        let counts = report.counts()?;
        let person = |at: usize| persons.as_ref().map(|all| all[at].as_ref());
        if self.json {
            for (at, case) in cases.iter().enumerate() {
                say(&as_json(case, person(at)).to_string());
            }
        } else {
            let rows: Vec<_> = (0..cases.len())
                .map(|at| row(&cases[at], person(at)))
                .collect();
            table::lines(&headings(self.personal), &rows)
                .iter()
                .for_each(|line| say(line));
            say(&summary(&counts, report.ratings_waiting()?));
        }
        let parked = counts.iter().any(|(word, n)| word == "parked" && *n > 0);
        Ok(if parked {
            Outcome::Faulty
        } else {
            Outcome::Well
        })
    }
}

fn headings(personal: bool) -> Vec<(&'static str, &'static str)> {
    let mut headings = vec![
        ("收件号", "filing number"),
        ("状态", "state"),
        ("次数", "attempts"),
        ("收件时间", "filed at"),
        ("时钟", "clock"),
        ("流水号", "case number"),
        ("事项", "item"),
    ];
    if personal {
        headings.extend([
            ("申请人", "applicant"),
            ("证件号", "id"),
            ("手机", "mobile"),
        ]);
    }
    headings
}

fn row(case: &CaseLine, person: Option<Option<&Person>>) -> Vec<String> {
    let or_dash = |text: Option<&String>| text.map_or("-".to_owned(), String::clone);
    let mut row = vec![
        case.filing_number.clone(),
        case.state.clone(),
        case.attempts.to_string(),
        or_dash(case.stored_at.as_ref()),
        case.clock.clone(),
        or_dash(case.sblsh.as_ref().or(case.rejected.as_ref())),
        case.task_name.clone(),
    ];
    match person {
        None => {}
        // Deleted when the platform took the case.
        Some(None) => row.extend(["-".into(), "-".into(), "-".into()]),
        Some(Some(who)) => {
            row.extend([who.name.clone(), who.cert_no.clone(), who.mobile.clone()]);
        }
    }
    row
}

/// A case as JSON, with its person if that was asked for (`null` once it is deleted).
pub fn as_json(case: &CaseLine, person: Option<Option<&Person>>) -> Value {
    let mut value = json!(case);
    if let Some(person) = person {
        value["person"] = person.map_or(
            Value::Null,
            |who| json!({ "name": who.name, "cert_no": who.cert_no, "mobile": who.mobile }),
        );
    }
    value
}

fn summary(counts: &[(String, u64)], ratings: u64) -> String {
    let states: Vec<String> = counts
        .iter()
        .map(|(word, n)| format!("{word} {n}"))
        .collect();
    let states = if states.is_empty() {
        "没有办件 no cases".to_owned()
    } else {
        states.join(", ")
    };
    let waits = |word: &str| CaseState::from_word(word).is_some_and(|state| state.waits());
    let waiting: u64 = counts
        .iter()
        .filter(|(w, _)| waits(w))
        .map(|(_, n)| n)
        .sum();
    format!("{states}; 待上传办件 cases waiting {waiting}; 待上传评价 ratings waiting {ratings}")
}
