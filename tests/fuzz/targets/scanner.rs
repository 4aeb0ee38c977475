//! The scanner's machine, four dialects, both ways to end a code.

use std::time::Duration;

use kiosk::sim::pty::Device as _;
use kiosk::sim::scanner::{Family, SimScanner};
use kiosk::wire::scanner::{CODE_LIMIT, Command, Dialect, Event, Framing, Scanner};

use super::input::Input;
use super::machine::{Bench, Limits};

/// A start or stop after each other; a packet of seven bytes at least is acknowledged with six. Of events it keeps 16.
const LIMITS: Limits = Limits {
    sent: 64,
    sent_per_byte: 1,
    events: 16,
    events_per_byte: 0,
};
const STEPS: usize = 200;
/// Within this time an engine that behaves is understood, whatever was before.
const RECOVERS: Duration = Duration::from_secs(30);
const CODE: &str = "KIOSKP/试验";

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let shape = input.byte_or_zero();
    let (dialect, family) = [
        (Dialect::Newland, Family::Newland),
        (Dialect::Honeywell, Family::Honeywell),
        (Dialect::Ssi, Family::Ssi),
        (Dialect::Grow, Family::Grow),
    ][usize::from(shape & 3)];
    let framing = if shape & 4 == 0 {
        Framing::Suffix
    } else {
        Framing::Silence
    };
    let mut bench = Bench::new(Scanner::new(dialect, framing), LIMITS);
    bench.open();
    let mut reading = false;
    for _ in 0..STEPS {
        let Some(step) = input.byte() else { break };
        if !bench.step(step & 7, &mut input) {
            reading = step & 8 == 0;
            bench.command(Command::SetReading(reading));
        }
        for event in bench.events.drain(..) {
            judge(&event, reading);
        }
    }
    if shape & 8 == 0 || !bench.open {
        bench.lose();
        bench.open();
    }
    recovers(&mut bench, family);
}

fn judge(event: &Event, reading: bool) {
    match event {
        Event::Code(code) => {
            assert!(reading, "a code that nobody asked for");
            let length = code.reveal().len();
            assert!((1..=3 * CODE_LIMIT).contains(&length), "{length} bytes");
        }
        Event::Refused(_) => assert!(reading, "a refusal that nobody asked for"),
        Event::Status(_) => {}
    }
}

/// Another engine on the same line, one that behaves: the code before it is told.
fn recovers(bench: &mut Bench<Scanner>, family: Family) {
    let mut engine = SimScanner::new(family);
    engine.hold(CODE.as_bytes());
    bench.sent.clear();
    // Whatever came before ends first.
    bench.command(Command::SetReading(false));
    bench.pass(Duration::from_secs(2), 16);
    bench.command(Command::SetReading(true));
    let end = bench.now + RECOVERS;
    let is_it = |event: &Event| matches!(event, Event::Code(code) if code.reveal() == CODE);
    while !bench.events.iter().any(is_it) {
        for (_, bytes) in std::mem::take(&mut bench.sent) {
            engine.handle_input(&bytes, bench.now);
        }
        while let Some(bytes) = engine.poll_output(bench.now) {
            bench.receive(&bytes);
        }
        bench.now = bench.next(engine.poll_timeout());
        assert!(bench.now < end, "not back: {:?}", bench.events);
        bench.wake();
    }
}
