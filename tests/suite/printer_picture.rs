//! The simulated receipt as a picture: a real scanner program reads its codes.

use std::path::{Path, PathBuf};
use std::process::Command;

use kiosk::case::{
    ClockClass, Digest, Epoch, FilingNumber, Machine, MachineIdentity, Proof, Stamp,
};
use kiosk::receipt::{Block, Receipt};
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

/// From paper to verdict: the code of one case and of twelve, on every printer, read by a program that is not ours.
#[test]
fn the_proof_of_filing_is_read_from_paper_and_holds() {
    let identity = MachineIdentity::from_seed(&[7; 32]);
    let (machine, epoch) = (
        Machine::parse("W0012").unwrap(),
        Epoch::parse("A7").unwrap(),
    );
    let stamp = Stamp {
        wall_rfc3339: Some("2026-11-22T14:05:06+08:00".into()),
        clock_class: ClockClass::Trusted,
        boot_id: "boot".into(),
        monotonic_ms: 0,
    };
    for count in [1, 4, 12] {
        let cases: Vec<_> = (1..=count)
            .map(|seq| {
                (
                    FilingNumber::mint(&machine, &epoch, seq),
                    Digest([seq as u8; 32]),
                )
            })
            .collect();
        let proof = Proof::of(&stamp, &cases, Some(&identity)).unwrap();
        let data = proof.text();
        let receipt = Receipt {
            blocks: vec![Block::Qr { data, module: 5 }],
        };
        for name in Profile::NAMES {
            let (Some(font), Some(again)) = (font(), font()) else {
                return;
            };
            let profile = Profile::builtin(name).unwrap();
            let width = usize::from(profile.width_dots);
            let bytes = encode(&receipt, &profile, &again.into_glyphs()).unwrap();
            let papers = print_at_once(&bytes.to_bytes(&profile), width);
            let file = folder().join(format!("proof-{count}-{name}.png"));
            std::fs::write(&file, papers[0].to_png(&font, width).unwrap()).unwrap();
            if let Some(read) = scan(&file) {
                let read = Proof::parse(&read).unwrap();
                assert_eq!(read, proof, "{name} {count}");
                assert_eq!(read.verify(&identity.public()), Ok(()));
            }
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
