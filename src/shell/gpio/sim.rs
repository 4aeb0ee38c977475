//! Pins that a script moves and looks at.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Gpio, OnPin, PinEvent, Shape};
use crate::pins::{Input, Output};
use crate::status::{Device, FlashRate};

/// Pins without wires. Clones are the same pins: one goes to the runtime as its [`Gpio`], one stays in the hand.
#[derive(Clone)]
pub struct SimGpio {
    state: Arc<Mutex<State>>,
    tell: OnPin,
}

struct State {
    inputs: BTreeMap<Input, bool>,
    rates: BTreeMap<Output, FlashRate>,
    pulses: BTreeMap<Output, u32>,
}

impl SimGpio {
    /// Nobody there, door closed, mains on, lights off; tells the inputs once, as a board does.
    #[must_use]
    pub fn new(tell: OnPin) -> Self {
        let inputs = BTreeMap::from(Input::ALL.map(|input| (input, input == Input::Mains)));
        tell(PinEvent::Status(Device::Online));
        for (input, on) in &inputs {
            tell(PinEvent::Input(*input, *on));
        }
        Self {
            state: Arc::new(Mutex::new(State {
                inputs,
                rates: BTreeMap::new(),
                pulses: BTreeMap::new(),
            })),
            tell,
        }
    }

    /// Moves an input.
    pub fn set(&self, input: Input, on: bool) {
        let before = self.lock().inputs.insert(input, on);
        if before != Some(on) {
            (self.tell)(PinEvent::Input(input, on));
        }
    }

    /// What an output shows for longer than a pulse.
    #[must_use]
    pub fn rate(&self, output: Output) -> FlashRate {
        self.lock().rates.get(&output).copied().unwrap_or_default()
    }

    /// How often an output was given pulses: beeps of the buzzer, power-cycles of a relay.
    #[must_use]
    pub fn pulses(&self, output: Output) -> u32 {
        self.lock().pulses.get(&output).copied().unwrap_or_default()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gpio for SimGpio {
    fn drive(&self, output: Output, shape: Shape) {
        let mut state = self.lock();
        match shape {
            Shape::Rate(rate) => {
                state.rates.insert(output, rate);
            }
            Shape::Once(..) => *state.pulses.entry(output).or_default() += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn the_hand_moves_inputs_and_sees_what_the_runtime_drives() {
        let (sender, seen) = channel();
        let hand = SimGpio::new(Arc::new(move |event| {
            let _ = sender.send(event);
        }));
        let told: Vec<PinEvent> = seen.try_iter().collect();
        assert_eq!(told.len(), 1 + Input::ALL.len());
        assert!(told.contains(&PinEvent::Input(Input::Mains, true)));
        assert!(told.contains(&PinEvent::Input(Input::Tamper, false)));
        let runtime: Box<dyn Gpio> = Box::new(hand.clone());
        hand.set(Input::Presence, true);
        hand.set(Input::Presence, true);
        hand.set(Input::Door, true);
        runtime.drive(Output::SlotLight, Shape::Rate(FlashRate::Quick));
        runtime.drive(Output::PrinterPower, Shape::POWER_CYCLE);
        assert_eq!(hand.rate(Output::SlotLight), FlashRate::Quick);
        assert_eq!(hand.rate(Output::ReaderLight), FlashRate::Off);
        assert_eq!(hand.pulses(Output::PrinterPower), 1);
        let told: Vec<PinEvent> = seen.try_iter().collect();
        let expected = [Input::Presence, Input::Door].map(|input| PinEvent::Input(input, true));
        assert_eq!(told, expected);
    }
}
