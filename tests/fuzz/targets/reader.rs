//! The card reader's machine: anything on its line, at any time, with its port coming and going.

use std::time::Duration;

use kiosk::sim::pty::Device as _;
use kiosk::sim::reader::{CardFile, SimReader};
use kiosk::wire::sam::{ReaderCommand, ReaderEvent, SamConfig, SamReader};

use super::input::Input;
use super::machine::{Bench, Limits};

/// One request at a time, of at most eleven bytes.
const LIMITS: Limits = Limits {
    sent: 11,
    sent_per_byte: 0,
    events: 8,
    events_per_byte: 1,
};
/// Looks after which a card that was taken away is gone for every machine here.
const LOOKS: usize = 5;
/// Most steps of one input.
const STEPS: usize = 200;
/// Within this time a reader that behaves is back, whatever was before.
const RECOVERS: Duration = Duration::from_secs(120);

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let shape = input.byte_or_zero();
    let config = SamConfig {
        with_fingerprint: shape & 1 == 0,
        removal_votes: 1 + (shape >> 1 & 3),
        ..SamConfig::default()
    };
    let poll_interval = config.poll_interval;
    let mut bench = Bench::new(SamReader::new(config), LIMITS);
    bench.open();
    for _ in 0..STEPS {
        let Some(step) = input.byte() else { break };
        if bench.step(step & 7, &mut input) {
            continue;
        }
        bench.command(match step >> 3 & 3 {
            0 => ReaderCommand::Reset,
            1 => ReaderCommand::SetPolling(false),
            _ => ReaderCommand::SetPolling(true),
        });
    }
    judge(&bench, poll_interval);
    recovers(&mut bench);
}

/// Only good requests, none too early, and cards come and go in order.
fn judge(bench: &Bench<SamReader>, poll_interval: Duration) {
    let mut last_find = None;
    for (at, request) in &bench.sent {
        assert_eq!(request[..5], [0xAA, 0xAA, 0xAA, 0x96, 0x69]);
        assert_eq!(request[5..].iter().fold(0, |xor, byte| xor ^ byte), 0);
        assert_ne!(request[7], 0x60, "sets a rate that the module keeps");
        if request[7..9] == [0x20, 0x01] {
            let since = last_find.replace(*at).map(|last| *at - last);
            assert!(
                since.is_none_or(|since| since >= poll_interval),
                "{since:?}"
            );
        }
    }
}

/// Another reader at the same port, one that behaves: a card on it is read.
fn recovers(bench: &mut Bench<SamReader>) {
    bench.lose();
    bench.events.clear();
    bench.sent.clear();
    let mut reader = SimReader::default();
    let (mut looks, mut card) = (0, Some(card()));
    bench.command(ReaderCommand::SetPolling(true));
    bench.rate = None;
    bench.open();
    let end = bench.now + RECOVERS;
    while !bench
        .events
        .iter()
        .any(|e| matches!(e, ReaderEvent::CardRead(_)))
    {
        for (_, bytes) in std::mem::take(&mut bench.sent) {
            reader.line_rate(bench.rate.unwrap_or(115_200));
            reader.handle_input(&bytes, bench.now);
        }
        while let Some(bytes) = reader.poll_output(bench.now) {
            // "No card".
            looks += usize::from(bytes.get(9) == Some(&0x80));
            bench.receive(&bytes);
        }
        // Laid when whatever lay there is known to be gone: what lies there before the first look is not read.
        if let Some(card) = card.take_if(|_| looks > LOOKS) {
            reader.lay(card);
        }
        if !bench.sent.is_empty() {
            continue;
        }
        bench.now = bench.next(reader.poll_timeout());
        assert!(bench.now < end, "not back: {:?}", bench.events);
        bench.wake();
    }
}

fn card() -> CardFile {
    let text = |text: &str| text.to_owned();
    CardFile {
        name: text("试验"),
        sex: text("1"),
        nation: text("01"),
        birth: text("19480312"),
        address: text("试验市试验区"),
        number: text("440200194803120017"),
        authority: text("试验机关"),
        valid_from: text("20200101"),
        valid_until: text("长期"),
        ..CardFile::default()
    }
}
