//! A small file that survives a power cut: the old content or the new one, never a part.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use crate::shell::owner;

/// Puts `content` into the file at `path`, for its owner alone; it is on the disk when this returns.
///
/// # Errors
/// Of the disk; the old content is there then.
pub fn put(path: &Path, content: &[u8]) -> io::Result<()> {
    put_for(path, content, 0o600)
}

/// Likewise, and its group may read it.
///
/// # Errors
/// Of the disk; the old content is there then.
pub fn put_for_group(path: &Path, content: &[u8]) -> io::Result<()> {
    put_for(path, content, 0o640)
}

fn put_for(path: &Path, content: &[u8], mode: u32) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let mut file = owner::fresh(Path::new(&partial), mode)?;
    file.write_all(content)?;
    file.sync_all()?;
    fs::rename(&partial, path)?;
    sync_folder_of(path)
}

/// Makes names in the folder of `path` durable.
///
/// # Errors
/// Of the disk.
pub fn sync_folder_of(path: &Path) -> io::Result<()> {
    File::open(path.parent().unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_is_replaced_whole_and_nothing_is_left_beside() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state");
        for content in ["one", "two"] {
            put(&path, content.as_bytes()).expect("written");
            assert_eq!(fs::read_to_string(&path).expect("read"), content);
        }
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1);
        assert!(put(&folder.path().join("no/where"), b"x").is_err());
    }
}
