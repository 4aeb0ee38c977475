//! Whose a new file is. A machine has three users: root, the firmware's and the agent's. What a command of root's makes in a
//! folder of one of the other two is theirs, or a running service could neither read it, nor append to it, nor take it away.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::Path;

/// A new file at `path` to write to, with exactly the rights `mode`, of the owner of its folder. What lay there before is
/// removed and not written through: the folder may belong to somebody who is believed less.
///
/// # Errors
/// Of the disk.
pub fn fresh(path: &Path, mode: u32) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    adopt(&file, path)?;
    // Whatever the umask took away; last, because only now are owner and group the right ones.
    file.set_permissions(Permissions::from_mode(mode))?;
    Ok(file)
}

/// Gives `file`, which lies at `path`, to the owner and the group of its folder, where this is root and the file root's own.
///
/// # Errors
/// Of the disk.
pub fn adopt(file: &File, path: &Path) -> io::Result<()> {
    if !rustix::process::geteuid().is_root() {
        return Ok(());
    }
    let above = match path.parent() {
        Some(above) if !above.as_os_str().is_empty() => above,
        _ => Path::new("."),
    };
    let (theirs, ours) = (fs::metadata(above)?, file.metadata()?);
    let same = (theirs.uid(), theirs.gid()) == (ours.uid(), ours.gid());
    if same || ours.uid() != 0 {
        return Ok(());
    }
    fchown(file, Some(theirs.uid()), Some(theirs.gid()))
}

/// Makes the folder `path`, and those above it, where it is not there: with exactly the rights `mode`, of the owner of the
/// folder that it is made in.
///
/// # Errors
/// Of the disk.
pub fn make_folder(path: &Path, mode: u32) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    if let Some(above) = path.parent().filter(|above| !above.as_os_str().is_empty()) {
        make_folder(above, mode)?;
    }
    match fs::create_dir(path) {
        // Somebody else has made it meanwhile.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        made => made?,
    }
    adopt(&File::open(path)?, path)?;
    fs::set_permissions(path, Permissions::from_mode(mode))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whose(path: &Path) -> (u32, u32, u32) {
        let facts = fs::symlink_metadata(path).expect("there");
        (facts.uid(), facts.gid(), facts.mode() & 0o777)
    }

    #[test]
    fn what_is_made_has_the_owner_of_its_folder_and_the_rights_that_were_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = rustix::process::geteuid().is_root();
        if root {
            let open = File::open(folder.path()).expect("open");
            fchown(&open, Some(4_711), Some(4_712)).expect("given");
        }
        let (uid, gid, _) = whose(folder.path());
        assert!(!root || (uid, gid) == (4_711, 4_712));
        let path = folder.path().join("a/b");
        make_folder(&path, 0o755).expect("made");
        assert_eq!(whose(&path), (uid, gid, 0o755));
        assert_eq!(whose(path.parent().expect("a")), (uid, gid, 0o755));
        let file = path.join("file");
        drop(fresh(&file, 0o640).expect("made"));
        assert_eq!(whose(&file), (uid, gid, 0o640));
        // The rights of a folder that is there are not this one's to change.
        make_folder(&path, 0o700).expect("there");
        assert_eq!(whose(&path).2, 0o755);
    }

    #[test]
    fn a_link_that_somebody_has_laid_is_replaced_and_never_written_through() {
        let folder = tempfile::tempdir().expect("a folder");
        let (victim, path) = (folder.path().join("victim"), folder.path().join("new"));
        fs::write(&victim, "precious").expect("written");
        std::os::unix::fs::symlink(&victim, &path).expect("laid");
        io::Write::write_all(&mut fresh(&path, 0o600).expect("made"), b"x").expect("written");
        assert_eq!(fs::read_to_string(&victim).expect("read"), "precious");
        assert_eq!(fs::read_to_string(&path).expect("read"), "x");
    }
}
