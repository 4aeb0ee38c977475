//! The search for the device on a port: whatever answers, it ends once, in its time, and is silent from then on.

use kiosk::wire::Machine as _;
use kiosk::wire::finder::{Event, FIRST_RATE, Finder, Kind};

use super::input::Input;
use super::machine::{Bench, Limits};

/// One question at a time; one end.
const LIMITS: Limits = Limits {
    sent: 64,
    sent_per_byte: 0,
    events: 1,
    events_per_byte: 0,
};
const STEPS: usize = 200;
/// More than the search has questions.
const WAKES: usize = 64;

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut bench = Bench::new(Finder::new(), LIMITS);
    bench.open();
    for _ in 0..STEPS {
        let Some(step) = input.byte() else { break };
        // A port that is lost ends it; what comes before is what counts here.
        let step = if step & 7 == 6 && step & 0x78 != 0 {
            0
        } else {
            step & 7
        };
        bench.step(step, &mut input);
        if !bench.events.is_empty() {
            break;
        }
    }
    if bench.open && bench.events.is_empty() {
        bench.pass(Finder::longest(), WAKES);
    }
    let [event] = &bench.events[..] else {
        panic!("ended with {:?}", bench.events);
    };
    judge(event, bench.rate.unwrap_or(FIRST_RATE), bench.open);
    // Whatever comes then is nobody's.
    bench.sent.clear();
    bench.open();
    let rest = input.rest();
    bench.receive(rest);
    bench.pass(Finder::longest(), WAKES);
    bench.lose();
    assert_eq!((bench.events.len(), bench.sent.len()), (1, 0));
    assert_eq!(bench.machine.poll_timeout(), None);
}

fn judge(event: &Event, rate: u32, open: bool) {
    match event {
        Event::NoPort => assert!(!open),
        Event::Nobody => assert!(open),
        Event::Found(answered) => {
            assert_eq!(answered.rate, rate, "answered at another rate");
            let is_reader = answered.kind == Kind::Reader;
            assert!(is_reader || answered.id.is_none());
            if let Some(id) = &answered.id {
                let plain = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
                assert!(id.chars().all(plain) && id.len() <= 64, "{id}");
            }
        }
    }
}
