//! The audit log on the disk: appended under a lock, so that the firmware and a command beside it write one chain; synced
//! before anybody goes on.
//!
//! A folder of pages, the end kept apart in `head` and signed beside the store. Folder and files can be read by their group, for whoever ships the log off
//! the machine; nobody but the firmware's own user writes.

mod end;
mod hand;

use std::fs::{self, File, OpenOptions, Permissions, TryLockError};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use crate::audit::{
    Act, Anchor, Book, Entry, Finding, Found, Known, Name, Note, Page, Verdict, Who,
    nothing_before, unshipped, verify,
};
use crate::case::Digest;
use crate::config::Config;
use crate::shell::clock::Clock;
use crate::shell::owner;

use end::{Seal, Sealed, head, put_head};
pub use hand::{Hand, MOST as HANDED_MOST};

/// How often a lock that somebody else holds is tried, 10 ms apart. An entry takes two flushes of the disk.
const LOCK_TRIES: u32 = 300;

/// The log of one machine.
#[derive(Clone, Debug)]
pub struct AuditLog {
    folder: PathBuf,
    /// A copy has none.
    seal: Option<Seal>,
}

impl AuditLog {
    /// The log of the machine that `config` is of.
    #[must_use]
    pub fn of(config: &Config) -> Self {
        let store = &config.store.path;
        Self {
            seal: Some(Seal::of(store)),
            ..Self::at(config.technician.audit_folder(store))
        }
    }

    /// The log in this folder, which need not be there yet.
    #[must_use]
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
            seal: None,
        }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes `note` down; it is on the disk when this returns. What a power cut has done to the end is told first, in
    /// entries of its own, and stays where it is.
    ///
    /// # Errors
    /// Of the disk, or when somebody else writes for seconds.
    pub fn append(&self, note: Note, clock: &Clock) -> io::Result<()> {
        make_folder(&self.folder)?;
        let _lock = self.lock()?;
        let mut pen = Pen::take(self, clock)?;
        pen.make_room()?;
        pen.write(note)
    }

    /// All pages, oldest first.
    ///
    /// # Errors
    /// Of the disk; `InvalidData` for a page longer than pages become.
    pub fn pages(&self) -> io::Result<Vec<Page>> {
        let paths = pages(&self.folder)?;
        paths.iter().map(|(_, path)| read(path)).collect()
    }

    /// Judges the whole log, also by anchors of copies elsewhere.
    ///
    /// # Errors
    /// Of the disk.
    pub fn verify(&self, copies: &[Anchor]) -> io::Result<Verdict> {
        let pages = self.pages()?;
        let head = head(&self.folder)?;
        let sealed = self.seal.as_ref().map_or(Sealed::Unknown, Seal::read);
        let kept = head.into_iter().chain(sealed.anchor());
        let anchors: Vec<Anchor> = kept.chain(copies.iter().copied()).collect();
        let mut verdict = verify(&pages, &anchors);
        if verdict.entries > 0 && sealed == Sealed::Missing {
            verdict.found.push(Found {
                seq: verdict.end.map_or(0, |end| end.seq),
                finding: Finding::Unsealed,
                known: Known::No,
            });
        }
        Ok(verdict)
    }

    /// The end as it was kept last; none of a log that was never begun.
    #[must_use]
    pub fn end(&self) -> Option<Anchor> {
        head(&self.folder).ok().flatten()
    }

    /// How many entries are nowhere but here, by what the log tells of copies and by what the file `acknowledged` says the desk has.
    ///
    /// # Errors
    /// Of the disk.
    pub fn unshipped(&self, acknowledged: Option<&Path>) -> io::Result<u64> {
        Ok(unshipped(&self.pages()?, acknowledged_in(acknowledged)))
    }

    /// Files of its pages, oldest first.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        let found = pages(&self.folder).unwrap_or_default();
        found.into_iter().map(|(_, path)| path).collect()
    }

    /// Copies pages and head into `folder`, which is made; the number of the last entry that is there now.
    ///
    /// # Errors
    /// Of either disk.
    pub fn copy_to(&self, folder: &Path) -> io::Result<u64> {
        fs::create_dir_all(folder)?;
        let _lock = self.lock()?;
        let head = self.folder.join("head");
        for path in self
            .files()
            .into_iter()
            .chain(head.exists().then_some(head))
        {
            let to = folder.join(path.file_name().unwrap_or_default());
            fs::copy(&path, &to)?;
            File::open(&to)?.sync_all()?;
        }
        sync(folder)?;
        let copy = Self::at(folder).pages()?;
        let last = copy.iter().rev().find_map(Page::last);
        Ok(last.map_or(0, |last| last.seq))
    }

    fn lock(&self) -> io::Result<File> {
        let path = self.folder.join(".lock");
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .mode(0o600)
            .open(&path)?;
        owner::adopt(&file, &path)?;
        for _ in 0..LOCK_TRIES {
            match file.try_lock() {
                Ok(()) => return Ok(file),
                Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(10)),
                Err(TryLockError::Error(error)) => return Err(error),
            }
        }
        Err(io::Error::new(io::ErrorKind::TimedOut, "the log is in use"))
    }
}

/// Writes at the end of a log whose lock is held.
struct Pen<'a> {
    folder: &'a Path,
    /// Not moved while it contradicts the log, which everybody shall see.
    seal: Option<&'a Seal>,
    clock: &'a Clock,
    pages: Vec<(u64, PathBuf)>,
    /// Length of the last page.
    length: usize,
    full: bool,
    last: u64,
    before: Digest,
}

impl<'a> Pen<'a> {
    fn take(log: &'a AuditLog, clock: &'a Clock) -> io::Result<Self> {
        let folder = log.folder.as_path();
        let pages = pages(folder)?;
        let sealed = log.seal.as_ref().map_or(Sealed::Unknown, Seal::read);
        let begun = head(folder)?.is_some() || !pages.is_empty();
        // Whichever knows of more.
        let head = head(folder)?.into_iter().chain(sealed.anchor());
        let head = head.max_by_key(|anchor| anchor.seq);
        let page = match pages.last() {
            Some((_, path)) => read(path)?,
            None => Page::default(),
        };
        // A page that a power cut emptied follows on what its name says.
        let named = pages.last().map_or(0, |(first, _)| first - 1);
        let agrees = |anchor: Anchor| {
            let contradicts = |page: &Page| {
                page.lines.iter().any(|raw| {
                    let seq = raw.entry.as_ref().map(|entry| entry.seq);
                    seq == Ok(anchor.seq) && raw.digest != anchor.digest
                })
            };
            match pages.len().checked_sub(2).and_then(|at| pages.get(at)) {
                // The end of the page before, when this one was just begun.
                Some((_, path)) if page.lines.len() < 2 => {
                    !contradicts(&page) && read(path).is_ok_and(|before| !contradicts(&before))
                }
                _ => !contradicts(&page),
            }
        };
        let mut pen = Self {
            folder,
            seal: log
                .seal
                .as_ref()
                .filter(|_| sealed.anchor().is_none_or(agrees)),
            clock,
            length: page.length,
            full: page.is_full(),
            last: page.last().map_or(named, |entry| entry.seq),
            before: match (page.lines.last(), pages.len()) {
                (Some(raw), _) => raw.digest,
                (None, 0) => nothing_before(),
                (None, _) => head.map_or(nothing_before(), |head| head.digest),
            },
            pages,
        };
        let machine = |act, detail| Note::done(Who::Nobody, act).of(detail);
        if pen.pages.is_empty() && head.is_none() {
            pen.write(Note::done(Who::Nobody, Act::LogBegan))?;
        }
        if page.lacks_end() {
            pen.put(b"\n")?;
        }
        if let Some(damaged) = page.damaged_end() {
            let length = Name::count(damaged.length as u64);
            pen.write(machine(Act::LogDamaged, length))?;
        }
        if let Some(head) = head.filter(|head| head.seq > page.last().map_or(named, |e| e.seq)) {
            pen.last = pen.last.max(head.seq);
            pen.write(machine(Act::LogShort, Name::count(head.seq)))?;
        }
        if begun && sealed == Sealed::Missing {
            pen.write(Note::done(Who::Nobody, Act::LogUnsealed))?;
        }
        Ok(pen)
    }

    /// Removes pages that are old enough, or one when there are too many. Said before it is done.
    fn make_room(&mut self) -> io::Result<()> {
        let today = self.clock.class().is_checked().then(|| self.clock.today());
        while let [(_, oldest), (next, _), ..] = self.pages.as_slice() {
            let (oldest, upto) = (oldest.clone(), next - 1);
            let expired = match today.flatten() {
                Some(today) => {
                    let page = read(&oldest)?;
                    page.last()
                        .is_some_and(|last| Book::has_expired(last, today))
                }
                None => false,
            };
            let act = match expired {
                true => Act::LogExpired,
                false if Book::is_crowded(self.pages.len()) => Act::LogDropped,
                false => return Ok(()),
            };
            self.write(Note::done(Who::Nobody, act).of(Name::count(upto)))?;
            fs::remove_file(&oldest)?;
            sync(self.folder)?;
            self.pages.remove(0);
        }
        Ok(())
    }

    fn write(&mut self, note: Note) -> io::Result<()> {
        let entry = Entry {
            seq: self.last + 1,
            before: self.before,
            at: self.clock.stamp(),
            note,
        };
        if self.pages.is_empty() || self.full {
            let path = self.folder.join(Book::name(entry.seq));
            self.pages.push((entry.seq, path));
            (self.length, self.full) = (0, false);
        }
        let line = entry.line();
        self.put(format!("{line}\n").as_bytes())?;
        self.last = entry.seq;
        self.before = Digest::of(line.as_bytes());
        self.full = Page {
            length: self.length,
            ..Page::default()
        }
        .is_full();
        let anchor = Anchor {
            seq: entry.seq,
            digest: self.before,
        };
        put_head(self.folder, anchor)?;
        self.seal.map_or(Ok(()), |seal| seal.put(anchor))
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let Some((_, path)) = self.pages.last() else {
            return Ok(());
        };
        let new = !path.try_exists()?;
        let mut file = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o640)
            .open(path)?;
        if new {
            owner::adopt(&file, path)?;
            // Whatever the umask took away: whoever ships the log is in its group.
            file.set_permissions(Permissions::from_mode(0o640))?;
        }
        file.write_all(bytes)?;
        file.sync_all()?;
        if new {
            sync(self.folder)?;
        }
        self.length += bytes.len();
        Ok(())
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    // Their group reads: whoever ships the log is in it.
    owner::make_folder(folder, 0o750)
}

/// Pages of a folder with their first numbers, oldest first; none of a folder that is not there.
fn pages(folder: &Path) -> io::Result<Vec<(u64, PathBuf)>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let mut found = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str());
        if let Some(first) = name.and_then(Book::first) {
            found.push((first.max(1), path));
        }
    }
    found.sort();
    Ok(found)
}

fn read(path: &Path) -> io::Result<Page> {
    let mut bytes = Vec::new();
    let limit = Page::MAX as u64 + 1;
    File::open(path)?.take(limit).read_to_end(&mut bytes)?;
    Page::parse(&bytes).map_err(|fault| io::Error::new(io::ErrorKind::InvalidData, fault))
}

/// What the desk has, as the agent has written it.
fn acknowledged_in(file: Option<&Path>) -> Option<Anchor> {
    Anchor::parse(&fs::read_to_string(file?).ok()?)
}

fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
