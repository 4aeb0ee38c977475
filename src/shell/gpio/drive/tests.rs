use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};

use super::*;

struct Fake(Sender<bool>);

impl Lamp for Fake {
    fn light(&mut self, on: bool) -> bool {
        self.0.send(on).is_ok()
    }
}

fn rig(output: Output, now: Instant) -> (Rig, Receiver<bool>) {
    let (sender, seen) = channel();
    (Rig::new(vec![(output, Box::new(Fake(sender)))], now), seen)
}

fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}

#[test]
fn rates_are_a_half_one_and_two_hertz() {
    let rate = |rate, at| level(Shape::Rate(rate), ms(at));
    assert_eq!(rate(FlashRate::Slow, 0), (true, Some(ms(1000))));
    assert_eq!(rate(FlashRate::Slow, 1999), (false, Some(ms(1))));
    assert_eq!(rate(FlashRate::Slow, 2000), (true, Some(ms(1000))));
    assert_eq!(rate(FlashRate::Medium, 499), (true, Some(ms(1))));
    assert_eq!(rate(FlashRate::Medium, 500), (false, Some(ms(500))));
    assert_eq!(rate(FlashRate::Quick, 249), (true, Some(ms(1))));
    assert_eq!(rate(FlashRate::Quick, 250), (false, Some(ms(250))));
    assert_eq!(rate(FlashRate::Continuous, 9), (true, None));
    assert_eq!(rate(FlashRate::Off, 9), (false, None));
}

#[test]
fn pulses_come_once_and_the_last_level_stays() {
    let beep = |at| level(Shape::Once(true, &[80, 120, 80]), ms(at));
    assert_eq!(beep(0), (true, Some(ms(80))));
    assert_eq!(beep(80), (false, Some(ms(120))));
    assert_eq!(beep(200), (true, Some(ms(80))));
    assert_eq!(beep(280), (false, None));
    assert_eq!(level(Shape::POWER_CYCLE, ms(2999)), (false, Some(ms(1))));
    assert_eq!(level(Shape::POWER_CYCLE, ms(3000)), (true, None));
}

#[test]
fn a_lamp_is_written_only_when_it_changes_and_a_steady_one_needs_no_waking() {
    let start = Instant::now();
    let (mut rig, seen) = rig(Output::SlotLight, start);
    let quick = Shape::Rate(FlashRate::Quick);
    assert_eq!(rig.handle_timeout(start), None);
    rig.set(Output::SlotLight, quick, start);
    rig.set(Output::ReaderLight, quick, start); // not fitted
    assert_eq!(rig.handle_timeout(start), Some(start + ms(250)));
    assert_eq!(rig.handle_timeout(start + ms(100)), Some(start + ms(250)));
    rig.set(Output::SlotLight, quick, start + ms(100)); // keeps its rhythm
    assert_eq!(rig.handle_timeout(start + ms(250)), Some(start + ms(500)));
    let steady = Shape::Rate(FlashRate::Continuous);
    rig.set(Output::SlotLight, steady, start + ms(300));
    assert_eq!(rig.handle_timeout(start + ms(300)), None);
    let written: Vec<bool> = seen.try_iter().collect();
    assert_eq!(written, [false, true, false, true]);
}

#[test]
fn a_device_keeps_its_power_until_it_is_cycled() {
    let start = Instant::now();
    let (mut rig, seen) = rig(Output::PrinterPower, start);
    assert_eq!(rig.handle_timeout(start), None);
    rig.set(Output::PrinterPower, Shape::POWER_CYCLE, start);
    assert_eq!(rig.handle_timeout(start), Some(start + ms(3000)));
    assert_eq!(rig.handle_timeout(start + ms(3000)), None);
    rig.rest();
    let written: Vec<bool> = seen.try_iter().collect();
    assert_eq!(written, [true, false, true, true]);
}

fn pins(lamp: impl Lamp + Send + 'static) -> (Pins, Receiver<PinEvent>) {
    let (sender, told) = channel();
    let open = move || Opened {
        status: Device::Online,
        outputs: vec![(Output::ReaderLight, Box::new(lamp))],
        ..Opened::nothing()
    };
    let pins = Pins::start(
        open,
        Arc::new(move |event| {
            let _ = sender.send(event);
        }),
    );
    (pins, told)
}

#[test]
fn the_thread_lights_a_lamp_and_puts_it_out_at_the_end() {
    let (sender, seen) = channel();
    let (pins, told) = pins(Fake(sender));
    assert_eq!(told.recv(), Ok(PinEvent::Status(Device::Online)));
    assert_eq!(seen.recv(), Ok(false));
    pins.drive(Output::ReaderLight, Shape::Rate(FlashRate::Continuous));
    assert_eq!(seen.recv(), Ok(true));
    drop(pins);
    assert_eq!(seen.recv(), Ok(false));
    assert!(seen.recv().is_err(), "the lamp is let go");
}

#[test]
fn a_pin_that_dies_is_told_by_its_name() {
    let (sender, seen) = channel();
    let (pins, told) = pins(Fake(sender));
    assert_eq!(seen.recv(), Ok(false));
    drop(seen);
    pins.drive(Output::ReaderLight, Shape::Rate(FlashRate::Continuous));
    assert_eq!(told.recv(), Ok(PinEvent::Status(Device::Online)));
    assert_eq!(told.recv(), Ok(PinEvent::Failed("reader_light")));
    assert_eq!(told.recv(), Ok(PinEvent::Status(Device::HardwareError)));
}

/// Hangs in its driver until the test lets go.
struct Hangs(Arc<Mutex<()>>);

impl Lamp for Hangs {
    fn light(&mut self, _: bool) -> bool {
        self.0.lock().is_ok()
    }
}

#[test]
fn a_driver_that_hangs_is_told_and_hangs_nobody() {
    let gate = Arc::new(Mutex::new(()));
    let held = gate.lock().expect("nobody else has it");
    let (pins, told) = pins(Hangs(Arc::clone(&gate)));
    assert_eq!(told.recv(), Ok(PinEvent::Status(Device::Online)));
    for _ in 0..=ORDER_LIMIT {
        pins.drive(Output::ReaderLight, Shape::Rate(FlashRate::Slow));
    }
    assert_eq!(told.try_recv(), Ok(PinEvent::Status(Device::HardwareError)));
    let began = Instant::now();
    drop(pins);
    assert!(began.elapsed() < END_WITHIN + ms(1000), "detached");
    drop(held);
}
