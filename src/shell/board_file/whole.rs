//! A file that is there whole or not at all, and never for more eyes than the one that it follows.

use std::fs::{self, File, Metadata, OpenOptions, Permissions};
use std::io::{self, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::{Path, PathBuf};

use super::NotEntered;

/// The bits of a mode that say who may do what.
const RIGHTS: u32 = 0o777;

/// `path` with another ending behind its own.
pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}

/// Puts `text` at `path`, with owner, group and mode of `like`; whatever happens meanwhile, what was there before is there
/// or all of `text`.
///
/// # Errors
/// [`NotEntered`]; what was there before still is.
pub(super) fn write(path: &Path, text: &str, like: &Metadata) -> Result<(), NotEntered> {
    let failed = |error| NotEntered::File {
        path: path.into(),
        error,
    };
    let new = beside(path, "new");
    let mut file = fresh(&new).map_err(failed)?;
    let written = follow(&file, like)
        .map_err(|error| NotEntered::Owner {
            path: path.into(),
            error,
        })
        .and_then(|()| fill(&mut file, text, like).map_err(failed))
        .and_then(|()| fs::rename(&new, path).map_err(failed));
    if written.is_err() {
        // What failed is told; a rest is of no use to anybody and goes at the next time at the latest.
        let _ = fs::remove_file(&new);
        return written;
    }
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    File::open(folder.unwrap_or(Path::new(".")))
        .and_then(|folder| folder.sync_all())
        .map_err(failed)
}

/// An empty file for this process's user alone. What a write that was cut off has left there may be open to others.
fn fresh(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600).open(path)
}

/// Gives it the owner and group of `like`: under others the firmware might not be able to read it.
fn follow(file: &File, like: &Metadata) -> io::Result<()> {
    let now = file.metadata()?;
    let other = |theirs: u32, ours: u32| (theirs != ours).then_some(theirs);
    match (other(like.uid(), now.uid()), other(like.gid(), now.gid())) {
        (None, None) => Ok(()),
        (owner, group) => fchown(file, owner, group),
    }
}

/// The rights come last: before, the group that they are for may be another.
fn fill(file: &mut File, text: &str, like: &Metadata) -> io::Result<()> {
    file.write_all(text.as_bytes())?;
    file.set_permissions(Permissions::from_mode(like.mode() & RIGHTS))?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").mode() & RIGHTS
    }

    #[test]
    fn a_new_file_is_for_its_owner_alone_whatever_lay_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kiosk.toml.new");
        fs::write(&path, "half a fi").expect("written");
        fs::set_permissions(&path, Permissions::from_mode(0o666)).expect("allowed");
        let theirs = File::open(&path).expect("open");
        fresh(&path)
            .expect("a file")
            .write_all(b"secret")
            .expect("written");
        assert_eq!(mode(&path), 0o600);
        // Who had the old one open sees nothing of the new one.
        assert_eq!(io::read_to_string(theirs).expect("read"), "half a fi");
    }

    #[test]
    fn the_rights_are_those_of_the_file_that_it_follows() {
        let folder = tempfile::tempdir().expect("a folder");
        let (like, path) = (folder.path().join("like"), folder.path().join("written"));
        fs::write(&like, "").expect("written");
        for rights in [0o600, 0o640, 0o644, 0o440] {
            fs::set_permissions(&like, Permissions::from_mode(rights)).expect("allowed");
            let like = fs::metadata(&like).expect("there");
            write(&path, "text", &like).expect("written");
            assert_eq!(mode(&path), rights);
            assert_eq!(fs::read_to_string(&path).expect("read"), "text");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2);
    }

    /// `/` is root's. Root may give a file to anybody, others may give it to nobody.
    #[test]
    fn the_owner_is_kept_or_nothing_is_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kiosk.toml");
        fs::write(&path, "before").expect("written");
        if rustix::process::geteuid().is_root() {
            fchown(File::open(&path).expect("open"), Some(1), Some(2)).expect("given");
            let like = fs::metadata(&path).expect("there");
            write(&path, "after", &like).expect("written");
            let after = fs::metadata(&path).expect("there");
            assert_eq!((after.uid(), after.gid()), (1, 2));
        } else {
            let like = fs::metadata("/").expect("there");
            let written = write(&path, "after", &like);
            assert!(matches!(written, Err(NotEntered::Owner { .. })));
            assert_eq!(fs::read_to_string(&path).expect("read"), "before");
        }
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }
}
