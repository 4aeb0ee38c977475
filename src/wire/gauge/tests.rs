use super::*;
use crate::status::Device;
use crate::wire::PortWish;
use crate::wire::tap::Tapped;

/// Echoes its input and tells the states that it is commanded to tell.
#[derive(Default)]
struct Echo {
    out: Vec<Vec<u8>>,
    events: Vec<Device>,
}

impl Named for Device {
    fn word(&self) -> &'static str {
        (*self).word()
    }
}

impl Judged for Device {
    fn verdict(&self) -> Verdict {
        of_device(*self)
    }
}

impl Machine for Echo {
    type Event = Device;
    type Command = Device;

    fn port_opened(&mut self, _: Instant) {}
    fn port_lost(&mut self, _: Instant) {}
    fn command(&mut self, command: Device, _: Instant) {
        self.events.push(command);
    }
    fn handle_input(&mut self, bytes: &[u8], _: Instant) {
        self.out.push(bytes.to_vec());
    }
    fn handle_timeout(&mut self, _: Instant) {
        self.out.push(vec![0; 256]);
    }
    fn poll_transmit(&mut self) -> Option<Vec<u8>> {
        self.out.pop()
    }
    fn poll_event(&mut self) -> Option<Device> {
        self.events.pop()
    }
    fn poll_port(&mut self) -> Option<PortWish> {
        None
    }
    fn poll_timeout(&self) -> Option<Instant> {
        None
    }
}

struct Bench {
    gauge: Gauge,
    machine: Tapped<Echo, Gauge>,
    now: Instant,
}

impl Bench {
    fn new() -> Self {
        let gauge = Gauge::default();
        Self {
            machine: Tapped::new(Echo::default(), gauge.clone()),
            gauge,
            now: Instant::now(),
        }
    }

    fn pass(&mut self, ms: u64) {
        self.now += Duration::from_millis(ms);
    }

    fn drain(&mut self) {
        while self.machine.poll_transmit().is_some() {}
        while self.machine.poll_event().is_some() {}
    }

    /// The device is said to be in this state; what that leaves in the journal.
    fn say(&mut self, device: Device) -> Option<String> {
        self.machine.command(device, self.now);
        self.drain();
        self.gauge.take_trail().map(|trail| trail.to_string())
    }
}

#[test]
fn what_passes_is_counted() {
    let mut bench = Bench::new();
    bench.machine.port_lost(bench.now);
    bench.machine.port_lost(bench.now);
    bench.machine.port_opened(bench.now);
    bench.machine.handle_input(b"abc", bench.now);
    bench.machine.handle_timeout(bench.now);
    bench.drain();
    bench.say(Device::Online);
    bench.say(Device::PowerOff);
    let expected = Counts {
        opened: 1,
        lost: 1,
        bytes_in: 3,
        bytes_out: 259,
        commands: 2,
        events: 2,
        timeouts: 1,
        faults: 1,
    };
    assert_eq!(bench.gauge.counts(), expected);
}

#[test]
fn a_fault_leaves_one_trail_and_a_flapping_device_one_a_minute() {
    let mut bench = Bench::new();
    bench.machine.port_opened(bench.now);
    bench.pass(20);
    bench.machine.handle_input(b"ab", bench.now);
    bench.machine.handle_input(b"c", bench.now);
    bench.drain();
    bench.pass(300);
    let trail = bench.say(Device::PowerOff).expect("a trail");
    assert_eq!(
        trail,
        "320 opened, 300 <3/2, 300 >3/2, 0 !powerOff, 0 powerOff"
    );
    bench.pass(120_000);
    assert_eq!(bench.say(Device::PowerOff), None, "the same fault");
    assert!(bench.say(Device::HardwareError).is_some(), "another one");
    let mut trails = 0;
    for _ in 0..600 {
        bench.pass(1_000);
        bench.say(Device::Online);
        trails += u32::from(bench.say(Device::PowerOff).is_some());
    }
    assert_eq!(trails, 10, "in ten minutes");
}

#[test]
fn the_ring_keeps_the_last_and_takes_a_long_job_for_one_thing() {
    let mut bench = Bench::new();
    bench.machine.port_opened(bench.now);
    for _ in 0..1000 {
        bench.pass(22);
        bench.machine.handle_timeout(bench.now);
        bench.drain();
    }
    let trail = bench.say(Device::Offline).expect("a trail");
    assert_eq!(
        trail,
        "22000 opened, 21978 timeout, 0 >256000/1000, 0 !offline, 0 offline"
    );
    for at in 0..100 {
        bench.pass(60_000);
        bench.machine.port_opened(bench.now);
        if at % 2 == 0 {
            bench.machine.port_lost(bench.now);
        }
    }
    let trail = bench.say(Device::UserError).expect("a trail");
    assert_eq!(trail.split(", ").count(), 32, "{trail}");
    assert!(!trail.contains('>'), "too long ago: {trail}");
}
