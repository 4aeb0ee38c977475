//! The devices as the running firmware knows them, in a file beside the store: its ports are taken, so `kiosk doctor`
//! cannot ask them itself.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::health::{DeviceNote, PartNote};
use crate::shell::clock::Clock;
use crate::shell::snapshot_file::SnapshotFile;
use crate::wire::gauge::{Counts, Gauge};

/// What the file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Boot in which it was written; of another one it says nothing.
    pub boot: String,
    /// `inService`, `degraded` or `outOfService`.
    pub service: String,
    /// Words of what is lacking, worst first.
    pub lacks: Vec<String>,
    /// `reader`, `card`, `printer`, `paper`, `slot`, `scanner`, `radar`, `pins`.
    pub parts: BTreeMap<String, Part>,
    /// What passed on the ports since the start of the firmware: `reader`, `printer`, `scanner`, `radar`, as they are
    /// configured.
    #[serde(default)]
    pub counts: BTreeMap<String, Counts>,
    /// When that was counted, in milliseconds of that boot: at every change of a device, and every ten minutes.
    #[serde(default)]
    pub counted_boot_ms: u64,
}

/// One device, or what lies in it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// The word of XFS4IoT.
    pub state: String,
    /// Since when, in milliseconds of that boot; absent while it is as it was at the start of the firmware.
    pub since_boot_ms: Option<u64>,
    /// How often it has changed since the start of the firmware.
    pub changes: u64,
}

impl Noted {
    /// Where it lies for the store at `store`.
    #[must_use]
    pub fn path(store: &Path) -> PathBuf {
        store.with_extension("devices")
    }

    /// What was written last in this boot; none when nothing was, or it cannot be read.
    #[must_use]
    pub fn read(path: &Path, clock: &Clock) -> Option<Self> {
        let bytes = std::fs::read(path).ok()?;
        let noted: Self = serde_json::from_slice(&bytes).ok()?;
        (noted.boot == clock.boot_id()).then_some(noted)
    }

    fn of(note: &DeviceNote, clock: &Clock) -> Self {
        let part = |part: PartNote| Part {
            state: part.word.into(),
            since_boot_ms: part.since.map(|at| {
                let age = clock.now().saturating_duration_since(at).as_millis();
                clock
                    .boot_ms()
                    .saturating_sub(u64::try_from(age).unwrap_or(u64::MAX))
            }),
            changes: part.changes,
        };
        let parts = [
            ("reader", note.reader),
            ("card", note.card),
            ("printer", note.printer),
            ("paper", note.paper),
            ("scanner", note.scanner),
            ("radar", note.radar),
            ("pins", note.pins),
            ("slot", note.slot),
        ];
        Self {
            boot: clock.boot_id().into(),
            service: note.service.word().into(),
            lacks: note.lacks.iter().map(|lack| lack.word().into()).collect(),
            parts: parts.map(|(name, note)| (name.into(), part(note))).into(),
            counts: BTreeMap::new(),
            counted_boot_ms: clock.boot_ms(),
        }
    }
}

/// Writes it.
pub struct DeviceFile {
    file: SnapshotFile,
    gauges: Vec<(&'static str, Gauge)>,
    last: Option<Noted>,
}

impl DeviceFile {
    /// For the store at `store`, with what these gauges count.
    #[must_use]
    pub fn open(store: &Path, gauges: Vec<(&'static str, Gauge)>) -> Self {
        Self {
            file: SnapshotFile::open(Noted::path(store)),
            gauges,
            last: None,
        }
    }

    /// Writes this soon.
    pub fn note(&mut self, note: &DeviceNote, clock: &Clock) {
        self.last = Some(Noted::of(note, clock));
        self.count(clock);
    }

    /// Writes soon what was written last, with what is counted by now.
    pub fn count(&mut self, clock: &Clock) {
        let Some(last) = &mut self.last else {
            return;
        };
        let counts = |(name, gauge): &(&'static str, Gauge)| ((*name).into(), gauge.counts());
        last.counts = self.gauges.iter().map(counts).collect();
        last.counted_boot_ms = clock.boot_ms();
        if let Ok(content) = serde_json::to_vec(last) {
            self.file.put(content);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::health::{Lack, Service};
    use crate::shell::snapshot_file::keep;

    #[test]
    fn the_last_note_of_this_boot_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = folder.path().join("store.db");
        let clock = Clock::system();
        let path = Noted::path(&store);
        assert_eq!(Noted::read(&path, &clock), None);
        let mut file = DeviceFile::open(&store, vec![("reader", Gauge::default())]);
        let mut note = DeviceNote::default();
        file.note(&note, &clock);
        note.service = Service::Degraded;
        note.lacks = vec![Lack::PaperOut];
        note.paper = PartNote {
            word: "out",
            since: Some(clock.now()),
            changes: 3,
        };
        file.note(&note, &clock);
        file.count(&clock);
        drop(file);
        let noted = Noted::read(&path, &clock).expect("written");
        assert_eq!(noted.counts["reader"], Counts::default());
        assert!(noted.counted_boot_ms <= clock.boot_ms());
        assert_eq!(
            (noted.service.as_str(), noted.lacks),
            ("degraded", vec!["paperOut".to_owned()])
        );
        let paper = &noted.parts["paper"];
        assert_eq!((paper.state.as_str(), paper.changes), ("out", 3));
        assert!(paper.since_boot_ms.is_some_and(|at| at <= clock.boot_ms()));

        let mut other = Noted::read(&path, &clock).expect("written");
        other.boot = "another".into();
        let content = serde_json::to_vec(&other).expect("words");
        keep(&path, &content).expect("a disk");
        assert_eq!(Noted::read(&path, &clock), None, "of another boot");
        std::fs::write(&path, b"{").expect("a disk");
        assert_eq!(Noted::read(&path, &clock), None, "rubbish");
    }
}
