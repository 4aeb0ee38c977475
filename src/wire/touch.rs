//! A touch panel or an absolute pointer as the kernel tells of it (evdev; Linux, Documentation/input/
//! multi-touch-protocol.rst, type B, and event-codes.rst).
//!
//! One finger is followed, the first that touched: pages know one pointer. Only absolute axes and touches are looked at,
//! never a key, so that no keyboard can reach the firmware.

use std::collections::VecDeque;

use crate::config::Rotation;

/// Fingers a panel may tell of; more are not followed.
const FINGERS: usize = 16;

/// Smallest and largest value of an axis, as the device says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// At the left or upper edge.
    pub min: i32,
    /// At the right or lower edge.
    pub max: i32,
}

impl Axis {
    /// Where `raw` lies, 0..=1. Panels tell values beyond their own ends; those are at the edge.
    #[must_use]
    pub fn fraction(self, raw: i32) -> f32 {
        let (min, max, raw) = (f64::from(self.min), f64::from(self.max), f64::from(raw));
        // A device that names no range is at its first edge everywhere, not at NaN.
        let length = (max - min).max(1.0);
        // Narrowing is harmless: a screen has far fewer pixels than f32 has steps.
        #[allow(clippy::cast_possible_truncation)]
        let at = ((raw - min) / length).clamp(0.0, 1.0) as f32;
        at
    }
}

/// What a device says of itself when it is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panel {
    /// Across.
    pub x: Axis,
    /// Down.
    pub y: Axis,
    /// How it tells of fingers.
    pub kind: Kind,
}

/// How a device tells of fingers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Multi-touch type B; the slot that was current when it was opened.
    Slots(i32),
    /// One pointer with a button or a touch, and where it was when the device was opened.
    Single(i32, i32),
}

/// One event of the device, of those that matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Input {
    /// `ABS_MT_SLOT`: what follows is of this finger.
    Slot(i32),
    /// `ABS_MT_TRACKING_ID`: −1 when the finger is lifted.
    Finger(i32),
    /// `ABS_MT_POSITION_X`, or `ABS_X` of a single pointer.
    X(i32),
    /// `ABS_MT_POSITION_Y`, or `ABS_Y`.
    Y(i32),
    /// `BTN_TOUCH` or `BTN_LEFT` of a single pointer.
    Pressed(bool),
    /// `SYN_REPORT`: what came before holds from now on.
    Report,
    /// `SYN_DROPPED`: the kernel's buffer ran over, events are missing.
    Dropped,
}

/// What the finger did, at a place that is a fraction 0..=1 of the picture's width and height.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Touch {
    /// It touched.
    Down(f32, f32),
    /// It moved while touching.
    Move(f32, f32),
    /// It was lifted, or its device is gone.
    Up(f32, f32),
}

/// One device, from its events to touches.
#[derive(Debug)]
pub struct TouchPanel {
    panel: Panel,
    rotation: Rotation,
    /// Current slot.
    slot: i32,
    /// Last place of every slot. The kernel tells only what changed, even from one finger to the next in its slot.
    places: [(Option<i32>, Option<i32>); FINGERS],
    /// Slot and tracking id of the finger that is followed.
    finger: Option<(i32, i32)>,
    /// The finger was lifted since the last report, before another or the same touched again.
    lifted: bool,
    /// Where it was last told to be, while down.
    down: Option<(f32, f32)>,
    /// Between `Dropped` and the next report nothing can be believed.
    dropped: bool,
    touches: VecDeque<Touch>,
}

impl TouchPanel {
    /// A device that was just opened.
    #[must_use]
    pub fn new(panel: Panel, rotation: Rotation) -> Self {
        let mut places = [(None, None); FINGERS];
        let slot = match panel.kind {
            Kind::Slots(slot) => slot,
            Kind::Single(x, y) => {
                places[0] = (Some(x), Some(y));
                0
            }
        };
        Self {
            panel,
            rotation,
            slot,
            places,
            finger: None,
            lifted: false,
            down: None,
            dropped: false,
            touches: VecDeque::new(),
        }
    }

    /// Whether it tells of one pointer rather than of fingers.
    #[must_use]
    pub fn is_single(&self) -> bool {
        matches!(self.panel.kind, Kind::Single(..))
    }

    /// One event of the device. Drain [`TouchPanel::poll_touch`] after it.
    pub fn handle(&mut self, input: Input) {
        if self.dropped && input != Input::Report {
            return;
        }
        match input {
            Input::Slot(slot) => self.slot = slot,
            Input::Finger(id) => self.tracked(id),
            // The touch of a single pointer is a finger with one name.
            Input::Pressed(pressed) => self.tracked(if pressed { 0 } else { -1 }),
            Input::X(x) => {
                if let Some(place) = self.place_mut() {
                    place.0 = Some(x);
                }
            }
            Input::Y(y) => {
                if let Some(place) = self.place_mut() {
                    place.1 = Some(y);
                }
            }
            Input::Report => self.report(),
            Input::Dropped => {
                self.dropped = true;
                self.lost();
            }
        }
    }

    /// The device is gone, or can no longer be believed: nobody touches.
    pub fn lost(&mut self) {
        self.finger = None;
        self.lifted = false;
        self.lift();
    }

    /// Next touch, oldest first.
    pub fn poll_touch(&mut self) -> Option<Touch> {
        self.touches.pop_front()
    }

    fn place_mut(&mut self) -> Option<&mut (Option<i32>, Option<i32>)> {
        usize::try_from(self.slot)
            .ok()
            .and_then(|slot| self.places.get_mut(slot))
    }

    fn tracked(&mut self, id: i32) {
        match self.finger {
            Some((slot, known)) if slot == self.slot && id != known => {
                self.lifted = true;
                self.finger = (id >= 0).then_some((slot, id));
            }
            None if id >= 0 => self.finger = Some((self.slot, id)),
            // Another finger beside the one that is followed.
            _ => {}
        }
    }

    fn report(&mut self) {
        if std::mem::take(&mut self.dropped) {
            return;
        }
        if std::mem::take(&mut self.lifted) {
            self.lift();
        }
        let Some(at) = self.at() else { return };
        match self.down {
            None => self.touches.push_back(Touch::Down(at.0, at.1)),
            Some(before) if before != at => self.touches.push_back(Touch::Move(at.0, at.1)),
            Some(_) => return,
        }
        self.down = Some(at);
    }

    fn lift(&mut self) {
        if let Some((x, y)) = self.down.take() {
            self.touches.push_back(Touch::Up(x, y));
        }
    }

    /// Where the finger is on the picture.
    fn at(&self) -> Option<(f32, f32)> {
        let slot = usize::try_from(self.finger?.0).ok()?;
        let (x, y) = *self.places.get(slot)?;
        let (x, y) = (self.panel.x.fraction(x?), self.panel.y.fraction(y?));
        Some(self.rotation.turn(x, y))
    }
}

#[cfg(test)]
#[path = "touch/tests.rs"]
mod tests;
