//! The printer's machine: any status stream on its line while jobs run and are called off, for every profile; and any
//! receipt through the encoder.

use std::time::Duration;

use kiosk::receipt::{Align, Block, Receipt, Size};
use kiosk::sim::printer::{Clearing, Mechanism, PrinterSimOptions};
use kiosk::wire::escpos::{Code, Cutter, NoGlyphs, Profile, Proof};
use kiosk::wire::printer::{Command, Config, Event, Outcome, Printer};

use super::input::Input;
use super::machine::{Bench, Limits};

/// One piece, one cut off, and the questions and commands that may go beside it.
const LIMITS: Limits = Limits {
    sent: 600,
    sent_per_byte: 0,
    events: 8,
    events_per_byte: 1,
};
/// Most steps of one input, and most receipts of it: encoding is what takes time here.
const STEPS: usize = 100;
const JOBS: u64 = 12;
/// Within this time a printer that behaves prints again, whatever was before.
const RECOVERS: Duration = Duration::from_secs(300);
/// What ran before is given this time to end before a receipt is asked for again.
const SETTLES: Duration = Duration::from_secs(10);

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let shape = input.byte_or_zero();
    let profile = if shape & 16 == 0 {
        profile(shape & 3)
    } else {
        built_in(shape & 3)
    };
    let config = Config {
        profile: profile.clone(),
        baud: if shape & 4 == 0 { 115_200 } else { 9600 },
        low_remainder_mm: 300,
        take_limit: Duration::from_secs(30),
    };
    let mut bench = Bench::new(Printer::new(config, Box::new(NoGlyphs)), LIMITS);
    let mut jobs = 0;
    bench.open();
    for _ in 0..STEPS {
        let Some(step) = input.byte() else { break };
        if bench.step(step & 7, &mut input) {
            continue;
        }
        let told = step >> 4;
        match told {
            0 => bench.command(Command::Cancel { job: jobs }),
            _ if jobs == JOBS => {}
            _ => {
                jobs += 1;
                let receipt = match told {
                    1..=4 => receipt(&mut input),
                    _ => plain(told.into(), jobs),
                };
                bench.command(Command::Print { job: jobs, receipt });
            }
        }
    }
    if shape & 8 == 0 || !bench.open {
        bench.lose();
        bench.open();
    }
    let last = prints_again(&mut bench, &profile, jobs + 1);
    for job in 1..=last {
        assert_eq!(outcomes(&bench, job).count(), 1, "ends of job {job}");
    }
}

/// The built-in ones whose exit nobody watches, and one that proves nothing.
fn profile(which: u8) -> Profile {
    const NAMES: [&str; 3] = ["epson-tm-t88", "generic-gb18030-80", "generic-gbk-58"];
    let name = NAMES.get(usize::from(which));
    let profile = Profile::builtin(name.unwrap_or(&NAMES[1])).expect("built in");
    match name {
        Some(_) => profile,
        None => Profile {
            proof: Proof::None,
            cutter: Cutter::Full,
            ..profile
        },
    }
}

/// The built-in ones made for machines like this, and one that cannot draw its paper back.
fn built_in(which: u8) -> Profile {
    const NAMES: [&str; 3] = ["custom-presenter-80", "snbc-bt-t080", "cashino-kp-628e"];
    let name = NAMES.get(usize::from(which));
    let mut profile = Profile::builtin(name.unwrap_or(&NAMES[0])).expect("built in");
    if name.is_none() {
        profile.presenter.as_mut().expect("has one").retract = Code::default();
    }
    profile
}

/// In Latin letters: not every printer has Chinese ones.
fn line_of(job: u64, at: u64) -> String {
    format!("No. {job}, line {at}")
}

fn plain(lines: u64, job: u64) -> Receipt {
    let line = |at| Block::Line {
        text: line_of(job, at),
        size: Size::Normal,
        bold: false,
        align: Align::Left,
    };
    Receipt {
        blocks: (0..lines * 4).map(line).collect(),
    }
}

/// Anything that the firmware could be made to print.
fn receipt(input: &mut Input<'_>) -> Receipt {
    let mut blocks = Vec::new();
    for _ in 0..input.byte_or_zero() % 12 {
        let kind = input.byte_or_zero();
        let text = String::from_utf8_lossy(input.piece()).into_owned();
        blocks.push(match kind & 7 {
            0 => Block::Rule,
            1 => Block::Feed { lines: kind >> 3 },
            2 => Block::Notice { text },
            3 => Block::Qr {
                data: text,
                module: kind >> 3,
            },
            4 => Block::Pair {
                name: text.chars().take(usize::from(kind >> 3)).collect(),
                value: text,
            },
            _ => Block::Line {
                text,
                size: [Size::Normal, Size::Tall, Size::Large][usize::from(kind >> 3) % 3],
                bold: kind & 0x40 != 0,
                align: if kind & 0x80 == 0 {
                    Align::Left
                } else {
                    Align::Centre
                },
            },
        });
    }
    Receipt { blocks }
}

fn outcomes(bench: &Bench<Printer>, number: u64) -> impl Iterator<Item = Outcome> {
    bench.events.iter().filter_map(move |event| match event {
        Event::Finished { job, outcome } if *job == number => Some(*outcome),
        _ => None,
    })
}

/// Another printer on the same line, one that behaves: a receipt comes out, alone on its paper. The number of its job.
fn prints_again(bench: &mut Bench<Printer>, profile: &Profile, mut job: u64) -> u64 {
    let mut device = Mechanism::new(PrinterSimOptions {
        clearing: Clearing::Always,
        ..PrinterSimOptions::of(profile)
    });
    let end = bench.now + RECOVERS;
    let mut ask_at = bench.now;
    let mut asked = false;
    bench.sent.clear();
    loop {
        exchange(bench, &mut device);
        match outcomes(bench, job).next() {
            Some(outcome) if is_whole(outcome, profile, &device, job) => return job,
            // What ran before was in its way, or its paper, which is taken now: the next one.
            Some(_) => {
                device.take_receipt();
                (job, asked, ask_at) = (job + 1, false, bench.now + SETTLES);
            }
            None => {}
        }
        if !asked && bench.now >= ask_at {
            asked = true;
            let receipt = plain(3, job);
            bench.command(Command::Print { job, receipt });
        }
        let next = bench.next(device.poll_timeout());
        bench.now = next.max(bench.now + Duration::from_micros(50));
        assert!(bench.now < end, "not back: {:?}", bench.machine);
        bench.wake();
    }
}

/// Whether the job ended as it does where all is well, and its paper shows it and nothing else.
fn is_whole(outcome: Outcome, profile: &Profile, device: &Mechanism, job: u64) -> bool {
    let proven = match profile.proof {
        Proof::None => Outcome::Unknown,
        Proof::ProcessId | Proof::GsR | Proof::Presented => Outcome::Printed,
    };
    let wanted: Vec<_> = (0..12).map(|at| line_of(job, at)).collect();
    let papers = device.papers();
    let alone = papers.last().is_some_and(|paper| paper.lines() == wanted);
    let is_cut = profile.cutter != Cutter::None;
    assert!(
        outcome != Outcome::Printed || alone || !is_cut,
        "printed, but not alone"
    );
    outcome == proven && (alone || !is_cut)
}

fn exchange(bench: &mut Bench<Printer>, device: &mut Mechanism) {
    for round in 0.. {
        assert!(round < 1000, "the two never come to rest");
        let sent = std::mem::take(&mut bench.sent);
        for (_, bytes) in &sent {
            assert!(bytes.len() <= 256);
            device.receive(bytes, bench.now);
        }
        let mut quiet = sent.is_empty();
        while let Some(bytes) = device.poll_output(bench.now) {
            quiet = false;
            bench.receive(&bytes);
        }
        if quiet {
            return;
        }
    }
}
