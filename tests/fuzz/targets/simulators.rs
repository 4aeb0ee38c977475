//! The simulated devices: the firmware's bytes, spoiled in any way, and the files that people write for them.

use std::time::{Duration, Instant};

use kiosk::sim::printer::{Clearing, Mechanism, PrinterSimOptions, decode_tokens};
use kiosk::sim::pty::Device;
use kiosk::sim::reader::{CardFile, SimReader};
use kiosk::sim::scanner::{Family, SimScanner};
use kiosk::sim::script;

use super::input::Input;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    match input.byte_or_zero() {
        0 => printer(&mut input),
        1 => {
            let mut reader = SimReader::default();
            let card = CardFile::default();
            reader.lay(card);
            // An absurd answer has 5007 bytes, a reading fewer; a request at least seven.
            drive(&mut reader, &mut input, 1000);
        }
        2 => {
            let family = [
                Family::Newland,
                Family::Honeywell,
                Family::Ssi,
                Family::Grow,
            ];
            let family = family[usize::from(input.byte_or_zero() & 3)];
            let mut engine = SimScanner::new(family);
            engine.hold(b"KIOSKP/");
            drive(&mut engine, &mut input, 40);
        }
        3 => {
            if let Ok(text) = std::str::from_utf8(input.rest()) {
                let _ = CardFile::parse(text);
            }
        }
        _ => {
            if let Ok(text) = std::str::from_utf8(input.rest()) {
                let _ = script::parse(text);
            }
        }
    }
}

fn printer(input: &mut Input<'_>) {
    let shape = input.byte_or_zero();
    let mut printer = Mechanism::new(PrinterSimOptions {
        clearing: [Clearing::ErrorsOnly, Clearing::Always, Clearing::Never][usize::from(shape) % 3],
        ..PrinterSimOptions::default()
    });
    printer.set_flow_control(shape & 0x40 != 0);
    if shape & 0x80 != 0 {
        printer.paper_out_after_lines(2);
    }
    // An answer is at most seven bytes, of a command of three, beside four of a change.
    drive(&mut printer, input, 12);
    for paper in printer.papers() {
        let _ = (paper.lines(), paper.qr_codes());
    }
    let _ = decode_tokens(input.rest());
}

/// Bytes in portions, time between them, the plug now and then.
fn drive(device: &mut impl Device, input: &mut Input<'_>, most_per_byte: usize) {
    let mut now = Instant::now();
    let (mut heard, mut said) = (0, 0);
    device.plugged(now);
    for _ in 0..200 {
        let Some(step) = input.byte() else { break };
        match step {
            0xFF => device.unplugged(),
            0xFE => device.plugged(now),
            0xFD => device.line_rate(9600),
            0xFC => device.line_rate(115_200),
            0xFB => device.line_opened(),
            _ => {
                let piece = input.piece();
                heard += piece.len();
                device.handle_input(piece, now);
            }
        }
        now += Duration::from_millis(u64::from(step & 0xF) * 20);
        while let Some(bytes) = device.poll_output(now) {
            said += bytes.len();
            assert!(
                said <= 64 + heard * most_per_byte,
                "{said} bytes for {heard}"
            );
        }
    }
    let _ = device.poll_timeout();
}
