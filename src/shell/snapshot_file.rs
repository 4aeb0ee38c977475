//! A small file that always holds the newest of what was to be written, whole or not at all.
//!
//! It is written on a thread of its own: a disk that hangs must not hang the pages. It is not synced: of another boot it
//! means nothing.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;

use crate::shell::owner;

/// The file.
pub struct SnapshotFile {
    sender: Option<Sender<Vec<u8>>>,
    thread: Option<JoinHandle<()>>,
}

impl SnapshotFile {
    /// At `path`. Without a thread nothing is written; whoever reads it then finds nothing of this boot.
    #[must_use]
    pub fn open(path: PathBuf) -> Self {
        let (sender, contents) = channel::<Vec<u8>>();
        let write = move || {
            while let Ok(mut content) = contents.recv() {
                while let Ok(newer) = contents.try_recv() {
                    content = newer;
                }
                // A full disk has alarms of its own.
                let _ = keep(&path, &content);
            }
        };
        let thread = std::thread::Builder::new().name("snapshot".into());
        Self {
            sender: Some(sender),
            thread: thread.spawn(write).ok(),
        }
    }

    /// Writes this soon, unless something newer comes before.
    pub fn put(&self, content: Vec<u8>) {
        if let Some(sender) = &self.sender {
            // Without its thread nobody listens.
            let _ = sender.send(content);
        }
    }
}

impl Drop for SnapshotFile {
    fn drop(&mut self) {
        self.sender = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Writes a file whole or not at all.
///
/// # Errors
/// Of the disk.
pub fn keep(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    // The other process reads it under another user, whatever this one's umask is; a folder that is nobody else's hides it.
    let mut file = owner::fresh(Path::new(&partial), 0o644)?;
    file.write_all(content)?;
    std::fs::rename(&partial, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_is_in_the_file_when_it_is_closed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("state.json");
        let file = SnapshotFile::open(path.clone());
        for number in 0..100_u8 {
            file.put(vec![number; 10]);
        }
        drop(file);
        assert_eq!(std::fs::read(&path).expect("written"), vec![99; 10]);
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1);
    }

    #[test]
    fn a_folder_that_is_not_there_disturbs_nobody() {
        let file = SnapshotFile::open("/nowhere/at/all/state.json".into());
        file.put(vec![1]);
    }
}
