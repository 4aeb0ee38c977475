//! The presence radar's machine.

use std::time::Duration;

use kiosk::wire::radar::{Event, Radar};

use super::input::Input;
use super::machine::{Bench, Limits};

/// It says nothing, and of events it keeps 16.
const LIMITS: Limits = Limits {
    sent: 0,
    sent_per_byte: 0,
    events: 16,
    events_per_byte: 0,
};
const STEPS: usize = 200;
/// Somebody moves, 80 cm away (the maker's protocol, a basic frame).
const SOMEBODY: [u8; 23] = [
    0xF4, 0xF3, 0xF2, 0xF1, 0x0D, 0x00, 0x02, 0xAA, 0x01, 0x50, 0x00, 0x3C, 0x00, 0x00, 0x00, 0x50,
    0x00, 0x55, 0x00, 0xF8, 0xF7, 0xF6, 0xF5,
];

pub fn run(data: &[u8]) {
    let mut input = Input::new(data);
    let mut bench = Bench::new(Radar::new(), LIMITS);
    bench.open();
    for _ in 0..STEPS {
        let Some(step) = input.byte() else { break };
        bench.step(step % 7, &mut input);
    }
    // A radar that behaves is understood, whatever was before: the frames after a cut off one are not lost.
    bench.lose();
    bench.open();
    for _ in 0..3 {
        bench.receive(&SOMEBODY);
        bench.pass(Duration::from_millis(100), 16);
    }
    let (mut status, mut present) = (None, None);
    for event in &bench.events {
        let news = match *event {
            Event::Status(device) => status.replace(device) != Some(device),
            Event::Presence(seen) => present.replace(seen) != Some(seen),
        };
        assert!(news, "told twice: {event:?}");
    }
    assert_eq!(present, Some(true));
}
