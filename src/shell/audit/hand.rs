//! Hands entries that nobody else has yet to the fleet agent, which has no path to the log: whole lines in a file beside the report,
//! from behind what the desk has by the agent's word on. On a thread of its own, for a disk that hangs must not hang the pages.

use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use super::{AuditLog, acknowledged_in};
use crate::audit::{Anchor, Entry, Page};
use crate::shell::snapshot_file;

/// How often the agent's word and entries of commands are looked for.
const LOOK: Duration = Duration::from_secs(20);
/// Most that is handed over at once, bytes.
pub const MOST: usize = 128 * 1024;

/// The thread.
pub struct Hand {
    wake: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Hand {
    /// Keeps the file `entries` until it is dropped; what the desk has stands in `acknowledged`.
    #[must_use]
    pub fn start(log: AuditLog, entries: PathBuf, acknowledged: Option<PathBuf>) -> Self {
        let (wake, woken) = channel();
        let turn = move || {
            let mut done = None;
            loop {
                // Nothing is read while neither end has moved.
                let now = (log.end(), acknowledged_in(acknowledged.as_deref()));
                if done != Some(now) && hand_over(&log, &entries, now.1).is_ok() {
                    done = Some(now);
                }
                match woken.recv_timeout(LOOK) {
                    Ok(()) | Err(RecvTimeoutError::Timeout) => {}
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        };
        let thread = std::thread::Builder::new().name("audit".into());
        Self {
            wake: Some(wake),
            thread: thread.spawn(turn).ok(),
        }
    }

    /// An entry was written.
    pub fn wake(&self) {
        if let Some(wake) = &self.wake {
            // Without its thread nothing is shipped, which the desk sees.
            let _ = wake.send(());
        }
    }
}

impl Drop for Hand {
    fn drop(&mut self) {
        self.wake = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn hand_over(log: &AuditLog, file: &Path, acknowledged: Option<Anchor>) -> std::io::Result<()> {
    let text = waiting(&log.pages()?, acknowledged);
    snapshot_file::keep(file, text.as_bytes())
}

/// Lines behind what is acknowledged, in whole and at most [`MOST`] bytes. Of a log that does not hold the acknowledged entry, all: it is
/// another log, or its beginning went after six months. A line that is no entry is nobody's to read.
fn waiting(pages: &[Page], acknowledged: Option<Anchor>) -> String {
    let lines = || pages.iter().flat_map(|page| &page.lines);
    let entries = || lines().filter_map(|raw| Some((raw.entry.as_ref().ok()?, raw.digest)));
    let known = acknowledged
        .filter(|at| entries().any(|(entry, digest)| (entry.seq, digest) == (at.seq, at.digest)));
    let mut text = String::new();
    for (entry, _) in entries().filter(|(entry, _)| known.is_none_or(|at| entry.seq > at.seq)) {
        let line = Entry::line(entry);
        if text.len() + line.len() >= MOST {
            break;
        }
        text += &line;
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{Act, Note, Who};
    use crate::shell::clock::Clock;

    #[test]
    fn what_the_desk_does_not_have_is_handed_over_and_nothing_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = AuditLog::at(folder.path().join("audit"));
        let write = || {
            let note = Note::done(Who::Code, Act::TestPrint);
            log.append(note, &Clock::system()).expect("written");
            log.end().expect("an end")
        };
        let second = write();
        let third = write();
        let lines = |at| {
            let text = waiting(&log.pages().expect("read"), at);
            text.lines().count()
        };
        assert_eq!(lines(None), 3);
        assert_eq!(lines(Some(second)), 1);
        assert_eq!(lines(Some(third)), 0);
        let foreign = Anchor {
            digest: second.digest,
            ..third
        };
        assert_eq!(lines(Some(foreign)), 3, "of another log");
        // Each line is an entry of the log, byte for byte.
        let text = waiting(&log.pages().expect("read"), Some(second));
        assert_eq!(
            crate::case::Digest::of(text.trim_end().as_bytes()),
            third.digest
        );
        for _ in 0..600 {
            write();
        }
        let text = waiting(&log.pages().expect("read"), None);
        assert!(text.len() < MOST && text.len() > MOST - 1024 && text.ends_with('\n'));
    }

    #[test]
    fn the_thread_writes_what_waits_when_it_is_woken_and_when_it_ends() {
        let folder = tempfile::tempdir().expect("a folder");
        let log = AuditLog::at(folder.path().join("audit"));
        let note = Note::done(Who::Code, Act::TestPrint);
        log.append(note, &Clock::system()).expect("written");
        let file = folder.path().join("audit.jsonl");
        let hand = Hand::start(log, file.clone(), None);
        hand.wake();
        drop(hand);
        let text = std::fs::read_to_string(file).expect("handed over");
        assert_eq!(text.lines().count(), 2);
    }
}
