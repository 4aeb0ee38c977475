//! A diagnosis tells what an engineer needs, and nothing of a person or a secret, however it is written.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use kiosk::case::SealSecret;
use kiosk::shell::clock::Clock;
use kiosk::shell::diagnosis::{Diagnosis, MOST};
use kiosk::shell::journal::Journal;

use crate::command::{Place, kiosk};

/// Made up, all of them.
const PEOPLE: [&str; 7] = [
    "11010519491231002X",
    "440203190001011234",
    "13800138000",
    "张三丰",
    "欧阳测试",
    "demo-token-not-real",
    "S3cr3tT0kenOfTheGateway42",
];

/// One thing in the ways in which it may stand in a file.
fn written(text: &str) -> Vec<Vec<u8>> {
    let utf16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let escaped: String = text
        .encode_utf16()
        .map(|unit| format!("\\u{unit:04x}"))
        .collect();
    let hex: String = text.bytes().map(|b| format!("{b:02x}")).collect();
    let percent: String = text.bytes().map(|b| format!("%{b:02X}")).collect();
    let (gb18030, ..) = encoding_rs::GB18030.encode(text);
    let mut all = vec![
        text.into(),
        gb18030.into_owned(),
        utf16,
        STANDARD.encode(text).into(),
        URL_SAFE_NO_PAD.encode(text).into(),
        hex.to_uppercase().into(),
        hex.into(),
        percent.into(),
    ];
    // Of digits and letters nobody writes escapes.
    if !text.is_ascii() {
        all.push(escaped.into());
    }
    all
}

fn holds(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|window| window == part)
}

fn with_desk(place: &Place) -> SealSecret {
    let secret = SealSecret::from_seed(&[5; 32]);
    let here = place.0.path();
    let config = std::fs::read_to_string(place.config()).unwrap();
    let more = format!(
        "\n[journal]\npath = \"{0}/journal.jsonl\"\n[fleet]\nreport = \"{0}/report.json\"\ndesk_key = \"{1}\"\n",
        here.display(),
        secret.public().text()
    );
    std::fs::write(place.config(), config + &more).unwrap();
    std::fs::write(here.join("desk.key"), [5; 32]).unwrap();
    secret
}

#[test]
fn nothing_of_a_person_and_no_secret_is_in_a_diagnosis() {
    let place = Place::new();
    let secret = with_desk(&place);
    let here = place.0.path();
    let mut dirty: Vec<u8> = Vec::new();
    for person in PEOPLE {
        for form in written(person) {
            // As a line that is none, as a field of an event, beside one, and within a sentence.
            dirty.extend_from_slice(&form);
            dirty.push(b'\n');
            let text = String::from_utf8_lossy(&form).replace(['\\', '"'], "/");
            for (id, field) in [
                ("card.read", "layout"),
                ("case.stored", "case"),
                ("item.chosen", "task_code"),
                ("firmware.started", "version"),
            ] {
                let line = serde_json::json!({"id": id, "wall": text, "seq": 1, "sentence": text, "fields": {field: text, "name": text}});
                dirty.extend_from_slice(line.to_string().as_bytes());
                dirty.push(b'\n');
            }
        }
    }
    dirty.extend_from_slice(b"{\"id\":\"card.read\",\"fields\":{\"duration_ms\":13800138000}}\n");
    let audit = here.join("store.audit");
    std::fs::create_dir_all(&audit).unwrap();
    for file in [
        "journal.jsonl",
        "journal.jsonl.1",
        "report.json",
        "store.devices",
        "update.json",
        "store.audit/1.log",
    ] {
        std::fs::write(here.join(file), &dirty).unwrap();
    }
    let also = here.join("update.json");
    let said = place.kiosk(&[
        "diagnose",
        "--offline",
        "--out",
        &here.join("d.bin").display().to_string(),
        "--with",
        &also.display().to_string(),
    ]);
    assert_eq!(said.code, 0, "{}", said.err);
    let sealed = std::fs::read(here.join("d.bin")).unwrap();
    let opened = serde_json::to_vec(&Diagnosis::open(&sealed, &secret).unwrap()).unwrap();
    for person in PEOPLE {
        for form in written(person) {
            assert!(
                !holds(&opened, &form),
                "{person}: {}",
                String::from_utf8_lossy(&form)
            );
            assert!(!holds(&sealed, &form));
        }
    }
}

#[test]
fn the_desk_opens_a_diagnosis_and_nobody_else_does() {
    let place = Place::new();
    let secret = with_desk(&place);
    let here = place.0.path().display().to_string();
    let (out, key) = (format!("{here}/d.bin"), format!("{here}/desk.key"));
    let journal = Journal::file(
        Path::new(&format!("{here}/journal.jsonl")),
        65_536,
        Clock::system(),
    )
    .unwrap();
    for _ in 0..20_000 {
        journal.event(
            kiosk::events::EventId::LineUp,
            &[("waiting", kiosk::events::FieldValue::Number(42))],
        );
    }
    let said = place.kiosk(&["diagnose", "--offline", "--out", &out]);
    assert_eq!(said.code, 0, "{}", said.err);
    let sealed = std::fs::read(&out).unwrap();
    assert!(
        sealed.len() <= MOST && sealed.len() > 1024 * 1024,
        "{}",
        sealed.len()
    );
    let all = Diagnosis::open(&sealed, &secret).unwrap();
    assert_eq!(all.machine, "W0012");
    for part in ["journal", "doctor", "config", "figures", "about", "tally"] {
        assert!(all.parts.contains_key(part), "{part}: {:?}", all.missing);
    }
    assert!(
        all.parts["journal"]
            .lines()
            .all(|line| line.contains("line.up") && line.contains("42"))
    );
    assert!(all.parts["config"].contains("W0012") && all.parts["doctor"].contains("findings"));
    let opened = kiosk()
        .args([
            "diagnose",
            "open",
            &out,
            "--key",
            &key,
            "--into",
            &format!("{here}/opened"),
        ])
        .output()
        .unwrap();
    assert!(
        opened.status.success(),
        "{}",
        String::from_utf8_lossy(&opened.stderr)
    );
    assert!(Path::new(&format!("{here}/opened/journal.txt")).is_file());
    std::fs::write(&key, [6; 32]).unwrap();
    let other = kiosk()
        .args(["diagnose", "open", &out, "--key", &key])
        .output()
        .unwrap();
    assert_eq!(other.status.code(), Some(2));
    assert!(Diagnosis::open(&sealed[..sealed.len() - 1], &secret).is_err());
}
