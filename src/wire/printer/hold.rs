//! XOFF: the printer's buffer is full, or its cable is noisy.

use std::time::{Duration, Instant};

/// A buffer with room again says so by XON within this time. Later the status decides, or nothing where it cannot be asked
/// for: one stray byte 13h must not stop the printer for good.
const BELIEVED: Duration = Duration::from_secs(3);

/// Whether data waits for XON.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hold {
    until: Option<Instant>,
}

impl Hold {
    /// XOFF came.
    pub(super) fn begin(&mut self, now: Instant) {
        self.until = Some(now + BELIEVED);
    }

    /// XON came, or the printer has lost power and with it what filled its buffer.
    pub(super) fn end(&mut self) {
        self.until = None;
    }

    /// A full status round says that the printer is on-line and ready, or none can be had.
    pub(super) fn ready(&mut self, now: Instant) {
        if self.until.is_some_and(|until| now >= until) {
            self.end();
        }
    }

    /// Until when it is believed.
    pub(super) fn until(self) -> Option<Instant> {
        self.until
    }

    pub(super) fn is_on(self) -> bool {
        self.until.is_some()
    }
}
