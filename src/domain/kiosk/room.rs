//! Room for filings, as it is measured from time to time.

use crate::domain::admission::{Admission, Room};
use crate::events::{EventId, FieldValue};

use super::Kiosk;

impl Kiosk {
    /// Room was measured. It is told when the colour changes.
    pub(super) fn room(&mut self, room: Room) {
        let before = self.world.admission();
        self.world.room = Some(room);
        let Some(now) = self.world.admission() else {
            return;
        };
        if before != Some(now) && (before.is_some() || now != Admission::Green) {
            let free = ("free", FieldValue::count(room.free));
            let usable = ("usable", FieldValue::count(room.usable()));
            let event = match now {
                Admission::Green => EventId::RoomEnough,
                Admission::Amber => EventId::RoomLow,
                Admission::Red => EventId::RoomOut,
            };
            self.log(event, vec![free, usable]);
        }
    }
}
