//! What is printed when a machine comes into service, and when it leaves it for good.

use super::contract::Told;
use crate::config::Config;
use crate::domain::clock::Local;
use crate::domain::provisioning::renewal::Term;
use crate::domain::provisioning::{Check, Failure, Saved};
use crate::receipt::{Align, Block, Receipt, Size};
use crate::shell::probe::Probe;
use crate::wire::printer::Outcome as Printed;

fn line(text: &str, size: Size, bold: bool, align: Align) -> Block {
    Block::Line {
        text: text.into(),
        size,
        bold,
        align,
    }
}

fn pair(name: &str, value: &str) -> Block {
    Block::Pair {
        name: name.into(),
        value: value.into(),
    }
}

fn head(title: &str, english: &str, told: &Told) -> Vec<Block> {
    let mut blocks = vec![
        line(title, Size::Large, true, Align::Centre),
        line(english, Size::Normal, false, Align::Centre),
        Block::Rule,
        pair("设备编号", &told.machine),
        pair("点位", &told.site),
        pair("区划", &told.division),
        pair("时间", told.time.as_deref().unwrap_or("未知")),
        pair("序列号", &told.serial),
        pair("固件版本", &told.version),
    ];
    blocks.push(pair(
        "密钥指纹",
        &crate::domain::provisioning::grouped(&told.key),
    ));
    blocks
}

/// The acceptance slip: what was checked, and whether it passed. `replaced` is the machine that it takes the place of, whose
/// waiting cases did not come along.
#[must_use]
pub fn acceptance(told: &Told, saved: &Saved, term: Term, replaced: Option<&str>) -> Receipt {
    let mut blocks = head("验收单", "ACCEPTANCE", told);
    let until = i64::try_from(term.not_after_s).unwrap_or(i64::MAX);
    blocks.push(pair("证书有效至", &Local::of_unix(until).rfc3339()[..10]));
    if let Some(replaced) = replaced {
        blocks.push(pair("替换设备", replaced));
        let advice = "旧机的证书已作废。旧机上未上传的办件不在本机：先从旧机导出，再注销旧机。";
        blocks.push(line(advice, Size::Normal, false, Align::Left));
    }
    blocks.push(Block::Rule);
    for check in &saved.checks {
        let verdict = match check.passed {
            Some(true) => "合格",
            Some(false) => "不合格",
            None => "未检查",
        };
        blocks.push(pair(&check.name.zh, verdict));
        if check.passed != Some(true) && !check.found.zh.is_empty() {
            blocks.push(line(&check.found.zh, Size::Normal, false, Align::Left));
        }
    }
    blocks.push(Block::Rule);
    if saved.checks.iter().any(|check| check.passed == Some(false)) {
        blocks.push(Block::Notice {
            text: "带故障验收，须尽快处理".into(),
        });
    } else {
        blocks.push(line("验收合格，投入使用", Size::Tall, true, Align::Centre));
    }
    blocks.push(pair("经办人签字", "____________"));
    blocks.push(Block::Qr {
        data: format!("KIOSKA/{}/{}", told.machine, told.key.to_ascii_uppercase()),
        module: 4,
    });
    blocks.push(Block::Feed { lines: 2 });
    Receipt { blocks }
}

/// What was lost because the order said so.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lost {
    /// Cases that the platform does not have.
    pub cases: u64,
    /// Entries of the audit log that nobody has.
    pub entries: u64,
}

/// The proof of what is gone, and of what is not.
#[must_use]
pub fn destruction(told: &Told, all: &[Check], lost: Lost, heard: bool) -> Receipt {
    let mut blocks = head("注销单", "DECOMMISSIONED", told);
    blocks.push(Block::Rule);
    for check in all {
        let is_gone = check.passed == Some(true);
        let verdict = if is_gone { "已销毁" } else { "未销毁" };
        blocks.push(pair(&check.name.zh, verdict));
        if !is_gone {
            blocks.push(line(&check.found.zh, Size::Normal, false, Align::Left));
        }
    }
    if all.iter().any(|check| check.passed != Some(true)) {
        blocks.push(Block::Notice {
            text: "未全部销毁，须人工销毁存储卡".into(),
        });
    }
    for (count, what) in [(lost.cases, "未上传办件"), (lost.entries, "未上传审计日志")]
    {
        if count > 0 {
            blocks.push(Block::Notice {
                text: format!("按强制注销工单丢弃{what} {count} 条"),
            });
        }
    }
    blocks.push(pair(
        "后台登记",
        if heard {
            "已登记"
        } else {
            "未联网，请人工登记"
        },
    ));
    blocks.push(pair("经办人签字", "____________"));
    blocks.push(Block::Feed { lines: 2 });
    Receipt { blocks }
}

/// Prints, and waits for the proof that it was printed.
///
/// # Errors
/// [`Failure::NotPrinted`].
pub fn print(config: &Config, slip: Receipt) -> Result<(), Failure> {
    let mut probe = Probe::open(config);
    probe.listen();
    match probe.print(slip) {
        Some(Printed::Printed) => Ok(()),
        Some(Printed::NotStarted(reason) | Printed::Interrupted(reason)) => {
            Err(Failure::NotPrinted(reason.to_string()))
        }
        Some(Printed::Unknown) => Err(Failure::NotPrinted("no proof".into())),
        None => Err(Failure::NotPrinted("no printer".into())),
    }
}
