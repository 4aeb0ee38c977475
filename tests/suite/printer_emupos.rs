//! Our byte stream read by emupos, an ESC/POS printer written by others.
//!
//! Needs Python 3.13 (`KIOSK_PYTHON313` names it where it is not found) and, to install emupos once into a virtual
//! environment under `target/`, `KIOSK_EMUPOS=1`. Without them the test says why it does nothing.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use kiosk::sim::printer::{PaperFont, print_at_once};
use kiosk::wire::escpos::{Profile, encode};

use crate::printer_bytes::sample;

/// Prints one JSON array: what each token is called, its bytes as hex.
const SCRIPT: &str = r#"
import json, sys
from emupos.printer.escpos.tokenizer import Command, Text, Tokenizer
tokenizer = Tokenizer()
tokens = tokenizer.feed(sys.stdin.buffer.read())
rest = tokenizer.close()
def row(token):
    if isinstance(token, Text):
        return ["text", token.data.hex()]
    if isinstance(token, Command):
        return [token.name, token.data.hex()]
    return ["unknown", token.raw.hex()]
print(json.dumps([row(token) for token in tokens + ([rest] if rest else [])]))
"#;

fn runs(python: &Path, arguments: &[&str]) -> bool {
    let status = Command::new(python)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    status.is_ok_and(|status| status.success())
}

/// Python 3.13 or newer.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("KIOSK_PYTHON313").map(PathBuf::from);
    let pyenv = std::env::var_os("HOME").map(|home| Path::new(&home).join(".pyenv/versions"));
    let versions = pyenv.and_then(|folder| std::fs::read_dir(folder).ok());
    let of_pyenv = versions
        .into_iter()
        .flatten()
        .flatten()
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("3.13"));
    named
        .into_iter()
        .chain([PathBuf::from("python3.13")])
        .chain(of_pyenv.map(|entry| entry.path().join("bin/python")))
        .find(|python| {
            runs(
                python,
                &["-c", "import sys; sys.exit(sys.version_info < (3, 13))"],
            )
        })
}

/// A Python that can import emupos, or why there is none.
fn emupos() -> Result<PathBuf, &'static str> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("emupos");
    let inside = folder.join("bin/python");
    if runs(&inside, &["-c", "import emupos"]) {
        return Ok(inside);
    }
    let python = python().ok_or("no Python 3.13")?;
    if std::env::var_os("KIOSK_EMUPOS").is_none_or(|value| value != "1") {
        return Err("emupos is not installed; KIOSK_EMUPOS=1 installs it");
    }
    let made = runs(&python, &["-m", "venv", &folder.to_string_lossy()])
        && runs(&inside, &["-m", "pip", "install", "-q", "emupos==0.4.0"]);
    if made {
        Ok(inside)
    } else {
        Err("emupos could not be installed")
    }
}

fn tokens(python: &Path, bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut child = Command::new(python)
        .args(["-c", SCRIPT])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let rows: Vec<(String, String)> = serde_json::from_slice(&output.stdout).unwrap();
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    rows.into_iter()
        .map(|(name, hex)| (name, hex.as_bytes().chunks(2).map(byte).collect()))
        .collect()
}

#[test]
fn another_reader_sees_the_same_receipt() {
    let python = match emupos() {
        Ok(python) => python,
        Err(why) => return println!("skipped: {why}"),
    };
    let Ok(font) = PaperFont::find() else {
        return println!("skipped: no Chinese font on this machine");
    };
    let font = font.into_glyphs();
    for name in Profile::NAMES {
        let profile = Profile::builtin(name).unwrap();
        let bytes = encode(&sample(), &profile, &font)
            .unwrap()
            .to_bytes(&profile);
        let (mut lines, mut line) = (Vec::new(), Vec::new());
        let (mut images, mut cuts, mut codes) = (0, 0, Vec::new());
        for (token, data) in tokens(&python, &bytes) {
            match token.as_str() {
                "text" => line.extend(data),
                "LF" => {
                    let (text, _) = encoding_rs::GB18030.decode_without_bom_handling(&line);
                    lines.push(text.trim().to_owned());
                    line.clear();
                }
                "GS v 0" => images += 1,
                "GS V" => cuts += 1,
                "GS ( k" if data.starts_with(b"1P0") => codes.push(data[3..].to_vec()),
                "unknown" => panic!("{name}: {data:02x?} is no command"),
                _ => {}
            }
        }
        let paper = print_at_once(&bytes, profile.width_dots.into()).remove(0);
        let ours = paper.lines();
        let is_image = |line: &&String| line.starts_with("[image");
        let ours_text: Vec<&str> = ours
            .iter()
            .filter(|line| !is_image(line))
            .map(|line| line.trim())
            .collect();
        assert_eq!(lines, ours_text, "{name}");
        assert_eq!(images, ours.iter().filter(is_image).count(), "{name}");
        assert_eq!(cuts, usize::from(name != "generic-gbk-58"), "{name}");
        let codes: Vec<String> = codes
            .into_iter()
            .map(|code| String::from_utf8(code).unwrap())
            .collect();
        assert_eq!(codes, paper.qr_codes(), "{name}");
    }
}
