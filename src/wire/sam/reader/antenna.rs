//! The longest radio exchange: shorter ones come through where the antenna is poor, and take longer.

use crate::wire::sam::Sw3;

/// Bytes to step down to, as long as they are fewer than configured.
const STEPS: [u8; 3] = [0x50, 0x30, 0x18];
/// So many cards in a row that could not be read are the antenna's fault.
const FAILED: u8 = 3;
/// After so many good readings in a row a longer exchange is tried again.
const GOOD: u8 = 20;

pub(super) struct Antenna {
    configured: u8,
    current: u8,
    /// The module has to be told.
    changed: bool,
    failed: u8,
    good: u8,
}

impl Antenna {
    pub(super) fn new(configured: u8) -> Self {
        Self {
            configured,
            current: configured,
            changed: false,
            failed: 0,
            good: 0,
        }
    }

    /// Bytes to tell the module; then it counts as told.
    pub(super) fn tell(&mut self) -> u8 {
        self.changed = false;
        self.current
    }

    pub(super) fn is_changed(&self) -> bool {
        self.changed
    }

    /// A card was read.
    pub(super) fn read(&mut self) {
        self.failed = 0;
        self.good = self.good.saturating_add(1);
        if self.good >= GOOD && self.current < self.configured {
            let longer = STEPS.into_iter().rev().find(|step| *step > self.current);
            self.step(longer.map_or(self.configured, |step| step.min(self.configured)));
        }
    }

    /// A card could not be read, with this result.
    pub(super) fn failed(&mut self, sw3: Sw3) {
        let weak = matches!(
            sw3,
            Sw3::ReadFailed | Sw3::Unrecognised | Sw3::InformationLength
        );
        if !weak {
            return;
        }
        self.good = 0;
        self.failed = self.failed.saturating_add(1);
        if self.failed >= FAILED {
            let shorter = STEPS.into_iter().find(|step| *step < self.current);
            self.step(shorter.unwrap_or(self.current));
        }
    }

    fn step(&mut self, bytes: u8) {
        self.changed |= bytes != self.current;
        self.current = bytes;
        self.failed = 0;
        self.good = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_down_and_up_within_what_is_configured() {
        for (configured, steps) in [
            (255, &[0x50, 0x30, 0x18, 0x18][..]),
            (0x50, &[0x30, 0x18, 0x18]),
            (40, &[0x18, 0x18]),
            (24, &[24, 24]),
        ] {
            let mut antenna = Antenna::new(configured);
            for step in steps {
                for sw3 in [Sw3::ReadFailed, Sw3::Unrecognised, Sw3::InformationLength] {
                    assert!(!antenna.is_changed());
                    antenna.failed(sw3);
                }
                assert_eq!(antenna.tell(), *step, "{configured}");
            }
            for step in steps.iter().rev().skip(2).chain([&configured, &configured]) {
                for _ in 0..20 {
                    assert!(!antenna.is_changed());
                    antenna.read();
                }
                assert_eq!(antenna.tell(), *step, "{configured}");
            }
        }
    }

    #[test]
    fn only_failures_in_a_row_and_only_weak_ones_count() {
        let mut antenna = Antenna::new(0x50);
        for _ in 0..10 {
            antenna.failed(Sw3::ReadFailed);
            antenna.failed(Sw3::ReadFailed);
            antenna.read();
            antenna.failed(Sw3::CardRefusesSam);
            antenna.failed(Sw3::UnknownCard);
        }
        assert!(!antenna.is_changed());
    }
}
