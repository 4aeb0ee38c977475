//! `kiosk-health` as it is shipped, with RAUC, systemd and GRUB's tool told to shell scripts, and time that only `sleep` moves.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kiosk::domain::update::{Handling, Kept, Kind, Order, Origin, Running, Source, State, Trial};
use tempfile::TempDir;

const FAKES: [(&str, &str); 4] = [
    (
        "systemctl",
        r#"case "$*" in *ActiveState*) cat active ;; *NRestarts*) echo 0 ;; *) echo "$*" >>asked ;; esac"#,
    ),
    (
        "rauc",
        r#"case "$*" in *shell) cat slots ;; *mark-*) echo "$2" >>marks ;; esac"#,
    ),
    // Only this moves time; what is to happen at an hour stands in `later`.
    (
        "sleep",
        r#"at=$(($(cut -d . -f 1 uptime) + $1)); echo "$at.00 1.00" >uptime; [ ! -e later ] || . ./later"#,
    ),
    (
        "grub-editenv",
        r##"case "$2" in
        create) echo "# GRUB" >"$1" ;;
        list) grep -q "# GRUB" "$1" && grep = "$1" ;;
        set) file=$1; shift 2; for word; do echo "$word" >>"$file"; done ;;
        esac"##,
    ),
];

/// A machine after power-on.
struct Machine(TempDir);

impl Machine {
    /// It runs slot `A` or `B`, and the firmware stays up.
    fn running(slot: &str) -> Self {
        let machine = Self(tempfile::tempdir().expect("a folder"));
        for folder in ["bin", "data/rauc", "data/kiosk-fleet", "run/kiosk"] {
            fs::create_dir_all(machine.path(folder)).expect("a folder");
        }
        for (name, does) in FAKES {
            let path = machine.path("bin").join(name);
            fs::write(&path, format!("#!/bin/sh\ncd \"$W\"\n{does}\n")).expect("a script");
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("a script");
        }
        machine.put("uptime", "30.12 50.00\n");
        machine.put("active", "active\n");
        machine.put("cmdline", &format!("quiet rauc.slot={slot} panic=10\n"));
        let choice = machine.path("choice");
        machine.put("rauc.conf", &format!("grubenv={}\n", choice.display()));
        machine.put("choice", "# GRUB\nORDER=A B\n");
        machine.slots(slot, "good");
        machine
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("a file");
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_default()
    }

    /// What RAUC says: which slot runs, and what the other one is worth.
    fn slots(&self, running: &str, other: &str) {
        let (a, b) = if running == "A" {
            (["booted", "good"], ["inactive", other])
        } else {
            (["inactive", other], ["booted", "good"])
        };
        let mut text = "RAUC_SYSTEM_SLOTS='rootfs.0 rootfs.1'\nRAUC_SLOTS='1 2'\n".to_owned();
        for (n, [state, worth]) in [(1, a), (2, b)] {
            text += &format!("RAUC_SLOT_STATE_{n}='{state}'\nRAUC_SLOT_CLASS_{n}='rootfs'\n");
            text += &format!("RAUC_SLOT_BOOT_STATUS_{n}='{worth}'\n");
        }
        self.put("slots", &text);
    }

    /// The fleet agent's record, as the agent writes it.
    fn record(&self, now: State) {
        let kept = Kept { now, last: None };
        let text = serde_json::to_string_pretty(&kept).expect("text");
        self.put("data/kiosk-fleet/update.json", &text);
    }

    fn health(&self, words: &[&str]) -> Output {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("systemd/lib/health");
        let path = std::env::var("PATH").expect("a path");
        Command::new(script)
            .args(words)
            .env("W", self.0.path())
            .env("PATH", format!("{}:{path}", self.path("bin").display()))
            .env("KIOSK_DATA", self.path("data"))
            .env("KIOSK_RUN", self.path("run"))
            .env("KIOSK_UPTIME", self.path("uptime"))
            .env("KIOSK_CMDLINE", self.path("cmdline"))
            .env("KIOSK_RAUC_CONF", self.path("rauc.conf"))
            .output()
            .expect("the script runs")
    }

    /// Ends with `status`, having marked the running slot with `marks`.
    fn ends(&self, words: &[&str], status: i32, marks: &str) {
        let output = self.health(words);
        let told = String::from_utf8_lossy(&output.stdout).into_owned()
            + &String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{told}");
        assert_eq!(self.read("marks").trim_end(), marks, "{told}");
    }

    fn hours(&self) -> u32 {
        let seconds: u32 = self
            .read("uptime")
            .split('.')
            .next()
            .expect("a number")
            .parse()
            .expect("a number");
        seconds / 3600
    }
}

/// From slot A.
fn trial() -> Trial {
    Trial {
        order: Order {
            action: "17".into(),
            origin: Origin::Server,
            kind: Kind::Os,
            name: "kiosk-os".into(),
            version: "2.0.0".into(),
            source: Source {
                href: "https://updates.example/b".into(),
                size: 10,
                sha256: "0".repeat(64),
            },
            download: Handling::Attempt,
            update: Handling::Attempt,
            window: true,
            allow_older: false,
        },
        from: Running {
            slot: "rootfs.0".into(),
            version: "1.0.0".into(),
        },
        to: "2.0.0".into(),
        manifest: String::new(),
        boot: "boot-1".into(),
        before: None,
    }
}

fn proving() -> State {
    State::Proving {
        trial: trial(),
        boot: "boot-2".into(),
        since_ms: 20_000,
        boots: 1,
    }
}

#[test]
fn a_start_that_stays_up_is_good() {
    let machine = Machine::running("A");
    machine.ends(&[], 0, "mark-good");
    assert_eq!(machine.read("asked"), "");
    assert!(machine.read("data/rauc/steady").ends_with('\n'));
}

/// Whatever the agent's record still calls it: after a cut of power it has not run yet, and the slot tells.
#[test]
fn the_new_slot_is_on_trial_and_watched_over() {
    let (trial, stop) = (trial, None);
    let states = [
        State::Installing {
            trial: trial(),
            begun: 1,
            stop,
        },
        State::Installed { trial: trial() },
        proving(),
    ];
    for state in states {
        let (word, machine) = (state.word(), Machine::running("B"));
        machine.record(state);
        machine.ends(&[], 0, "");
        assert!(
            machine.read("asked").contains("start kiosk-trial.service"),
            "{word}"
        );
    }
}

#[test]
fn the_old_slot_is_not_on_trial() {
    for state in [State::Installed { trial: trial() }, proving()] {
        let machine = Machine::running("A");
        machine.record(state);
        machine.ends(&[], 0, "mark-good");
    }
}

#[test]
fn a_firmware_that_does_not_stay_up_is_left_only_for_one_that_may() {
    // What stayed up here before, what the other slot is worth, how it ends.
    for (steady, other, status, marks) in [
        ("0.9.0\n", "good", 1, "mark-bad"),
        ("0.9.0\n", "bad", 0, ""),
        ("", "good", 0, ""),
        ("unknown\n", "good", 0, ""),
    ] {
        let machine = Machine::running("B");
        machine.put("active", "failed\n");
        machine.put("data/rauc/steady", steady);
        machine.slots("B", other);
        machine.ends(&[], status, marks);
    }
}

#[test]
fn a_trial_that_nobody_decides_is_taken_back_after_four_hours() {
    let machine = Machine::running("B");
    machine.record(proving());
    machine.ends(&["trial"], 1, "mark-bad");
    assert_eq!(machine.hours(), 4);
}

#[test]
fn a_visit_holds_it_up_for_an_hour_at_most() {
    let machine = Machine::running("B");
    machine.record(proving());
    machine.put("run/kiosk/report.json", r#"{ "busy": ["visit"] }"#);
    machine.ends(&["trial"], 1, "mark-bad");
    assert_eq!(machine.hours(), 5);
}

#[test]
fn a_trial_that_was_decided_ends_its_watch() {
    let machine = Machine::running("B");
    machine.record(proving());
    let kept = serde_json::to_string_pretty(&Kept::default()).expect("text");
    machine.put("closed.json", &kept);
    machine.put(
        "later",
        r#"[ "$at" -lt 3600 ] || cp closed.json data/kiosk-fleet/update.json"#,
    );
    machine.ends(&["trial"], 0, "");
    assert_eq!(machine.hours(), 1);
}

#[test]
fn where_the_other_slot_would_do_no_better_nothing_is_taken_back() {
    let machine = Machine::running("B");
    machine.record(proving());
    machine.slots("B", "bad");
    machine.ends(&["trial"], 0, "");
}

#[test]
fn a_choice_that_was_cut_off_is_made_anew() {
    for (spare, mended) in [
        (
            "# GRUB\nORDER=B A\nB_TRY=1\n",
            "# GRUB\nORDER=B A\nB_TRY=1\n",
        ),
        ("", "# GRUB\nORDER=B A\nA_OK=1\nB_OK=1\nA_TRY=0\nB_TRY=0\n"),
    ] {
        let machine = Machine::running("B");
        machine.put("choice", "");
        machine.put("choice.spare", spare);
        machine.ends(&[], 0, "mark-good");
        assert_eq!(machine.read("choice"), mended);
    }
    let machine = Machine::running("A");
    machine.ends(&[], 0, "mark-good");
    assert_eq!(
        machine.read("choice"),
        "# GRUB\nORDER=A B\n",
        "a good one is left alone"
    );
}
