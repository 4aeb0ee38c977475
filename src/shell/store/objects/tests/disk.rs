//! A disk in memory that fails on request and forgets at a power cut what was not synced.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};

use crate::shell::store::files::{Files, OpenFile};

#[derive(Default)]
struct Content {
    now: Vec<u8>,
    synced: Vec<u8>,
}

type Shared = Arc<Mutex<Content>>;

#[derive(Default)]
struct State {
    names: BTreeMap<PathBuf, Shared>,
    synced: BTreeMap<PathBuf, Shared>,
    /// Operations until it fails, and how.
    left: Option<(usize, io::ErrorKind)>,
}

impl State {
    /// One operation that changes something.
    fn operate(&mut self) -> io::Result<()> {
        match &mut self.left {
            Some((0, kind)) => Err((*kind).into()),
            Some((left, _)) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }
}

#[derive(Default)]
pub(super) struct Disk(Arc<Mutex<State>>);

struct Open {
    disk: Arc<Mutex<State>>,
    content: Shared,
}

impl Disk {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// From the operation after so many on, every one fails.
    pub(super) fn fail_after(&self, operations: usize, kind: io::ErrorKind) {
        self.state().left = Some((operations, kind));
    }

    /// What was not synced is gone; the disk works again.
    pub(super) fn power_cut(&self) {
        let mut state = self.state();
        state.left = None;
        state.names = state.synced.clone();
        for content in state.names.values() {
            let mut content = content.lock().unwrap();
            content.now = content.synced.clone();
        }
    }

    pub(super) fn bytes(&self, path: &Path) -> Vec<u8> {
        self.state().names[path].lock().unwrap().now.clone()
    }

    pub(super) fn replace(&self, path: &Path, bytes: Vec<u8>) {
        self.state().names[path].lock().unwrap().now = bytes;
    }

    fn opened(&self, content: Shared) -> Box<dyn OpenFile> {
        Box::new(Open {
            disk: self.0.clone(),
            content,
        })
    }
}

impl OpenFile for Open {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        let content = self.content.lock().unwrap();
        let from = usize::try_from(offset).unwrap();
        let part = content.now.get(from..from + bytes.len());
        bytes.copy_from_slice(part.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.disk.lock().unwrap().operate()?;
        let mut content = self.content.lock().unwrap();
        let from = usize::try_from(offset).unwrap();
        let end = content.now.len().max(from + bytes.len());
        content.now.resize(end, 0);
        content.now[from..from + bytes.len()].copy_from_slice(bytes);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.disk.lock().unwrap().operate()?;
        let mut content = self.content.lock().unwrap();
        content.synced = content.now.clone();
        Ok(())
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.content.lock().unwrap().now.len() as u64)
    }
}

impl Files for Disk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let content = self.state().names.get(path).cloned();
        Ok(self.opened(content.ok_or(io::ErrorKind::NotFound)?))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let mut state = self.state();
        state.operate()?;
        if state.names.contains_key(path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let content = Shared::default();
        state.names.insert(path.into(), content.clone());
        drop(state);
        Ok(self.opened(content))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operate()?;
        let content = state.names.remove(from).ok_or(io::ErrorKind::NotFound)?;
        state.names.insert(to.into(), content);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operate()?;
        let removed = state.names.remove(path);
        removed
            .map(|_| ())
            .ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn make_folder(&self, _: &Path) -> io::Result<()> {
        Ok(())
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let state = self.state();
        let inside = |path: &&PathBuf| path.parent() == Some(folder);
        Ok(state.names.keys().filter(inside).cloned().collect())
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        let mut state = self.state();
        state.operate()?;
        let inside = |path: &PathBuf| path.parent() == Some(folder);
        state.synced.retain(|path, _| !inside(path));
        let now: Vec<_> = state
            .names
            .iter()
            .filter(|(path, _)| inside(path))
            .collect();
        let now: Vec<_> = now
            .into_iter()
            .map(|(p, c)| (p.clone(), c.clone()))
            .collect();
        state.synced.extend(now);
        Ok(())
    }

    fn free_bytes(&self, _: &Path) -> io::Result<u64> {
        Ok(u64::MAX)
    }
}
