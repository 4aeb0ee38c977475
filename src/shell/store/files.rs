//! Plain files beside the database: key slots, attachments, ballast. Behind a trait, so that the power-cut rig can put
//! a disk under them that forgets what was not synced.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

/// An open file. Nothing is durable before [`OpenFile::sync`], and a new name not before [`Files::sync_folder`].
pub trait OpenFile: Send {
    /// Fills `bytes` from byte `offset` on.
    ///
    /// # Errors
    /// Of the disk; `UnexpectedEof` past the end.
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()>;

    /// Writes all of `bytes` at byte `offset`, growing the file as needed.
    ///
    /// # Errors
    /// Of the disk.
    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()>;

    /// Flushes content and length to the device (`fdatasync`).
    ///
    /// # Errors
    /// Of the disk. What was written since the last success is then in doubt.
    fn sync(&self) -> io::Result<()>;

    /// Length in bytes.
    ///
    /// # Errors
    /// Of the disk.
    fn len(&self) -> io::Result<u64>;

    /// Whether there is nothing in it.
    ///
    /// # Errors
    /// Of the disk.
    fn is_empty(&self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }
}

/// A disk with folders of files. All files are made for the owner alone (0600).
pub trait Files: Send + Sync {
    /// Opens a file that is there, for reading and writing.
    ///
    /// # Errors
    /// `NotFound`, or of the disk.
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>>;

    /// Makes a new file.
    ///
    /// # Errors
    /// `AlreadyExists`, or of the disk.
    fn create(&self, path: &Path) -> io::Result<Box<dyn OpenFile>>;

    /// Gives a file another name in the same folder; a file of that name is replaced.
    ///
    /// # Errors
    /// `NotFound`, or of the disk.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    ///
    /// # Errors
    /// `NotFound`, or of the disk.
    fn remove(&self, path: &Path) -> io::Result<()>;

    /// Makes a folder with its parents; one that is there is fine.
    ///
    /// # Errors
    /// Of the disk.
    fn make_folder(&self, path: &Path) -> io::Result<()>;

    /// Files of a folder, in order of their names.
    ///
    /// # Errors
    /// `NotFound`, or of the disk.
    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>>;

    /// Makes names made, changed and removed in `folder` durable (`fsync` of the folder).
    ///
    /// # Errors
    /// Of the disk.
    fn sync_folder(&self, folder: &Path) -> io::Result<()>;

    /// Bytes that this user can still write where `path` is (`statvfs`).
    ///
    /// # Errors
    /// Of the disk.
    fn free_bytes(&self, path: &Path) -> io::Result<u64>;
}

/// The machine's own disk.
#[derive(Clone, Copy, Debug, Default)]
pub struct OsFiles;

struct OsFile(File);

impl OpenFile for OsFile {
    fn read_at(&self, bytes: &mut [u8], offset: u64) -> io::Result<()> {
        self.0.read_exact_at(bytes, offset)
    }

    fn write_at(&self, bytes: &[u8], offset: u64) -> io::Result<()> {
        self.0.write_all_at(bytes, offset)
    }

    fn sync(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn len(&self) -> io::Result<u64> {
        Ok(self.0.metadata()?.len())
    }
}

impl Files for OsFiles {
    fn open(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let file = OpenOptions::new().read(true).write(true).open(path)?;
        Ok(Box::new(OsFile(file)))
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn OpenFile>> {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(path)?;
        crate::shell::owner::adopt(&file, path)?;
        Ok(Box::new(OsFile(file)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        crate::shell::owner::make_folder(path, 0o700)
    }

    fn list(&self, folder: &Path) -> io::Result<Vec<PathBuf>> {
        let mut paths = Vec::new();
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            if entry.file_type()?.is_file() {
                paths.push(entry.path());
            }
        }
        paths.sort();
        Ok(paths)
    }

    fn sync_folder(&self, folder: &Path) -> io::Result<()> {
        File::open(folder)?.sync_all()
    }

    fn free_bytes(&self, path: &Path) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(path)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_renamed_read_and_removed() {
        let folder = tempfile::tempdir().expect("folder");
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        let file = OsFiles.create(&one).expect("create");
        file.write_at(b"world", 2).expect("write");
        file.write_at(b"he", 0).expect("write");
        file.sync().expect("sync");
        assert!(OsFiles.create(&one).is_err(), "made twice");
        OsFiles.rename(&one, &two).expect("rename");
        OsFiles.sync_folder(folder.path()).expect("sync");
        assert_eq!(
            OsFiles.list(folder.path()).expect("list"),
            std::slice::from_ref(&two)
        );
        let again = OsFiles.open(&two).expect("open");
        let mut bytes = [0; 7];
        again.read_at(&mut bytes, 0).expect("read");
        assert_eq!((&bytes, again.len().expect("len")), (b"heworld", 7));
        assert!(again.read_at(&mut bytes, 1).is_err(), "past the end");
        OsFiles.remove(&two).expect("remove");
        assert!(OsFiles.open(&two).is_err());
        assert!(OsFiles.free_bytes(folder.path()).expect("free") > 0);
    }
}
