//! Signs of life: to the supervisor that both loops turn, to the fleet agent how the machine is. And what the agent wishes.

use std::path::{Path, PathBuf};
use std::time::Instant;

use crate::audit::Anchor;
use crate::config::Fleet;
use crate::domain::kiosk::Kiosk;
use crate::fleet::report::{Outbox, Report};
use crate::fleet::wish::Wish;
use crate::shell::clock::Clock;
use crate::shell::foreign_file;
use crate::shell::snapshot_file::SnapshotFile;
use crate::shell::supervisor::{BEAT, Supervisor};

/// Largest wish that is read, in bytes.
const WISH_MOST: u64 = 4096;

/// Asks the loop that draws the pages whether it turns; false while it has not answered what it was asked before.
pub type Pulse = Box<dyn FnMut() -> bool + Send>;

/// Who watches over a running kiosk.
pub struct Watch {
    /// What restarts it when it stands still.
    pub supervisor: Supervisor,
    /// The pages' loop.
    pub pulse: Pulse,
}

impl Watch {
    /// Nobody.
    #[must_use]
    pub fn nobody() -> Self {
        Self {
            supervisor: Supervisor::nobody(),
            pulse: Box::new(|| true),
        }
    }
}

pub(super) struct Beat {
    watch: Watch,
    file: Option<SnapshotFile>,
    wish: Option<PathBuf>,
    stands_by: bool,
    /// When signs of life are due; never where nobody wants any.
    next: Option<Instant>,
    turns: u64,
    began_boot_ms: u64,
    outbox: Option<Outbox>,
    audit: String,
    last: Report,
}

impl Beat {
    pub(super) fn new(fleet: &Fleet, watch: Watch, clock: &Clock) -> Self {
        let wanted =
            watch.supervisor.beat().is_some() || fleet.report.is_some() || fleet.wish.is_some();
        Self {
            watch,
            file: fleet.report.clone().map(SnapshotFile::open),
            wish: fleet.wish.clone(),
            stands_by: false,
            next: wanted.then(|| clock.now()),
            turns: 0,
            began_boot_ms: clock.boot_ms(),
            outbox: None,
            audit: String::new(),
            last: Report::default(),
        }
    }

    /// Whether anybody is told how the machine is.
    pub(super) fn reports(&self) -> bool {
        self.file.is_some()
    }

    pub(super) fn poll_timeout(&self) -> Option<Instant> {
        self.next
    }

    /// The outbox was counted.
    pub(super) fn outbox(&mut self, outbox: Option<Outbox>) {
        self.outbox = outbox;
    }

    /// The audit log ends here.
    pub(super) fn audit(&mut self, end: Option<Anchor>) {
        self.audit = end.map_or_else(String::new, |end| {
            format!("{}:{}", end.seq, end.digest.hex())
        });
    }

    /// Gives signs of life, when they are due; and what the agent wishes, when that is news.
    pub(super) fn handle_timeout(&mut self, now: Instant, clock: &Clock) -> Option<bool> {
        self.next.filter(|due| *due <= now)?;
        self.next = Some(now + self.watch.supervisor.beat().unwrap_or(BEAT));
        if (self.watch.pulse)() {
            self.watch.supervisor.alive();
        }
        // Written anew although nothing has changed: an old report says nothing.
        self.last.boot_ms = 0;
        let wished = self.wish.as_ref().is_some_and(|path| {
            let (boot, boot_ms) = (clock.boot_id(), clock.boot_ms());
            read(path).is_some_and(|wish| wish.stands_by(boot, boot_ms))
        });
        let news = wished != self.stands_by;
        self.stands_by = wished;
        news.then_some(wished)
    }

    /// The loop has turned: what is new of the machine is told.
    pub(super) fn turned(&mut self, kiosk: &Kiosk, clock: &Clock) {
        self.turns += 1;
        let Some(file) = &self.file else {
            return;
        };
        let told = self.last.boot_ms != 0;
        let report = Report {
            // These alone are no news.
            turns: self.last.turns,
            boot_ms: self.last.boot_ms,
            ..self.report(kiosk, clock)
        };
        if told && report == self.last {
            return;
        }
        self.last = Report {
            turns: self.turns,
            boot_ms: clock.boot_ms().max(1),
            ..report
        };
        if let Ok(content) = serde_json::to_vec(&self.last) {
            file.put(content);
        }
    }

    fn report(&self, kiosk: &Kiosk, clock: &Clock) -> Report {
        let answered_boot_ms = kiosk.platform_answered().map(|at| {
            let age = clock.now().saturating_duration_since(at).as_millis();
            // In whole seconds: reading the clock twice must not make news.
            let ms = clock
                .boot_ms()
                .saturating_sub(u64::try_from(age).unwrap_or(u64::MAX));
            ms / 1000 * 1000
        });
        Report {
            version: env!("CARGO_PKG_VERSION").into(),
            boot: clock.boot_id().into(),
            began_boot_ms: self.began_boot_ms,
            answered_boot_ms,
            outbox: self.outbox,
            audit: self.audit.clone(),
            clock: clock.class().word().into(),
            ..kiosk.report()
        }
    }
}

fn read(path: &Path) -> Option<Wish> {
    let content = foreign_file::read(path, WISH_MOST).ok()?;
    serde_json::from_slice(&content).ok()
}
