//! The stick in a technician's hand: what lies on it, and the copy that is made of it. A stick may be pulled at any moment and may
//! hold anything; so what is installed is a copy on the machine's own disk, called by its hash.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::ddi::words::ARTIFACT_MAX;
use super::kept::sync_folder;
use crate::case::Digest;
use crate::fleet::request::is_bundle;
use crate::fleet::standing::Refusal;
use crate::shell::{foreign_file, owner};

/// Most entries of a stick that are looked at.
const ENTRIES_MOST: usize = 2_000;
/// Read, hashed and written at once, bytes.
const PIECE: usize = 256 * 1024;
/// Synced at least this often, bytes: else all of it would be written at the end, and nobody could tell how long that takes.
const SYNC_EVERY: u64 = 8 * 1024 * 1024;

/// Names of the bundles and content packages at the top of a stick, the last first: where names tell versions, the newest.
#[must_use]
pub fn bundles(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .take(ENTRIES_MOST)
        .flatten()
        // Of the entry itself: where a link leads is not looked at.
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| is_bundle(name))
        .collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    names
}

/// A copy that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// The copy.
    pub file: PathBuf,
    /// Its length, bytes.
    pub size: u64,
    /// SHA-256 in 64 small hexadecimal digits.
    pub sha256: String,
}

impl Copied {
    /// Id of the action that installs it: the same file is the same action.
    #[must_use]
    pub fn action(&self) -> String {
        format!("stick-{}", self.sha256.get(..12).unwrap_or(""))
    }
}

/// Copies the plain file `from` into `folder`, out of which every older copy but `in_use` goes first, and leaves `reserve` bytes
/// free on that disk. `tell` hears now and then how many bytes are here, and of how many.
///
/// # Errors
/// [`Refusal`]; no new file is left in `folder` then.
pub fn copy(
    from: &Path,
    folder: &Path,
    in_use: Option<&Path>,
    reserve: u64,
    mut tell: impl FnMut(u64, u64),
) -> Result<Copied, Refusal> {
    let disk = |error: io::Error| Refusal::Disk(error.to_string());
    owner::make_folder(folder, 0o700).map_err(disk)?;
    let file = foreign_file::open(from).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Refusal::NoFile,
        io::ErrorKind::InvalidInput => Refusal::NoPlainFile,
        _ => Refusal::Stick(error.to_string()),
    })?;
    let size = file
        .metadata()
        .map_err(|error| Refusal::Stick(error.to_string()))?
        .len();
    match size {
        0 => return Err(Refusal::Empty),
        size if size > ARTIFACT_MAX => return Err(Refusal::TooLong(size)),
        _ => {}
    }
    clear(folder, in_use).map_err(disk)?;
    let room = rustix::fs::statvfs(folder).map_err(|error| disk(error.into()))?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let missing = size.saturating_add(reserve).saturating_sub(free);
    if missing > 0 {
        return Err(Refusal::NoRoom(missing));
    }
    let copied = written(file, folder, size, &mut tell);
    if copied.is_err() {
        // A rest that stays goes at the next time.
        let _ = clear(folder, in_use);
    }
    copied
}

fn written(
    from: File,
    folder: &Path,
    size: u64,
    tell: &mut impl FnMut(u64, u64),
) -> Result<Copied, Refusal> {
    let disk = |error: io::Error| Refusal::Disk(error.to_string());
    let part = folder.join("bundle.part");
    let mut to = owner::fresh(&part, 0o600).map_err(disk)?;
    let (mut hash, mut done, mut unsynced) = (Sha256::new(), 0_u64, 0_u64);
    let mut piece = vec![0; PIECE];
    // One byte more: a file that grows meanwhile is none.
    let mut from = from.take(size.saturating_add(1));
    loop {
        let n = match from.read(&mut piece) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            read => read.map_err(|error| Refusal::Stick(error.to_string()))?,
        };
        let Some(bytes) = piece.get(..n).filter(|bytes| !bytes.is_empty()) else {
            break;
        };
        hash.update(bytes);
        to.write_all(bytes).map_err(disk)?;
        let n = u64::try_from(n).unwrap_or(u64::MAX);
        (done, unsynced) = (done.saturating_add(n), unsynced.saturating_add(n));
        if unsynced >= SYNC_EVERY {
            to.sync_data().map_err(disk)?;
            unsynced = 0;
        }
        tell(done, size);
    }
    if done != size {
        return Err(Refusal::Stick(format!(
            "{size} bytes were promised, {done} came"
        )));
    }
    to.sync_all().map_err(disk)?;
    let sha256 = Digest(hash.finalize().into()).hex();
    let file = folder.join(format!("{sha256}.bundle"));
    fs::rename(&part, &file).map_err(disk)?;
    sync_folder(&file).map_err(disk)?;
    Ok(Copied { file, size, sha256 })
}

fn clear(folder: &Path, in_use: Option<&Path>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if in_use != Some(path.as_path()) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(folder: &Path, name: &str, content: &[u8]) -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, content).expect("written");
        path
    }

    #[test]
    fn of_what_lies_on_a_stick_only_plain_files_count() {
        let dir = tempfile::tempdir().expect("a stick");
        let stick = dir.path();
        assert_eq!(bundles(&stick.join("away")), [""; 0]);
        for name in [
            "kiosk-1.4.0.raucb",
            "kiosk-1.3.0.raucb",
            "._kiosk-1.4.0.raucb",
            "a.txt",
            "b.kcp",
        ] {
            at(stick, name, b"x");
        }
        fs::create_dir(stick.join("z.raucb")).expect("a folder");
        std::os::unix::fs::symlink("/etc/passwd", stick.join("y.raucb")).expect("a link");
        let made = std::process::Command::new("mkfifo")
            .arg(stick.join("x.raucb"))
            .status();
        assert!(made.expect("mkfifo").success());
        assert_eq!(
            bundles(stick),
            ["kiosk-1.4.0.raucb", "kiosk-1.3.0.raucb", "b.kcp"]
        );
        for name in ["x.raucb", "y.raucb", "z.raucb"] {
            let refused = copy(&stick.join(name), &stick.join("copies"), None, 0, |_, _| ());
            assert_eq!(refused, Err(Refusal::NoPlainFile), "{name}");
        }
    }

    #[test]
    fn a_copy_is_whole_alone_and_called_by_its_hash() {
        let dir = tempfile::tempdir().expect("a stick");
        let folder = dir.path().join("copies");
        let content: Vec<u8> = (0..700_000_u32).map(|n| n as u8).collect();
        let file = at(dir.path(), "a.raucb", &content);
        let mut heard = Vec::new();
        let copied = copy(&file, &folder, None, 0, |done, size| {
            heard.push((done, size))
        })
        .expect("copied");
        assert_eq!(copied.sha256, Digest::of(&content).hex());
        assert_eq!(fs::read(&copied.file).expect("there"), content);
        assert_eq!(heard.last(), Some(&(700_000, 700_000)));
        assert!(heard.len() > 2, "{heard:?}");
        fs::write(folder.join("bundle.part"), "cut off").expect("written");
        let other = at(dir.path(), "b.raucb", b"other");
        let copied = copy(&other, &folder, None, 0, |_, _| ()).expect("copied");
        let left: Vec<_> = fs::read_dir(&folder)
            .expect("folder")
            .flatten()
            .map(|e| e.path())
            .collect();
        assert_eq!(left, std::slice::from_ref(&copied.file));
        // An update may be reading it.
        let third = at(dir.path(), "c.raucb", b"third");
        let in_use = Some(copied.file.as_path());
        copy(&third, &folder, in_use, 0, |_, _| ()).expect("copied");
        assert!(copied.file.exists());
        assert_eq!(fs::read_dir(&folder).expect("folder").count(), 2);
    }

    #[test]
    fn what_cannot_be_copied_is_told_before_the_disk_is_full() {
        let dir = tempfile::tempdir().expect("a stick");
        let folder = dir.path().join("copies");
        let refused =
            |name: &str, reserve| copy(&dir.path().join(name), &folder, None, reserve, |_, _| ());
        at(dir.path(), "empty.raucb", b"");
        at(dir.path(), "a.raucb", b"12345");
        let huge = File::create(dir.path().join("huge.raucb")).expect("a file");
        huge.set_len(ARTIFACT_MAX + 1).expect("a hole");
        assert_eq!(refused("gone.raucb", 0), Err(Refusal::NoFile));
        assert_eq!(refused("empty.raucb", 0), Err(Refusal::Empty));
        assert_eq!(
            refused("huge.raucb", 0),
            Err(Refusal::TooLong(ARTIFACT_MAX + 1))
        );
        assert!(matches!(
            refused("a.raucb", u64::MAX / 2),
            Err(Refusal::NoRoom(_))
        ));
        assert_eq!(fs::read_dir(&folder).expect("folder").count(), 0);
    }
}
