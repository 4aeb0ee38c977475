//! Files that somebody else has laid there: on a stick, or in another user's folder. A pipe must not hold up whoever opens it,
//! a link not lead elsewhere, and a file is as long as it was said to be at most.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;

/// Opens the plain file at `path` to be read.
///
/// # Errors
/// Of the disk; `InvalidInput` for what is no plain file.
pub fn open(path: &Path) -> io::Result<File> {
    // Without NONBLOCK a pipe waits for somebody to write into it, and some devices for their medium.
    let flags =
        OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NOCTTY;
    let other = || io::Error::new(io::ErrorKind::InvalidInput, "no plain file");
    let file = match rustix::fs::open(path, flags, Mode::empty()) {
        Err(Errno::LOOP) => return Err(other()),
        opened => File::from(opened?),
    };
    match file.metadata()?.is_file() {
        true => Ok(file),
        false => Err(other()),
    }
}

/// All of the plain file at `path`.
///
/// # Errors
/// As [`open`]; `FileTooLarge` when it is longer than `most` bytes.
pub fn read(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(path)?
        .take(most.saturating_add(1))
        .read_to_end(&mut bytes)?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > most {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_plain_files_are_opened_and_nothing_waits() {
        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        std::fs::write(at("plain"), "12345").expect("written");
        std::os::unix::fs::symlink(at("plain"), at("link")).expect("laid");
        let fifo = std::process::Command::new("mkfifo")
            .arg(at("pipe"))
            .status();
        assert!(fifo.expect("mkfifo").success());
        assert_eq!(read(&at("plain"), 5).expect("read"), b"12345");
        let long = read(&at("plain"), 4).expect_err("long");
        assert_eq!(long.kind(), io::ErrorKind::FileTooLarge);
        for name in ["link", "pipe", "."] {
            assert!(open(&at(name)).is_err(), "{name}");
        }
        assert!(open(Path::new("/dev/null")).is_err());
    }
}
