//! A machine's folder, and the command line beside it in a process of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use kiosk::case::{
    Acceptance, Answer, ClockClass, Draft, Machine, MachineIdentity, ParkCause, RetryCause, Stamp,
    sample,
};
use kiosk::shell::identity;
use kiosk::shell::store::{Attempt, Config, Filed, Store};
use serde_json::Value;

/// A machine's folder: its configuration, its store, its key.
pub struct Place(pub tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let board = Path::new(env!("CARGO_MANIFEST_DIR")).join("board");
        let laptop = std::fs::read_to_string(board.join("laptop/kiosk.toml")).unwrap();
        let here = place.0.path().display();
        let config = laptop
            .replace("../../target/demo/", &format!("{here}/"))
            .replace("\"../", &format!("\"{}/", board.display()));
        std::fs::write(place.config(), config).unwrap();
        place
    }

    pub fn config(&self) -> PathBuf {
        self.0.path().join("kiosk.toml")
    }

    pub fn store(&self) -> Store {
        let path = self.0.path().join("store.db");
        let machine = Machine::parse("W0012").unwrap();
        Store::open(Config::new(path, machine)).unwrap().store
    }

    pub fn identity(&self) -> MachineIdentity {
        let place = identity::Place::of(&self.0.path().join("store.db"));
        identity::load_or_make(&place).unwrap()
    }

    /// `kiosk …` with this machine's configuration, in a process of its own.
    pub fn kiosk(&self, arguments: &[&str]) -> Said {
        let mut command = kiosk();
        command.args(arguments).arg("--config").arg(self.config());
        Said::of(command.output().unwrap())
    }
}

pub fn kiosk() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_kiosk"));
    command.env_remove("CREDENTIALS_DIRECTORY");
    command
}

pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    pub fn of(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    pub fn json_lines(&self) -> Vec<Value> {
        let lines = self.out.lines();
        lines
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub fn stamp(at: Option<&str>) -> Stamp {
    Stamp {
        wall_rfc3339: at.map(str::to_owned),
        clock_class: if at.is_some() {
            ClockClass::Trusted
        } else {
            ClockClass::Unknown
        },
        boot_id: "3f2c9a10-0000-4000-8000-000000000000".into(),
        monotonic_ms: 4711,
    }
}

pub fn draft(name: &str) -> Draft {
    let mut draft = sample::draft("999999194912310029");
    draft.applicant.name = name.into();
    draft.mobile = Some("07510000001".into());
    draft.offline = true;
    draft
}

fn record(store: &Store, case: &Filed, answer: &Answer) {
    let attempt = Attempt {
        at: stamp(None),
        http_status: Some(503),
        server_date: None,
        problem: None,
    };
    store.record(&case.key, answer, attempt).unwrap();
}

/// One case waits after a failed attempt, one is parked, one was accepted.
pub fn three_cases(store: &Store) -> Vec<Filed> {
    let old = stamp(Some("2026-01-05T09:00:00+08:00"));
    let mut filed = Vec::new();
    for (name, stamp) in [
        ("测试甲", old.clone()),
        ("测试乙", stamp(None)),
        ("测试丙", old),
    ] {
        filed.extend(store.file(vec![draft(name)], stamp).unwrap());
    }
    let later = Answer::Retry {
        why: RetryCause::ServerBusy,
        retry_after_s: None,
    };
    record(store, &filed[0], &later);
    record(store, &filed[1], &Answer::Parked(ParkCause::KeyReused));
    let taken = Answer::Accepted(Acceptance {
        sblsh: "4402030000020260105000001".into(),
        sblsh_short: "000001".into(),
        query_code: "12345678".into(),
        accepted_at: "2026-01-05T09:00:02+08:00".into(),
        promise_until: None,
    });
    record(store, &filed[2], &taken);
    filed
}

pub fn states(said: &Said) -> Vec<String> {
    let lines = said.json_lines();
    let states = lines.iter().map(|line| line["state"].as_str().unwrap());
    states.map(str::to_owned).collect()
}
