//! Everything that can happen to a printer in the middle of a receipt, and the next receipt.

use kiosk::receipt::{Align, Block, Receipt, Size};
use kiosk::sim::printer::{Mechanism, PrinterSimOptions};
use kiosk::wire::Machine as _;
use kiosk::wire::escpos::{NoGlyphs, Profile};
use kiosk::wire::printer::{Command, Config, Printer};
use std::time::Duration;

use super::bench::Bench;

type World = Bench<Printer, Mechanism>;

fn bench(profile: &str) -> World {
    let profile = Profile::builtin(profile).unwrap();
    let options = PrinterSimOptions {
        width_dots: profile.width_dots.into(),
        ..PrinterSimOptions::default()
    };
    let setup = Config {
        profile,
        baud: 115_200,
        low_remainder_mm: 300,
        take_limit: Duration::from_secs(30),
    };
    let machine = Printer::new(setup.clone(), Box::new(NoGlyphs));
    Bench::new(&setup, machine, Mechanism::new(options))
}

/// A receipt with all that a receipt can have, and a person in all of it.
pub fn receipt() -> Receipt {
    let person = super::reader::card("mother");
    let line = |text: &str, size, bold, align| Block::Line {
        text: text.into(),
        size,
        bold,
        align,
    };
    let pair = |name: &str, value: &str| Block::Pair {
        name: name.into(),
        value: value.into(),
    };
    Receipt {
        blocks: vec![
            line("武江区政务服务", Size::Large, true, Align::Centre),
            Block::Notice {
                text: format!("{}：待上传，未受理", person.name),
            },
            pair("申请人", &person.name),
            pair("证件号码", &person.number),
            pair("住址", &person.address),
            Block::Rule,
            line(
                &format!("请{}（{}）妥善保管。", person.name, person.number),
                Size::Normal,
                false,
                Align::Left,
            ),
            Block::Qr {
                data: format!("KIOSK2/{}/", person.number),
                module: 4,
            },
            Block::Feed { lines: 2 },
        ],
    }
}

fn print(bench: &mut World, job: u64) {
    let receipt = receipt();
    bench.command(Command::Print { job, receipt });
}

type Trouble = (&'static str, fn(&mut World), fn(&mut World));

const TROUBLES: [Trouble; 15] = [
    ("well", |_| {}, |_| {}),
    ("paper-low", |b| b.device.paper_low(), |b| b.device.refill()),
    ("paper-out", |b| b.device.paper_out(), |b| b.device.refill()),
    (
        "paper-out-within",
        |b| b.device.paper_out_after_lines(3),
        |b| b.device.refill(),
    ),
    ("jam", |b| b.device.jam(), |b| b.device.clear_jam()),
    (
        "cover-open",
        |b| b.device.set_cover_open(true),
        |b| b.device.set_cover_open(false),
    ),
    (
        "cutter",
        |b| b.device.break_cutter(),
        |b| b.device.mend_cutter(),
    ),
    (
        "offline",
        |b| b.device.set_offline(true),
        |b| b.device.set_offline(false),
    ),
    (
        "silent",
        |b| b.device.set_silent(true),
        |b| b.device.set_silent(false),
    ),
    (
        "no-proof",
        |b| b.device.set_no_proof(true),
        |b| b.device.set_no_proof(false),
    ),
    (
        "late",
        |b| b.device.set_answer_delay(Duration::from_millis(900)),
        |b| b.device.set_answer_delay(Duration::from_millis(2)),
    ),
    ("lost-bytes", |b| b.device.drop_bytes(40), |_| {}),
    ("power-dip", |b| b.device.power_dip(), |_| {}),
    ("unplugged", |b| b.unplug(), |b| b.replug()),
    (
        "cancelled",
        |b| b.command(Command::Cancel { job: 1 }),
        |_| {},
    ),
];

pub fn all() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for (name, trouble, mend) in TROUBLES {
        all.push((name.to_owned(), of("epson-tm-t88", trouble, mend)));
    }
    for profile in ["generic-gb18030-80", "generic-gbk-58"] {
        let mut jam = TROUBLES.into_iter().filter(|(name, ..)| *name == "jam");
        let (_, trouble, mend) = jam.next().unwrap();
        all.push((format!("jam-{profile}"), of(profile, trouble, mend)));
    }
    all
}

fn of(profile: &str, trouble: fn(&mut World), mend: fn(&mut World)) -> String {
    let mut bench = bench(profile);
    bench.open();
    bench.pass(3_500);
    print(&mut bench, 1);
    bench.pass(450);
    trouble(&mut bench);
    bench.pass(3_500);
    mend(&mut bench);
    bench.pass(12_000);
    print(&mut bench, 2);
    bench.pass(5_000);
    // The port is lost at the very end: nothing may be left to say.
    bench.machine.port_lost(bench.now);
    bench.end()
}
