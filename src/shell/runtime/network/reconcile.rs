//! When the daily comparison with the platform is made, and who hears of it.

use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::case::MachineIdentity;
use crate::events::{EventId, FieldValue};
use crate::shell::reconcile::Comparison;

use super::Shared;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(86_400);

/// What the comparison takes, and when it is due.
pub(in super::super) struct Daily {
    machine: String,
    /// Signs the claims; without it there is no comparison.
    identity: Option<Arc<MachineIdentity>>,
    /// Where the last one is kept.
    kept: PathBuf,
    due: Mutex<Option<Instant>>,
}

impl Daily {
    pub(in super::super) fn new(
        machine: &str,
        identity: Option<Arc<MachineIdentity>>,
        kept: PathBuf,
    ) -> Self {
        Self {
            machine: machine.into(),
            identity,
            kept,
            due: Mutex::default(),
        }
    }

    /// Whether it is time; then the next time is set. The line works now.
    fn turn(&self, now: Instant) -> bool {
        let Ok(mut due) = self.due.lock() else {
            return false;
        };
        let first = *due.get_or_insert(now + spread(&self.machine));
        let turn = now >= first;
        if turn {
            *due = Some(now + DAY);
        }
        turn
    }

    fn try_again_at(&self, then: Instant) {
        if let Ok(mut due) = self.due.lock() {
            *due = Some(then);
        }
    }
}

/// How long after the line first works: machines that a power cut started together do not come together.
fn spread(machine: &str) -> Duration {
    let hash = machine.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, b| {
        (hash ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    Duration::from_secs((hash >> 16) % HOUR.as_secs())
}

impl Shared {
    /// Compares if it is time. To be called when the line works.
    pub(super) async fn reconcile(&self) {
        let daily = &self.daily;
        let Some(identity) = daily.identity.clone() else {
            return;
        };
        if !daily.turn(self.clock.now()) {
            return;
        }
        let last = Comparison::read(&daily.kept).unwrap_or_default();
        let made =
            Comparison::make(&self.store, &self.client, &identity, &daily.machine, &last).await;
        let Ok(mut made) = made else {
            daily.try_again_at(self.clock.now() + HOUR);
            self.journal.event(EventId::ReconcileFailed, &[]);
            return;
        };
        made.at = self.clock.rfc3339();
        self.tell(&made);
        // Without it the next comparison begins at the beginning, no more.
        let _ = made.keep(&daily.kept);
    }

    fn tell(&self, made: &Comparison) {
        if made.agrees() {
            let fields = [("cases", FieldValue::count(made.cases))];
            return self.journal.event(EventId::ReconcileAgrees, &fields);
        }
        let fields = [
            ("cases", FieldValue::count(made.cases)),
            ("missing", FieldValue::count(made.missing)),
            ("differing", FieldValue::count(made.differing)),
            ("unlisted", FieldValue::count(made.unlisted)),
            ("chains", FieldValue::count(made.chains)),
        ];
        self.journal.event(EventId::ReconcileDiffers, &fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_made_within_an_hour_and_then_once_a_day() {
        let daily = Daily::new("W0012", None, PathBuf::new());
        let start = Instant::now();
        assert!(!daily.turn(start), "not at once");
        assert!(daily.turn(start + HOUR));
        assert!(!daily.turn(start + HOUR), "once");
        assert!(!daily.turn(start + DAY));
        assert!(daily.turn(start + HOUR + DAY));
        daily.try_again_at(start + DAY * 2);
        assert!(daily.turn(start + DAY * 2));
    }

    #[test]
    fn machines_do_not_come_together() {
        let mut spreads: Vec<_> = (0..100).map(|n| spread(&format!("{n:05}"))).collect();
        spreads.sort();
        spreads.dedup();
        assert!(spreads.len() > 80, "{}", spreads.len());
        assert!(spreads.iter().all(|spread| *spread < HOUR));
    }
}
