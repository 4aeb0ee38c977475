//! `kiosk doctor` names what is wrong and what to do.

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use kiosk::shell::clock::{BootBook, Clock};
use kiosk::shell::store::files::OsFiles;

use crate::command::{Place, Said, draft, stamp, three_cases};

#[test]
fn the_doctor_names_what_is_wrong_and_what_to_do() {
    let place = Place::new();
    let ask = || place.kiosk(&["doctor", "--json", "--offline"]);
    let grade = |said: &Said, check: &str| {
        let report = said.json_lines().remove(0);
        let findings = report["findings"].as_array().unwrap().clone();
        let found = findings.iter().find(|f| f["check"] == check);
        let found = found.unwrap_or_else(|| panic!("no {check}: {}", said.out));
        let grade = found["grade"].as_str().unwrap().to_owned();
        assert!(grade == "ok" || found["action_zh"].is_string(), "{found}");
        grade
    };
    let said = ask();
    assert_eq!(said.code, 1, "never started");
    assert_eq!(grade(&said, "store"), "attention");
    assert_eq!(grade(&said, "key"), "attention");

    let store = place.store();
    three_cases(&store);
    assert_eq!(grade(&ask(), "key"), "fault", "it filed without a key");
    place.identity();
    std::fs::write(place.0.path().join("store.db.aside-1"), "damaged").unwrap();
    let said = ask();
    for (check, expected) in [
        ("config", "ok"),
        ("firmware", "ok"),
        ("store", "ok"),
        ("cases", "attention"),
        ("waiting", "fault"),
        ("set_aside", "attention"),
        ("log", "ok"),
        ("key", "ok"),
        ("catalogue", "ok"),
        ("unseen", "unseen"),
    ] {
        assert_eq!(grade(&said, check), expected, "{check}: {}", said.out);
    }
    assert_eq!(said.code, 2, "a case has waited for months");
    drop(store);
    let said = place.kiosk(&["doctor", "--offline"]);
    assert!(said.out.contains("systemctl start kiosk") && said.out.contains("处理："));

    // A page in the middle is overwritten.
    let path = place.0.path().join("store.db");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[4096..8192].fill(0xA5);
    std::fs::write(&path, bytes).unwrap();
    assert_eq!(grade(&ask(), "store"), "fault");
    std::fs::write(place.config(), "[machine]\n").unwrap();
    let said = ask();
    assert_eq!((said.code, grade(&said, "config").as_str()), (2, "fault"));
}

/// The doctor asks a platform that answers, one that refuses, and none.
#[test]
fn the_doctor_asks_the_platform() {
    use kiosk::sim::platform::{Fault, Options, PlatformSim};
    let place = Place::new();
    let platform = PlatformSim::start(Options::default()).unwrap();
    let laptop = "http://127.0.0.1:8417/ebus/zzsb/v1";
    let config = std::fs::read_to_string(place.config()).unwrap();
    assert!(config.contains(laptop));
    let config = config.replace(laptop, &platform.base_url());
    std::fs::write(place.config(), config).unwrap();
    let ask = || {
        let said = place.kiosk(&["doctor", "--json"]);
        let report = said.json_lines().remove(0);
        let findings = report["findings"].as_array().unwrap().clone();
        findings.last().unwrap().clone()
    };
    let found = ask();
    assert_eq!(found["grade"], "ok", "{found}");
    platform.set_fault(Fault::Portal);
    assert!(ask()["en"].as_str().unwrap().contains("no answer"));
    platform.stop();
    assert_eq!(ask()["grade"], "fault");
}

/// A condition of the machine: the size of its disk, how much of it is somebody else's, and what is wrong with its files.
struct Condition<'a> {
    disk: &'a str,
    filled: &'a str,
    ruin: &'a dyn Fn(&Path),
}

/// What the doctor says of it: exit code, and the line of a check with `#` for numbers.
fn told(condition: &Condition<'_>, check: &str) -> Option<(i32, String)> {
    let Condition { disk, filled, ruin } = condition;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let place = Place::new();
    let store = place.store();
    store.file(vec![draft("测试甲")], stamp(None)).unwrap();
    drop(store);
    place.identity();
    ruin(place.0.path());
    let inside = r#"cp -a "$FROM/." "$1" && cd "$1" && sed -i "s|$FROM|$1|g" kiosk.toml &&
        head -c "$FILLED" /dev/zero >filled && exec "$KIOSK" doctor --offline --json --config kiosk.toml"#;
    let mut command = Command::new(root.join("tests/visits/small-disk"));
    command
        .args(["bash", "-c", inside])
        .env("SIZE", disk)
        .env("FILLED", filled)
        .env("FROM", place.0.path())
        .env("KIOSK", env!("CARGO_BIN_EXE_kiosk"))
        .env_remove("CREDENTIALS_DIRECTORY");
    let said = Said::of(command.output().unwrap());
    if said.err.contains("unshare") || said.err.contains("mount:") {
        println!(
            "no small disk can be mounted here, not looked at: {}",
            said.err
        );
        return None;
    }
    let report = said.json_lines().remove(0);
    let findings = report["findings"].as_array().unwrap();
    let found = findings.iter().find(|found| found["check"] == check);
    let found = found.unwrap_or_else(|| panic!("no {check}: {}", said.out));
    let text = |field: &str| found[field].as_str().unwrap_or("-").to_owned();
    let (grade, meaning, action) = (text("grade"), text("zh"), text("action_zh"));
    let line = format!("{check} {grade}: {meaning} → {action}\n");
    let mut plain = String::new();
    for char in line.chars() {
        match char {
            '0'..='9' if plain.ends_with('#') => {}
            '0'..='9' => plain.push('#'),
            _ => plain.push(char),
        }
    }
    Some((said.code, plain))
}

/// Green, amber, red, damaged, without the time: what a technician reads, word for word.
#[test]
fn each_condition_of_the_store_and_the_clock() {
    let sound = |_: &Path| ();
    let damaged = |folder: &Path| {
        let path = folder.join("store.db");
        let mut bytes = std::fs::read(&path).unwrap();
        bytes[4096..8192].fill(0xA5);
        std::fs::write(path, bytes).unwrap();
    };
    // The last run was in a year that the clock has not reached.
    let timeless = |folder: &Path| {
        let year = Duration::from_secs(366 * 86_400);
        let clock = Clock::starting_at(SystemTime::now() + year);
        let path = folder.join("store.boots");
        let mut book = BootBook::open(path.clone(), Arc::new(OsFiles), &clock);
        book.note(&clock).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(clock.boot_id()));
        std::fs::write(path, text.replace(clock.boot_id(), "another-boot")).unwrap();
    };
    let (room, action) = (
        "可用于新办件 # MiB，已用 # / # MiB，其中附件 # 个、# MiB",
        "恢复线路使办件上传；清理磁盘上的其他文件；不要删除数据库",
    );
    let with = |disk, filled, ruin| Condition { disk, filled, ruin };
    let conditions = [
        (
            with("4g", "0", &sound),
            1,
            format!("room ok: 绿：{room} → -\n"),
        ),
        (
            with("64m", "0", &sound),
            1,
            format!("room attention: 黄，还能收件：{room} → {action}\n"),
        ),
        (
            with("64m", "44M", &sound),
            2,
            format!("room fault: 红，不再收件：{room} → {action}\n"),
        ),
        (
            with("4g", "0", &damaged),
            2,
            "store fault: 打不开：the store cannot be read: database disk image is malformed → \
             重新启动固件：损坏的文件会另存，完好的办件会抢救出来\n"
                .into(),
        ),
        (
            with("4g", "0", &timeless),
            2,
            "clock fault: 时间不可能正确：回执注明时间未校准，连上平台后自动校准 → \
             检查网络对时（timedatectl）和时钟电池\n"
                .into(),
        ),
    ];
    for (condition, code, line) in conditions {
        let check = line.split(' ').next().unwrap();
        match told(&condition, check) {
            Some(told) => assert_eq!(told, (code, line)),
            None => return,
        }
    }
}
