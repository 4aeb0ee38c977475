//! Reader, printer, door: as the running firmware knows them, or asked when it is stopped.

use std::path::Path;
use std::time::Duration;

use kiosk::config::Config;
use kiosk::domain::health::{self, Lack};
use kiosk::shell::clock::Clock;
use kiosk::shell::device_file::{Noted, Part};
use kiosk::shell::probe::Probe;

use super::finding::{Finding, Grade};
use super::lines::line;

/// Of the firmware that holds the store at `store`: one finding a lack, or one that all is well.
pub fn of_running(store: &Path, clock: &Clock) -> Vec<Finding> {
    let Some(noted) = Noted::read(&Noted::path(store), clock) else {
        return vec![
            finding(Grade::Unseen)
                .meaning(
                    "固件正在运行，但还没有写下设备状态",
                    "the firmware runs but has not written down its devices yet",
                )
                .action(
                    "等十秒再运行；仍没有则看日志（journalctl -u kiosk）",
                    "wait ten seconds and run it again; then look at the journal (`journalctl -u kiosk`)",
                ),
        ];
    };
    let mut all = vec![parts(&noted, clock)];
    let lacks = noted.lacks.iter().filter_map(|word| Lack::of_word(word));
    all.extend(lacks.map(of_lack));
    let age = clock.boot_ms().saturating_sub(noted.counted_boot_ms);
    let age = Some(Duration::from_millis(age));
    let counted = noted.counts.iter();
    all.extend(counted.map(|(device, counts)| line(device, *counts, age)));
    all
}

/// Asks reader and printer themselves: nobody else holds their ports.
pub fn of_stopped(config: &Config) -> Vec<Finding> {
    let mut probe = Probe::open(config);
    let found = probe.listen();
    let (reader, printer, paper) = (
        found.reader.word(),
        found.printer.word(),
        found.paper.word(),
    );
    let sam_id = found.sam_id.as_deref().unwrap_or("-");
    let mut all = vec![finding(Grade::Ok).meaning(
        &format!("读卡器 {reader}（{sam_id}），打印机 {printer}，打印纸 {paper}"),
        &format!("reader {reader} ({sam_id}), printer {printer}, paper {paper}"),
    )];
    all.extend(found.lacks().into_iter().map(of_lack));
    let counted = probe.counts().into_iter();
    all.extend(counted.map(|(device, counts)| line(device, counts, None)));
    all
}

fn finding(grade: Grade) -> Finding {
    Finding::new(grade, "devices", "设备", "devices")
}

/// What it means that this is lacking, and what to do.
pub fn of_lack(lack: Lack) -> Finding {
    let grade = match lack.grade() {
        health::Grade::Attention => Grade::Attention,
        health::Grade::Degraded | health::Grade::Out => Grade::Fault,
    };
    let (meaning, action) = (lack.meaning(), lack.action());
    Finding::new(grade, lack.word(), "设备", "device")
        .meaning(&meaning.zh, &meaning.en)
        .action(&action.zh, &action.en)
}

fn parts(noted: &Noted, clock: &Clock) -> Finding {
    let mut texts = Vec::new();
    for (name, zh) in [
        ("reader", "读卡器"),
        ("card", "证件"),
        ("printer", "打印机"),
        ("paper", "打印纸"),
        ("slot", "出纸口"),
        ("scanner", "扫码器"),
        ("radar", "雷达"),
        ("pins", "引脚"),
    ] {
        let part = noted.parts.get(name);
        // What this machine has not never speaks; a printer without a presenter knows nothing of its exit.
        let fitted = !matches!(name, "slot" | "scanner" | "radar" | "pins")
            || part.is_some_and(|part| part.state != "unknown");
        if let Some(part) = part.filter(|_| fitted) {
            texts.push((
                format!("{zh} {}", words(part, clock)),
                format!("{name} {}", words(part, clock)),
            ));
        }
    }
    let (zh, en): (Vec<_>, Vec<_>) = texts.into_iter().unzip();
    let service = match noted.service.as_str() {
        "inService" => "正常服务",
        "degraded" => "部分服务",
        _ => "暂停服务",
    };
    finding(Grade::Ok).meaning(
        &format!("{service}：{}", zh.join("，")),
        &format!("{}: {}", noted.service, en.join(", ")),
    )
}

/// State, for how long, how often it changed: `online 3 h (2)`.
fn words(part: &Part, clock: &Clock) -> String {
    let state = &part.state;
    match part.since_boot_ms {
        None => state.clone(),
        Some(since) => {
            let seconds = clock.boot_ms().saturating_sub(since) / 1000;
            let age = match seconds {
                0..120 => format!("{seconds} s"),
                120..7_200 => format!("{} min", seconds / 60),
                7_200..172_800 => format!("{} h", seconds / 3600),
                _ => format!("{} d", seconds / 86_400),
            };
            format!("{state} {age} ({})", part.changes)
        }
    }
}
