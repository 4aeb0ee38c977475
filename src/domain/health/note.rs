//! The devices as the running firmware knows them, for `kiosk doctor`, which cannot ask a port that is in use.

use std::time::Instant;

use crate::domain::world::World;
use crate::status::{Device, Known, Media, Paper, Slot};

use super::{Lack, Service};

/// One value: its word, since when, how often it changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PartNote {
    /// The word of XFS4IoT.
    pub word: &'static str,
    /// Since when; never while it is as it was at start.
    pub since: Option<Instant>,
    /// How often it has changed since start.
    pub changes: u64,
}

impl PartNote {
    fn of<T: Copy + PartialEq>(known: &Known<T>, word: impl Fn(T) -> &'static str) -> Self {
        Self {
            word: word(known.get()),
            since: known.since(),
            changes: known.changes(),
        }
    }
}

/// All of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceNote {
    /// What the machine can do.
    pub service: Service,
    /// What is lacking, worst first.
    pub lacks: Vec<Lack>,
    /// Card reader.
    pub reader: PartNote,
    /// What lies on it.
    pub card: PartNote,
    /// Printer.
    pub printer: PartNote,
    /// Its paper.
    pub paper: PartNote,
    /// Its exit.
    pub slot: PartNote,
    /// Scanner; unknown where there is none, like what follows.
    pub scanner: PartNote,
    /// Presence radar.
    pub radar: PartNote,
    /// Pins.
    pub pins: PartNote,
}

impl DeviceNote {
    /// As the core knows them now.
    #[must_use]
    pub fn of(world: &World, service: Service) -> Self {
        Self {
            service,
            lacks: world.lacks.clone(),
            reader: PartNote::of(&world.reader, Device::word),
            card: PartNote::of(&world.card, Media::word),
            printer: PartNote::of(&world.printer, Device::word),
            paper: PartNote::of(&world.paper, Paper::word),
            scanner: PartNote::of(&world.scanner, Device::word),
            radar: PartNote::of(&world.radar, Device::word),
            pins: PartNote::of(&world.pins, Device::word),
            slot: PartNote::of(&world.slot, Slot::word),
        }
    }
}
