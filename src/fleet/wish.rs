//! What the fleet agent wishes of the firmware: to stand by, because the machine is about to restart.

use serde::{Deserialize, Serialize};

/// A wish that is not renewed for this long is over: an agent that died must not leave a machine closed.
pub const EXPIRES_MS: u64 = 120_000;

/// What the agent wishes now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wish {
    /// Boot in which it was written; of another one it says nothing.
    pub boot: String,
    /// When it was written, in milliseconds of that boot.
    pub boot_ms: u64,
    /// Begin no further visit, and say on the page that the machine is being updated. The firmware agrees by
    /// `closed: "updating"` in its report, as soon as it is not busy.
    pub stand_by: bool,
}

impl Wish {
    /// Whether no further visit may begin, at `boot_ms` milliseconds of the boot `boot`.
    #[must_use]
    pub fn stands_by(&self, boot: &str, boot_ms: u64) -> bool {
        self.stand_by && self.boot == boot && boot_ms.saturating_sub(self.boot_ms) <= EXPIRES_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_counts_in_its_own_boot_and_not_for_ever() {
        let wish = Wish {
            boot: "a".into(),
            boot_ms: 1_000,
            stand_by: true,
        };
        assert!(wish.stands_by("a", 1_000 + EXPIRES_MS));
        assert!(!wish.stands_by("a", 1_001 + EXPIRES_MS));
        assert!(!wish.stands_by("b", 1_000));
        assert!(
            !Wish {
                stand_by: false,
                ..wish
            }
            .stands_by("a", 1_000)
        );
        assert_eq!(
            serde_json::from_str::<Wish>("{}").expect("a wish"),
            Wish::default()
        );
    }
}
