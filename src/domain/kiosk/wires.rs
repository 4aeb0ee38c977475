//! What the pins tell, and what the guide lights show.

use crate::domain::guard::Closure;
use crate::domain::technician::Tool;
use crate::domain::visit::filing::PaperFate;
use crate::domain::visit::{State, Trigger};
use crate::events::{EventId, FieldValue};
use crate::pins::{Output, Part};
use crate::status::{Device, FlashRate, Slot};
use crate::text::Lang;

use super::{Effect, Kiosk};

impl Kiosk {
    pub(super) fn pins(&mut self, device: Device) {
        self.world.pins.set(device, self.now);
        let device = FieldValue::Word(device.word());
        self.log(EventId::PinsStatus, vec![("device", device)]);
    }

    pub(super) fn radar(&mut self, device: Device) {
        self.world.radar.set(device, self.now);
        let device = FieldValue::Word(device.word());
        self.log(EventId::RadarStatus, vec![("device", device)]);
    }

    pub(super) fn pin_failed(&mut self, pin: &'static str) {
        self.log(EventId::PinFailed, vec![("pin", FieldValue::Word(pin))]);
    }

    pub(super) fn presence(&mut self, present: bool) {
        self.world.presence = present;
        let present = FieldValue::Flag(present);
        self.log(EventId::PresenceChanged, vec![("present", present)]);
    }

    pub(super) fn door(&mut self, open: bool) {
        self.world.guard.door_open = open;
        let event = if open {
            EventId::DoorOpened
        } else {
            EventId::DoorClosed
        };
        self.log(event, Vec::new());
        self.door_of_technician(open);
    }

    pub(super) fn mains(&mut self, there: bool) {
        if self.world.guard.mains(there, self.now) {
            let event = if there {
                EventId::MainsBack
            } else {
                EventId::MainsLost
            };
            self.log(event, Vec::new());
        }
    }

    pub(super) fn tamper(&mut self, forced: bool) {
        self.world.guard.forced = forced;
        if forced && !self.world.guard.tampered {
            self.latch_tamper();
        }
    }

    /// What stands on the disk: forced before this start, or cleared by a technician.
    pub(super) fn tamper_latched(&mut self, latched: bool) {
        if latched {
            self.world.guard.tampered = true;
        } else if self.world.guard.forced {
            // The contact still says so, and is believed more.
            self.latch_tamper();
        } else if std::mem::take(&mut self.world.guard.tampered) {
            self.log(EventId::TamperCleared, Vec::new());
        }
    }

    fn latch_tamper(&mut self) {
        self.world.guard.tampered = true;
        self.log(EventId::TamperDetected, Vec::new());
        self.effects.push(Effect::LatchTamper);
    }

    /// Closes and opens between visits: nothing that has begun is torn off.
    pub(super) fn open_or_close(&mut self) {
        // A lesson is held at an open door, or at a machine that serves nobody else meanwhile.
        let taught = |closure: &Closure| {
            self.world.training.is_some()
                && matches!(closure, Closure::DoorOpen | Closure::OutOfService)
        };
        let closure = self.world.guard.closure().filter(|why| !taught(why));
        let trigger = match (self.visit.state, closure) {
            (State::Start, Some(_)) => Trigger::Close,
            (State::Closed, None) => Trigger::Open,
            _ => return,
        };
        self.visit.go(trigger, &self.world, self.now);
    }

    /// Grants what drivers wish, never during a print: its paper would be torn; nor while a receipt waits at the exit, which
    /// a printer pushes on when it starts.
    pub(super) fn cycle_power(&mut self) {
        if self.order.is_some() || self.world.slot == Slot::Presented {
            return;
        }
        if self.world.reader == Device::Online {
            // It came back by itself meanwhile.
            self.cycles.forget(Part::Reader);
        }
        if self.world.printer == Device::Online {
            self.cycles.forget(Part::Printer);
        }
        for (part, granted) in self.cycles.judge(self.now) {
            let word = vec![("part", FieldValue::Word(part.word()))];
            if granted {
                self.log(EventId::PowerCycled, word);
                self.effects.push(Effect::PowerCycle(part));
            } else {
                self.log(EventId::PowerSpent, word);
            }
        }
    }

    /// Whether the screen may dim: nobody stands at the machine or has left help or another language open.
    pub(super) fn dim(&mut self) {
        let at_rest = matches!(self.visit.state, State::Start | State::Closed);
        let untouched = self.visit.layer.is_none() && self.visit.lang == Lang::default();
        let dim = at_rest && untouched && !self.world.presence;
        if dim != self.dims {
            self.dims = dim;
            self.effects.push(Effect::Dim(dim));
        }
    }

    /// Guide lights follow what the person should do next, at devices that can do their part.
    pub(super) fn guide(&mut self) {
        let reads = matches!(self.world.reader.get(), Device::Online | Device::DeviceBusy);
        let reader = match self.visit.state {
            State::Identify if reads => FlashRate::Slow,
            State::Start if self.world.card_left => FlashRate::Quick,
            State::Start if reads && self.world.presence => FlashRate::Slow,
            State::Goodbye if self.visit.who.is_some() => FlashRate::Quick,
            _ => FlashRate::Off,
        };
        let slot = match self.visit.filing.as_ref().map(|filing| filing.paper) {
            Some(PaperFate::Printing) => FlashRate::Continuous,
            Some(PaperFate::Printed | PaperFate::Torn | PaperFate::Unknown) => FlashRate::Quick,
            // Also when its visit is over: who walks away without it may still turn round.
            _ if self.world.slot.get().is_occupied() => FlashRate::Quick,
            Some(
                PaperFate::NotYet | PaperFate::NoPaper | PaperFate::Taken | PaperFate::Retracted,
            )
            | None => FlashRate::Off,
        };
        let scanner = self.scan();
        let technician = self.technician();
        let tried = technician.is_some_and(|t| t.is_at(Tool::Lights) && t.lit_until.is_some());
        let rate = |rate| if tried { FlashRate::Medium } else { rate };
        let lights = [
            (Output::ReaderLight, rate(reader)),
            (Output::SlotLight, rate(slot)),
            (Output::ScannerLight, rate(scanner)),
        ];
        for (light, rate) in lights {
            if self.lights.insert(light, rate).unwrap_or_default() != rate {
                self.effects.push(Effect::Light(light, rate));
            }
        }
        // Never off: a reader that rested would take a forgotten card for a new one.
        if !self.polling {
            self.polling = true;
            self.effects.push(Effect::Poll(true));
        }
    }
}
