//! The line does not come back: cases are carried to the platform by hand, and its receipt is carried back.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use kiosk::case::bundle::{IMPORT_RECEIPT, ImportOutcome, ImportReceipt};
use kiosk::case::{Answer, Content, Digest, MachineIdentity, Signature, signed};
use kiosk::shell::platform::{Client, ClientConfig, Token};
use kiosk::shell::store::{Filed, StoreFault};
use kiosk::sim::platform::{DEMO_PAASID, DEMO_TOKEN, Options, PlatformSim};
use serde_json::Value;

use crate::command::{Place, Said, draft, kiosk, stamp, states};

/// A machine that may carry cases by hand, a stick, and the platform.
struct Bench {
    place: Place,
    stick: PathBuf,
    platform: PlatformSim,
}

impl Bench {
    fn new() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let place = Place::new();
        // The laptop's file documents the two settings with the keys of the demo's platform.
        let config = fs::read_to_string(place.config()).unwrap();
        let config = config
            .replace("# seal_key", "seal_key")
            .replace("# signer", "signer");
        fs::write(place.config(), config).unwrap();
        let stick = place.0.path().join("stick");
        fs::create_dir(&stick).unwrap();
        place.identity();
        Self {
            place,
            stick,
            platform: PlatformSim::start(options).unwrap(),
        }
    }

    fn file(&self, count: usize) -> Vec<Filed> {
        let store = self.place.store();
        let one = |_| {
            store
                .file(vec![draft("测试甲")], stamp(None))
                .unwrap()
                .remove(0)
        };
        (0..count).map(one).collect()
    }

    fn export(&self) -> Said {
        self.place
            .kiosk(&["outbox", "export", "--json", self.stick.to_str().unwrap()])
    }

    /// Files a case with a signature and this scan.
    fn file_signed(&self, scan: &[u8]) -> Filed {
        let strokes = [vec![(1.0, 2.0), (3.3, 4.0)]];
        let signature = Signature::new(&strokes).unwrap().content();
        let mut draft = draft("测试甲");
        draft.signature = Some(signature.attachment().digest);
        draft.contents = vec![signature, Content::new("M1", scan.to_vec()).unwrap()];
        let store = self.place.store();
        store.file(vec![draft], stamp(None)).unwrap().remove(0)
    }

    /// Imports a receipt with this text.
    fn import(&self, receipt: &str) -> Said {
        let file = self.stick.join("receipt.jws");
        fs::write(&file, receipt).unwrap();
        self.place
            .kiosk(&["outbox", "import", "--json", file.to_str().unwrap()])
    }

    fn states(&self) -> Vec<String> {
        states(&self.place.kiosk(&["outbox", "list", "--json"]))
    }

    fn client(&self) -> Client {
        let config = ClientConfig {
            base_url: self.platform.base_url(),
            paasid: DEMO_PAASID.into(),
            token: Token::new(DEMO_TOKEN.into()),
            ca_pem: None,
            device: "W0012".into(),
            connect_timeout: Duration::from_secs(20),
            answer_timeout: Duration::from_secs(20),
        };
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let now = i64::try_from(now.unwrap().as_secs()).unwrap();
        Client::new(config, Arc::new(move || now)).unwrap()
    }
}

fn bundle(said: &Said) -> PathBuf {
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let bundles = said.json_lines();
    assert_eq!(bundles.len(), 1);
    bundles[0]["file"].as_str().unwrap().into()
}

fn changed(said: &Said) -> usize {
    let lines = said.json_lines();
    lines.iter().filter(|line| line["changed"] == true).count()
}

fn files(folder: &Path) -> usize {
    fs::read_dir(folder).unwrap().count()
}

#[tokio::test]
async fn cases_go_by_hand_and_the_receipt_ends_them() {
    let bench = Bench::new();
    let filed = bench.file(3);
    let file = bundle(&bench.export());
    let bytes = fs::read(&file).unwrap();
    for secret in ["测试甲", "999999194912310029", &filed[0].key.0] {
        let found = bytes.windows(secret.len()).any(|w| w == secret.as_bytes());
        assert!(!found, "{secret} in clear");
    }
    assert_eq!(bench.states(), ["ready"; 3], "an export is a copy");
    let bodies: Vec<_> = {
        let store = bench.place.store();
        filed
            .iter()
            .map(|case| store.body(&case.key).unwrap())
            .collect()
    };

    let receipt = bench.platform.import(&file).unwrap();
    let said = bench.import(&format!("{receipt}\n"));
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert_eq!(changed(&said), 3);
    assert_eq!(bench.states(), ["accepted"; 3]);
    let list = bench
        .place
        .kiosk(&["outbox", "list", "--json"])
        .json_lines();
    let store = bench.place.store();
    for case in &filed {
        assert_eq!(
            store.body(&case.key),
            Err(StoreFault::NotFound),
            "its body is gone"
        );
    }
    drop(store);

    // A second time, and the line after all: the same numbers, no case twice.
    let again = bench.import(&receipt);
    assert_eq!((again.code, changed(&again)), (0, 0));
    let client = bench.client();
    for (case, body) in filed.iter().zip(&bodies) {
        let line = list
            .iter()
            .find(|line| line["key"] == case.key.0.as_str())
            .unwrap();
        match client.put_case(&case.key, body).await {
            Answer::Accepted(acceptance) => assert_eq!(line["sblsh"], acceptance.sblsh.as_str()),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(bench.platform.cases().unwrap().len(), 3);
}

#[test]
fn attachments_go_with_their_cases_each_content_once() {
    let bench = Bench::new();
    let scans = [vec![1; 100_000], vec![2; 70_000]];
    scans.iter().for_each(|scan| drop(bench.file_signed(scan)));
    bench.file(1);
    let file = bundle(&bench.export());
    let length = fs::metadata(&file).unwrap().len();
    assert!((170_000..200_000).contains(&length), "{length}");
    let receipt = bench.platform.import(&file).unwrap();
    for content in [&scans[0][..], &scans[1], b"[[[10,20],[33,40]]]"] {
        let here = bench.platform.attachment("W0012", &Digest::of(content));
        assert!(here.unwrap() == content);
        let bytes = fs::read(&file).unwrap();
        assert!(!bytes.windows(19).any(|w| w == &content[..19]), "in clear");
    }
    assert_eq!(changed(&bench.import(&receipt)), 3);
    assert_eq!(bench.states(), ["accepted"; 3]);
    drop(bench.place.store());
    let folder = bench.place.0.path().join("store.db.objects");
    assert_eq!(files(&folder), 0, "gone with their cases");
}

#[test]
fn a_case_whose_attachment_cannot_be_read_keeps_no_other_here() {
    let bench = Bench::new();
    let damaged = bench.file_signed(&[1; 100_000]);
    bench.file_signed(&[2; 70_000]);
    let folder = bench.place.0.path().join("store.db.objects");
    let longest = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let longest = longest
        .max_by_key(|path| path.metadata().unwrap().len())
        .unwrap();
    let mut bytes = fs::read(&longest).unwrap();
    bytes[90_000] ^= 1;
    fs::write(&longest, bytes).unwrap();
    let said = bench.export();
    assert_eq!(said.code, 1);
    assert!(said.err.contains(&damaged.filing_number.0), "{}", said.err);
    assert!(said.err.contains("attachments"), "{}", said.err);
    assert_eq!(said.json_lines()[0]["count"], 1);
}

#[test]
fn nothing_changed_on_the_way_is_believed() {
    let bench = Bench::new();
    bench.file(2);
    let file = bundle(&bench.export());
    let whole = fs::read(&file).unwrap();
    for at in [0, 8, 20, 60, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&file, bytes).unwrap();
        assert!(bench.platform.import(&file).is_err(), "byte {at}");
    }
    assert!(bench.platform.cases().unwrap().is_empty());
    fs::write(&file, whole).unwrap();
    let receipt = bench.platform.import(&file).unwrap();

    let dot = receipt.find('.').unwrap();
    for at in [5, dot + 40, receipt.len() - 20] {
        let mut bytes = receipt.clone().into_bytes();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let said = bench.import(&String::from_utf8(bytes).unwrap());
        assert_eq!(said.code, 2, "character {at}: {}", said.out);
        assert!(said.err.contains("nothing was changed"), "{}", said.err);
    }
    let stranger = MachineIdentity::from_seed(&[1; 32]);
    let content: Value =
        signed::verify(&receipt, IMPORT_RECEIPT, &bench.platform.signer()).unwrap();
    let said = bench.import(&signed::sign(&stranger, IMPORT_RECEIPT, &content));
    assert_eq!(said.code, 2);
    assert!(said.err.contains("another key"), "{}", said.err);
    assert_eq!(bench.states(), ["ready"; 2]);
}

/// The platform's own receipts, for a machine that is not this one or does not know the cases.
#[test]
fn a_receipt_of_others_changes_nothing() {
    let (one, other) = (Bench::new(), Bench::new());
    one.file(2);
    other.file(1);
    let receipt = one.platform.import(&bundle(&one.export())).unwrap();
    // The other store has the machine's name, as after an exchange of the disk, but not its cases.
    let said = other.import(&receipt);
    assert_eq!((said.code, changed(&said)), (1, 0), "{}", said.err);
    assert!(said.out.contains("there is no such case"), "{}", said.out);
    let config = fs::read_to_string(one.place.config()).unwrap();
    fs::write(one.place.config(), config.replace("\"W0012\"", "\"W0013\"")).unwrap();
    let said = one.import(&receipt);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("for another machine"), "{}", said.err);
    for bench in [&one, &other] {
        assert!(bench.states().iter().all(|state| state == "ready"));
    }
}

/// The machine is given another signer to believe, with whose key the test writes what a platform could say.
#[test]
fn each_outcome_of_a_receipt_is_written_down_as_over_the_line() {
    let signer = MachineIdentity::from_seed(&[5; 32]);
    let bench = Bench::new();
    let config = fs::read_to_string(bench.place.config()).unwrap();
    let config = config.replace(&bench.platform.signer().text(), &signer.public().text());
    fs::write(bench.place.config(), config).unwrap();
    let filed = bench.file(4);
    let receipt = bench.platform.import(&bundle(&bench.export())).unwrap();
    let mut content: ImportReceipt =
        signed::verify(&receipt, IMPORT_RECEIPT, &bench.platform.signer()).unwrap();
    let accepted = content.cases[3].outcome.clone();
    content.cases[0].outcome = ImportOutcome::Rejected {
        rejection: kiosk::case::Rejection {
            code: "NOT_ELIGIBLE".into(),
            detail: "不符合条件".into(),
        },
    };
    content.cases[1].outcome = ImportOutcome::KeyReused;
    content.cases[2].outcome = ImportOutcome::NotTaken {
        detail: "attachments are missing".into(),
    };
    content.cases[3].digest = filed[0].digest;
    let import =
        |content: &ImportReceipt| bench.import(&signed::sign(&signer, IMPORT_RECEIPT, content));
    let said = import(&content);
    assert_eq!(
        (said.code, changed(&said)),
        (1, 2),
        "{}{}",
        said.out,
        said.err
    );
    assert!(!said.out.contains("不符合条件"), "that is for the citizen");
    assert_eq!(bench.states(), ["ready", "ready", "parked", "rejected"]);
    assert_eq!(changed(&import(&content)), 0, "a second time");

    // A final answer stays; one that was parked learns that it had arrived.
    content.cases[0].outcome = accepted.clone();
    content.cases[1].outcome = accepted;
    let said = import(&content);
    assert_eq!((said.code, changed(&said)), (1, 1), "{}", said.out);
    assert!(said.out.contains("another final answer"));
    assert_eq!(bench.states(), ["ready", "ready", "accepted", "rejected"]);
}

#[test]
fn an_export_that_cannot_be_made_says_why_and_leaves_nothing() {
    let bench = Bench::new();
    let refused = |why: &str| {
        let said = bench.export();
        assert_eq!(said.code, 2, "{}", said.out);
        assert!(said.err.contains(why), "{why}: {}", said.err);
        assert_eq!(files(&bench.stick), 0);
    };
    drop(bench.place.store());
    refused("no case waits");
    bench.file(1);
    let store = bench.place.store();
    refused("systemctl stop kiosk");
    drop(store);
    let config = fs::read_to_string(bench.place.config()).unwrap();
    fs::write(
        bench.place.config(),
        config
            .replace("seal_key =", "# seal_key =")
            .replace("signer =", "# signer ="),
    )
    .unwrap();
    refused("no key to seal to");
    fs::write(bench.place.config(), config).unwrap();
    let key = bench.place.0.path().join("machine-key");
    fs::rename(&key, bench.place.0.path().join("away")).unwrap();
    refused("there is no key");
    fs::rename(bench.place.0.path().join("away"), &key).unwrap();
    let said = bench.place.kiosk(&["outbox", "export", "/nowhere/stick"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("is the stick mounted?"), "{}", said.err);
}

/// The power goes while the stick is written, after it is written, or the stick is lost: the cases are still here.
#[test]
fn a_cut_between_export_and_import_is_harmless() {
    let bench = Bench::new();
    bench.file(2);
    let mut cut = kiosk();
    cut.args(["outbox", "export"]).arg(&bench.stick);
    let mut cut = cut
        .arg("--config")
        .arg(bench.place.config())
        .spawn()
        .unwrap();
    cut.kill().unwrap();
    cut.wait().unwrap();
    fs::write(bench.stick.join("kiosk-W0012.part"), "half").unwrap();

    let first = bundle(&bench.export());
    assert!(!bench.stick.join("kiosk-W0012.part").exists());
    bench.file(1);
    let second = bundle(&bench.export());
    assert_ne!(first, second);
    let (of_two, of_three) = (
        bench.platform.import(&first).unwrap(),
        bench.platform.import(&second).unwrap(),
    );
    // In the wrong order, too.
    assert_eq!(changed(&bench.import(&of_three)), 3);
    let said = bench.import(&of_two);
    assert_eq!((said.code, changed(&said)), (0, 0));
    assert_eq!(bench.platform.cases().unwrap().len(), 3);
    assert_eq!(bench.states(), ["accepted"; 3]);
}
