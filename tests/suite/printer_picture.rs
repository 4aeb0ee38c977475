//! The simulated receipt as a picture: a real scanner program reads its codes.

use std::path::{Path, PathBuf};
use std::process::Command;

use kiosk::sim::printer::{PaperFont, print_at_once};
use kiosk::wire::escpos::{Profile, encode};

use crate::printer_bytes::sample;

/// `None`, with a line that says so, where the machine lacks a font.
fn font() -> Option<PaperFont> {
    let font = PaperFont::find().ok();
    if font.is_none() {
        println!("skipped: no Chinese font on this machine");
    }
    font
}

/// What zbarimg reads; `None`, with a line that says so, where it is not installed.
fn scan(png: &Path) -> Option<String> {
    let Ok(output) = Command::new("zbarimg")
        .args(["-q", "--raw"])
        .arg(png)
        .output()
    else {
        println!("skipped: zbarimg (zbar-tools) is not installed");
        return None;
    };
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("receipts");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn the_code_on_our_receipt_is_readable() {
    for name in Profile::NAMES {
        let (Some(font), Some(again)) = (font(), font()) else {
            return;
        };
        let profile = Profile::builtin(name).unwrap();
        let width = usize::from(profile.width_dots);
        let bytes = encode(&sample(), &profile, &again.into_glyphs())
            .unwrap()
            .to_bytes(&profile);
        let papers = print_at_once(&bytes, width);
        let file = folder().join(format!("{name}.png"));
        std::fs::write(&file, papers[0].to_png(&font, width).unwrap()).unwrap();
        if let Some(read) = scan(&file) {
            assert_eq!(
                read, "https://example.invalid/r/GD2024-0000-0001-7",
                "{name}"
            );
        }
    }
}

#[test]
fn codes_of_independent_encoders_are_readable() {
    let Some(font) = font() else { return };
    for name in ["receiptline_qr", "pyescpos_qr_native", "handmade_cn"] {
        let bytes = std::fs::read(format!("tests/vectors/printer/{name}.bin")).unwrap();
        let paper = &print_at_once(&bytes, 576)[0];
        let file = folder().join(format!("{name}.png"));
        std::fs::write(&file, paper.to_png(&font, 576).unwrap()).unwrap();
        if let Some(read) = scan(&file) {
            assert!(
                read.starts_with("https://example.gov.cn/r/0001"),
                "{name}: {read}"
            );
        }
    }
}

#[test]
fn a_torn_piece_looks_torn() {
    let Some(font) = font() else { return };
    let mut paper = print_at_once("半张".as_bytes(), 576)
        .pop()
        .unwrap_or_default();
    let whole = paper.to_png(&font, 576).unwrap();
    paper.torn = true;
    assert_ne!(whole, paper.to_png(&font, 576).unwrap());
}
