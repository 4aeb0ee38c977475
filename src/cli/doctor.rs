//! `kiosk doctor`: what is wrong with this machine, what it means and what to do.

mod devices;
mod finding;
mod lines;
mod outbox;
mod reconciliation;
mod surroundings;

use std::path::PathBuf;

use clap::Args;
use kiosk::shell::clock::Clock;
use kiosk::shell::settings;
use kiosk::shell::store::report::{FileFacts, Report, ReportFault};
use serde_json::json;

use super::{Outcome, board, say};
use finding::{Finding, Grade};

#[derive(Args)]
pub struct Doctor {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
    /// Do not ask the platform.
    #[arg(long)]
    offline: bool,
    /// One JSON object instead of lines.
    #[arg(long)]
    json: bool,
    /// What it knows of the time; of a machine on its way into service, what its order told.
    #[arg(skip)]
    clock: Clock,
}

impl Doctor {
    /// For `kiosk diagnose`.
    pub fn of(config: PathBuf, offline: bool) -> Self {
        Self {
            config,
            offline,
            json: true,
            clock: Clock::system(),
        }
    }

    /// What it finds, as with `--json`.
    pub fn as_json(&self) -> String {
        Self::json(&self.examine())
    }

    fn json(findings: &[Finding]) -> String {
        json!({ "worst": worst(findings), "findings": findings }).to_string()
    }

    pub fn run(self) -> Outcome {
        let findings = self.examine();
        let worst = worst(&findings);
        if self.json {
            say(&Self::json(&findings));
        } else {
            findings
                .iter()
                .for_each(|finding| say(&finding.to_string()));
        }
        match worst {
            Grade::Ok | Grade::Unseen => Outcome::Well,
            Grade::Attention => Outcome::Faulty,
            Grade::Fault => Outcome::Broken,
        }
    }

    fn examine(&self) -> Vec<Finding> {
        let config = match settings::load(&self.config) {
            Ok(config) => config,
            Err(error) => {
                let what = error.to_string();
                return vec![
                    Finding::new(Grade::Fault, "config", "配置文件", "configuration")
                        .meaning(&format!("不可用：{what}"), &format!("unusable: {what}"))
                        .action(
                            "运行 kiosk config check，按提示逐行更正",
                            "run `kiosk config check` and correct each line",
                        ),
                ];
            }
        };
        let mut all = vec![
            Finding::new(Grade::Ok, "config", "配置文件", "configuration").meaning(
                &format!("可读：{}", self.config.display()),
                &format!("readable: {}", self.config.display()),
            ),
        ];
        let clock = self.clock.clone();
        match FileFacts::of(&config.store.path) {
            Err(ReportFault::Missing(_)) => {
                all.push(outbox::no_store(&config.store.path));
                // No firmware has begun here: its devices are free to be asked.
                all.extend(devices::of_stopped(&config));
            }
            Err(fault) => all.push(outbox::unreadable(&fault)),
            Ok(files) => {
                all.push(outbox::firmware(&files));
                match Report::open(&config.store.path) {
                    Err(fault) => all.push(outbox::unreadable(&fault)),
                    Ok(report) => all.extend(outbox::of_report(&config, &report, &clock)),
                }
                all.extend(outbox::of_files(&files));
                all.push(reconciliation::last(&config.store.path, &clock));
                all.extend(if files.held {
                    devices::of_running(&config.store.path, &clock)
                } else {
                    devices::of_stopped(&config)
                });
                all.push(unseen(files.held));
            }
        }
        all.push(surroundings::key(&config));
        all.push(surroundings::clock(&config, &clock));
        all.push(surroundings::catalogue(&config, &clock));
        if !self.offline {
            all.push(surroundings::platform(&config, &clock));
        }
        all
    }
}

fn worst(findings: &[Finding]) -> Grade {
    let grades = findings.iter().map(|finding| finding.grade);
    grades.max().unwrap_or_default()
}

/// Verdict (none where it cannot be seen), Chinese and English name, Chinese and English meaning.
pub type Examined = (Option<bool>, (&'static str, &'static str), (String, String));

/// The findings of this machine, for an acceptance slip.
pub fn examined(config: &std::path::Path, clock: &Clock) -> Vec<Examined> {
    let doctor = Doctor {
        config: config.to_owned(),
        offline: false,
        json: false,
        clock: clock.clone(),
    };
    let findings = doctor.examine().into_iter();
    findings
        .filter(|finding| finding.check != "unseen")
        .map(|finding| {
            let passed = match finding.grade {
                Grade::Ok | Grade::Attention => Some(true),
                Grade::Unseen => None,
                Grade::Fault => Some(false),
            };
            (passed, finding.name(), (finding.zh, finding.en))
        })
        .collect()
}

/// What this command has no way to see. Said, so that silence is not taken for health.
fn unseen(held: bool) -> Finding {
    let finding = Finding::new(Grade::Unseen, "unseen", "未检查", "not looked at");
    if held {
        finding
            .meaning(
                "固件运行时看不到：停止上传的原因、各办件内容是否完好",
                "while the firmware runs: why sending stopped, whether each body is sound",
            )
            .action(
                "停止上传的原因见日志（journalctl -u kiosk）；检查办件内容须先停止服务",
                "why sending stopped is in the journal (`journalctl -u kiosk`); bodies only with the service stopped",
            )
    } else {
        finding
            .meaning(
                "没有检查：各办件内容是否完好（固件启动时检查）",
                "whether each body is sound (the firmware looks when it starts)",
            )
            .action(
                "启动固件后看首页和日志",
                "start the firmware, look at its page and its journal",
            )
    }
}
