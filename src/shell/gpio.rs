//! Pins: somebody stands before the machine, the door of its case, and the guide lights.
//!
//! A machine without pins, or with another board than its configuration says, works on: [`open`] never fails,
//! and [`Gpio::status`] tells what is missing.

mod lamps;
mod rpi;
#[cfg(feature = "sim")]
mod sim;

use std::sync::Arc;

use crate::config::{Active, Gpio as Settings, GpioBackend};
use crate::status::{Device, FlashRate};

#[cfg(feature = "sim")]
pub use sim::SimGpio;

/// What an input tells. Each is told once after opening and then at every change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InputEvent {
    /// Whether somebody stands before the machine.
    Presence(bool),
    /// Whether the door of the case is open.
    DoorOpen(bool),
}

/// A guide light.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Light {
    /// At the card reader.
    Reader,
    /// At the paper slot.
    Slot,
}

/// Called from the backend's own threads; must only pass the event on.
pub type OnInput = Arc<dyn Fn(InputEvent) + Send + Sync>;

/// The pins of one machine. Dropping it puts the lights out.
pub trait Gpio: Send {
    /// `Online`; `NoDevice` when the board is not there; `HardwareError` when one of its pins cannot be had.
    /// Without any pins configured `Unknown`, which is no fault.
    fn status(&self) -> Device;

    /// Sets a guide light; of no effect when it is not fitted.
    fn set_light(&self, light: Light, rate: FlashRate);
}

/// No pins.
struct NoGpio(Device);

impl Gpio for NoGpio {
    fn status(&self) -> Device {
        self.0
    }

    fn set_light(&self, _: Light, _: FlashRate) {}
}

/// Opens the pins of `settings`. The backend `sim` without a hand on it is made by [`SimGpio`] instead and is
/// `NoDevice` here.
#[must_use]
pub fn open(settings: &Settings, on_input: OnInput) -> Box<dyn Gpio> {
    match settings.backend {
        GpioBackend::None => Box::new(NoGpio(Device::Unknown)),
        GpioBackend::Sim => Box::new(NoGpio(Device::NoDevice)),
        GpioBackend::Rppal => match rpi::RpiGpio::open(settings, &on_input) {
            Ok(pins) => Box::new(pins),
            Err(_) => Box::new(NoGpio(Device::NoDevice)),
        },
    }
}

/// Turns levels of a pin into changes of a signal.
#[derive(Debug)]
struct Signal {
    active: Active,
    last: Option<bool>,
}

impl Signal {
    fn new(active: Active) -> Self {
        Self { active, last: None }
    }

    /// Whether the signal is on, if that is news.
    fn level(&mut self, high: bool) -> Option<bool> {
        let on = high == (self.active == Active::High);
        (self.last.replace(on) != Some(on)).then_some(on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn a_bouncing_pin_is_one_change() {
        let mut door = Signal::new(Active::Low);
        let told: Vec<_> = [true, true, false, false, true]
            .into_iter()
            .filter_map(|high| door.level(high))
            .collect();
        assert_eq!(told, [false, true, false]);
    }

    #[test]
    fn a_board_that_is_not_there_is_a_status() {
        let settings = Settings {
            backend: GpioBackend::Rppal,
            ..Settings::default()
        };
        let pins = open(&settings, Arc::new(|_| {}));
        let on_a_pi = ["/dev/gpiomem", "/dev/gpiomem0"]
            .iter()
            .any(|device| Path::new(device).exists());
        let expected = if on_a_pi {
            Device::Online
        } else {
            Device::NoDevice
        };
        assert_eq!(pins.status(), expected);
        pins.set_light(Light::Slot, FlashRate::Quick);
    }

    #[test]
    fn a_machine_without_pins_has_no_fault() {
        let pins = open(&Settings::default(), Arc::new(|_| {}));
        assert_eq!(pins.status(), Device::Unknown);
    }
}
