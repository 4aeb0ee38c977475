//! Whether there is room for one more filing, asked before a person types anything.
//!
//! On a full disk SQLite can neither file nor forget: the acknowledgement of a case needs room as well. So what is
//! promised must fit beside everything that the machine needs to get rid of what it has.

use crate::case::{BODY_LIMIT, SIGNATURE_MAX};
use crate::item::Item;
use crate::text::Text;

/// Room on the disk and in the store, bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// What this user may still write (`statvfs`), and within the store's quota.
    pub free: u64,
    /// Set aside for acknowledgements and checkpoints.
    pub reserve: u64,
    /// How far the database's log may still grow until it is next cut.
    pub log_growth: u64,
}

/// What there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Admission {
    /// Plenty.
    Green,
    /// For this one; somebody should see to it.
    Amber,
    /// Not for this one.
    Red,
}

/// Largest share that a body takes in the store: its bytes, its row, pages that are not full.
const OVERHEAD: u64 = 16 * 1024;
/// Room for so many more of the same makes it green.
const PLENTY: u64 = 100;

/// Largest share of a file beside its content: what encrypts it, its row, blocks that are not full.
const FILE_OVERHEAD: u64 = 8 * 1024;

/// Most bytes that one filing of `item` can take, all its parts at their limit, `attachments` of them for the files that
/// each part carries.
#[must_use]
pub fn worst_case(item: &Item, attachments: u64) -> u64 {
    let parts = item.cases.len().max(1) as u64;
    parts * (BODY_LIMIT as u64 + OVERHEAD + attachments)
}

/// Most bytes of the files that each part of `item` carries: a signature, if it asks for one.
#[must_use]
pub fn carried(item: &Item) -> u64 {
    item.signature
        .as_ref()
        .map_or(0, |_| SIGNATURE_MAX + FILE_OVERHEAD)
}

impl Room {
    /// What may be used for new filings, bytes.
    #[must_use]
    pub fn usable(&self) -> u64 {
        let needed = self.reserve.saturating_add(self.log_growth);
        self.free.saturating_sub(needed)
    }

    /// Whether a filing that may take `worst_case` bytes can begin. It is written twice: to the log, then to the file.
    #[must_use]
    pub fn admits(&self, worst_case: u64) -> Admission {
        let usable = self.usable();
        let needed = worst_case.saturating_mul(2);
        if usable < needed {
            Admission::Red
        } else if usable < needed.saturating_mul(PLENTY) {
            Admission::Amber
        } else {
            Admission::Green
        }
    }

    /// The same by the most that one case takes, signature included: the colour on the pages and in `kiosk doctor`.
    #[must_use]
    pub fn colour(&self) -> Admission {
        self.admits(BODY_LIMIT as u64 + OVERHEAD + SIGNATURE_MAX + FILE_OVERHEAD)
    }

    /// Why a filing is refused, for the engineer.
    #[must_use]
    pub fn reason(&self, worst_case: u64) -> String {
        format!(
            "needs {} bytes twice, usable {} (free {}, reserve {}, log {})",
            worst_case,
            self.usable(),
            self.free,
            self.reserve,
            self.log_growth
        )
    }
}

/// What the person reads instead: what is the matter, and what to do.
#[must_use]
pub fn refusal() -> (Text, Text) {
    (
        Text::new(
            "本机存满了，现在不能提交申请。",
            "This machine has no room for more cases at the moment.",
        ),
        Text::new(
            "请到窗口办理，或换一台自助机。已经提交的申请不受影响。",
            "Please go to the window or another machine. Cases already received are safe.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::tests::shipped;

    const MIB: u64 = 1024 * 1024;

    #[test]
    fn what_is_needed_to_drain_is_never_given_away() {
        let one = worst_case(&shipped("高龄"), 0);
        let room = |free| Room {
            free,
            reserve: 8 * MIB,
            log_growth: 4 * MIB,
        };
        for (free, admission) in [
            (0, Admission::Red),
            (12 * MIB, Admission::Red),
            (12 * MIB + 2 * one - 1, Admission::Red),
            (12 * MIB + 2 * one, Admission::Amber),
            (12 * MIB + 200 * one - 1, Admission::Amber),
            (12 * MIB + 200 * one, Admission::Green),
            (u64::MAX, Admission::Green),
        ] {
            assert_eq!(room(free).admits(one), admission, "{free}");
        }
        assert_eq!(room(u64::MAX).admits(u64::MAX), Admission::Red);
        assert!(room(0).reason(one).contains("usable 0"));
    }

    #[test]
    fn a_bundle_needs_room_for_all_its_parts_and_scans_count() {
        let one = shipped("高龄");
        let mut four = one.clone();
        four.cases = vec![bundle_part(); 4];
        assert_eq!(worst_case(&four, 0), 4 * worst_case(&one, 0));
        assert_eq!(worst_case(&one, MIB), worst_case(&one, 0) + MIB);
        assert_eq!(worst_case(&four, MIB), worst_case(&four, 0) + 4 * MIB);
    }

    #[test]
    fn an_item_that_is_signed_needs_room_for_the_signature() {
        let mut signed = shipped("高龄");
        assert!(carried(&signed) > SIGNATURE_MAX);
        signed.signature = None;
        assert_eq!(carried(&signed), 0);
    }

    fn bundle_part() -> crate::item::SubCase {
        let items = crate::item::tests::shipped_items();
        let mut parts = items.into_iter().flat_map(|item| item.cases);
        parts.next().expect("a bundle is shipped")
    }
}
