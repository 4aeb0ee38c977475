use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, SystemTime};

use super::*;
use crate::case::MachineIdentity;
use crate::technician::{Step, sign_badge};

const NOW: u64 = 1_780_000_000;

struct Site {
    folder: tempfile::TempDir,
    clock: Clock,
}

impl Site {
    fn new() -> Self {
        let site = Self {
            folder: tempfile::tempdir().expect("a folder"),
            clock: Clock::starting_at(SystemTime::UNIX_EPOCH + Duration::from_secs(NOW)),
        };
        site.key(0o600);
        site
    }

    fn key(&self, mode: u32) {
        let path = self.folder.path().join("technician.key");
        fs::write(&path, format!("{}\n", key().base32())).expect("a key");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("rights");
    }

    /// A start of the firmware.
    fn gate(&self) -> Gatekeeper {
        let folder = self.folder.path();
        Gatekeeper {
            key: folder.join("technician.key"),
            tries: folder.join("store.tries"),
            gate: read_tries(&folder.join("store.tries")),
            since: self.clock.now(),
            badge_keys: vec![desk().public()],
            revoked: vec![Name::new("T0009").expect("a name")],
            audit: AuditLog::at(folder.join("audit")),
            clock: self.clock.clone(),
        }
    }

    fn code(&self) -> String {
        key().code(Step::of(self.clock.unix_seconds().expect("a time")))
    }

    fn tried(&self) -> usize {
        let pages = AuditLog::at(self.folder.path().join("audit"))
            .pages()
            .expect("pages");
        let lines = pages.iter().flat_map(|page| &page.lines);
        let tries = lines.filter(|raw| {
            let act = raw.entry.as_ref().map(|entry| entry.note.act);
            matches!(act, Ok(Act::CodeTried | Act::BadgeShown))
        });
        tries.count()
    }
}

fn key() -> CodeKey {
    CodeKey::from_bytes(b"12345678901234567890").expect("a key")
}

fn desk() -> MachineIdentity {
    MachineIdentity::from_seed(&[3; 32])
}

#[test]
fn a_code_opens_once_also_after_a_restart_and_every_try_is_in_the_log() {
    let site = Site::new();
    let mut gate = site.gate();
    let code = site.code();
    assert_eq!(gate.try_code(&code), (Answer::Granted(Who::Code), true));
    assert_eq!(gate.try_code(&code).0, Answer::Wrong);
    assert_eq!(
        site.gate().try_code(&code).0,
        Answer::Wrong,
        "after a restart"
    );
    assert_eq!(site.tried(), 3);
}

#[test]
fn wrong_codes_delay_and_pulling_the_plug_shortens_nothing() {
    let site = Site::new();
    let mut gate = site.gate();
    for _ in 0..3 {
        assert_eq!(gate.try_code("000000").0, Answer::Wrong);
    }
    let wait = |answer: Answer| match answer {
        Answer::Wait(seconds) => seconds,
        other => panic!("{other:?}"),
    };
    let first = wait(gate.try_code(&site.code()).0);
    assert!((29..=31).contains(&first), "{first}");
    site.clock.advance(Duration::from_secs(25));
    let restarted = wait(site.gate().try_code(&site.code()).0);
    assert!(restarted >= 29, "the delay begins anew: {restarted}");
    site.clock.advance(Duration::from_secs(10));
    assert_eq!(gate.try_code(&site.code()).0, Answer::Granted(Who::Code));
    fs::write(site.folder.path().join("store.tries"), b"{").expect("spoiled");
    assert!(
        wait(site.gate().try_code(&site.code()).0) > 100,
        "spoiling gains nothing"
    );
}

#[test]
fn what_cannot_be_kept_and_a_key_that_others_can_read_open_nothing() {
    let site = Site::new();
    site.key(0o640);
    assert_eq!(site.gate().try_code(&site.code()).0, Answer::NoKey);
    site.key(0o600);
    let mut gate = site.gate();
    gate.tries = site.folder.path().join("away/store.tries");
    assert_eq!(gate.try_code(&site.code()).0, Answer::NotKept);
    site.clock.set_wall_error(-100_000_000_000);
    assert!(matches!(
        site.gate().try_code("000000").0,
        Answer::NoTime | Answer::Wrong
    ));
}

#[test]
fn badges_are_judged_by_the_desks_key_and_by_a_time_that_is_surely_past() {
    let site = Site::new();
    let mut gate = site.gate();
    let name = |text: &str| Name::new(text).expect("a name");
    let mut tries =
        |badge: &str, until| gate.try_badge(&sign_badge(&desk(), &name(badge), until)).0;
    assert_eq!(
        tries("T0007", 20991231),
        Answer::Granted(Who::Badge(name("T0007")))
    );
    assert!(
        matches!(tries("T0009", 20991231), Answer::Badge(_)),
        "called in"
    );
    assert!(matches!(tries("T0007", 20251231), Answer::Badge(_)), "over");
    assert!(matches!(
        gate.try_badge("KIOSKT/1/T0007/20991231/AAAA").0,
        Answer::Badge(_)
    ));
    assert_eq!(site.tried(), 4);
}
