//! Pins: what stands at the sensors, the guide lights, the buzzer and the relays.
//!
//! A machine without pins, or with another board than its configuration says, works on: [`open`] never fails and
//! never waits. What is missing is told as an event.

mod cdev;
mod drive;
mod rpi;
#[cfg(feature = "sim")]
mod sim;
pub mod sysfs;

use std::any::Any;
use std::sync::Arc;

use crate::config::{Gpio as Settings, GpioBackend};
use crate::pins::{Beep, Input, Output};
use crate::status::{Device, FlashRate};

use drive::{Lamp, Pins};
#[cfg(feature = "sim")]
pub use sim::SimGpio;

/// What the pins tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinEvent {
    /// `Online`; `NoDevice` when the board is not there; `HardwareError` when one of its pins cannot be had or moved.
    /// Said once after opening and at every change. Never said of a machine without pins.
    Status(Device),
    /// This wire, by its key in `kiosk.toml`, cannot be had or moved. Said once for each.
    Failed(&'static str),
    /// Whether an input is on. Each is told once after opening and then at every change.
    Input(Input, bool),
}

/// Called from the backend's own threads; must only pass the event on.
pub type OnPin = Arc<dyn Fn(PinEvent) + Send + Sync>;

/// What an output is to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// From now on.
    Rate(FlashRate),
    /// Once: this level first, the other one after each of these milliseconds; the last level stays.
    Once(bool, &'static [u16]),
}

impl Shape {
    /// Off and on again: long enough for a device's own capacitors.
    pub const POWER_CYCLE: Self = Self::Once(false, &[3000]);

    /// Three long tones for a card, two short ones for a question.
    #[must_use]
    pub fn of(beep: Beep) -> Self {
        match beep {
            Beep::CardLeft => Self::Once(true, &[400, 200, 400, 200, 400]),
            Beep::Attention => Self::Once(true, &[80, 80, 80]),
        }
    }
}

/// The pins of one machine. Dropping it puts every output to rest.
pub trait Gpio: Send {
    /// Drives an output; of no effect when it is not fitted. Never waits for a pin.
    fn drive(&self, output: Output, shape: Shape);
}

/// No pins.
struct NoGpio;

impl Gpio for NoGpio {
    fn drive(&self, _: Output, _: Shape) {}
}

/// What a backend has opened, on the thread that goes on to drive it.
struct Opened {
    status: Device,
    failed: Vec<&'static str>,
    outputs: Vec<(Output, Box<dyn Lamp>)>,
    /// Held so that their events go on.
    inputs: Box<dyn Any>,
}

impl Opened {
    /// The board is not there.
    fn nothing() -> Self {
        Self {
            status: Device::NoDevice,
            failed: Vec::new(),
            outputs: Vec::new(),
            inputs: Box::new(()),
        }
    }

    /// This wire cannot be had; the others go on.
    fn fail(&mut self, wire: &'static str) {
        self.status = Device::HardwareError;
        self.failed.push(wire);
    }
}

/// Opens the pins of `settings`, on a thread of their own. The backend `sim` without a hand on it is made by
/// [`SimGpio`] instead and is `NoDevice` here.
#[must_use]
pub fn open(settings: &Settings, tell: OnPin) -> Box<dyn Gpio> {
    let (wanted, told) = (settings.clone(), Arc::clone(&tell));
    match settings.backend {
        GpioBackend::None => Box::new(NoGpio),
        GpioBackend::Sim => {
            tell(PinEvent::Status(Device::NoDevice));
            Box::new(NoGpio)
        }
        GpioBackend::Rppal => Box::new(Pins::start(move || rpi::open(&wanted, &told), tell)),
        GpioBackend::Gpiocdev => Box::new(Pins::start(move || cdev::open(&wanted, &told), tell)),
    }
}

/// Turns levels of an input into changes.
#[derive(Debug, Default)]
struct Changes(Option<bool>);

impl Changes {
    /// Whether `on` is news.
    fn is_news(&mut self, on: bool) -> bool {
        self.0.replace(on) != Some(on)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;
    use std::sync::mpsc::{Receiver, channel};

    fn told(settings: &Settings) -> (Box<dyn Gpio>, Receiver<PinEvent>) {
        let (sender, seen) = channel();
        let tell: OnPin = Arc::new(move |event| {
            let _ = sender.send(event);
        });
        (open(settings, tell), seen)
    }

    fn board(backend: GpioBackend) -> Settings {
        Settings {
            backend,
            ..Settings::default()
        }
    }

    #[test]
    fn a_bouncing_pin_is_one_change() {
        let mut door = Changes::default();
        let levels = [false, false, true, true, false];
        let told: Vec<bool> = levels.into_iter().filter(|on| door.is_news(*on)).collect();
        assert_eq!(told, [false, true, false]);
    }

    #[test]
    fn a_board_that_is_not_there_is_told() {
        let (pins, seen) = told(&board(GpioBackend::Rppal));
        pins.drive(Output::SlotLight, Shape::Rate(FlashRate::Quick));
        let on_a_pi = ["/dev/gpiomem", "/dev/gpiomem0"]
            .iter()
            .any(|device| Path::new(device).exists());
        let expected = if on_a_pi {
            Device::Online
        } else {
            Device::NoDevice
        };
        assert_eq!(seen.recv(), Ok(PinEvent::Status(expected)));
    }

    #[test]
    fn a_machine_without_pins_tells_nothing() {
        let (_pins, seen) = told(&board(GpioBackend::None));
        assert!(seen.try_recv().is_err());
    }
}
