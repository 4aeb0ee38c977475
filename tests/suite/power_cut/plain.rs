//! The torn disk as the store's disk of plain files.

use std::io;
use std::path::{Path, PathBuf};

use kiosk::shell::store::files::{Files, OpenFile};

use super::disk::{Handle, TornDisk};

fn index(offset: u64) -> io::Result<usize> {
    usize::try_from(offset).map_err(|_| io::ErrorKind::FileTooLarge.into())
}

impl OpenFile for Handle {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        if Self::read_at(self, bytes, index(offset)?)? == bytes.len() {
            Ok(())
        } else {
            Err(io::ErrorKind::UnexpectedEof.into())
        }
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        Self::write_at(self, bytes, index(offset)?)
    }

    fn sync(&self) -> io::Result<()> {
        Self::sync(self)
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.length()? as u64)
    }
}

impl Files for TornDisk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        Ok(Box::new(Self::open(self, path)?))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        Ok(Box::new(Self::create(self, path)?))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        Self::rename(self, from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        Self::remove(self, path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        Self::make_folder(self, path)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        Self::list(self, folder)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        Self::sync_folder(self, folder)
    }

    fn free_bytes(&self, _path: &Path) -> io::Result<u64> {
        Self::free_bytes(self)
    }
}
