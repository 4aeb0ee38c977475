//! `kiosk outbox import`: the platform's receipt for a bundle, written down like its answers over the line.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Args;
use kiosk::case::bundle::{IMPORT_RECEIPT, ImportOutcome, ImportReceipt, Imported};
use kiosk::case::{Answer, CaseState, Key, ParkCause, signed};
use kiosk::shell::clock::Clock;
use kiosk::shell::store::{Attempt, CaseRow, Store};
use serde_json::json;

use super::Which;
use super::hold::hold;
use crate::cli::{Outcome, say};

/// Longest receipt, bytes: a full bundle's is under 4 MiB.
const RECEIPT_MAX: u64 = 16 * 1024 * 1024;
/// Answers that share one commit.
const TOGETHER: usize = 500;

#[derive(Args)]
pub struct Import {
    /// File of the signed import receipt that the platform gave for the bundle.
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    #[command(flatten)]
    which: Which,
    /// One JSON object a case instead of sentences.
    #[arg(long)]
    json: bool,
}

/// What a case of the receipt means here.
enum Finding {
    /// Written down.
    Now(CaseState),
    /// Was written down before, the same.
    Already(CaseState),
    /// The platform did not take it; it stays.
    Stays(String),
    /// Nothing was changed, and somebody should look.
    Odd(&'static str),
}

impl Import {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let config = self.which.load()?;
        let by_hand = config.platform.by_hand.as_ref().context(
            "没有配置平台的签名公钥：请在 kiosk.toml 的 [platform] 中填写 seal_key 和 signer\n\
             no key to check the receipt with: set seal_key and signer in [platform] of kiosk.toml",
        )?;
        let text = read(&self.receipt).with_context(|| self.receipt.display().to_string())?;
        let receipt: ImportReceipt =
            signed::verify(text.trim(), IMPORT_RECEIPT, &by_hand.signer)
                .context("回执无效，未作任何改动 the receipt is not valid, nothing was changed")?;
        admit(&receipt, &config.machine.id)?;
        let store = hold(&config)?;
        let findings = enter(&store, &receipt)?;
        let mut outcome = Outcome::Well;
        for (case, finding) in receipt.cases.iter().zip(&findings) {
            if matches!(
                finding,
                Finding::Stays(_) | Finding::Odd(_) | Finding::Now(CaseState::Parked)
            ) {
                outcome = Outcome::Faulty;
            }
            self.tell(case, finding);
        }
        let now = |finding: &&Finding| matches!(finding, Finding::Now(_));
        if !self.json {
            say(&format!(
                "回执共 {all} 件，本次登记 {now} 件 {now} of the receipt's {all} cases written down; imported {at}",
                all = findings.len(),
                now = findings.iter().filter(now).count(),
                at = receipt.imported_at,
            ));
        }
        Ok(outcome)
    }

    fn tell(&self, case: &Imported, finding: &Finding) {
        let key = &case.key.0;
        let (changed, state, note) = match finding {
            Finding::Now(state) => (true, Some(state.word()), ""),
            Finding::Already(state) => (false, Some(state.word()), ""),
            Finding::Stays(why) => (false, None, why.as_str()),
            Finding::Odd(why) => (false, None, *why),
        };
        if self.json {
            say(&json!({"key": key, "changed": changed, "state": state, "note": note}).to_string());
            return;
        }
        match finding {
            Finding::Now(state) => say(&format!("{key}: 已登记 written down: {}", state.word())),
            Finding::Already(state) => say(&format!(
                "{key}: 此前已登记，未作改动 known already, left as it is: {}",
                state.word()
            )),
            Finding::Stays(why) => say(&format!(
                "{key}: 平台未接收，仍保留在本机 not taken by the platform, kept here: {why}"
            )),
            Finding::Odd(why) => say(&format!("{key}: 未作改动 left as it is: {why}")),
        }
    }
}

fn read(path: &Path) -> anyhow::Result<String> {
    let mut text = String::new();
    let file = File::open(path)?;
    let read = file.take(RECEIPT_MAX + 1).read_to_string(&mut text)? as u64;
    anyhow::ensure!(read <= RECEIPT_MAX, "太长，不是回执 too long for a receipt");
    Ok(text)
}

/// Whether the receipt is one for this machine and agrees with itself.
fn admit(receipt: &ImportReceipt, machine: &str) -> anyhow::Result<()> {
    anyhow::ensure!(
        receipt.version == 1,
        "回执版本 {} 未知，未作任何改动 a receipt of an unknown version, nothing was changed",
        receipt.version
    );
    anyhow::ensure!(
        receipt.machine == machine,
        "回执属于 {} 号机，本机是 {machine}，未作任何改动 \
         the receipt is for another machine than this one, nothing was changed",
        receipt.machine
    );
    let own = |case: &Imported| {
        let parts = case.key.parts();
        parts.is_some_and(|(of, epoch, _)| of == machine && epoch == receipt.epoch)
    };
    anyhow::ensure!(
        receipt.cases.iter().all(own),
        "回执自相矛盾，未作任何改动 the receipt names cases of another machine or epoch, nothing was changed"
    );
    Ok(())
}

/// Writes down what is new and says what each case of the receipt came to.
fn enter(store: &Store, receipt: &ImportReceipt) -> anyhow::Result<Vec<Finding>> {
    let named: BTreeMap<&Key, ()> = receipt.cases.iter().map(|case| (&case.key, ())).collect();
    let rows = store.list(u32::MAX)?;
    let rows = rows.into_iter().filter(|row| named.contains_key(&row.key));
    let rows: BTreeMap<Key, CaseRow> = rows.map(|row| (row.key.clone(), row)).collect();
    let at = Clock::system().stamp();
    let (mut findings, mut answers, mut places) = (Vec::new(), Vec::new(), Vec::new());
    for case in &receipt.cases {
        findings.push(match judged(case, rows.get(&case.key)) {
            Ok(finding) => finding,
            Err(answer) => {
                let attempt = Attempt {
                    at: at.clone(),
                    http_status: None,
                    server_date: None,
                    problem: None,
                };
                answers.push((case.key.clone(), answer, attempt));
                places.push(findings.len());
                Finding::Odd("")
            }
        });
    }
    let mut places = places.into_iter();
    for together in answers.chunks(TOGETHER) {
        for (state, place) in store
            .record_many(together.to_vec())?
            .into_iter()
            .zip(&mut places)
        {
            let key = &receipt.cases[place].key.0;
            findings[place] = Finding::Now(state.with_context(|| key.clone())?);
        }
    }
    Ok(findings)
}

/// What is to be said of a case, or the answer to be written down for it.
fn judged(case: &Imported, row: Option<&CaseRow>) -> Result<Finding, Answer> {
    let Some(row) = row else {
        return Ok(Finding::Odd(
            "本机没有这个办件 there is no such case on this machine",
        ));
    };
    if case.digest != row.digest {
        return Ok(Finding::Odd(
            "内容与本机不符 its content is not this machine's",
        ));
    }
    let final_here = matches!(row.state, CaseState::Accepted | CaseState::Rejected);
    let answer = match &case.outcome {
        ImportOutcome::NotTaken { .. } | ImportOutcome::KeyReused if final_here => {
            return Ok(Finding::Odd(
                "本机已有最终结果 this machine has a final answer already",
            ));
        }
        ImportOutcome::NotTaken { detail } => return Ok(Finding::Stays(detail.clone())),
        ImportOutcome::KeyReused if row.state == CaseState::Parked => {
            return Ok(Finding::Already(row.state));
        }
        ImportOutcome::KeyReused => Answer::Parked(ParkCause::KeyReused),
        ImportOutcome::Accepted { acceptance } => Answer::Accepted(acceptance.clone()),
        ImportOutcome::Rejected { rejection } => Answer::Rejected(rejection.clone()),
    };
    if !final_here {
        return Err(answer);
    }
    let same = match &answer {
        Answer::Accepted(new) => row
            .acceptance
            .as_ref()
            .is_some_and(|old| old.sblsh == new.sblsh),
        Answer::Rejected(new) => row
            .rejection
            .as_ref()
            .is_some_and(|old| old.code == new.code),
        _ => false,
    };
    Ok(if same {
        Finding::Already(row.state)
    } else {
        Finding::Odd("与本机的最终结果不同 this machine has another final answer")
    })
}
