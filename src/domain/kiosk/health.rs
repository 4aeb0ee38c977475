//! What the devices say, as what the machine lacks.

use crate::domain::health::{DeviceNote, Lack};
use crate::domain::world::World;
use crate::events::{EventId, FieldValue};
use crate::status::{Paper, Slot};

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

/// What is lacking by what the devices say right now.
fn said(world: &World) -> Vec<Lack> {
    let (printer, paper, slot) = (world.printer.get(), world.paper.get(), world.slot.get());
    let all = [
        Lack::of_reader(world.reader.get()),
        Lack::of_printer(printer, paper),
        Lack::of_slot(slot),
        // A jam in the exit is one of the paper, too: once is enough.
        Lack::of_paper(paper).filter(|_| !(slot == Slot::Jammed && paper == Paper::Jammed)),
        Lack::ScannerOff.unless_well(world.scanner.get()),
        Lack::RadarOff.unless_well(world.radar.get()),
        Lack::PinsOff.unless_well(world.pins.get()),
        world.guard.closure().map(Lack::from),
    ];
    all.into_iter().flatten().collect()
}
