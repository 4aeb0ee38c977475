//! The command line beside a machine: a technician looks while the firmware works, nobody sees citizens, receipts are
//! checked offline.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicBool, Ordering};

use kiosk::case::{
    Acceptance, Answer, ClockClass, Digest, Draft, Epoch, FilingNumber, Machine, MachineIdentity,
    ParkCause, Proof, RetryCause, Stamp, sample,
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
fn three_cases(store: &Store) -> Vec<Filed> {
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

#[test]
fn cases_are_looked_at_while_the_firmware_holds_the_store() {
    let place = Place::new();
    let store = place.store();
    let filed = three_cases(&store);

    let list = place.kiosk(&["outbox", "list", "--json"]);
    assert_eq!(states(&list), ["accepted", "parked", "sending"]);
    assert_eq!(list.code, 1, "a parked case wants somebody");
    let some = place.kiosk(&["outbox", "list", "--json", "--state", "sending"]);
    assert_eq!(
        some.json_lines()[0]["filing_number"],
        filed[0].filing_number.0
    );

    let table = place.kiosk(&["outbox", "list"]);
    assert!(table.out.contains("收件号") && table.out.contains("filing number"));
    let typed = filed[0].filing_number.0.replace('-', " ").to_lowercase();
    let shown = place.kiosk(&["outbox", "show", &typed]);
    for word in [
        &filed[0].key.0,
        "2026-01-05T09:00:00+08:00",
        "503",
        "3f2c9a10",
    ] {
        assert!(shown.out.contains(word), "{word}: {}", shown.out);
    }
    for said in [&list, &some, &table, &shown] {
        for secret in ["测试", "9999991949", "0751"] {
            assert!(!said.out.contains(secret), "{}", said.out);
        }
    }
    // The store is still ours, and works.
    store.verify().unwrap();
    store.file(vec![draft("测试丁")], stamp(None)).unwrap();
}

#[test]
fn what_needs_the_store_for_itself_says_how_to_get_it() {
    let place = Place::new();
    let store = place.store();
    let filed = three_cases(&store);
    place.identity();
    for arguments in [
        &["outbox", "retry", "--all-parked"][..],
        &["outbox", "list", "--personal"],
    ] {
        let said = place.kiosk(arguments);
        assert_eq!(said.code, 2, "{}", said.out);
        assert!(said.err.contains("systemctl stop kiosk"), "{}", said.err);
    }
    drop(store);

    let said = place.kiosk(&["outbox", "retry", &filed[0].filing_number.0]);
    assert_eq!(said.code, 1, "it was not parked");
    let said = place.kiosk(&["outbox", "retry", "--all-parked"]);
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    assert!(said.out.contains(&filed[1].filing_number.0));
    let list = place.kiosk(&["outbox", "list", "--json"]);
    assert_eq!(states(&list), ["accepted", "sending", "sending"]);
    assert_eq!(place.kiosk(&["outbox", "retry", "nothing"]).code, 2);
}

#[test]
fn citizens_are_shown_only_where_the_key_is() {
    let place = Place::new();
    let filed = three_cases(&place.store());
    let ask = || place.kiosk(&["outbox", "show", &filed[0].key.0, "--personal"]);
    let said = ask();
    assert_eq!(said.code, 2);
    assert!(
        said.err.contains("there is no key") && said.out.is_empty(),
        "{}",
        said.err
    );
    place.identity();
    let said = ask();
    assert!(said.out.contains("测试甲") && said.out.contains("999999194912310029"));
    let list = place.kiosk(&["outbox", "list", "--personal", "--json"]);
    let lines = list.json_lines();
    assert_eq!(lines[0]["person"], Value::Null, "deleted at acceptance");
    assert_eq!(lines[1]["person"]["name"], "测试乙");
}

#[test]
fn looking_never_sees_half_a_commit() {
    let place = Place::new();
    let (store, done) = (place.store(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                let pair = vec![draft("测试甲"), draft("测试甲")];
                let filed = store.file(pair, stamp(None)).unwrap();
                if filed[0].seq % 64 == 1 {
                    store.tidy().unwrap();
                }
            }
        });
        let mut seen = 0;
        for _ in 0..6 {
            let said = place.kiosk(&["outbox", "list", "--json", "--limit", "100000"]);
            assert_eq!(said.code, 0, "{}", said.err);
            let count = said.out.lines().count();
            assert!(
                count.is_multiple_of(2) && count >= seen,
                "{count} after {seen}"
            );
            seen = count;
        }
        done.store(true, Ordering::Relaxed);
        assert!(seen > 0, "nothing was filed meanwhile");
    });
}

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
#[cfg(feature = "sim")]
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

fn proof(identity: &MachineIdentity) -> Proof {
    let (machine, epoch) = (
        Machine::parse("W0012").unwrap(),
        Epoch::parse("A7").unwrap(),
    );
    let number = FilingNumber::mint(&machine, &epoch, 1);
    let stamp = stamp(Some("2026-11-22T14:05:06+08:00"));
    Proof::of(&stamp, &[(number, Digest([9; 32]))], Some(identity)).unwrap()
}

fn verify(code: &str, key: &str) -> Said {
    let arguments = ["outbox", "verify", "--key", key, "--", code];
    Said::of(kiosk().args(arguments).output().unwrap())
}

#[test]
fn a_receipt_is_checked_without_a_machine() {
    let identity = MachineIdentity::from_seed(&[7; 32]);
    let (text, key) = (proof(&identity).text(), identity.public().text());
    let said = verify(&text, &key);
    assert_eq!(said.code, 0, "{}", said.err);
    assert!(said.out.contains("有效 valid") && said.out.contains("2026-11-22 14:05"));

    let later = text.replace("14:05:06", "13:05:06");
    let said = verify(&later, &key);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("签名不符"), "{}", said.out);
    let misread = text.replace("-000001-", "-000007-");
    let said = verify(&misread, &key);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("收件号有误"), "{}", said.out);
    let other = MachineIdentity::from_seed(&[8; 32]).public().text();
    assert_eq!(verify(&text, &other).code, 1);

    for unreadable in ["KIOSK1;W0012", "/nowhere/receipt.png", ""] {
        assert_eq!(verify(unreadable, &key).code, 2, "{unreadable}");
    }
    assert_eq!(verify(&text, "no key").code, 2);
}

/// A picture of what the simulated printer prints.
#[cfg(feature = "sim")]
#[test]
fn a_picture_of_a_receipt_is_checked() {
    use kiosk::receipt::{Block, Receipt};
    use kiosk::sim::printer::{PaperFont, print_at_once};
    use kiosk::wire::escpos::{NoGlyphs, Profile, encode};
    let Ok(font) = PaperFont::find() else {
        println!("skipped: no Chinese font on this machine");
        return;
    };
    let dir = tempfile::tempdir().unwrap();
    let identity = MachineIdentity::from_seed(&[7; 32]);
    let key = dir.path().join("machine.pub");
    std::fs::write(&key, identity.public().text() + "\n").unwrap();
    let data = proof(&identity).text();
    let blocks = vec![Block::Qr { data, module: 5 }];
    let profile = Profile::builtin("epson-tm-t88").unwrap();
    let bytes = encode(&Receipt { blocks }, &profile, &NoGlyphs).unwrap();
    let paper = &print_at_once(&bytes.to_bytes(&profile), 576)[0];
    let png = dir.path().join("receipt.png");
    std::fs::write(&png, paper.to_png(&font, 576).unwrap()).unwrap();
    let said = verify(png.to_str().unwrap(), key.to_str().unwrap());
    if said.err.contains("zbar-tools") {
        println!("skipped: zbarimg (zbar-tools) is not installed");
        return;
    }
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
}

/// From a card on the reader to the verdict of a counter far away: what the printer printed is checked with nothing but
/// the machine's public key, with a clock and without one.
#[cfg(feature = "sim")]
#[test]
fn the_receipt_of_a_visit_proves_itself() {
    use crate::trouble_bench::Bench;
    for (clock, class) in [(None, 'T'), (Some("clock -40"), 'U')] {
        let mut bench = Bench::new();
        clock.into_iter().for_each(|line| bench.act(line));
        bench.visit("mother");
        let config = bench.rig.config();
        let key = identity::load(&identity::Place::of(&config.store.path)).unwrap();
        let papers = bench.rig.printer().papers();
        let proof = Proof::parse(&papers[0].qr_codes()[0]).unwrap();
        assert_eq!(proof.verify(&key.public()), Ok(()));
        assert_eq!(proof.clock, class);
        let text = papers[0].lines().join("\n");
        assert_eq!(text.contains("时间未校准"), class == 'U', "{text}");
        for (number, _) in &proof.cases {
            assert!(text.contains(&number.0), "{text}");
        }
        if let Some(time) = proof.time_on_paper() {
            assert!(text.contains(&time), "{text}");
        }
        let said = verify(&papers[0].qr_codes()[0], &key.public().text());
        assert_eq!(said.code, 0, "{}", said.out);
    }
}
