//! Pins of a Raspberry Pi's header through rppal: interrupts debounced by the kernel (GPIO uAPI v2).

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use rppal::gpio::{Error, Gpio as Header, InputPin, OutputPin, Trigger};

use super::drive::Lamp;
use super::{Changes, OnPin, Opened, PinEvent};
use crate::config::{Active, Gpio as Settings, Line, Pin};
use crate::pins::{Input, Output};
use crate::status::Device;

struct Switch {
    pin: OutputPin,
    active: Active,
}

impl Lamp for Switch {
    fn light(&mut self, on: bool) -> bool {
        if on == (self.active == Active::High) {
            self.pin.set_high();
        } else {
            self.pin.set_low();
        }
        true
    }
}

/// Takes the header. A single pin that cannot be had is left out and told.
pub(super) fn open(settings: &Settings, tell: &OnPin) -> Opened {
    let mut opened = Opened::nothing();
    let Ok(header) = Header::new() else {
        return opened;
    };
    opened.status = Device::Online;
    let mut inputs = Vec::new();
    for (wire, pin) in &settings.inputs {
        match input(&header, *wire, pin, tell) {
            Some(pin) => inputs.push(pin),
            None => opened.fail(wire.word()),
        }
    }
    for (wire, pin) in &settings.outputs {
        match output(&header, *wire, pin) {
            Some(switch) => opened.outputs.push((*wire, Box::new(switch))),
            None => opened.fail(wire.word()),
        }
    }
    // Dropping a pin ends its interrupt.
    opened.inputs = Box::new(inputs);
    opened
}

/// BCM number; a name is for the other backend.
fn number(pin: &Pin) -> Option<u8> {
    match &pin.line {
        Line::Number(number) => u8::try_from(*number).ok(),
        Line::Name(_) => None,
    }
}

fn input(header: &Header, wire: Input, wanted: &Pin, tell: &OnPin) -> Option<InputPin> {
    let pin = header.get(number(wanted)?).ok()?;
    let mut pin = if wire.pulled_up(wanted.active) {
        pin.into_input_pullup()
    } else {
        pin.into_input_pulldown()
    };
    listen(&mut pin, wire, wanted, tell).ok()?;
    Some(pin)
}

fn listen(pin: &mut InputPin, wire: Input, wanted: &Pin, tell: &OnPin) -> Result<(), Error> {
    let debounce = Duration::from_millis(wanted.debounce_ms.into());
    let active_high = wanted.active == Active::High;
    let changes = Arc::new(Mutex::new(Changes::default()));
    let (of_interrupt, told) = (Arc::clone(&changes), OnPin::clone(tell));
    pin.set_async_interrupt(Trigger::Both, Some(debounce), move |edge| {
        let high = edge.trigger == Trigger::RisingEdge;
        tell_level(&of_interrupt, wire, high == active_high, &told);
    })?;
    // After the interrupt is on, so that no change between the two is lost.
    tell_level(&changes, wire, pin.is_high() == active_high, tell);
    Ok(())
}

fn tell_level(changes: &Mutex<Changes>, wire: Input, on: bool, tell: &OnPin) {
    let mut changes = changes.lock().unwrap_or_else(PoisonError::into_inner);
    if changes.is_news(on) {
        tell(PinEvent::Input(wire, on));
    }
}

/// At rest from the first moment, whatever its active level.
fn output(header: &Header, wire: Output, wanted: &Pin) -> Option<Switch> {
    let pin = header.get(number(wanted)?).ok()?;
    let high = wire.rest() == (wanted.active == Active::High);
    let mut pin = if high {
        pin.into_output_high()
    } else {
        pin.into_output_low()
    };
    // A pin that became an input again would let go of the relay that powers a device.
    pin.set_reset_on_drop(!wire.rest());
    Some(Switch {
        pin,
        active: wanted.active,
    })
}
