//! From the word that a case is committed (and the platform's answer, if one came) to bytes for the printer.

use std::time::{Duration, Instant};

use kiosk::case::{Acceptance, Answer, FilingNumber, Key};
use kiosk::domain::input::Engines;
use kiosk::domain::kiosk::{Claim, Committed, Effect, Event};
use kiosk::domain::page::{Intent, PageKind};
use kiosk::receipt::{Align, Block, Receipt, Size};
use kiosk::shell::fonts::FileGlyphs;
use kiosk::sim::printer::{Mechanism, PrinterSimOptions};
use kiosk::wire::Machine as _;
use kiosk::wire::escpos::{Glyphs, NoGlyphs, Profile, encode};
use kiosk::wire::printer::{Command, Config, Printer};

use crate::machine::{Bench, ITEM, card_about_to_arrive, onwards, shipped};
use crate::rows::{Beside, Times, row};

/// As long as the code of one case.
const PROOF: &str = concat!(
    "KIOSK2/T2026-06-01T09:41:00+08:00/W0012-A7-000001-C/0123456789ABCDEF/",
    "0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF0123456789ABCDEF"
);

const COUNT: usize = 200;

pub fn measure() {
    let (mut decided, mut first) = (Times::default(), Times::default());
    for _ in 0..COUNT {
        let mut bench = Bench::new(shipped(), Engines::none());
        file_one(&mut bench);
        let (time, receipt) = committed_and_answered(&mut bench);
        decided.push(time);
        first.push(time + first_byte(receipt));
    }
    row(
        "Committed and answered → receipt decided, p99",
        decided.ms(99),
        "ms",
        Beside::Nothing,
    );
    row(
        "Committed and answered → first byte of the receipt for the printer, p99",
        first.ms(99),
        "ms",
        Beside::Nothing,
    );
    encoding();
}

/// A visit up to the case that is to be committed.
fn file_one(bench: &mut Bench) {
    let (mut reader, bytes, now) = card_about_to_arrive(bench.now);
    bench.now = now;
    reader.handle_input(&bytes, now);
    while let Some(event) = reader.poll_event() {
        if let kiosk::wire::sam::ReaderEvent::CardRead(document) = event {
            bench.handle(Event::Reader(kiosk::domain::kiosk::ReaderEvent::CardRead(
                document,
            )));
        }
    }
    bench.touch(Intent::Primary);
    bench.open_item(ITEM);
    for _ in 0..60 {
        for intent in onwards(&bench.page) {
            let effects = bench.touch(intent);
            if effects
                .iter()
                .any(|effect| matches!(effect, Effect::File(_)))
            {
                return;
            }
        }
    }
    panic!("never filed: {:?} {}", bench.page.kind, bench.page.heading);
}

/// The store and the platform have spoken: how long the core takes to decide on the receipt.
fn committed_and_answered(bench: &mut Bench) -> (Duration, Receipt) {
    let key = Key("01J00000000000000000000000".into());
    let filed = Committed {
        cases: vec![(key.clone(), FilingNumber("W0012-A7-000001-C".into()))],
        time: Some("2026-06-01 09:41".into()),
        proof: Some(PROOF.into()),
    };
    let accepted = Answer::Accepted(Acceptance {
        sblsh: "4402031000020260601000001".into(),
        sblsh_short: "000001".into(),
        query_code: "12345678".into(),
        accepted_at: "2026-06-01T09:41:02+08:00".into(),
        promise_until: Some("2026-06-15".into()),
    });
    let began = Instant::now();
    let mut effects = bench.handle(Event::Filed(filed));
    effects.extend(bench.handle(Event::Answered(key.clone(), accepted)));
    let claim = Claim { job: 1, copy: 0 };
    effects.extend(bench.handle(Event::PrintClaimed(key, Some(claim))));
    let time = began.elapsed();
    assert!(matches!(
        bench.page.kind,
        PageKind::Working | PageKind::Confirmation
    ));
    let receipt = effects.into_iter().find_map(|effect| match effect {
        Effect::Print(_, receipt) => Some(receipt),
        _ => None,
    });
    (time, receipt.expect("a receipt"))
}

/// Time of the driver from the order to the first byte of the receipt; the printer's own time is left out.
fn first_byte(receipt: Receipt) -> Duration {
    let mut now = Instant::now();
    let profile = Profile::builtin("epson-tm-t88").unwrap();
    let config = Config {
        profile,
        baud: 115_200,
        low_remainder_mm: 300,
        take_limit: Duration::from_secs(30),
    };
    let mut driver = Printer::new(config, Box::new(FileGlyphs::new(None)));
    let mut device = Mechanism::new(PrinterSimOptions::default());
    driver.port_opened(now);
    let mut order = Some(receipt);
    let mut spent = Duration::ZERO;
    for at in 0..10_000 {
        if at > 200
            && driver.status().ready()
            && let Some(receipt) = order.take()
        {
            let began = Instant::now();
            driver.command(Command::Print { job: 1, receipt }, now);
            spent += began.elapsed();
        }
        loop {
            let began = Instant::now();
            let Some(bytes) = driver.poll_transmit() else {
                break;
            };
            let time = began.elapsed();
            if order.is_none() {
                spent += time;
                // Questions of status are three bytes long.
                if bytes.len() > 3 {
                    return spent;
                }
            }
            device.receive(&bytes, now);
        }
        while driver.poll_event().is_some() {}
        while let Some(bytes) = device.poll_output(now) {
            let began = Instant::now();
            driver.handle_input(&bytes, now);
            if order.is_none() {
                spent += began.elapsed();
            }
        }
        now += Duration::from_millis(5);
        driver.handle_timeout(now);
    }
    panic!("the receipt never comes: {driver:?}");
}

/// 24 lines and a QR code.
fn encoding() {
    let mut blocks: Vec<Block> = (0..24)
        .map(|at| Block::Line {
            text: format!("{at:02} 武江区政务服务自助办理回执 W0012"),
            size: Size::Normal,
            bold: at % 5 == 0,
            align: Align::Left,
        })
        .collect();
    blocks.push(Block::Qr {
        data: PROOF.into(),
        module: 5,
    });
    let receipt = Receipt { blocks };
    for (name, profile) in [
        ("drawn by the printer", "epson-tm-t88"),
        ("drawn here", "generic-gbk-58"),
    ] {
        let profile = Profile::builtin(profile).unwrap();
        let times = Times::of(20, 1000, || {
            std::hint::black_box(encode(&receipt, &profile, &NoGlyphs).unwrap());
        });
        row(
            &format!("Receipt of 24 lines encoded, QR {name}, p99"),
            times.ms(99),
            "ms",
            Beside::Below(1.0),
        );
        // The others let the printer draw the code.
        if profile.native_qr {
            crate::peers::beside(&times, PROOF);
        }
    }
    let glyphs = FileGlyphs::new(None);
    let times = Times::of(1, 20, || {
        std::hint::black_box(glyphs.glyph('𡌛', 24, 24));
    });
    row(
        "A character that no printer has, drawn from the font, p50",
        times.ms(50),
        "ms",
        Beside::Nothing,
    );
}
