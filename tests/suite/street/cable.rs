//! One device and the machine that drives it, on a cable that can be pulled.

use std::time::Instant;

use kiosk::sim::pty::Device;
use kiosk::wire::{self, PortWish};

/// What every device here is set to, in bits a second.
const RATE: u32 = 115_200;

/// The plug of a cable, whatever hangs on it.
pub trait Plug {
    fn pull(&mut self, now: Instant);
    fn put_back(&mut self, now: Instant);
}

impl<M: wire::Machine, D: Device> Plug for Cable<M, D> {
    fn pull(&mut self, now: Instant) {
        self.plugged = false;
        self.device.unplugged();
        self.machine.port_lost(now);
    }

    fn put_back(&mut self, now: Instant) {
        self.plugged = true;
        self.device.plugged(now);
        self.machine.port_opened(now);
    }
}

pub struct Cable<M: wire::Machine, D: Device> {
    machine: M,
    pub device: D,
    plugged: bool,
    /// The port is open at another rate.
    deaf: bool,
    events: Vec<M::Event>,
}

impl<M: wire::Machine, D: Device> Cable<M, D> {
    pub fn new(mut machine: M, device: D, now: Instant) -> Self {
        machine.port_opened(now);
        Self {
            machine,
            device,
            plugged: true,
            deaf: false,
            events: Vec::new(),
        }
    }

    /// Another machine on the same device: what was in the cable is lost.
    pub fn start_again(&mut self, machine: M, now: Instant) {
        self.machine = machine;
        self.deaf = false;
        self.events.clear();
        while self.device.poll_output(now).is_some() {}
        if self.plugged {
            self.machine.port_opened(now);
        } else {
            self.machine.port_lost(now);
        }
    }

    pub fn command(&mut self, command: M::Command, now: Instant) {
        self.machine.command(command, now);
    }

    pub fn next(&self) -> Option<Instant> {
        let device = self.device.poll_timeout().filter(|_| self.plugged);
        [self.machine.poll_timeout(), device]
            .into_iter()
            .flatten()
            .min()
    }

    /// Exchanges all that is due by `now`.
    pub fn run(&mut self, now: Instant) -> Vec<M::Event> {
        if self.machine.poll_timeout().is_some_and(|at| at <= now) {
            self.machine.handle_timeout(now);
        }
        for round in 0.. {
            assert!(round < 10_000, "the two never come to rest");
            let mut quiet = true;
            while let Some(bytes) = self.machine.poll_transmit() {
                quiet = false;
                if self.plugged && !self.deaf {
                    self.device.handle_input(&bytes, now);
                }
            }
            while let Some(event) = self.machine.poll_event() {
                self.events.push(event);
            }
            while let Some(bytes) = self.device.poll_output(now) {
                quiet = false;
                if self.plugged && !self.deaf {
                    self.machine.handle_input(&bytes, now);
                }
            }
            if let Some(wish) = self.machine.poll_port() {
                // Opened again at once. There is no bit rate here: at another one than the device's it hears nothing.
                self.deaf = matches!(wish, PortWish::Rate(rate) if rate != RATE);
                self.device.unplugged();
                self.machine.port_opened(now);
                quiet = false;
            }
            if quiet {
                break;
            }
        }
        std::mem::take(&mut self.events)
    }
}
