//! The tally on disk: one small file a day beside the store, and one for all days together.
//!
//! What was counted is added to its files on a thread of its own, at most every [`EVERY`] and at the end: a filing waits for
//! none of it. A power cut loses what was counted since the last write, at most that long; files are whole or as they were.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::config::Config;
use crate::domain::kiosk::{Effect, Event};
use crate::domain::tally::{DAYS_MAX, Days, Figures, Tally};
use crate::domain::world::Moment;
use crate::item::Day;
use crate::shell::fresh_file;
use crate::wire::escpos::Profile;

/// Between two writes, at least.
pub const EVERY: Duration = Duration::from_secs(30);
/// Longest file that is read, bytes: five hundred items are 60 KB.
const FILE_MAX: u64 = 256 * 1024;
/// File of all days together.
const TOTAL: &str = "total";
/// File of the days that nobody knows.
const UNKNOWN: &str = "unknown";

/// Counts for the loop, and has it written.
pub struct TallyBook {
    tally: Tally,
    sender: Option<Sender<Days>>,
    thread: Option<JoinHandle<()>>,
}

impl TallyBook {
    /// For the machine of this configuration. Without a thread nothing is written.
    #[must_use]
    pub fn open(config: &Config) -> Self {
        let folder = folder(&config.store.path);
        let (sender, counted) = channel();
        let thread = std::thread::Builder::new().name("tally".into());
        let thread = thread
            .spawn(move || keep(&Ledger::new(folder), &counted))
            .ok();
        Self {
            tally: Tally::new(Profile::configured(&config.printer).ok()),
            sender: Some(sender),
            thread,
        }
    }

    /// Something happened; called before the core handles it.
    pub fn hear(&mut self, event: &Event, moment: &Moment) {
        self.tally.hear(event, moment);
    }

    /// The core wants this.
    pub fn see(&mut self, effect: &Effect) {
        self.tally.see(effect);
    }

    /// Has what was counted written soon.
    pub fn hand_on(&mut self) {
        let counted = self.tally.take();
        if let Some(sender) = self.sender.as_ref().filter(|_| !counted.is_empty()) {
            // Without its thread nobody listens.
            let _ = sender.send(counted);
        }
    }
}

impl Drop for TallyBook {
    fn drop(&mut self) {
        self.hand_on();
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Where the files lie for the store at `store`.
#[must_use]
pub fn folder(store: &Path) -> PathBuf {
    store.with_extension("tally")
}

fn keep(ledger: &Ledger, counted: &Receiver<Days>) {
    let mut due: Option<Instant> = None;
    let (mut days, mut total) = (Days::new(), Figures::default());
    loop {
        // A machine at which nothing happens is not woken.
        let heard = match due {
            None => counted.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Some(due) => counted.recv_timeout(due.saturating_duration_since(Instant::now())),
        };
        let ends = match heard {
            Ok(more) => {
                for (day, figures) in &more {
                    days.entry(*day).or_default().add(figures);
                    total.add(figures);
                }
                due.get_or_insert_with(|| Instant::now() + EVERY);
                continue;
            }
            Err(RecvTimeoutError::Timeout) => false,
            Err(RecvTimeoutError::Disconnected) => true,
        };
        // What a disk does not take is added to the next attempt; a full disk has alarms of its own.
        days.retain(|day, figures| ledger.add(&name(*day), figures).is_err());
        if total != Figures::default() && ledger.add(TOTAL, &total).is_ok() {
            total = Figures::default();
        }
        let _ = ledger.forget();
        if ends {
            return;
        }
        due = (!days.is_empty()).then(|| Instant::now() + EVERY);
    }
}

fn name(day: Option<Day>) -> String {
    day.map_or_else(|| UNKNOWN.into(), |day| day.to_string())
}

/// The files of a tally.
#[derive(Clone, Debug)]
pub struct Ledger {
    folder: PathBuf,
}

impl Ledger {
    /// In this folder, see [`folder`].
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The figures of one day, or of the unknown days; none counted, or a file that is unreadable, are none.
    #[must_use]
    pub fn day(&self, day: Option<Day>) -> Figures {
        self.read(&name(day))
    }

    /// All that was ever counted on this machine.
    #[must_use]
    pub fn total(&self) -> Figures {
        self.read(TOTAL)
    }

    /// Days of which there are figures, in their order; the unknown ones first.
    #[must_use]
    pub fn days(&self) -> Vec<Option<Day>> {
        let entries = fs::read_dir(&self.folder).into_iter().flatten().flatten();
        let named = entries.filter_map(|entry| {
            let file = entry.file_name().into_string().ok()?;
            match file.strip_suffix(".json")? {
                UNKNOWN => Some(None),
                day => Day::parse(day)
                    .filter(|read| read.to_string() == day)
                    .map(Some),
            }
        });
        let mut days: Vec<_> = named.collect();
        days.sort();
        days
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}.json"))
    }

    fn read(&self, name: &str) -> Figures {
        let path = self.path(name);
        let short = fs::metadata(&path).is_ok_and(|facts| facts.len() <= FILE_MAX);
        let bytes = short.then(|| fs::read(&path).ok()).flatten();
        bytes
            .and_then(|bytes| Figures::from_json(&bytes))
            .unwrap_or_default()
    }

    /// Adds to a file. One that cannot be read begins anew, and the old one lies beside it as `.bad`.
    fn add(&self, name: &str, more: &Figures) -> io::Result<()> {
        crate::shell::owner::make_folder(&self.folder, 0o750)?;
        let path = self.path(name);
        let old = match fs::read(&path) {
            Ok(bytes) => Figures::from_json(&bytes),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Figures::default()),
            Err(error) => return Err(error),
        };
        if old.is_none() {
            fs::rename(&path, path.with_extension("bad"))?;
        }
        let mut sum = old.unwrap_or_default();
        sum.add(more);
        fresh_file::write(&path, &serde_json::to_vec(&sum)?, 0o640)
    }

    /// Removes the oldest days beyond [`DAYS_MAX`].
    fn forget(&self) -> io::Result<()> {
        let known: Vec<_> = self.days().into_iter().flatten().collect();
        let over = known.len().saturating_sub(DAYS_MAX);
        for day in &known[..over] {
            fs::remove_file(self.path(&day.to_string()))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(n: u64) -> Figures {
        Figures {
            starts: n,
            ..Figures::default()
        }
    }

    fn day(text: &str) -> Option<Day> {
        Day::parse(text)
    }

    #[test]
    fn what_was_counted_is_added_to_its_day_and_to_all_and_written_at_the_end() {
        let dir = tempfile::tempdir().expect("a folder");
        let ledger = Ledger::new(dir.path().join("store.tally"));
        for _ in 0..2 {
            let (sender, counted) = channel();
            sender
                .send([(day("2026-11-23"), starts(1)), (None, starts(2))].into())
                .expect("sent");
            sender
                .send([(day("2026-11-23"), starts(3))].into())
                .expect("sent");
            drop(sender);
            keep(&ledger, &counted);
        }
        assert_eq!(ledger.day(day("2026-11-23")), starts(8));
        assert_eq!((ledger.day(None), ledger.total()), (starts(4), starts(12)));
        assert_eq!(ledger.days(), [None, day("2026-11-23")]);
        assert_eq!(ledger.day(day("2026-11-24")), Figures::default());
    }

    #[test]
    fn a_damaged_file_loses_its_day_and_no_other() {
        let dir = tempfile::tempdir().expect("a folder");
        let ledger = Ledger::new(dir.path().to_path_buf());
        ledger.add("2026-11-22", &starts(5)).expect("a disk");
        fs::write(ledger.path("2026-11-23"), b"{\"starts\":").expect("a disk");
        ledger.add("2026-11-23", &starts(1)).expect("a disk");
        assert_eq!(ledger.day(day("2026-11-23")), starts(1));
        assert_eq!(ledger.day(day("2026-11-22")), starts(5));
        assert!(dir.path().join("2026-11-23.bad").is_file());
        assert_eq!(ledger.days().len(), 2, "what was set aside is no day");
    }

    #[test]
    fn the_oldest_days_are_forgotten_and_what_all_days_sum_to_is_not() {
        let dir = tempfile::tempdir().expect("a folder");
        let ledger = Ledger::new(dir.path().to_path_buf());
        let mut all = Vec::new();
        for month in 1..=12 {
            for of in 1..=28 {
                all.extend([Day::new(2025, month, of), Day::new(2026, month, of)]);
            }
        }
        all.sort();
        for day in &all {
            fs::write(ledger.path(&name(*day)), b"{}").expect("a disk");
        }
        ledger.add(TOTAL, &starts(7)).expect("a disk");
        ledger.add(UNKNOWN, &starts(7)).expect("a disk");
        ledger.forget().expect("a disk");
        let kept = ledger.days();
        assert_eq!((kept.len(), kept[0]), (DAYS_MAX + 1, None));
        assert_eq!(kept[1..], all[all.len() - DAYS_MAX..]);
        assert_eq!(ledger.total(), starts(7));
    }

    #[test]
    fn a_disk_that_takes_nothing_loses_nothing_that_is_told_again() {
        let dir = tempfile::tempdir().expect("a folder");
        let place = dir.path().join("tally");
        fs::write(&place, b"a file is in the way").expect("a disk");
        let ledger = Ledger::new(place);
        assert!(ledger.add(TOTAL, &starts(1)).is_err());
        assert_eq!(ledger.total(), Figures::default());
    }
}
