//! A machine that is recorded, and the simulated device it drives, in a time that is moved by hand.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use kiosk::shell::record::{Recorded, Recorder, Setup};
use kiosk::sim::pty::Device;
use kiosk::wire::tap::Tapped;
use kiosk::wire::{Machine, PortWish};

/// Time moves at least this much: where both ends wait for each other, it still goes on.
const GRAIN: Duration = Duration::from_micros(50);

pub struct Bench<M: Recorded, D: Device> {
    pub machine: Tapped<M, Recorder<M>>,
    pub device: D,
    pub now: Instant,
    plugged: bool,
    lines: Arc<Mutex<String>>,
}

impl<M: Recorded, D: Device> Bench<M, D> {
    /// Nothing exchanged yet; the device is switched on.
    pub fn new<S: Setup<Machine = M>>(setup: &S, machine: M, mut device: D) -> Self {
        let lines = Arc::new(Mutex::new(String::new()));
        let to = Arc::clone(&lines);
        let write = Box::new(move |text: String| {
            to.lock().unwrap().push_str(&text);
            true
        });
        let now = Instant::now();
        device.plugged(now);
        Self {
            machine: Tapped::new(machine, Recorder::new(setup, write)),
            device,
            now,
            plugged: false,
            lines,
        }
    }

    pub fn command(&mut self, command: M::Command) {
        self.machine.command(command, self.now);
        self.settle();
    }

    /// The plug is in and the port is open.
    pub fn open(&mut self) {
        self.plugged = true;
        self.device.line_opened();
        self.machine.port_opened(self.now);
        self.settle();
    }

    pub fn unplug(&mut self) {
        self.plugged = false;
        self.device.unplugged();
        self.machine.port_lost(self.now);
        self.settle();
    }

    pub fn replug(&mut self) {
        self.device.plugged(self.now);
        self.open();
    }

    pub fn pass(&mut self, ms: u64) {
        let end = self.now + Duration::from_millis(ms);
        self.settle();
        loop {
            let device = self.device.poll_timeout().filter(|_| self.plugged);
            let next = [self.machine.poll_timeout(), device];
            let next = next.into_iter().flatten().min().filter(|next| *next <= end);
            let Some(next) = next else {
                self.now = end;
                return;
            };
            self.now = next.max(self.now + GRAIN);
            if self.machine.poll_timeout().is_some_and(|at| at <= self.now) {
                self.machine.handle_timeout(self.now);
            }
            self.settle();
        }
    }

    fn settle(&mut self) {
        let mut quiet = false;
        while !quiet {
            quiet = true;
            while let Some(bytes) = self.machine.poll_transmit() {
                quiet = false;
                if self.plugged {
                    self.device.handle_input(&bytes, self.now);
                }
            }
            while self.machine.poll_event().is_some() {}
            while let Some(wish) = self.machine.poll_port() {
                quiet = false;
                if let PortWish::Rate(rate) = wish {
                    self.device.line_rate(rate);
                }
                self.open_again();
            }
            if let Some(bytes) = self.device.poll_output(self.now).filter(|_| self.plugged) {
                quiet = false;
                self.machine.handle_input(&bytes, self.now);
            }
        }
    }

    fn open_again(&mut self) {
        self.device.line_opened();
        self.machine.port_opened(self.now);
    }

    /// The recording.
    pub fn end(self) -> String {
        drop(self.machine);
        let lines = self.lines.lock().unwrap();
        lines.clone()
    }
}
