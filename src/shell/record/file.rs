//! A recording's file. Written on a thread of its own: a disk that hangs, is full or read-only stops the recording and
//! nothing else.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;

use super::Write;
use super::line::Writing;

/// Pieces of text that may wait for the disk.
const QUEUE: usize = 1024;
/// Most recordings of one device in a folder.
const MOST: u32 = 99;

/// A new file of this device in `folder`; none when it cannot be made.
pub(super) fn open(folder: &Path, device: &str) -> Option<Write> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let paths = (1..=MOST).map(|at| folder.join(format!("{device}-{at}.jsonl")));
    let file = paths
        .map(|path| options.open(path))
        .find_map(|opened| match opened {
            Ok(file) => Some(Some(file)),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => None,
            Err(_) => Some(None),
        })??;
    onto(file, device)
}

fn onto(mut file: File, device: &str) -> Option<Write> {
    let (sender, texts) = sync_channel::<String>(QUEUE);
    let late = Arc::new(AtomicBool::new(false));
    let was_late = Arc::clone(&late);
    let thread = std::thread::Builder::new().name(format!("record-{device}"));
    thread
        .spawn(move || {
            for text in texts {
                if file.write_all(text.as_bytes()).is_err() {
                    return;
                }
            }
            if was_late.load(Ordering::Acquire) {
                let mut end = Writing::default();
                end.end("the disk was too slow");
                // There is nothing left to do about a disk that does not even take this.
                let _ = file.write_all(end.into_text().as_bytes());
            }
        })
        .ok()?;
    Some(Box::new(move |text| {
        let sent = sender.try_send(text).is_ok();
        late.fetch_or(!sent, Ordering::Release);
        sent
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shell::record::{LIMIT, Recorder, Recording};
    use crate::wire::Machine as _;
    use crate::wire::sam::{ReaderCommand, SamConfig, SamReader};
    use crate::wire::tap::Tapped;
    use std::time::{Duration, Instant};

    /// Runs a reader that nobody answers for some hours, recorded by `write`.
    fn run(write: Option<Write>, hours: u64) {
        let recorder = write.map(|write| Recorder::new(&SamConfig::default(), write));
        let mut machine = Tapped::new(SamReader::new(SamConfig::default()), recorder);
        let mut now = Instant::now();
        let end = now + Duration::from_secs(3600 * hours);
        machine.command(ReaderCommand::SetPolling(true), now);
        machine.port_opened(now);
        while now < end {
            while machine.poll_transmit().is_some() {}
            while machine.poll_event().is_some() {}
            while machine.poll_port().is_some() {
                machine.port_opened(now);
            }
            now = machine.poll_timeout().unwrap_or(end);
            machine.handle_timeout(now);
        }
    }

    fn text(path: &Path) -> String {
        // The thread writes on after the recorder is gone.
        for _ in 0..200 {
            std::thread::sleep(Duration::from_millis(20));
            let text = std::fs::read_to_string(path).expect("a file");
            if text.ends_with("\"}\n") {
                return text;
            }
        }
        panic!("never written")
    }

    #[test]
    fn each_start_has_its_own_file_and_none_grows_over_the_limit() {
        let folder = tempfile::tempdir().expect("a folder");
        run(open(folder.path(), "reader"), 1);
        let first = text(&folder.path().join("reader-1.jsonl"));
        Recording::parse(first.as_bytes()).expect("a recording");
        let mut all = String::new();
        let (tell, told) = std::sync::mpsc::channel();
        run(Some(Box::new(move |text| tell.send(text).is_ok())), 24 * 30);
        told.iter().for_each(|text| all += &text);
        assert!(all.len() <= LIMIT + 20 && all.ends_with("{\"end\":\"limit\"}\n"));
        let recording = Recording::parse(all.as_bytes()).expect("a recording");
        assert_eq!(recording.end.as_deref(), Some("limit"));
        assert!(open(folder.path(), "reader").is_some());
        assert!(folder.path().join("reader-2.jsonl").exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_and_a_disk_that_is_full_disturb_nobody() {
        assert!(open(Path::new("/nonexistent"), "reader").is_none());
        let full = File::options().write(true).open("/dev/full");
        run(onto(full.expect("a full disk"), "reader"), 1);
        let mut takes = 5;
        let stops = move |_| {
            takes -= 1;
            takes > 0
        };
        run(Some(Box::new(stops)), 1);
        run(None, 1);
    }
}
