//! Files that are there whole or not at all, and files that are gone.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

/// The bit of a folder whose files belong to its group: then the group, that of firmware and agent, may read them.
pub(super) const SETGID: u32 = 0o2000;

/// Writes beside, syncs, renames, syncs the folder: what was there before is there, or all of `bytes`. Follows a link, also
/// one that leads nowhere yet.
pub(super) fn write_whole(path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let path = match fs::read_link(path) {
        Ok(target) => path.parent().unwrap_or(Path::new("/")).join(target),
        Err(_) => path.to_owned(),
    };
    let mut name = path.clone().into_os_string();
    name.push(".new");
    put(&PathBuf::from(name), &path, bytes, mode)
}

/// As [`write_whole`], with the half file in `top`, a folder above: a file has the group of the folder that it was made in,
/// and takes it along. So a pair's folder need not be setgid, which the sandbox of a unit does not let one make.
pub(super) fn write_by_way_of(top: &Path, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    put(&top.join(name), path, bytes, mode)
}

fn put(new: &Path, path: &Path, bytes: &[u8], mode: u32) -> io::Result<()> {
    remove(new)?;
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(new)?;
    file.write_all(bytes)?;
    file.set_permissions(Permissions::from_mode(mode))?;
    file.sync_all()?;
    fs::rename(new, path)?;
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

/// For this user alone, and the group where the folder above belongs to it: then firmware and agent, two users, must both be
/// able to destroy what is in it.
pub(super) fn make_folder(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    let above = path.parent().and_then(|above| fs::metadata(above).ok());
    let shared = above.is_some_and(|above| above.permissions().mode() & SETGID != 0);
    fs::create_dir_all(path)?;
    let allow = |mode| fs::set_permissions(path, Permissions::from_mode(mode));
    if !shared {
        return allow(0o700);
    }
    // A unit with RestrictSUIDSGID= may not say the bit. The folder has its group from the one above in any case.
    allow(SETGID | 0o770).or_else(|_| allow(0o770))
}

/// A file that is not there is removed.
pub(super) fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Overwrites a file and removes it. On flash the old blocks may live on until the card uses them again: what may be read
/// there is worth nothing once the server has revoked it.
pub(super) fn overwrite(path: &Path) -> io::Result<()> {
    let Ok(facts) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    if facts.is_file() {
        let mut file = OpenOptions::new().write(true).open(path)?;
        let zeros = [0; 4096];
        let mut left = facts.len();
        file.rewind()?;
        while left > 0 {
            let part = left.min(4096);
            file.write_all(&zeros[..usize::try_from(part).unwrap_or(4096)])?;
            left -= part;
        }
        file.sync_all()?;
    }
    fs::remove_file(path)
}
