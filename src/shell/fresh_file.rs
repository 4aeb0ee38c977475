//! A small file that is replaced whole: written beside, synced, renamed. Whoever reads it sees the old or the new one.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use crate::shell::owner;

/// Writes `bytes` to `path` with the permission bits `mode`, durably up to the name: after a power cut the old content may
/// stand there for as long as the disk delays names (seconds), half a file never.
///
/// # Errors
/// Of the disk; `path` is then as it was.
pub fn write(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let mut file = owner::fresh(Path::new(&partial), mode)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&partial, path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_file_is_replaced_whole_and_what_a_cut_left_is_in_nobodys_way() {
        let dir = tempfile::tempdir().expect("a folder");
        let path = dir.path().join("figures.json");
        fs::write(dir.path().join("figures.json.partial"), b"half").expect("a disk");
        write(&path, b"one", 0o640).expect("written");
        write(&path, b"two", 0o640).expect("written");
        assert_eq!(fs::read(&path).expect("there"), b"two");
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o137, 0, "not for others");
        assert_eq!(fs::read_dir(dir.path()).expect("a folder").count(), 1);
    }
}
