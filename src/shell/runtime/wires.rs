//! The pins of the running machine, and what is kept of them on the disk.

use std::time::{Duration, Instant};

use crate::config::Config;
use crate::domain::kiosk::Event;
use crate::pins::{Beep, Input, Output, Part};
use crate::shell::gpio::sysfs::Sysfs;
use crate::shell::gpio::{Gpio, PinEvent, Shape};
use crate::shell::tamper::TamperLatch;
use crate::status::FlashRate;

use super::{Inbox, Input as Loop};

/// How often it is looked whether a technician has cleared the tamper alarm, while there is one.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Pins and the tamper latch.
pub(super) struct Wires {
    gpio: Box<dyn Gpio>,
    sysfs: Option<Sysfs>,
    latch: TamperLatch,
    next_look: Option<Instant>,
}

impl Wires {
    pub(super) fn new(gpio: Box<dyn Gpio>, config: &Config, inbox: &Inbox, now: Instant) -> Self {
        let latch = TamperLatch::beside(&config.store.path);
        let inbox = inbox.clone();
        Self {
            gpio,
            sysfs: Sysfs::start(config, move |on| inbox.put(Loop::Fan(on))),
            next_look: latch.is_closed().then_some(now),
            latch,
        }
    }

    /// What was known before this start.
    pub(super) fn first(&self) -> Option<Event> {
        self.latch.is_closed().then_some(Event::TamperLatched(true))
    }

    pub(super) fn light(&self, output: Output, rate: FlashRate) {
        self.gpio.drive(output, Shape::Rate(rate));
    }

    pub(super) fn beep(&self, beep: Beep) {
        self.gpio.drive(Output::Buzzer, Shape::of(beep));
    }

    pub(super) fn cycle_power(&self, part: Part) {
        self.gpio.drive(part.relay(), Shape::POWER_CYCLE);
    }

    pub(super) fn fan(&self, on: bool) {
        let rate = if on {
            FlashRate::Continuous
        } else {
            FlashRate::Off
        };
        self.light(Output::Fan, rate);
    }

    pub(super) fn dim(&self, dim: bool) {
        if let Some(sysfs) = &self.sysfs {
            sysfs.dim(dim);
        }
    }

    pub(super) fn latch_tamper(&mut self, now: Instant) {
        self.latch.close();
        self.next_look = Some(now + LOOK_EVERY);
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next_look
    }

    pub(super) fn handle_timeout(&mut self, now: Instant) -> Option<Event> {
        self.next_look.filter(|at| *at <= now)?;
        if self.latch.look() {
            self.next_look = None;
            return Some(Event::TamperLatched(false));
        }
        self.next_look = Some(now + LOOK_EVERY);
        None
    }
}

/// A pin's word in the core's.
pub(super) fn pin_event(event: PinEvent) -> Event {
    match event {
        PinEvent::Status(device) => Event::Pins(device),
        PinEvent::Failed(pin) => Event::PinFailed(pin),
        PinEvent::Input(Input::Presence, on) => Event::Presence(on),
        PinEvent::Input(Input::Door, on) => Event::Door(on),
        PinEvent::Input(Input::Tamper, on) => Event::Tamper(on),
        PinEvent::Input(Input::Mains, on) => Event::Mains(on),
    }
}
