//! The store and the cases that wait in it.

use std::path::Path;
use std::sync::Arc;

use kiosk::config::Config;
use kiosk::domain::admission::{Admission, Room};
use kiosk::shell::clock::Clock;
use kiosk::shell::room::RoomKeeper;
use kiosk::shell::store::files::OsFiles;
use kiosk::shell::store::report::{FileFacts, Report, ReportFault, StateCounts};
use kiosk::shell::store::{Inside, MAX_PAGES};

use super::finding::{Finding, Grade};

const MIB: u64 = 1024 * 1024;
const DAY_S: u64 = 86_400;
/// The log is cut back to 4 MiB; this much means that it is not.
const WAL_ATTENTION: u64 = 16 * MIB;
const WAL_FAULT: u64 = 64 * MIB;
/// A weekend without a line is nothing; a week is a case that somebody waits for.
const WAITED_ATTENTION_S: u64 = DAY_S;
const WAITED_FAULT_S: u64 = 7 * DAY_S;

pub fn no_store(path: &Path) -> Finding {
    let path = path.display();
    Finding::new(Grade::Attention, "store", "数据库", "store")
        .meaning(
            &format!("还没有：{path}"),
            &format!("there is none yet: {path}"),
        )
        .action(
            "首次启动固件时建立",
            "the firmware makes it at its first start",
        )
}

pub fn unreadable(fault: &ReportFault) -> Finding {
    let finding = Finding::new(Grade::Fault, "store", "数据库", "store").meaning(
        &format!("打不开：{fault}"),
        &format!("does not open: {fault}"),
    );
    match fault {
        ReportFault::Io { .. } => finding.action(
            "以 root 或固件用户执行；仍不行则检查磁盘",
            "run this as root or the firmware's user; if it stays, look at the disk",
        ),
        ReportFault::Restless => finding.action("稍后再试", "try again"),
        ReportFault::Missing(_) | ReportFault::Unreadable(_) => finding.action(
            "重新启动固件：损坏的文件会另存，完好的办件会抢救出来",
            "restart the firmware: the damaged file is set aside and what is sound is taken over",
        ),
    }
}

pub fn firmware(files: &FileFacts) -> Finding {
    if files.held {
        Finding::new(Grade::Ok, "firmware", "固件", "firmware")
            .meaning("正在运行", "running: it holds the store")
    } else {
        Finding::new(Grade::Attention, "firmware", "固件", "firmware")
            .meaning("没有运行，办件不会上传", "not running: nothing is sent")
            .action("systemctl start kiosk", "systemctl start kiosk")
    }
}

/// Everything that the content of the store tells.
pub fn of_report(config: &Config, report: &Report, clock: &Clock) -> Vec<Finding> {
    let parts = [
        sound(report),
        report.counts().map(|counts| states(&counts)),
        waiting(report, clock),
        acceptance(report),
        prints(report),
        room(config, report),
    ];
    parts
        .into_iter()
        .map(|part| part.unwrap_or_else(|fault| unreadable(&fault)))
        .collect()
}

fn sound(report: &Report) -> Result<Finding, ReportFault> {
    Ok(match report.damage()? {
        None => Finding::new(Grade::Ok, "store", "数据库", "store")
            .meaning("可以打开，结构完好", "opens, and every page is sound"),
        Some(damage) => unreadable(&ReportFault::Unreadable(damage)),
    })
}

fn states(counts: &StateCounts) -> Finding {
    let list: Vec<String> = counts
        .iter()
        .map(|(word, n)| format!("{word} {n}"))
        .collect();
    let list = list.join(", ");
    let parked = counts.iter().any(|(word, n)| word == "parked" && *n > 0);
    let grade = if parked { Grade::Attention } else { Grade::Ok };
    let finding = Finding::new(grade, "cases", "办件", "cases");
    match (list.is_empty(), parked) {
        (true, _) => finding.meaning("没有", "none"),
        (false, false) => finding.meaning(&list, &list),
        (false, true) => finding
            .meaning(
                &format!("{list}；有搁置的，须人工处理"),
                &format!("{list}; parked ones wait for somebody"),
            )
            .action(
                "kiosk outbox list --state parked 看原因；排除后停止服务，kiosk outbox retry --all-parked",
                "`kiosk outbox list --state parked` and `show` say why; then stop the service and \
                 `kiosk outbox retry --all-parked`",
            ),
    }
}

fn waiting(report: &Report, clock: &Clock) -> Result<Finding, ReportFault> {
    let Some((case, age)) = report.oldest_waiting(clock.unix_seconds().unwrap_or(0))? else {
        return Ok(
            Finding::new(Grade::Ok, "waiting", "等待最久", "oldest waiting")
                .meaning("没有等待的办件", "no case waits"),
        );
    };
    // Without a clock then or now nobody knows.
    let age = age.filter(|_| case.clock != "unknown" && clock.wall().is_some());
    let grade = match age {
        Some(age) if age < WAITED_ATTENTION_S => Grade::Ok,
        Some(age) if age >= WAITED_FAULT_S => Grade::Fault,
        _ => Grade::Attention,
    };
    let (zh, en) = age.map_or(
        ("时间未知".to_owned(), "for a time not known".to_owned()),
        |age| {
            (
                format!("已 {}", span(age).0),
                format!("for {}", span(age).1),
            )
        },
    );
    let number = &case.filing_number;
    let finding = Finding::new(grade, "waiting", "等待最久", "oldest waiting")
        .meaning(&format!("{number} {zh}"), &format!("{number} {en}"));
    Ok(match grade {
        Grade::Ok => finding,
        _ => finding.action(
            &format!("看下面的线路和时钟；kiosk outbox show {number} 看每次上传的结果"),
            &format!("see line and clock below; `kiosk outbox show {number}` has every attempt"),
        ),
    })
}

fn prints(report: &Report) -> Result<Finding, ReportFault> {
    let (ordered, unproven) = report.prints()?;
    Ok(
        Finding::new(Grade::Ok, "prints", "回执", "receipts").meaning(
            &format!("打印过 {ordered} 次，其中 {unproven} 次未能确认"),
            &format!("printed {ordered} times, {unproven} of them never proved"),
        ),
    )
}

fn acceptance(report: &Report) -> Result<Finding, ReportFault> {
    let finding = Finding::new(
        Grade::Ok,
        "acceptance",
        "最近一次平台接收",
        "last acceptance",
    );
    Ok(match report.last_acceptance()? {
        Some(at) => finding.meaning(&at, &at),
        None => finding.meaning("还没有", "none yet"),
    })
}

/// As the firmware measures it, so that both say the same colour.
fn room(config: &Config, report: &Report) -> Result<Finding, ReportFault> {
    let path = &config.store.path;
    let inside = report.inside(MAX_PAGES)?;
    let attachments = report.files.attachments;
    let keeper = RoomKeeper::new(path, Arc::new(OsFiles));
    let room = keeper.measure(inside).map_err(|error| ReportFault::Io {
        path: path.clone(),
        error,
    })?;
    Ok(shade(&room, inside, attachments))
}

fn shade(room: &Room, inside: Inside, attachments: u64) -> Finding {
    let (zh, en, grade) = match room.colour() {
        Admission::Green => ("绿", "green", Grade::Ok),
        Admission::Amber => ("黄，还能收件", "amber, still filing", Grade::Attention),
        Admission::Red => ("红，不再收件", "red, no more filing", Grade::Fault),
    };
    let usable = room.usable() / MIB;
    let used = inside.quota - inside.free + inside.attached;
    let (used, quota, attached) = (used / MIB, inside.quota / MIB, inside.attached / MIB);
    let finding = Finding::new(grade, "room", "空间", "room").meaning(
        &format!(
            "{zh}：可用于新办件 {usable} MiB，已用 {used} / {quota} MiB，其中附件 {attachments} 个、{attached} MiB"
        ),
        &format!(
            "{en}: {usable} MiB for new cases, {used} of {quota} MiB of the store used, {attached} MiB of that by \
             {attachments} attachments"
        ),
    );
    match grade {
        Grade::Ok => finding,
        _ => finding.action(
            "恢复线路使办件上传；清理磁盘上的其他文件；不要删除数据库",
            "bring the line back so that cases leave; remove other files; never the store",
        ),
    }
}

/// What the files beside the database tell.
pub fn of_files(files: &FileFacts) -> Vec<Finding> {
    vec![log(files.wal_bytes), set_aside(files)]
}

fn log(bytes: u64) -> Finding {
    let grade = match bytes {
        WAL_FAULT.. => Grade::Fault,
        WAL_ATTENTION.. => Grade::Attention,
        _ => Grade::Ok,
    };
    let kib = bytes / 1024;
    let finding = Finding::new(grade, "log", "数据库日志", "write-ahead log")
        .meaning(&format!("{kib} KiB"), &format!("{kib} KiB"));
    match grade {
        Grade::Ok => finding,
        _ => finding.action(
            "重新启动固件；仍然增大则报告厂家",
            "restart the firmware; tell the maker if it grows again",
        ),
    }
}

fn set_aside(files: &FileFacts) -> Finding {
    let count = files.set_aside.len();
    let finding = |grade| {
        Finding::new(
            grade,
            "set_aside",
            "另存的损坏文件",
            "damaged files set aside",
        )
    };
    let Some((last, _)) = files.set_aside.last() else {
        return finding(Grade::Ok).meaning("没有", "none");
    };
    let bytes: u64 = files.set_aside.iter().map(|(_, bytes)| bytes).sum();
    let (kib, last) = (bytes / 1024, last.display());
    finding(Grade::Attention)
        .meaning(
            &format!("{count} 个，共 {kib} KiB，最近 {last}；完好的办件已抢救"),
            &format!("{count}, {kib} KiB in all, the last {last}; what was sound was taken over"),
        )
        .action(
            "检查存储卡或磁盘；把文件交给厂家，核对后再删除",
            "check the card or disk; give the files to the maker, delete them only after that",
        )
}

/// A span of seconds in both languages.
fn span(seconds: u64) -> (String, String) {
    match seconds {
        DAY_S.. => {
            let days = seconds / DAY_S;
            (format!("{days} 天"), format!("{days} d"))
        }
        3600.. => (
            format!("{} 小时", seconds / 3600),
            format!("{} h", seconds / 3600),
        ),
        _ => (
            format!("{} 分钟", seconds / 60),
            format!("{} min", seconds / 60),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_colour_is_that_of_the_pages() {
        let grade = |usable| {
            let room = Room {
                free: usable,
                reserve: 0,
                log_growth: 0,
            };
            shade(&room, Inside::of_pages(10, 0, 100, 1024), 0).grade
        };
        assert_eq!(grade(1024 * MIB), Grade::Ok);
        assert_eq!(grade(MIB), Grade::Attention);
        assert_eq!(grade(0), Grade::Fault);
    }

    #[test]
    fn parked_cases_and_a_log_that_grows_are_told() {
        let counts = vec![("parked".to_owned(), 2), ("ready".to_owned(), 1)];
        assert_eq!(states(&counts).grade, Grade::Attention);
        assert_eq!(states(&counts[1..].to_vec()).grade, Grade::Ok);
        assert_eq!(log(WAL_ATTENTION - 1).grade, Grade::Ok);
        assert_eq!(log(WAL_ATTENTION).grade, Grade::Attention);
        assert_eq!(log(WAL_FAULT).grade, Grade::Fault);
    }
}
