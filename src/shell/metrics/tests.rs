use std::fs;

use super::*;
use crate::case::ClockClass;
use crate::domain::tally::Figures;
use crate::fleet::openmetrics::END;
use crate::fleet::report::{Busy, Outbox};
use crate::wire::gauge::Counts;

fn machine() -> Machine {
    Machine {
        id: "W0012".into(),
        town: "440203001".into(),
        site: "示例\"镇\"".into(),
    }
}

fn firmware() -> Firmware {
    let report = Report {
        version: "1.2.0".into(),
        boot_ms: 60_000,
        began_boot_ms: 10_000,
        turns: 7,
        busy: vec![Busy::Print],
        service: "degraded".into(),
        lacks: vec!["paperOut".into()],
        parts: [
            ("reader".into(), "online".into()),
            ("printer".into(), "offline".into()),
        ]
        .into(),
        line: "up".into(),
        answered_boot_ms: Some(50_000),
        outbox: Some(Outbox {
            waiting: 3,
            oldest_s: Some(90),
            parked: 1,
        }),
        catalogue: "2026.2".into(),
        ..Report::default()
    };
    let mut tally = Figures {
        starts: 2,
        paper_mm: 1500,
        ..Figures::default()
    };
    tally.lacks.insert("paperOut".into(), 4);
    tally.item("11440203MB2D0001234442014001000").filed = 5;
    Firmware {
        machine: machine(),
        boot_ms: 60_000,
        report: Some(report),
        devices: Some(Noted {
            counts: [(
                "reader".into(),
                Counts {
                    faults: 2,
                    ..Counts::default()
                },
            )]
            .into(),
            ..Noted::default()
        }),
        tally,
        clock: ClockClass::Holdover,
    }
}

fn text_of(firmware: &Firmware) -> String {
    let mut out = Exposition::default();
    firmware.tell(&mut out);
    out.finish()
}

#[test]
fn what_the_firmware_knows_is_told() {
    let text = text_of(&firmware());
    for line in [
        "kiosk_machine_info{machine=\"W0012\",province=\"44\",county=\"440203\",town=\"440203001\",site=\"示例\\\"镇\\\"\"} 1",
        "kiosk_clock_class{class=\"holdover\"} 1",
        "kiosk_clock_class{class=\"trusted\"} 0",
        "kiosk_clock_checked 1",
        "kiosk_firmware_uptime_seconds 50",
        "kiosk_service{state=\"degraded\"} 1",
        "kiosk_service{state=\"inService\"} 0",
        "kiosk_busy 1",
        "kiosk_lack{lack=\"paperOut\"} 1",
        "kiosk_lack{lack=\"tampered\"} 0",
        "kiosk_device_up{device=\"printer\"} 0",
        "kiosk_device_up{device=\"reader\"} 1",
        "kiosk_line_up 1",
        "kiosk_platform_answer_age_seconds 10",
        "kiosk_outbox_oldest_seconds 90",
        "kiosk_outbox_parked 1",
        "kiosk_device_faults_total{device=\"reader\"} 2",
        "kiosk_starts_total 2",
        "kiosk_lacks_total{lack=\"paperOut\"} 4",
        "kiosk_paper_used_meters_total 1.5",
        "kiosk_items_total{item=\"11440203MB2D0001234442014001000\",act=\"filed\"} 5",
    ] {
        assert!(text.lines().any(|l| l == line), "{line}\n{text}");
    }
}

#[test]
fn what_is_not_known_is_not_told() {
    let mut firmware = firmware();
    firmware.report = None;
    let text = text_of(&firmware);
    assert!(
        !text.contains("kiosk_service") && !text.contains("kiosk_outbox"),
        "{text}"
    );
    assert!(text.contains("kiosk_clock_checked 1") && text.contains("kiosk_starts_total 2"));
    firmware.report = Some(Report {
        line: "unknown".into(),
        ..Report::default()
    });
    let text = text_of(&firmware);
    assert!(
        !text.contains("kiosk_line_up") && text.contains("kiosk_outbox_readable 0"),
        "{text}"
    );
}

#[test]
fn the_kernels_files_are_read_as_they_are() {
    let root = tempfile::tempdir().expect("a folder");
    let write = |path: &str, text: &str| {
        let path = root.path().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a disk");
    };
    write(
        "proc/meminfo",
        "MemTotal:        1000 kB\nMemFree: 1 kB\nMemAvailable:     400 kB\n",
    );
    write("proc/uptime", "123.45 99.0\n");
    write("proc/self/status", "Name:\tkiosk\nVmRSS:\t  2048 kB\n");
    write("sys/class/thermal/thermal_zone0/temp", "48312\n");
    write("sys/class/thermal/thermal_zone0/type", "cpu-thermal\n");
    write("sys/class/thermal/thermal_zone1/temp", "rubbish\n");
    write("sys/block/mmcblk0/device/life_time", "0x01 0x03\n");
    write("sys/block/mmcblk1/device/life_time", "0x00 0x00\n");
    write("sys/block/sda/device/life_time", "0x01 0x03\n");
    let system = System::look(root.path(), root.path());
    assert_eq!(system.celsius, [("cpu-thermal".into(), 48.312)]);
    assert_eq!(system.wear, [("mmcblk0".into(), 0.3)]);
    assert_eq!(system.memory, Some((1_024_000.0, 409_600.0)));
    assert_eq!(
        (system.uptime_s, system.resident),
        (Some(123.45), Some(2_097_152.0))
    );
    assert!(
        system
            .disk
            .is_some_and(|(size, free)| size > free && free > 0.0)
    );
    let nothing = System::look(&root.path().join("elsewhere"), root.path());
    assert_eq!(
        System {
            disk: None,
            ..nothing
        },
        System::default()
    );
}

#[test]
fn the_agent_speaks_for_a_firmware_that_is_silent() {
    let agent = AgentFigures {
        version: "1.0".into(),
        ..AgentFigures::default()
    };
    let alone = whole(None, &machine(), &agent);
    assert!(
        alone.contains("kiosk_firmware_up 0")
            && alone.contains("kiosk_machine_info{machine=\"W0012\"")
    );
    let both = whole(Some(&text_of(&firmware())), &machine(), &agent);
    assert_eq!(both.matches("# TYPE kiosk_machine info").count(), 1);
    assert_eq!((both.matches(END).count(), both.ends_with(END)), (1, true));
}

#[test]
fn a_file_is_written_at_once_and_an_old_or_cut_one_is_not_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let board = concat!(env!("CARGO_MANIFEST_DIR"), "/board/laptop/kiosk.toml");
    let mut config = crate::shell::settings::load(Path::new(board)).expect("a configuration");
    let path = dir.path().join("metrics.prom");
    config.store.path = dir.path().join("store.db");
    config.fleet.metrics = Some(path.clone());
    drop(MetricsFile::open(&config, &Clock::system()));
    let text = read_fresh(&path, Duration::from_secs(90)).expect("written");
    assert!(text.contains("kiosk_machine_info") && text.contains("kiosk_disk_free_bytes"));
    assert_eq!(read_fresh(&path, Duration::ZERO), None, "old");
    fs::write(&path, "kiosk_starts_total 1\n").expect("a disk");
    assert_eq!(read_fresh(&path, Duration::from_secs(90)), None, "cut off");
    config.fleet.metrics = None;
    drop(MetricsFile::open(&config, &Clock::system()));
}
