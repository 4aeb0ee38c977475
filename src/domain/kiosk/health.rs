//! What the devices say, as what the machine lacks.

use crate::domain::health::{DeviceNote, Lack};
use crate::domain::world::World;
use crate::events::{EventId, FieldValue};
use crate::status::{Device, Paper};

use super::{Effect, Kiosk};

impl Kiosk {
    pub(super) fn look_at_health(&mut self) {
        let before = self.health.service();
        let moved = self.health.look(&said(&self.world), self.now);
        if moved.is_empty() {
            return;
        }
        self.world.lacks = self.health.lacks();
        for (lack, counts) in moved {
            let event = if counts {
                EventId::HealthLacks
            } else {
                EventId::HealthMended
            };
            self.log(event, vec![("lack", FieldValue::Word(lack.word()))]);
        }
        let service = self.health.service();
        if service != before {
            let word = FieldValue::Word(service.word());
            self.log(EventId::ServiceChanged, vec![("service", word)]);
        }
    }

    /// Tells what `kiosk doctor` is to find while this machine holds its ports.
    pub(super) fn note_devices(&mut self) {
        let note = DeviceNote::of(&self.world, self.health.service());
        if note != self.noted {
            self.noted = note.clone();
            self.effects.push(Effect::NoteDevices(Box::new(note)));
        }
    }
}

/// What is lacking by what the devices say right now. A device that has not spoken yet lacks nothing.
fn said(world: &World) -> Vec<Lack> {
    let reader = match world.reader.get() {
        Device::NoDevice => Some(Lack::ReaderGone),
        Device::PowerOff | Device::Offline => Some(Lack::ReaderOff),
        Device::HardwareError | Device::UserError => Some(Lack::ReaderFault),
        Device::Online | Device::DeviceBusy | Device::Unknown => None,
    };
    let paper = match world.paper.get() {
        Paper::Out => Some(Lack::PaperOut),
        Paper::Jammed => Some(Lack::PaperJam),
        Paper::Low => Some(Lack::PaperLow),
        Paper::Full | Paper::Unknown => None,
    };
    let printer = match world.printer.get() {
        Device::NoDevice => Some(Lack::PrinterGone),
        // A printer without paper is off-line by it.
        Device::Offline if matches!(paper, Some(Lack::PaperOut | Lack::PaperJam)) => None,
        Device::PowerOff | Device::Offline => Some(Lack::PrinterOff),
        Device::UserError if matches!(paper, Some(Lack::PaperOut | Lack::PaperJam)) => None,
        Device::UserError => Some(Lack::CoverOpen),
        Device::HardwareError => Some(Lack::PrinterFault),
        Device::Online | Device::DeviceBusy | Device::Unknown => None,
    };
    let door = world.door_open.then_some(Lack::DoorOpen);
    [reader, printer, paper, door]
        .into_iter()
        .flatten()
        .collect()
}
