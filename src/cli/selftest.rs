//! `kiosk selftest`: asks every device how it is and prints a slip that says so.

use std::path::PathBuf;

use clap::Args;
use kiosk::domain::health::Lack;
use kiosk::receipt::{Align, Block, Receipt, Size};
use kiosk::shell::clock::Clock;
use kiosk::shell::probe::{Found, Probe};
use kiosk::shell::settings;
use kiosk::shell::store::report::FileFacts;
use kiosk::wire::printer::Outcome as Printed;
use serde_json::json;

use super::{Outcome, board, say};

#[derive(Args)]
pub struct SelfTest {
    /// Configuration of the machine.
    #[arg(long, value_name = "FILE", default_value = board::MACHINE)]
    config: PathBuf,
    /// Do not print the slip.
    #[arg(long)]
    no_slip: bool,
    /// One JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

impl SelfTest {
    pub fn run(self) -> anyhow::Result<Outcome> {
        let config = settings::load(&self.config)?;
        if FileFacts::of(&config.store.path).is_ok_and(|files| files.held) {
            anyhow::bail!(
                "固件正在运行，设备由它占用：先执行 systemctl stop kiosk，自检后再 start\n\
                 the firmware runs and holds the devices: `systemctl stop kiosk` first, start it again afterwards"
            );
        }
        let mut probe = Probe::open(&config);
        let found = probe.listen().clone();
        let lacks = found.lacks();
        let printed = if self.no_slip {
            None
        } else {
            Some(probe.print(slip(&config.machine.id, &found, &lacks)))
        };
        let slip = printed.map(|outcome| outcome.map_or("no printer".to_owned(), words));
        if self.json {
            let lacks: Vec<_> = lacks.iter().map(|lack| lack.word()).collect();
            say(&json!({
                "reader": { "device": found.reader.word(), "sam_id": found.sam_id },
                "printer": { "device": found.printer.word(), "paper": found.paper.word() },
                "lacks": lacks,
                "slip": slip,
            })
            .to_string());
        } else {
            for (name, value) in rows(&found) {
                say(&format!("{name}: {value}"));
            }
            for lack in &lacks {
                let (meaning, action) = (lack.meaning(), lack.action());
                say(&format!("{}\n    {}", meaning.zh, meaning.en));
                say(&format!("    处理：{}\n    do: {}", action.zh, action.en));
            }
            if let Some(slip) = &slip {
                say(&format!("自检单 slip: {slip}"));
            }
        }
        let well = lacks.is_empty() && matches!(printed, None | Some(Some(Printed::Printed)));
        Ok(if well { Outcome::Well } else { Outcome::Faulty })
    }
}

fn words(outcome: Printed) -> String {
    match outcome {
        Printed::Printed => "printed".into(),
        Printed::NotStarted(reason) => format!("not started: {reason}"),
        Printed::Interrupted(reason) => format!("interrupted: {reason}"),
        Printed::Unknown => "no proof that it was printed".into(),
    }
}

fn rows(found: &Found) -> [(&'static str, String); 4] {
    [
        ("读卡器", found.reader.word().into()),
        (
            "安全模块",
            found.sam_id.clone().unwrap_or_else(|| "-".into()),
        ),
        ("打印机", found.printer.word().into()),
        ("打印纸", found.paper.word().into()),
    ]
}

fn slip(machine: &str, found: &Found, lacks: &[Lack]) -> Receipt {
    let line = |text: &str, size, bold, align| Block::Line {
        text: text.into(),
        size,
        bold,
        align,
    };
    let plain = |text: &str| line(text, Size::Normal, false, Align::Left);
    let mut blocks = vec![
        line("自检单", Size::Large, true, Align::Centre),
        line("SELF-TEST", Size::Normal, false, Align::Centre),
        Block::Rule,
    ];
    let time = Clock::system()
        .rfc3339()
        .unwrap_or_else(|| "时间未知".into());
    let head = [("设备编号", machine.to_owned()), ("时间", time)];
    let pairs = head.into_iter().chain(rows(found));
    blocks.extend(pairs.map(|(name, value)| Block::Pair {
        name: name.into(),
        value,
    }));
    blocks.push(Block::Rule);
    if lacks.is_empty() {
        blocks.push(line("一切正常", Size::Tall, true, Align::Centre));
    }
    for lack in lacks {
        blocks.push(Block::Notice {
            text: lack.meaning().zh,
        });
        blocks.push(plain(&format!("处理：{}", lack.action().zh)));
    }
    blocks.push(Block::Rule);
    // What a print head with a dead spot, or a wrong code set, cannot bring out.
    blocks.push(plain("永和九年，岁在癸丑，暮春之初，会于会稽山阴之兰亭"));
    blocks.push(plain("0123456789 ABCDEFGHIJKLMNOPQRSTUVWXYZ"));
    blocks.push(Block::Qr {
        data: format!("SELFTEST {machine}"),
        module: 5,
    });
    blocks.push(Block::Feed { lines: 2 });
    Receipt { blocks }
}
