//! Pins that a script moves and looks at.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{Gpio, InputEvent, Light, OnInput};
use crate::status::{Device, FlashRate};

/// Pins without wires. Clones are the same pins: one goes to the runtime as its [`Gpio`], one stays in the hand.
#[derive(Clone)]
pub struct SimGpio {
    state: Arc<Mutex<State>>,
    on_input: OnInput,
}

struct State {
    present: bool,
    door_open: bool,
    reader_light: FlashRate,
    slot_light: FlashRate,
}

impl SimGpio {
    /// Nobody there, door closed, lights off; tells the inputs once, as a board does.
    #[must_use]
    pub fn new(on_input: OnInput) -> Self {
        on_input(InputEvent::Presence(false));
        on_input(InputEvent::DoorOpen(false));
        Self {
            state: Arc::new(Mutex::new(State {
                present: false,
                door_open: false,
                reader_light: FlashRate::Off,
                slot_light: FlashRate::Off,
            })),
            on_input,
        }
    }

    /// Somebody comes or leaves.
    pub fn set_presence(&self, present: bool) {
        let before = std::mem::replace(&mut self.lock().present, present);
        if before != present {
            (self.on_input)(InputEvent::Presence(present));
        }
    }

    /// Opens or closes the door of the case.
    pub fn set_door(&self, open: bool) {
        let before = std::mem::replace(&mut self.lock().door_open, open);
        if before != open {
            (self.on_input)(InputEvent::DoorOpen(open));
        }
    }

    /// What a guide light shows.
    #[must_use]
    pub fn light(&self, light: Light) -> FlashRate {
        let state = self.lock();
        match light {
            Light::Reader => state.reader_light,
            Light::Slot => state.slot_light,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Gpio for SimGpio {
    fn status(&self) -> Device {
        Device::Online
    }

    fn set_light(&self, light: Light, rate: FlashRate) {
        let mut state = self.lock();
        match light {
            Light::Reader => state.reader_light = rate,
            Light::Slot => state.slot_light = rate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::channel;

    #[test]
    fn the_hand_moves_inputs_and_sees_the_lights_that_the_runtime_sets() {
        let (sender, seen) = channel();
        let hand = SimGpio::new(Arc::new(move |event| {
            let _ = sender.send(event);
        }));
        let runtime: Box<dyn Gpio> = Box::new(hand.clone());
        hand.set_presence(true);
        hand.set_presence(true);
        hand.set_door(true);
        runtime.set_light(Light::Slot, FlashRate::Quick);
        assert_eq!(hand.light(Light::Slot), FlashRate::Quick);
        assert_eq!(hand.light(Light::Reader), FlashRate::Off);
        let told: Vec<InputEvent> = seen.try_iter().collect();
        assert_eq!(
            told,
            [
                InputEvent::Presence(false),
                InputEvent::DoorOpen(false),
                InputEvent::Presence(true),
                InputEvent::DoorOpen(true),
            ]
        );
    }
}
