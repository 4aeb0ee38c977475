//! Recordings of every trouble, replayed: a machine that does anything otherwise, at any time, is found here.
//!
//! `KIOSK_UPDATE_RECORDINGS=1` makes them anew from the simulators, when a machine is meant to do otherwise.
//! `KIOSK_REPLAY=FILE` replays one from a machine in the field.

mod bench;
mod printer;
mod reader;
mod sensors;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use kiosk::shell::record::{Input, Output, Recording, replay, replay_on};
use kiosk::wire::sam::{ReaderCommand, SamConfig, SamReader};

/// Largest recording and all of them, in bytes: they are read by people, too.
const SIZES: (usize, usize) = (64 * 1024, 1024 * 1024);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

/// `reader/silent.jsonl` and its text, made anew.
fn made() -> BTreeMap<PathBuf, String> {
    let all = [
        ("reader", reader::all()),
        ("printer", printer::all()),
        ("scanner", sensors::scanners()),
        ("radar", sensors::radars()),
    ];
    let named = |device: &'static str, (name, text): (String, String)| {
        let path = Path::new(device).join(name).with_extension("jsonl");
        (path, text)
    };
    all.into_iter()
        .flat_map(|(device, all)| all.into_iter().map(move |one| named(device, one)))
        .collect()
}

fn kept() -> BTreeMap<PathBuf, String> {
    let mut all = BTreeMap::new();
    for device in ["reader", "printer", "scanner", "radar"] {
        for entry in std::fs::read_dir(folder().join(device)).unwrap() {
            let path = entry.unwrap().path();
            let text = std::fs::read_to_string(&path).unwrap();
            all.insert(path.strip_prefix(folder()).unwrap().to_owned(), text);
        }
    }
    all
}

fn parsed(path: &Path, text: &str) -> Recording {
    let recording = Recording::parse(text.as_bytes());
    recording.unwrap_or_else(|fault| panic!("{}: {fault}", path.display()))
}

#[test]
fn every_recording_is_replayed_to_the_byte() {
    let made = made();
    if std::env::var_os("KIOSK_UPDATE_RECORDINGS").is_some() {
        drop(std::fs::remove_dir_all(folder()));
        for (path, text) in &made {
            let path = folder().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
    }
    let kept = kept();
    assert_eq!(
        kept.keys().collect::<Vec<_>>(),
        made.keys().collect::<Vec<_>>(),
        "run this test with KIOSK_UPDATE_RECORDINGS=1"
    );
    for (path, text) in kept.iter().chain(&made) {
        let recording = parsed(path, text);
        assert_eq!(recording.end, None, "{}", path.display());
        assert!(recording.steps.len() > 5, "{}", path.display());
        if let Err(difference) = replay(&recording) {
            panic!("{}: {difference}", path.display());
        }
    }
    let sizes: Vec<usize> = kept.values().map(String::len).collect();
    assert!(sizes.iter().max() <= Some(&SIZES.0) && sizes.iter().sum::<usize>() <= SIZES.1);
}

#[test]
fn a_recording_named_by_hand_is_replayed() {
    let Some(path) = std::env::var_os("KIOSK_REPLAY").map(PathBuf::from) else {
        return;
    };
    let recording = parsed(&path, &std::fs::read_to_string(&path).unwrap());
    println!("{} steps, end: {:?}", recording.steps.len(), recording.end);
    if let Err(difference) = replay(&recording) {
        panic!("{}: {difference}", path.display());
    }
}

/// The machine is made to behave otherwise, and the recording is made to say otherwise: both are told with their line.
#[test]
fn what_is_done_otherwise_is_told_with_its_line() {
    let kept = kept();
    let text = &kept[Path::new("reader/well.jsonl")];
    let recording = parsed(Path::new("well"), text);
    let otherwise = |change: fn(&mut SamConfig)| {
        let mut config = SamConfig::default();
        change(&mut config);
        replay_on(&recording, SamReader::new(config)).expect_err("another machine")
    };
    let later = otherwise(|config| config.poll_interval = Duration::from_millis(301));
    assert!(later.expected.contains("deadline"), "{later}");
    let radio = otherwise(|config| config.max_rf = 0x40);
    assert!(
        radio.expected.starts_with("bytes aaaaaa966900046"),
        "{radio}"
    );
    let votes = otherwise(|config| config.removal_votes = 2);
    assert!(votes.got.contains("MediaRemoved"), "{votes}");
    let finger = otherwise(|config| config.with_fingerprint = false);
    assert!(finger.line > votes.line.min(radio.line), "{finger}");

    // Every told line, changed, is found at that line; and so is one that is missing or one too many.
    let lines: Vec<&str> = text.lines().collect();
    for (at, line) in lines.iter().enumerate() {
        let changed = line
            .replace("\"hex\":\"aaaa", "\"hex\":\"aaab")
            .replace("\"is\":\"", "\"is\":\"No");
        if line.starts_with("{\"told\"") && changed != *line {
            let mut other = lines.clone();
            other[at] = &changed;
            let found = replay(&parsed(Path::new("changed"), &other.join("\n")));
            assert_eq!(found.expect_err("a change").line, at + 1);
            other.remove(at);
            let found = replay(&parsed(Path::new("missing"), &other.join("\n")));
            let found = found.expect_err("one line less").line;
            assert!(found <= at + 1 && found + 2 > at, "{found} for {at}");
        }
    }
}

/// Whatever a file says, it is refused or replayed, and never more than that.
#[test]
fn a_recording_that_says_anything_harms_nobody() {
    let mut random = fastrand::Rng::with_seed(11);
    let kept = kept();
    let usable = |text: &str| {
        let recording = Recording::parse(text.as_bytes());
        recording.is_ok_and(|recording| replay(&recording).is_ok())
    };
    for (file, old, new) in [
        (
            "printer/well.jsonl",
            "\"width-dots\":576",
            "\"width-dots\":0",
        ),
        ("printer/well.jsonl", "\"columns\":48", "\"columns\":0"),
        ("printer/well.jsonl", "\"printer\"", "\"reader\""),
        (
            "reader/well.jsonl",
            "\"secs\":0",
            "\"secs\":18446744073709551615",
        ),
        ("reader/well.jsonl", "\"reader\"", "\"kettle\""),
    ] {
        let changed = kept[Path::new(file)].replacen(old, new, 1);
        assert!(
            changed != kept[Path::new(file)] && !usable(&changed),
            "{new}"
        );
    }
    let small: Vec<&String> = kept.values().filter(|text| text.len() < 9000).collect();
    for _ in 0..300 {
        let mut bytes = random.choice(&small).unwrap().as_bytes().to_vec();
        for _ in 0..random.usize(1..4) {
            let at = random.usize(0..bytes.len());
            match random.u8(0..3) {
                0 => bytes[at] = random.u8(..),
                1 => bytes[at] = *random.choice(b"0123456789\"{},:*()").unwrap(),
                _ => drop(bytes.drain(at..(at + random.usize(0..300)).min(bytes.len()))),
            }
        }
        match Recording::parse(&bytes) {
            Ok(recording) => drop(replay(&recording)),
            Err(fault) => assert!(fault.line > 0 && !fault.what.is_empty()),
        }
    }
}

/// A byte a character: the standard library looks for parts of a text quickly.
fn characters(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The file itself, and the bytes of all its inputs and of all its outputs.
fn everything(text: &str) -> [String; 3] {
    let recording = parsed(Path::new("made"), text);
    let (mut given, mut told) = (Vec::new(), Vec::new());
    for step in recording.steps {
        if let Input::Bytes(bytes) = step.input {
            given.extend(bytes);
        }
        for (_, output) in step.outputs {
            if let Output::Bytes(bytes) = output {
                told.extend(bytes);
            }
        }
    }
    [text.as_bytes(), &given, &told].map(characters)
}

/// A text in every coding that passes here, and each of them as digits.
fn codings(text: &str) -> Vec<String> {
    let utf16 = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let (gb18030, _, _) = encoding_rs::GB18030.encode(text);
    let plain = [text.as_bytes().to_vec(), utf16, gb18030.into_owned()];
    let digits = |bytes: &Vec<u8>| -> String { bytes.iter().map(|b| format!("{b:02x}")).collect() };
    let lower: Vec<String> = plain.iter().map(digits).collect();
    let upper = lower.iter().map(|hex| hex.to_uppercase());
    let all: Vec<String> = plain
        .iter()
        .map(|bytes| characters(bytes))
        .chain(upper)
        .collect();
    all.into_iter().chain(lower).collect()
}

#[test]
fn nothing_of_a_person_is_in_any_recording() {
    let mut texts: Vec<String> = made().into_values().collect();
    let mut people = Vec::new();
    for entry in std::fs::read_dir("board/laptop/cards").unwrap() {
        let name = entry.unwrap().path();
        let card = reader::card(name.file_stem().unwrap().to_str().unwrap());
        let mut bench = reader::bench();
        bench.command(ReaderCommand::SetPolling(true));
        bench.open();
        bench.pass(900);
        bench.device.lay(card.clone());
        bench.pass(2_500);
        let text = bench.end();
        assert!(text.contains("CardRead("), "{}", name.display());
        texts.push(text);
        people.push(card);
    }
    let all: Vec<String> = texts.iter().flat_map(|text| everything(text)).collect();
    let holds = |part: &String| all.iter().any(|text| text.contains(part));
    // It finds what is there: what stands for a person, in the file and on the line.
    assert!(codings("样本1")[..2].iter().all(holds));
    for card in &people {
        for text in [
            &card.name,
            &card.english_name,
            &card.number,
            &card.address,
            &card.latest_address,
            &card.authority,
            &card.travel_permit,
        ] {
            // Five figures of a number may well be a time.
            let tail = Some(tail(text)).filter(|tail| !tail.is_ascii());
            for part in [Some(text.as_str()), tail].into_iter().flatten() {
                if part.chars().count() > 1 {
                    let found = codings(part).into_iter().find(holds);
                    assert_eq!(found, None, "{part} of {}", card.number);
                }
            }
        }
    }
    for text in ["武江区政务服务", "申请人", "KIOSK2"] {
        assert_eq!(codings(text).into_iter().find(holds), None, "{text}");
    }
}

/// The last part of a text: of an address, the house.
fn tail(text: &str) -> &str {
    let from = text.char_indices().nth_back(4).map_or(0, |(at, _)| at);
    &text[from..]
}

#[test]
fn the_same_card_and_the_same_code_can_be_told_from_others() {
    let mut bench = reader::bench();
    bench.command(ReaderCommand::SetPolling(true));
    bench.open();
    bench.pass(900);
    for name in ["elder", "farmer", "elder"] {
        bench.device.lay(reader::card(name));
        bench.pass(2_500);
        bench.device.take();
        bench.pass(1_500);
    }
    let text = bench.end();
    let read = text.matches("CardRead(resident, 样本");
    assert_eq!(read.count(), 3);
    assert_eq!(
        text.matches("CardRead(resident, 样本1,").count(),
        2,
        "{text}"
    );
    let kept = kept();
    let text = &kept[Path::new("scanner/ssi-well.jsonl")];
    let codes: Vec<&str> = text.lines().filter(|line| line.contains("Code(")).collect();
    assert_eq!(codes.len(), 4, "{codes:#?}");
    assert_eq!((codes[0], codes[0]), (codes[2], codes[3]));
    assert!(codes[0] != codes[1]);
}
