//! A folder that is carried away: a file in it is whole, or it is not there.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use crate::case::Digest;
use crate::case::bundle::BundleError;
use sha2::{Digest as _, Sha256};

/// The folder, and the machine whose files go into it.
pub struct Stick<'a> {
    folder: &'a Path,
    machine: &'a str,
}

impl<'a> Stick<'a> {
    /// # Errors
    /// There is no such folder.
    pub fn at(folder: &'a Path, machine: &'a str) -> anyhow::Result<Self> {
        let facts = fs::metadata(folder).map_err(|error| {
            let advice = advice(error.kind(), folder);
            anyhow::Error::new(error).context(advice)
        })?;
        anyhow::ensure!(
            facts.is_dir(),
            "{}: 不是文件夹 not a folder",
            folder.display()
        );
        Ok(Self { folder, machine })
    }

    /// Puts a new bundle there with the content that `write` gives: written beside, synced, renamed, and the folder
    /// synced. Its name tells machine, time (RFC 3339; `None` if there is none) and the head of its digest.
    ///
    /// # Errors
    /// Of `write` and of the disk; no new file is left then.
    pub fn put(
        &self,
        at: Option<&str>,
        write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
    ) -> anyhow::Result<(PathBuf, Digest)> {
        let part = self.folder.join(format!("kiosk-{}.part", self.machine));
        let done = self.written(&part, write).and_then(|digest| {
            let file = self.folder.join(self.name(at, &digest));
            fs::rename(&part, &file)?;
            File::open(self.folder)?.sync_all()?;
            Ok((file, digest))
        });
        done.map_err(|error| {
            // What can be removed of a file that is not whole; the next export removes the rest.
            let _ = fs::remove_file(&part);
            match io_kind(&error) {
                Some(kind) => error.context(advice(kind, self.folder)),
                None => error,
            }
        })
    }

    fn written(
        &self,
        part: &Path,
        write: impl FnOnce(&mut dyn Write) -> anyhow::Result<()>,
    ) -> anyhow::Result<Digest> {
        match fs::remove_file(part) {
            // Left by an export that was cut off.
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        let file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(part)?;
        let mut out = Hashed {
            out: BufWriter::new(file),
            hash: Sha256::new(),
        };
        write(&mut out)?;
        let file = out
            .out
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.sync_all()?;
        Ok(Digest(out.hash.finalize().into()))
    }

    /// Without colons: a stick may be of a kind that knows none.
    fn name(&self, at: Option<&str>, digest: &Digest) -> String {
        let time: String = match at {
            Some(at) => at.chars().filter(|c| !":-".contains(*c)).take(15).collect(),
            None => "noclock".into(),
        };
        format!("kiosk-{}-{time}-{}.kbx", self.machine, &digest.hex()[..8])
    }
}

/// Counts what goes through into a digest.
struct Hashed<W> {
    out: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

fn io_kind(error: &anyhow::Error) -> Option<io::ErrorKind> {
    match error.downcast_ref::<BundleError>() {
        Some(BundleError::Io(error)) => Some(error.kind()),
        _ => error.downcast_ref::<io::Error>().map(io::Error::kind),
    }
}

/// What a person can do about it.
fn advice(kind: io::ErrorKind, folder: &Path) -> String {
    use io::ErrorKind::{
        NotFound, PermissionDenied, QuotaExceeded, ReadOnlyFilesystem, StorageFull,
    };
    let what = match kind {
        NotFound => {
            "文件夹不存在，U 盘是否已插好并挂载？ there is no such folder; is the stick mounted?"
        }
        PermissionDenied | ReadOnlyFilesystem => {
            "不能写入，请检查写保护和权限 cannot be written to; look at its write protection and mode"
        }
        StorageFull | QuotaExceeded => "空间已满，请换一个 U 盘 full; take another stick",
        _ => "写入失败，请换一个 U 盘 writing failed; take another stick",
    };
    format!("{}: {what}", folder.display())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let names = fs::read_dir(folder).expect("folder");
        names
            .map(|entry| {
                entry
                    .expect("entry")
                    .file_name()
                    .into_string()
                    .expect("name")
            })
            .collect()
    }

    #[test]
    fn a_file_is_there_whole_under_its_own_name() {
        let dir = tempfile::tempdir().expect("folder");
        fs::write(dir.path().join("kiosk-W0012.part"), "cut off").expect("written");
        let stick = Stick::at(dir.path(), "W0012").expect("folder");
        let (file, digest) = stick
            .put(Some("2026-01-05T09:00:00+08:00"), |out| {
                Ok(out.write_all(b"cases")?)
            })
            .expect("put");
        assert_eq!(digest, Digest::of(b"cases"));
        assert_eq!(fs::read(&file).expect("read"), b"cases");
        let expected = format!("kiosk-W0012-20260105T090000-{}.kbx", &digest.hex()[..8]);
        assert_eq!(names(dir.path()), [expected]);
    }

    #[test]
    fn a_full_stick_is_named_and_left_without_a_rest() {
        let dir = tempfile::tempdir().expect("folder");
        let stick = Stick::at(dir.path(), "W0012").expect("folder");
        let error = stick
            .put(None, |out| {
                out.write_all(b"half")?;
                Err(BundleError::Io(io::ErrorKind::StorageFull.into()).into())
            })
            .expect_err("full");
        assert!(
            format!("{error:#}").contains("take another stick"),
            "{error:#}"
        );
        assert!(names(dir.path()).is_empty());
    }

    #[test]
    fn what_is_no_folder_is_said() {
        let dir = tempfile::tempdir().expect("folder");
        let gone = dir.path().join("gone");
        let error = Stick::at(&gone, "W0012").err().expect("gone");
        assert!(
            format!("{error:#}").contains("is the stick mounted?"),
            "{error:#}"
        );
        fs::write(&gone, "a file").expect("written");
        let error = Stick::at(&gone, "W0012").err().expect("a file");
        assert!(error.to_string().contains("not a folder"), "{error}");
    }
}
