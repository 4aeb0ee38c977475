//! How long something has waited, over boots whose wall clock nobody believes.

use serde::{Deserialize, Serialize};

use super::Now;

/// So often the time of this boot is written down; a machine that is switched off every night loses no more than this a day.
const WRITTEN_EVERY_MS: u64 = 600_000;

/// Time that has passed while the machine ran.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patience {
    /// Known of earlier, milliseconds.
    before_ms: u64,
    /// The boot that is being counted.
    boot: String,
    /// From where on it is, milliseconds of that boot.
    since_ms: u64,
}

impl Patience {
    /// Begins now.
    #[must_use]
    pub fn begin(now: &Now) -> Self {
        Self {
            before_ms: 0,
            boot: now.boot.clone(),
            since_ms: now.boot_ms,
        }
    }

    /// What has passed, milliseconds; of other boots as far as it was written down.
    #[must_use]
    pub fn passed_ms(&self, now: &Now) -> u64 {
        let here = if self.boot == now.boot {
            now.boot_ms.saturating_sub(self.since_ms)
        } else {
            0
        };
        self.before_ms.saturating_add(here)
    }

    /// Brings it up to date where a kill would lose too much.
    pub fn carry(&mut self, now: &Now) {
        if self.boot != now.boot || now.boot_ms.saturating_sub(self.since_ms) >= WRITTEN_EVERY_MS {
            let before_ms = self.passed_ms(now);
            *self = Self {
                before_ms,
                ..Self::begin(now)
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(boot: &str, boot_ms: u64) -> Now {
        Now {
            boot: boot.into(),
            boot_ms,
            minute: None,
        }
    }

    #[test]
    fn time_is_counted_within_boots_and_kept_between_them() {
        let mut wait = Patience::begin(&at("a", 1_000));
        assert_eq!(wait.passed_ms(&at("a", 400_000)), 399_000);
        wait.carry(&at("a", 400_000));
        assert_eq!(
            wait,
            Patience::begin(&at("a", 1_000)),
            "not yet worth a write"
        );
        wait.carry(&at("a", 601_000));
        assert_eq!(
            wait.passed_ms(&at("b", 5_000)),
            600_000,
            "the boot b is not counted before it is seen"
        );
        wait.carry(&at("b", 5_000));
        assert_eq!(wait.passed_ms(&at("b", 65_000)), 660_000);
    }
}
