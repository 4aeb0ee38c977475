//! What the core tells the fleet agent of itself.

use std::collections::BTreeMap;
use std::time::Instant;

use crate::domain::visit::State;
use crate::domain::world::Line;
use crate::fleet::report::{Busy, Report};
use crate::status::{Device, Slot};

use super::Kiosk;

impl Kiosk {
    /// How the machine is: what the shell does not know better. Times, boot and outbox are the shell's to add.
    #[must_use]
    pub fn report(&self) -> Report {
        let closed = self.world.guard.closure();
        Report {
            page: self.visit.state.name().into(),
            busy: self.busy(),
            closed: closed
                .filter(|_| self.visit.state == State::Closed)
                .map(|closure| closure.word().into()),
            service: self.health.service().word().into(),
            lacks: self
                .world
                .lacks
                .iter()
                .map(|lack| lack.word().into())
                .collect(),
            parts: self.parts(),
            line: line_word(self.world.line).into(),
            catalogue: self.world.catalogue.version.clone(),
            ..Report::default()
        }
    }

    /// When the platform answered last.
    #[must_use]
    pub fn platform_answered(&self) -> Option<Instant> {
        self.answered
    }

    /// Why nobody may disturb the machine.
    fn busy(&self) -> Vec<Busy> {
        let at_rest = matches!(self.visit.state, State::Start | State::Closed);
        let reasons = [
            (!at_rest, Busy::Visit),
            (self.order.is_some(), Busy::Print),
            (self.world.slot == Slot::Presented, Busy::Receipt),
        ];
        let counts = |(counts, reason): (bool, Busy)| counts.then_some(reason);
        reasons.into_iter().filter_map(counts).collect()
    }

    fn parts(&self) -> BTreeMap<String, String> {
        let world = &self.world;
        let devices = [
            ("reader", &world.reader),
            ("printer", &world.printer),
            ("scanner", &world.scanner),
            ("radar", &world.radar),
            ("pins", &world.pins),
        ];
        let mut parts: BTreeMap<String, String> = devices
            .into_iter()
            // What this machine does not have never says anything.
            .filter(|(_, device)| device.get() != Device::Unknown)
            .map(|(name, device)| (name.into(), device.get().word().into()))
            .collect();
        parts.insert("paper".into(), world.paper.get().word().into());
        parts
    }
}

fn line_word(line: Line) -> &'static str {
    match line {
        Line::Unknown => "unknown",
        Line::Up => "up",
        Line::Down => "down",
    }
}
