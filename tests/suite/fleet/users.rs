//! What passes between root, the firmware's user and the agent's, by three users under the umask of their units. As one user
//! everything can be read, and nothing of this is seen.

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use kiosk::audit::{Act, Note, Who};
use kiosk::domain::update::Kept;
use kiosk::fleet::report::Report;
use kiosk::fleet::request::{Request as Wanted, Want};
use kiosk::fleet::standing::{Stage, Standing};
use kiosk::fleet::wish::Wish;
use kiosk::shell::audit::AuditLog;
use kiosk::shell::clock::Clock;
use kiosk::shell::durable;
use kiosk::shell::fleet::kept;
use kiosk::shell::fleet::request::{self, Request};
use kiosk::shell::journal::Journal;
use kiosk::shell::metrics::read_fresh;
use kiosk::shell::snapshot_file::{SnapshotFile, keep};
use kiosk::shell::technician::read_key;
use kiosk::shell::{fresh_file, owner};
use kiosk::technician::CodeKey;

use super::rig::{Rig, bundle};

/// Made-up users with these numbers, and the group that both are in.
const FIRMWARE: u32 = 64_470;
const AGENT: u32 = 64_471;
const IDENTITY: u32 = 64_472;
/// Where the folders of the part of another user are.
const PLACE: &str = "KIOSK_TEST_PLACE";
const PART: &str = "KIOSK_TEST_PART";

fn place() -> Option<PathBuf> {
    std::env::var_os(PLACE).map(PathBuf::from)
}

/// A folder as tmpfiles and the units make it.
fn folder(path: &Path, owner: u32, group: u32, mode: u32) {
    fs::create_dir_all(path).unwrap();
    chown(path, Some(owner), Some(group)).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Runs a part of this file as another user.
fn play(place: &Path, user: u32, part: &str) {
    let said = Command::new("setpriv")
        .args([&format!("--reuid={user}"), &format!("--regid={user}")])
        .args([&format!("--groups={IDENTITY}"), "--no-new-privs"])
        .args(["sh", "-c", "umask 077; exec \"$0\" \"$@\""])
        .arg(place.join("suite"))
        .args([
            "--exact",
            "fleet::users::another_user",
            "--ignored",
            "--nocapture",
        ])
        .env(PLACE, place)
        .env(PART, part)
        .output()
        .unwrap();
    let (out, err) = (
        String::from_utf8_lossy(&said.stdout),
        String::from_utf8_lossy(&said.stderr),
    );
    assert!(
        said.status.success() && out.contains("1 passed"),
        "{part}: {out}{err}"
    );
}

/// Played by the test below, as another user.
#[test]
#[ignore = "a part of files_pass_between_the_users_of_a_machine"]
fn another_user() {
    let place = place().expect("played by the test below");
    match std::env::var(PART).expect("a part").as_str() {
        "firmware asks" => firmware_asks(&place),
        "agent works" => agent_works(&place),
        "firmware hears" => firmware_hears(&place),
        "agent is asked by root" => agent_is_asked_by_root(&place),
        "firmware goes on after root" => firmware_goes_on_after_root(&place),
        other => panic!("no part {other}"),
    }
}

fn clock() -> Clock {
    let clock = Clock::starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_000_000));
    clock.advance(Duration::from_secs(100));
    clock
}

fn firmware_asks(place: &Path) {
    let clock = clock();
    let report = Report {
        boot: clock.boot_id().into(),
        boot_ms: clock.boot_ms(),
        version: "of the firmware".into(),
        ..Report::default()
    };
    let file = SnapshotFile::open(place.join("run/kiosk/report.json"));
    file.put(serde_json::to_vec(&report).unwrap());
    drop(file);
    keep(&place.join("run/kiosk/metrics.prom"), b"# EOF\n").unwrap();
    let wanted = Wanted {
        boot: clock.boot_id().into(),
        boot_ms: clock.boot_ms(),
        want: Want::Install("kiosk-2.0.0.raucb".into()),
    };
    request::ask(&place.join("run/kiosk/request.json"), &wanted).unwrap();
    assert!(
        fs::read_dir(place.join("var/kiosk-fleet")).is_err(),
        "not its business"
    );
}

fn rig(place: &Path) -> Rig {
    let mut rig = Rig::new("wave_s = 0");
    let config = &mut rig.config;
    config.technician.stick_dir = place.join("run/kiosk-stick");
    config.technician.request_file = place.join("run/kiosk/request.json");
    config.fleet.report = Some(place.join("run/kiosk/report.json"));
    config.fleet.wish = Some(place.join("run/kiosk-fleet/wish.json"));
    config.updates.as_mut().unwrap().state_dir = place.join("var/kiosk-fleet");
    rig
}

fn agent_works(place: &Path) {
    let report: Report = kept::read(&place.join("run/kiosk/report.json"))
        .unwrap()
        .unwrap();
    assert_eq!(report.version, "of the firmware");
    let figures = read_fresh(
        &place.join("run/kiosk/metrics.prom"),
        Duration::from_secs(600),
    );
    assert!(figures.is_some());
    assert!(
        fs::read_dir(place.join("var/kiosk")).is_err(),
        "citizens' data"
    );
    let rig = rig(place);
    rig.life(async |agent| {
        rig.until(agent, |agent| agent.state().word() == "installed")
            .await;
        // The end of an installation is told at the next turn.
        rig.step(agent).await;
    });
    // A content package, as `shell::content` lays one there.
    let kind = place.join("data/content/catalogue");
    owner::make_folder(&kind, 0o755).unwrap();
    fresh_file::write(&kind.join("7.kcp"), b"package", 0o644).unwrap();
}

/// The other slot holds it, and the machine may be about to restart.
fn is_written(state: &str) -> bool {
    ["installed", "standingBy", "rebooting"].contains(&state)
}

fn firmware_hears(place: &Path) {
    let run = place.join("run/kiosk-fleet");
    kept::read::<Wish>(&run.join("wish.json"))
        .unwrap()
        .expect("a wish");
    let standing: Standing = kept::read(&run.join("standing.json"))
        .unwrap()
        .expect("a standing");
    let taken = standing.request.expect("taken up");
    assert!(matches!(taken.stage, Stage::Handed { .. }), "{taken:?}");
    assert!(is_written(&standing.state), "{}", standing.state);
    let package = fs::read(place.join("data/content/catalogue/7.kcp")).unwrap();
    assert_eq!(package, b"package");
    assert!(fs::write(place.join("data/content/catalogue/8.kcp"), "").is_err());
    let settings = place.join("data/settings/kiosk.toml");
    fresh_file::write(&settings, b"token = \"secret\"", 0o640).unwrap();
}

fn agent_is_asked_by_root(place: &Path) {
    let settings = fs::read_to_string(place.join("data/settings/kiosk.toml")).unwrap();
    assert!(settings.contains("secret"), "by the group of the folder");
    let rig = rig(place);
    let left = place.join("var/kiosk-fleet/request.json");
    assert!(left.exists());
    rig.life(async |agent| rig.step(agent).await);
    assert!(!left.exists(), "taken up, and taken away");
    let written = rig.journal.written();
    assert!(!written.contains("fleet.request_refused"), "{written}");
    let kept: Kept = kept::read(&place.join("var/kiosk-fleet/update.json"))
        .unwrap()
        .unwrap();
    assert!(is_written(kept.now.word()), "{}", kept.now.word());
}

fn firmware_goes_on_after_root(place: &Path) {
    let own = place.join("var/kiosk");
    let log = AuditLog::at(own.join("store.audit"));
    log.append(Note::done(Who::Code, Act::PageOpened), &clock())
        .unwrap();
    let verdict = log.verify(&[]).unwrap();
    assert!(verdict.is_whole() && verdict.entries == 3, "{verdict:?}");
    read_key(&own.join("technician.key")).expect("its own, and nobody else's");
    drop(Journal::file(&own.join("journal.jsonl"), 64, clock()).unwrap());
    fs::remove_file(own.join("store.service")).unwrap();
}

#[test]
fn files_pass_between_the_users_of_a_machine() {
    if !rustix::process::geteuid().is_root() {
        println!("skipped: not root, who alone can be somebody else");
        return;
    }
    if Command::new("setpriv").arg("--version").output().is_err() {
        println!("skipped: no setpriv (util-linux)");
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path();
    fs::set_permissions(place, fs::Permissions::from_mode(0o755)).unwrap();
    fs::copy(std::env::current_exe().unwrap(), place.join("suite")).unwrap();
    for (name, user, group, mode) in [
        ("run", 0, 0, 0o755),
        ("var", 0, 0, 0o755),
        ("data", 0, 0, 0o755),
        ("run/kiosk", FIRMWARE, FIRMWARE, 0o755),
        ("run/kiosk-fleet", AGENT, AGENT, 0o755),
        ("run/kiosk-stick", FIRMWARE, IDENTITY, 0o750),
        ("var/kiosk", FIRMWARE, FIRMWARE, 0o700),
        ("var/kiosk-fleet", AGENT, AGENT, 0o700),
        ("data/content", AGENT, AGENT, 0o755),
        ("data/settings", FIRMWARE, IDENTITY, 0o2755),
    ] {
        folder(&place.join(name), user, group, mode);
    }
    let on_stick = place.join("run/kiosk-stick/kiosk-2.0.0.raucb");
    fs::write(&on_stick, bundle("2.0.0", 400_000)).unwrap();
    // As a FAT file system shows it with the options of systemd/lib/stick.
    chown(&on_stick, Some(FIRMWARE), Some(IDENTITY)).unwrap();
    fs::set_permissions(&on_stick, fs::Permissions::from_mode(0o640)).unwrap();

    play(place, FIRMWARE, "firmware asks");
    play(place, AGENT, "agent works");
    play(place, FIRMWARE, "firmware hears");

    request::leave(
        &place.join("var/kiosk-fleet"),
        &Request::Answer { yes: true },
    )
    .unwrap();
    play(place, AGENT, "agent is asked by root");

    let own = place.join("var/kiosk");
    let log = AuditLog::at(own.join("store.audit"));
    log.append(Note::done(Who::Shell, Act::KeyMade), &clock())
        .unwrap();
    let key = CodeKey::from_bytes(&[7; 20]).unwrap();
    durable::put(&own.join("technician.key"), key.base32().as_bytes()).unwrap();
    durable::put(&own.join("store.service"), b"repair\n").unwrap();
    drop(Journal::file(&own.join("journal.jsonl"), 64, clock()).unwrap());
    play(place, FIRMWARE, "firmware goes on after root");
}
