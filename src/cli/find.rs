//! `kiosk find`: which device hangs on which serial port, asked by talking to them.

use std::path::PathBuf;

use clap::Args;
use kiosk::shell::board_file::{self, Doubt};
use kiosk::shell::finding::{self, Finding, Silence};
use kiosk::shell::settings;
use kiosk::shell::store::report::FileFacts;
use kiosk::wire::finder::Kind;
use serde_json::{Value, json};

use super::{Outcome, board, say};

#[derive(Args)]
pub struct Find {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
    /// Ask here only, instead of at every serial port of this computer. May be given several times.
    #[arg(long, value_name = "PATH")]
    port: Vec<PathBuf>,
    /// Enter what was found in the configuration; the file before is kept beside it.
    #[arg(long)]
    write: bool,
    /// One JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

impl Find {
    pub fn run(self) -> anyhow::Result<Outcome> {
        // A blank machine may have no good configuration yet; then nothing can be running by it.
        let held = settings::load(&self.config)
            .is_ok_and(|config| FileFacts::of(&config.store.path).is_ok_and(|files| files.held));
        if held {
            anyhow::bail!(
                "固件正在运行，设备由它占用：先执行 systemctl stop kiosk，查找后再 start\n\
                 the firmware runs and holds the devices: `systemctl stop kiosk` first, start it again afterwards"
            );
        }
        let ports = if self.port.is_empty() {
            finding::ports()
        } else {
            self.port
        };
        let findings = finding::find(&ports);
        let entered = match self.write {
            true => Some(board_file::enter(&self.config, &findings)?),
            false => None,
        };
        if self.json {
            let findings: Vec<_> = findings.iter().map(as_json).collect();
            let entered = entered.as_ref().map(|entered| {
                let undecided: Vec<_> = entered
                    .undecided
                    .iter()
                    .map(|(section, _)| section)
                    .collect();
                json!({ "changes": entered.changes, "undecided": undecided })
            });
            say(&json!({ "ports": findings, "entered": entered }).to_string());
        } else {
            findings.iter().for_each(|finding| say(&as_line(finding)));
            if findings.is_empty() {
                say("没有找到串口。 This computer has no serial port.");
            }
            if let Some(entered) = &entered {
                self::entered(entered);
            }
        }
        let well = findings.iter().any(|finding| finding.answer.is_ok())
            && entered.is_none_or(|entered| entered.undecided.is_empty());
        Ok(if well { Outcome::Well } else { Outcome::Faulty })
    }
}

fn entered(entered: &board_file::Entered) {
    for change in &entered.changes {
        say(&format!("已写入 entered: {change}"));
    }
    for (section, doubt) in &entered.undecided {
        say(&format!("{section}：{}", why(*doubt)));
    }
    if entered.changes.is_empty() && entered.undecided.is_empty() {
        say("配置无须改动。 Nothing had to be changed.");
    }
}

/// Why it was not entered, and what to do.
fn why(doubt: Doubt) -> String {
    match doubt {
        Doubt::Several => "找到不止一个，未写入；用 --port 指定\n    \
             more than one was found, none was entered; name its port with --port"
            .into(),
        Doubt::PresencePin => "gpio.presence 已在判断有无人，未写入；要用雷达请先删去那一行\n    \
             gpio.presence tells whether somebody is there, so it was not entered; to use it take that line out first"
            .into(),
        Doubt::PortOf(other) => format!(
            "它所在的串口在配置里是 {other}.port，而 {other} 没有在别处找到，未写入；请检查接线，或先改、删 {other}.port\n    \
             it hangs on what the configuration calls {other}.port, and {other} was not found elsewhere, so it was not \
             entered; look at the cables, or change {other}.port or take it out first"
        ),
    }
}

fn as_line(finding: &Finding) -> String {
    let port = finding.port.display();
    match &finding.answer {
        Ok(answered) => {
            let name = match answered.kind {
                Kind::Reader => "读卡器",
                Kind::Printer => "打印机",
                Kind::Scanner(_) => "扫码器",
                Kind::Radar => "人体感应雷达",
            };
            let id = answered.id.as_deref().unwrap_or_default();
            let line = format!(
                "{port}: {name} {}, {} bit/s {id}",
                answered.kind, answered.rate
            );
            line.trim_end().to_owned()
        }
        Err(Silence::Nobody) => format!("{port}: 没有应答 nobody answers"),
        Err(Silence::NoPort) => {
            format!("{port}: 打不开，被占用或没有权限 cannot be opened: in use, or no rights")
        }
    }
}

fn as_json(finding: &Finding) -> Value {
    match &finding.answer {
        Ok(answered) => json!({
            "port": finding.port,
            "device": answered.kind.section(),
            "kind": answered.kind.to_string(),
            "baud": answered.rate,
            "id": answered.id,
        }),
        Err(Silence::Nobody) => json!({ "port": finding.port, "device": null }),
        Err(Silence::NoPort) => {
            json!({ "port": finding.port, "device": null, "fault": "cannot be opened" })
        }
    }
}
