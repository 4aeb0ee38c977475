//! The machine's memory of its boots: a small file, replaced whole every few minutes.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::domain::clock::{Boots, Dating, HORIZON_MS};
use crate::shell::store::files::Files;

use super::{Clock, WALL_FLOOR_UNIX_S};

/// Largest file that is read, bytes.
const LIMIT: u64 = 1024 * 1024;

/// The file and what is in it.
pub struct BootBook {
    path: PathBuf,
    files: Arc<dyn Files>,
    boots: Boots,
}

impl BootBook {
    /// Reads the book, or begins one: a book that cannot be read costs dates, nothing else. The clock learns its floor
    /// from it.
    #[must_use]
    pub fn open(path: PathBuf, files: Arc<dyn Files>, clock: &Clock) -> Self {
        let boots = read(&path, files.as_ref()).unwrap_or_default();
        let book = Self { path, files, boots };
        if let Some(trusted_ms) = book.boots.last_trusted_ms().filter(|ms| is_sane(*ms)) {
            clock.raise_floor(trusted_ms);
        }
        book
    }

    /// Notes that this boot still runs and what it knows of the time, durably. At start and every few minutes.
    ///
    /// # Errors
    /// Of the disk; the old book stays.
    pub fn note(&mut self, clock: &Clock) -> io::Result<()> {
        self.boots
            .note(clock.boot_id(), clock.boot_ms(), clock.offset());
        let bytes = serde_json::to_vec(&self.boots)?;
        let partial = self.path.with_extension("partial");
        match self.files.remove(&partial) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = self.files.create(&partial)?;
        file.write_at(&bytes, 0)?;
        file.sync()?;
        self.files.rename(&partial, &self.path)?;
        self.files.sync_folder(folder(&self.path))
    }

    /// When something happened that was noted with the name of its boot and the boot clock.
    #[must_use]
    pub fn date(&self, boot_id: &str, boot_ms: u64) -> Dating {
        self.boots.date(boot_id, boot_ms)
    }
}

fn read(path: &Path, files: &dyn Files) -> Option<Boots> {
    let file = files.open(path).ok()?;
    let len = file.len().ok().filter(|len| *len <= LIMIT)?;
    let mut bytes = vec![0; usize::try_from(len).ok()?];
    file.read_at(&mut bytes, 0).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A floor of the far future, from a book that was damaged, would reject every true time.
fn is_sane(unix_ms: i64) -> bool {
    let built = i64::try_from(WALL_FLOOR_UNIX_S * 1000).unwrap_or(i64::MAX);
    (built..built.saturating_add(HORIZON_MS)).contains(&unix_ms)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::store::files::OsFiles;
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn the_floor_outlives_the_process_and_a_broken_book_costs_only_dates() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("boots.json");
        let now = Duration::from_secs(WALL_FLOOR_UNIX_S + 86_400);
        let clock = Clock::starting_at(UNIX_EPOCH + now);
        clock.rfc3339().expect("known");
        let mut book = BootBook::open(path.clone(), Arc::new(OsFiles), &clock);
        book.note(&clock).expect("written");
        let at = clock.boot_ms();
        assert!(matches!(
            book.date(clock.boot_id(), at),
            Dating::Exact { .. }
        ));

        // The next start wakes before it: the wall clock of the build's day is not believed any more.
        let early = Clock::starting_at(UNIX_EPOCH + Duration::from_secs(WALL_FLOOR_UNIX_S + 60));
        let again = BootBook::open(path.clone(), Arc::new(OsFiles), &early);
        assert_eq!(early.wall(), None);
        assert!(matches!(
            again.date(clock.boot_id(), at),
            Dating::Exact { .. }
        ));

        std::fs::write(&path, b"{").expect("break it");
        let fresh = Clock::starting_at(UNIX_EPOCH + now);
        let mut lost = BootBook::open(path, Arc::new(OsFiles), &fresh);
        lost.note(&fresh).expect("written");
        assert!(fresh.wall().is_some());
    }
}
