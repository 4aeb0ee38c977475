//! Units that a machine would refuse: a command or a user that does not exist, a sandbox with a hole.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `systemd-analyze security` gives these units at most, in tenths: the same with systemd 252 and 257.
const EXPOSURE: &[(&str, u32)] = &[
    ("kiosk.service", 15),
    ("kiosk-fleet.service", 15),
    ("kiosk-rescue.service", 15),
];

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn units() -> Vec<(String, String)> {
    let folder = project().join("systemd/system");
    let mut units: Vec<_> = fs::read_dir(folder)
        .expect("units")
        .map(|entry| {
            let entry = entry.expect("entry");
            let text = fs::read_to_string(entry.path()).expect("a unit is text");
            (entry.file_name().to_string_lossy().into_owned(), text)
        })
        .collect();
    units.sort();
    assert!(units.len() >= 5, "units were not found");
    units
}

/// Values of `key`, one a line of the unit.
fn values<'t>(unit: &'t str, key: &str) -> Vec<&'t str> {
    unit.lines()
        .filter_map(|line| line.strip_prefix(key)?.strip_prefix('='))
        .collect()
}

/// Path of a program without systemd's marks before it.
fn program(exec: &str) -> (&str, Vec<&str>) {
    let mut words = exec
        .trim_start_matches(['-', '+', '!', '@', ':'])
        .split(' ');
    (words.next().unwrap_or_default(), words.collect())
}

#[test]
fn every_unit_starts_something_that_is_there() {
    let commands = fs::read_to_string(project().join("src/cli/mod.rs")).expect("commands");
    let all = units();
    for (name, unit) in &all {
        if let Some(stem) = name.strip_suffix(".path") {
            let service = format!("{stem}.service");
            assert!(
                all.iter().any(|(name, _)| *name == service),
                "{name} starts nothing"
            );
            continue;
        }
        let starts: Vec<&str> = ["ExecStart", "ExecStartPre", "ExecStop", "ExecStopPost"]
            .iter()
            .flat_map(|key| values(unit, key))
            .collect();
        assert!(!starts.is_empty(), "{name} starts nothing");
        for exec in starts {
            let (path, arguments) = program(exec);
            if path == "/usr/bin/kiosk" {
                let command = arguments.first().copied().unwrap_or_default();
                let mut variant: String = command.to_owned();
                if let Some(first) = variant.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
                // The agent's command comes with the agent; the image starts its unit only where it is there.
                let known = command == "fleet" || commands.contains(&format!("    {variant}("));
                assert!(known, "{name}: there is no `kiosk {command}`");
            } else if let Some(tool) = path.strip_prefix("/usr/lib/kiosk/") {
                let tool = project().join("systemd/lib").join(tool);
                assert!(tool.exists(), "{name}: there is no {}", tool.display());
            } else {
                assert_eq!(path, "/usr/bin/systemctl", "{name}");
            }
        }
    }
}

#[test]
fn every_user_and_group_of_a_unit_is_made() {
    // What Debian's own base has.
    let mut known: BTreeSet<&str> = ["video", "input", "dialout", "lp"].into();
    let sysusers = fs::read_to_string(project().join("systemd/sysusers.d/kiosk.conf"))
        .expect("users of the image");
    for line in sysusers.lines() {
        let mut words = line.split_whitespace();
        if matches!(words.next(), Some("u" | "g")) {
            known.extend(words.next());
        }
    }
    for (name, unit) in units() {
        for key in ["User", "Group", "SupplementaryGroups"] {
            for group in values(&unit, key).iter().flat_map(|it| it.split(' ')) {
                assert!(
                    known.contains(group),
                    "{name}: {key}={group} is made nowhere"
                );
            }
        }
    }
}

#[test]
fn the_unit_that_has_the_network_has_no_citizens_data_and_no_device() {
    let (_, fleet) = units()
        .into_iter()
        .find(|(name, _)| name == "kiosk-fleet.service")
        .expect("the agent's unit");
    assert_eq!(values(&fleet, "PrivateDevices"), ["yes"]);
    assert_eq!(values(&fleet, "InaccessiblePaths"), ["-/var/lib/kiosk"]);
    assert_eq!(values(&fleet, "User"), ["kiosk-fleet"]);
    // What it shares with the firmware: content packages, and the certificate that it renews.
    assert_eq!(
        values(&fleet, "ReadWritePaths"),
        ["-/data/content", "-/var/lib/kiosk-identity"]
    );
    assert!(values(&fleet, "SupplementaryGroups").contains(&"kiosk-identity"));
}

#[test]
fn a_sandbox_has_no_hole_that_it_had_not_before() {
    let Ok(version) = Command::new("systemd-analyze").arg("--version").output() else {
        println!("skipped: there is no systemd-analyze on this computer");
        return;
    };
    assert!(version.status.success());
    for (name, limit) in EXPOSURE {
        let unit: PathBuf = project().join("systemd/system").join(name);
        let judged = Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--no-pager"])
            .arg(format!("--threshold={limit}"))
            .arg(&unit)
            .output()
            .expect("systemd-analyze ran before");
        let told = String::from_utf8_lossy(&judged.stdout);
        let last = told.lines().last().unwrap_or_default();
        println!("{last}");
        assert!(
            judged.status.success(),
            "{name} is more exposed than {limit}/10: {last}"
        );
    }
}

#[test]
fn every_rule_is_shipped_and_wants_a_unit_that_is_there() {
    let furnish = fs::read_to_string(project().join("board/image/furnish")).expect("furnish");
    let units = units();
    let rules = fs::read_dir(project().join("systemd/udev")).expect("rules");
    let mut wanted = 0;
    for rule in rules {
        let path = rule.expect("entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        assert!(
            furnish.contains(&format!("/usr/lib/udev/rules.d/{name}")),
            "{name}"
        );
        let text = fs::read_to_string(&path).expect("a rule is text");
        for part in text.split("ENV{SYSTEMD_WANTS}+=\"").skip(1) {
            let unit = part.split('"').next().unwrap_or_default();
            let template = unit.replace("%k", "");
            assert!(units.iter().any(|(name, _)| *name == template), "{unit}");
            wanted += 1;
        }
    }
    assert_eq!(wanted, 1, "that of a stick");
}

#[test]
fn a_stick_that_was_mounted_is_seen_by_everybody() {
    let (_, stick) = units()
        .into_iter()
        .find(|(name, _)| name == "kiosk-stick@.service")
        .expect("the stick's unit");
    // Each of these would give the unit disks of its own, and what it mounts would be seen by nobody else.
    let own = [
        "Private",
        "Protect",
        "ReadOnly",
        "ReadWrite",
        "Inaccessible",
        "TemporaryFileSystem",
        "Bind",
        "MountFlags",
        "RootDirectory",
        "ProcSubset",
        "StateDirectory",
        "DynamicUser",
        "ImportCredential",
        "LoadCredential",
    ];
    let keys = stick.lines().filter(|line| !line.starts_with("BindsTo="));
    for line in keys {
        assert!(own.iter().all(|key| !line.starts_with(key)), "{line}");
    }
    let (_, firmware) = units()
        .into_iter()
        .find(|(name, _)| name == "kiosk.service")
        .expect("the firmware's unit");
    assert!(values(&firmware, "ReadWritePaths").contains(&"-/run/kiosk-stick"));
}
