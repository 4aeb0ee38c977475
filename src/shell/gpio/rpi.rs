//! Pins of a Raspberry Pi's header through rppal: interrupts debounced by the kernel (GPIO uAPI v2).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rppal::gpio::{Error, Gpio as Header, InputPin, Level, OutputPin, Trigger};

use super::lamps::{Lamp, Lamps};
use super::{Gpio, InputEvent, Light, OnInput, Signal};
use crate::config::{Active, Gpio as Settings, Pin};
use crate::status::{Device, FlashRate};

/// Makes the event of one input.
type ToEvent = fn(bool) -> InputEvent;

/// The pins of one board.
pub(super) struct RpiGpio {
    status: Device,
    /// Held so that their interrupts stay; dropping a pin ends its interrupt.
    _inputs: Vec<InputPin>,
    lamps: Lamps<Output>,
}

struct Output {
    pin: OutputPin,
    active: Active,
}

impl Lamp for Output {
    fn light(&mut self, on: bool) {
        if on == (self.active == Active::High) {
            self.pin.set_high();
        } else {
            self.pin.set_low();
        }
    }
}

impl RpiGpio {
    /// Takes the header. A single pin that cannot be had is left out and told by [`Gpio::status`].
    ///
    /// # Errors
    /// This is no Raspberry Pi, or its registers may not be touched.
    pub(super) fn open(settings: &Settings, on_input: &OnInput) -> Result<Self, Error> {
        let header = Header::new()?;
        let mut status = Device::Online;
        let mut inputs = Vec::new();
        let wanted: [(Option<Pin>, ToEvent, bool); 2] = [
            // An unplugged sensor sees nobody: pull to the level that is off.
            (
                settings.presence,
                InputEvent::Presence,
                settings.presence.is_some_and(|p| p.active == Active::Low),
            ),
            // A contact to ground: pull up, so that a cut wire reads like an open contact.
            (settings.door, InputEvent::DoorOpen, true),
        ];
        for (pin, event, pull_up) in wanted {
            let Some(pin) = pin else { continue };
            match input(&header, pin, pull_up, event, on_input) {
                Ok(pin) => inputs.push(pin),
                Err(_) => status = Device::HardwareError,
            }
        }
        let mut lamps = Vec::new();
        for (pin, light) in [
            (settings.reader_light, Light::Reader),
            (settings.slot_light, Light::Slot),
        ] {
            let Some(pin) = pin else { continue };
            match output(&header, pin) {
                Ok(output) => lamps.push((light, output)),
                Err(_) => status = Device::HardwareError,
            }
        }
        Ok(Self {
            status,
            _inputs: inputs,
            lamps: Lamps::start(lamps),
        })
    }
}

fn input(
    header: &Header,
    wanted: Pin,
    pull_up: bool,
    event: ToEvent,
    on_input: &OnInput,
) -> Result<InputPin, Error> {
    let pin = header.get(wanted.pin)?;
    let mut pin = if pull_up {
        pin.into_input_pullup()
    } else {
        pin.into_input_pulldown()
    };
    let debounce = Duration::from_millis(wanted.debounce_ms.into());
    let signal = Arc::new(Mutex::new(Signal::new(wanted.active)));
    let of_interrupt = Arc::clone(&signal);
    let tell = OnInput::clone(on_input);
    pin.set_async_interrupt(Trigger::Both, Some(debounce), move |edge| {
        tell_level(
            &of_interrupt,
            edge.trigger == Trigger::RisingEdge,
            event,
            &tell,
        );
    })?;
    // After the interrupt is on, so that no change between the two is lost.
    tell_level(&signal, pin.is_high(), event, on_input);
    Ok(pin)
}

fn tell_level(signal: &Mutex<Signal>, high: bool, event: ToEvent, tell: &OnInput) {
    let mut signal = signal.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(on) = signal.level(high) {
        tell(event(on));
    }
}

/// Dark from the first moment, whatever its active level.
fn output(header: &Header, wanted: Pin) -> Result<Output, Error> {
    let pin = header.get(wanted.pin)?;
    let dark = match wanted.active {
        Active::High => Level::Low,
        Active::Low => Level::High,
    };
    let pin = match dark {
        Level::Low => pin.into_output_low(),
        Level::High => pin.into_output_high(),
    };
    Ok(Output {
        pin,
        active: wanted.active,
    })
}

impl Gpio for RpiGpio {
    fn status(&self) -> Device {
        self.status
    }

    fn set_light(&self, light: Light, rate: FlashRate) {
        self.lamps.set(light, rate);
    }
}
