//! A disk in memory that forgets what was not synced. Everything random comes from its seed.
//!
//! File content is on the medium when the file was synced, a name when its folder was. [`TornDisk::cut_at`] names the
//! step (write, truncate, sync, create, rename, unlink) at which the power goes; from then on everything fails, until
//! [`TornDisk::power_on`] decides sector by sector and name by name what had reached the medium.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::content::{Content, Luck};
use super::names::{FOLDER, Id, Names};

/// All files of a disk by path, as the medium holds them.
pub type Image = BTreeMap<PathBuf, Vec<u8>>;

/// SQLite's lock levels 0 (none) to 4 (exclusive).
pub type Level = u8;
const RESERVED: Level = 2;
const PENDING: Level = 3;
const EXCLUSIVE: Level = 4;

/// The disk; clones are the same disk.
#[derive(Clone)]
pub struct TornDisk(Arc<Mutex<State>>);

struct State {
    names: Names,
    files: BTreeMap<Id, Content>,
    next: Id,
    locks: BTreeMap<(Id, u64), Level>,
    rng: fastrand::Rng,
    steps: u64,
    cut_at: Option<u64>,
    on: bool,
    /// Counts the times the power came on: what was opened before is dead.
    life: u32,
    capacity: Option<usize>,
    /// Bytes in use after each write that needed more room.
    growth: Vec<usize>,
}

/// An open file of the disk.
pub struct Handle {
    disk: TornDisk,
    id: Id,
    number: u64,
    life: u32,
}

fn gone() -> io::Error {
    io::Error::from_raw_os_error(rustix::io::Errno::IO.raw_os_error())
}

impl TornDisk {
    /// An empty disk with one folder, `/disk`.
    pub fn new(seed: u64) -> Self {
        Self::from_image(seed, Image::new())
    }

    /// A disk whose medium holds `image`.
    pub fn from_image(seed: u64, image: Image) -> Self {
        let mut names = BTreeMap::from([(PathBuf::from("/disk"), FOLDER)]);
        let mut files = BTreeMap::new();
        for ((path, bytes), id) in image.into_iter().zip(1..) {
            let folders = path.ancestors().skip(1).filter(|p| p.parent().is_some());
            names.extend(folders.map(|folder| (folder.to_owned(), FOLDER)));
            names.insert(path, id);
            files.insert(id, Content::durable(bytes));
        }
        Self(Arc::new(Mutex::new(State {
            names: Names::durable(names),
            next: files.len() as Id + 1,
            files,
            locks: BTreeMap::new(),
            rng: fastrand::Rng::with_seed(seed),
            steps: 0,
            cut_at: None,
            on: true,
            life: 0,
            capacity: None,
            growth: Vec::new(),
        })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The power goes at the `step`th step from now, 1 being the next.
    pub fn cut_at(&self, step: u64) {
        let mut state = self.state();
        state.cut_at = Some(state.steps + step);
    }

    /// The power goes now.
    pub fn cut(&self) {
        self.state().on = false;
    }

    pub fn is_on(&self) -> bool {
        self.state().on
    }

    /// The power comes back. Files opened before stay dead.
    pub fn power_on(&self) {
        let mut state = self.state();
        let state = &mut *state;
        if !state.on {
            let luck = match state.rng.u8(0..8) {
                0 => Luck::Nothing,
                1 => Luck::Everything,
                _ => Luck::Chance,
            };
            state.names.tear(luck, &mut state.rng);
            for content in state.files.values_mut() {
                content.tear(luck, &mut state.rng);
            }
            state.forget_nameless();
        }
        state.on = true;
        state.cut_at = None;
        state.locks.clear();
        state.life += 1;
    }

    /// What programs see now, without a cut.
    pub fn image(&self) -> Image {
        let state = self.state();
        let files = state.names.now().iter().filter(|(_, id)| **id != FOLDER);
        files
            .map(|(path, id)| (path.clone(), state.files[id].now().to_vec()))
            .collect()
    }

    /// Room for so many bytes in all files together; none for a disk without end.
    pub fn set_capacity(&self, bytes: Option<usize>) {
        self.state().capacity = bytes;
    }

    /// Bytes in use after each write so far that needed more room.
    pub fn growth(&self) -> Vec<usize> {
        self.state().growth.clone()
    }

    pub fn free_bytes(&self) -> io::Result<u64> {
        let state = self.state();
        state.alive()?;
        Ok(match state.capacity {
            Some(capacity) => capacity.saturating_sub(state.used()) as u64,
            None => 1 << 40,
        })
    }

    fn handle(&self, state: &mut State, id: Id) -> Handle {
        state.next += 1;
        Handle {
            disk: self.clone(),
            id,
            number: state.next,
            life: state.life,
        }
    }

    pub fn open(&self, path: &Path) -> io::Result<Handle> {
        let mut state = self.state();
        state.alive()?;
        let id = state.file(path)?;
        Ok(self.handle(&mut state, id))
    }

    pub fn create(&self, path: &Path) -> io::Result<Handle> {
        let mut state = self.state();
        state.alive()?;
        if state.names.now().contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let folder = path.parent().unwrap_or(path);
        if state.names.now().get(folder) != Some(&FOLDER) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let id = state.new_file();
        state.names.link(path, id);
        state.step()?;
        Ok(self.handle(&mut state, id))
    }

    /// A file without a name.
    pub fn nameless(&self) -> io::Result<Handle> {
        let mut state = self.state();
        state.alive()?;
        let id = state.new_file();
        Ok(self.handle(&mut state, id))
    }

    pub fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.alive()?;
        state.file(path)?;
        state.names.unlink(path);
        state.step()
    }

    pub fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.alive()?;
        let id = state.file(from)?;
        state.names.rename(from, to, id);
        state.step()
    }

    pub fn make_folder(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.alive()?;
        let missing: Vec<&Path> = path
            .ancestors()
            .filter(|p| p.parent().is_some() && !state.names.now().contains_key(*p))
            .collect();
        for folder in missing.into_iter().rev() {
            state.names.link(folder, FOLDER);
            state.step()?;
        }
        Ok(())
    }

    pub fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.alive()?;
        state.step()?;
        state.names.sync(folder);
        Ok(())
    }

    pub fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let state = self.state();
        state.alive()?;
        if state.names.now().get(folder) != Some(&FOLDER) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let here = |(path, id): &(&PathBuf, &Id)| path.parent() == Some(folder) && **id != FOLDER;
        Ok(state
            .names
            .now()
            .iter()
            .filter(here)
            .map(|(path, _)| path.clone())
            .collect())
    }
}

impl State {
    fn alive(&self) -> io::Result<()> {
        if self.on { Ok(()) } else { Err(gone()) }
    }

    /// One step further; the power may go here. What the step did is then pending like all before it.
    fn step(&mut self) -> io::Result<()> {
        self.steps += 1;
        if self.cut_at == Some(self.steps) {
            self.on = false;
        }
        self.alive()
    }

    fn file(&self, path: &Path) -> io::Result<Id> {
        match self.names.now().get(path) {
            Some(id) if *id != FOLDER => Ok(*id),
            _ => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn new_file(&mut self) -> Id {
        self.next += 1;
        self.files.insert(self.next, Content::default());
        self.next
    }

    fn used(&self) -> usize {
        let named = self
            .names
            .now()
            .values()
            .filter_map(|id| self.files.get(id));
        named.map(|content| content.now().len()).sum()
    }

    fn forget_nameless(&mut self) {
        let named: std::collections::BTreeSet<Id> = self.names.now().values().copied().collect();
        self.files.retain(|id, _| named.contains(id));
    }
}

impl Handle {
    fn with<T>(&self, work: impl FnOnce(&mut State) -> io::Result<T>) -> io::Result<T> {
        let mut state = self.disk.state();
        state.alive()?;
        if state.life != self.life {
            return Err(gone());
        }
        work(&mut state)
    }

    fn content<'a>(&self, state: &'a mut State) -> io::Result<&'a mut Content> {
        state.files.get_mut(&self.id).ok_or_else(gone)
    }

    /// Reads what is there, at most `bytes`; returns how much.
    pub fn read_at(&self, bytes: &mut [u8], at: usize) -> io::Result<usize> {
        self.with(|state| {
            let now = self.content(state)?.now();
            let there = &now[at.min(now.len())..];
            let n = there.len().min(bytes.len());
            bytes[..n].copy_from_slice(&there[..n]);
            Ok(n)
        })
    }

    pub fn write_at(&self, bytes: &[u8], at: usize) -> io::Result<()> {
        self.with(|state| {
            let length = self.content(state)?.now().len();
            let more = (at + bytes.len()).saturating_sub(length);
            if more > 0 {
                let used = state.used() + more;
                if state.capacity.is_some_and(|capacity| used > capacity) {
                    return Err(io::ErrorKind::StorageFull.into());
                }
                state.growth.push(used);
            }
            self.content(state)?.write(at, bytes);
            state.step()
        })
    }

    pub fn set_length(&self, length: usize) -> io::Result<()> {
        self.with(|state| {
            self.content(state)?.set_length(length);
            state.step()
        })
    }

    pub fn sync(&self) -> io::Result<()> {
        self.with(|state| {
            state.step()?;
            self.content(state)?.sync();
            Ok(())
        })
    }

    pub fn length(&self) -> io::Result<usize> {
        self.with(|state| Ok(self.content(state)?.now().len()))
    }

    /// Takes SQLite's lock on the file; false if another connection is in the way.
    pub fn lock(&self, level: Level) -> bool {
        let mut state = self.disk.state();
        let others = state
            .locks
            .iter()
            .filter(|((id, n), _)| *id == self.id && *n != self.number);
        let highest = others.map(|(_, level)| *level).max().unwrap_or(0);
        let free = match level {
            EXCLUSIVE => highest == 0,
            RESERVED | PENDING => highest < RESERVED,
            _ => highest < PENDING,
        };
        if free {
            state.locks.insert((self.id, self.number), level);
        }
        free
    }

    /// Gives a lock back, down to `level`.
    pub fn unlock(&self, level: Level) {
        self.disk
            .state()
            .locks
            .insert((self.id, self.number), level);
    }

    /// Whether any connection is about to write.
    pub fn reserved(&self) -> bool {
        let state = self.disk.state();
        state
            .locks
            .iter()
            .any(|((id, _), level)| *id == self.id && *level >= RESERVED)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.disk.state().locks.remove(&(self.id, self.number));
    }
}
