//! Small files that are written whole or not at all, and survive a power cut.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::shell::{foreign_file, owner};

/// Longest file that is read back, bytes.
pub const MAX: u64 = 64 * 1024;

/// Writes `value` as JSON to `path`: a new file, synced, renamed over the old one, the folder synced.
///
/// # Errors
/// Of the disk. The old file is whole then.
pub fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    put(path, value, 0o600, true)
}

/// As [`write`], for a file in memory that others read and that need not survive a restart.
///
/// # Errors
/// Of the file system.
pub fn publish<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    put(path, value, 0o644, false)
}

fn put<T: Serialize>(path: &Path, value: &T, mode: u32, durable: bool) -> io::Result<()> {
    let text = serde_json::to_vec_pretty(value)?;
    let new = path.with_extension("new");
    let mut file = owner::fresh(&new, mode)?;
    file.write_all(&text)?;
    if durable {
        file.sync_all()?;
    }
    drop(file);
    fs::rename(&new, path)?;
    if durable { sync_folder(path) } else { Ok(()) }
}

/// Makes the name `path` durable.
///
/// # Errors
/// Of the disk.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}

/// Reads what was written; none when there is no file.
///
/// # Errors
/// Of the disk; `InvalidData` when it is too long or not what it should be.
pub fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    // Some of them lie in the folder of the other user.
    let bytes = match foreign_file::read(path, MAX) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) if error.kind() == io::ErrorKind::FileTooLarge => {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "too long"));
        }
        Err(error) => return Err(error),
    };
    Ok(Some(serde_json::from_slice(&bytes)?))
}

/// As [`read`]; a file that cannot be understood is set aside as `….bad`, and the default takes its place. Whether it was.
///
/// # Errors
/// Of the disk.
pub fn read_or_set_aside<T: DeserializeOwned + Default>(path: &Path) -> io::Result<(T, bool)> {
    match read(path) {
        Ok(value) => Ok((value.unwrap_or_default(), false)),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof
            ) =>
        {
            fs::rename(path, path.with_extension("bad"))?;
            sync_folder(path)?;
            Ok((T::default(), true))
        }
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::update::Kept;

    #[test]
    fn what_is_written_is_read_and_rubbish_is_set_aside() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("update.json");
        assert_eq!(read::<Kept>(&path).unwrap(), None);
        write(&path, &Kept::default()).unwrap();
        assert_eq!(read::<Kept>(&path).unwrap(), Some(Kept::default()));
        for rubbish in [
            &b"{\"now\":{\"state\":\"flying\"}}"[..],
            b"",
            b"\xff",
            &[b' '; 70_000],
        ] {
            fs::write(&path, rubbish).unwrap();
            let (kept, aside) = read_or_set_aside::<Kept>(&path).unwrap();
            assert!(aside && kept == Kept::default());
            assert!(!path.exists() && path.with_extension("bad").exists());
        }
    }
}
