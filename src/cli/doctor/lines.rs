//! What passed on each port: the first thing to look at when a device says nothing, or nothing that is understood.

use std::time::Duration;

use kiosk::wire::gauge::Counts;

use super::finding::{Finding, Grade};

/// One port; `age` since it was counted, where that was not just now. No judgement: nobody but the one who looks knows how
/// much should have passed.
pub fn line(device: &str, counts: Counts, age: Option<Duration>) -> Finding {
    let (check, zh, en) = match device {
        "reader" => ("reader_line", "读卡器端口", "reader's port"),
        "printer" => ("printer_line", "打印机端口", "printer's port"),
        "scanner" => ("scanner_line", "扫码器端口", "scanner's port"),
        _ => ("radar_line", "雷达端口", "radar's port"),
    };
    let Counts {
        opened,
        lost,
        bytes_in,
        bytes_out,
        commands,
        events,
        timeouts,
        faults,
    } = counts;
    let minutes = age.map_or(0, |age| age.as_secs() / 60);
    let (as_of_zh, as_of_en) = match minutes {
        0 => (String::new(), String::new()),
        _ => (
            format!("（{minutes} 分钟前）"),
            format!(" ({minutes} min ago)"),
        ),
    };
    let mut finding = Finding::new(Grade::Ok, check, zh, en).meaning(
        &format!(
            "打开 {opened} 次，断开 {lost} 次；收 {bytes_in} 字节，发 {bytes_out} 字节；\
             指令 {commands}，事件 {events}，超时 {timeouts}，故障 {faults}{as_of_zh}"
        ),
        &format!(
            "opened {opened}, lost {lost}; {bytes_in} bytes in, {bytes_out} out; \
             commands {commands}, events {events}, timeouts {timeouts}, faults {faults}{as_of_en}"
        ),
    );
    finding.counts = Some(counts);
    finding
}
