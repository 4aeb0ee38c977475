//! The journal: one line of JSON per event, to stderr (which systemd keeps) or to a file of limited size.
//!
//! A line is `{seq, boot_id, mono_ms, wall, id, kind, sentence, fields}`. `boot_id` and `mono_ms` put lines in
//! order on a machine whose wall clock jumps; `wall` is null while that clock cannot be right.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::clock::Clock;
use crate::events::{EventId, FieldValue, Kind};
use crate::text::Lang;
use crate::wire::gauge::Trail;

/// Fields of one line; more are left out.
const MAX_FIELDS: usize = 8;

/// Writes events. Clones write to the same place, with one count.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Mutex<Inner>>,
    clock: Clock,
    boot_id: Arc<str>,
}

struct Inner {
    sink: Sink,
    seq: u64,
    /// Lines that could not be written since the last one that could.
    dropped: u64,
}

enum Sink {
    Stderr,
    File(Rotating),
    Memory(Vec<u8>),
}

struct Rotating {
    path: PathBuf,
    file: File,
    len: u64,
    max: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    seq: u64,
    boot_id: &'a str,
    mono_ms: u64,
    wall: Option<String>,
    id: &'static str,
    kind: Kind,
    sentence: &'static str,
    fields: Fields<'a>,
}

struct Fields<'a> {
    of: EventId,
    given: &'a [(&'static str, FieldValue)],
    trail: Option<&'a Trail>,
}

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let known = self.of.fields();
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self
            .given
            .iter()
            .filter(|(name, _)| known.contains(name))
            .take(MAX_FIELDS)
        {
            map.serialize_entry(name, value)?;
        }
        if let Some(trail) = self.trail {
            map.serialize_entry("trail", &trail.to_string())?;
        }
        map.end()
    }
}

impl Journal {
    /// To stderr.
    #[must_use]
    pub fn stderr(clock: Clock) -> Self {
        Self::to(Sink::Stderr, clock)
    }

    /// To `path`, which is set aside as `path.1` when it would grow over `max_kib`; so at most twice that is kept.
    ///
    /// # Errors
    /// The file cannot be opened or made.
    pub fn file(path: &Path, max_kib: u32, clock: Clock) -> io::Result<Self> {
        let file = append_to(path)?;
        let len = file.metadata()?.len();
        let max = u64::from(max_kib) * 1024;
        let path = path.to_owned();
        Ok(Self::to(
            Sink::File(Rotating {
                path,
                file,
                len,
                max,
            }),
            clock,
        ))
    }

    /// To memory: for visit scripts and tests, read back with [`Journal::written`].
    #[must_use]
    pub fn memory(clock: Clock) -> Self {
        Self::to(Sink::Memory(Vec::new()), clock)
    }

    fn to(sink: Sink, clock: Clock) -> Self {
        Self {
            inner: Arc::new(Mutex::new(Inner {
                sink,
                seq: 0,
                dropped: 0,
            })),
            boot_id: clock.boot_id().into(),
            clock,
        }
    }

    /// Writes one event. Only the fields that the catalogue gives this event are written.
    /// Never fails: a line that cannot be written is counted and told with the next that can.
    pub fn event(&self, id: EventId, fields: &[(&'static str, FieldValue)]) {
        self.write(id, fields, None);
    }

    /// Writes what passed on the port of `device` before a fault. Holds no content, as little as any field.
    pub fn trail(&self, device: &'static str, trail: &Trail) {
        let fields = [
            ("device", FieldValue::Word(device)),
            ("fault", FieldValue::Word(trail.fault())),
        ];
        self.write(EventId::DeviceTrail, &fields, Some(trail));
    }

    fn write(&self, id: EventId, given: &[(&'static str, FieldValue)], trail: Option<&Trail>) {
        let mut inner = self.lock();
        if inner.dropped > 0 {
            let lines = FieldValue::count(inner.dropped);
            let dropped = Fields {
                of: EventId::JournalDropped,
                given: &[("lines", lines)],
                trail: None,
            };
            if self.line(&mut inner, dropped).is_ok() {
                inner.dropped = 0;
            }
        }
        let of = id;
        let fields = Fields { of, given, trail };
        if self.line(&mut inner, fields).is_err() {
            inner.dropped += 1;
        }
    }

    /// What a journal in memory holds; empty for the others.
    #[must_use]
    pub fn written(&self) -> String {
        match &self.lock().sink {
            Sink::Memory(bytes) => String::from_utf8_lossy(bytes).into_owned(),
            Sink::Stderr | Sink::File(_) => String::new(),
        }
    }

    /// A thread that panicked while writing has left at worst half a line.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn line(&self, inner: &mut Inner, fields: Fields<'_>) -> io::Result<()> {
        inner.seq += 1;
        let id = fields.of;
        let line = Line {
            seq: inner.seq,
            boot_id: &self.boot_id,
            mono_ms: self.clock.boot_ms(),
            wall: self.clock.rfc3339(),
            id: id.id(),
            kind: id.kind(),
            sentence: id.sentence(Lang::Zh),
            fields,
        };
        let mut bytes = serde_json::to_vec(&line)?;
        bytes.push(b'\n');
        match &mut inner.sink {
            Sink::Stderr => io::stderr().lock().write_all(&bytes),
            Sink::File(file) => file.write(&bytes),
            Sink::Memory(all) => {
                all.extend_from_slice(&bytes);
                let over = all.len().saturating_sub(MAX_MEMORY);
                all.drain(..over);
                Ok(())
            }
        }
    }
}

/// What a journal in memory keeps of its end.
const MAX_MEMORY: usize = 4 * 1024 * 1024;

impl Rotating {
    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let len = u64::try_from(line.len()).unwrap_or(u64::MAX);
        if self.len > 0 && self.len.saturating_add(len) > self.max {
            fs::rename(&self.path, aside(&self.path))?;
            self.file = append_to(&self.path)?;
            self.len = 0;
        }
        // One write for the whole line: a cut leaves no half line but the last.
        self.file.write_all(line)?;
        self.len += len;
        Ok(())
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    let file = OpenOptions::new().create(true).append(true).open(path)?;
    crate::shell::owner::adopt(&file, path)?;
    Ok(file)
}

/// `journal.jsonl` → `journal.jsonl.1`.
fn aside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".1");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use std::time::{Duration, UNIX_EPOCH};

    fn clock() -> Clock {
        Clock::starting_at(UNIX_EPOCH + Duration::from_secs(1_772_672_820))
    }

    fn lines(text: &str) -> Vec<Value> {
        text.lines()
            .map(|line| serde_json::from_str(line).expect("a line of JSON"))
            .collect()
    }

    #[test]
    fn a_line_says_what_when_and_in_which_boot() {
        let journal = Journal::memory(clock());
        journal.event(
            EventId::CaseStored,
            &[
                ("case", FieldValue::id("W0012-01-000123-7")),
                ("bytes", FieldValue::count(812usize)),
            ],
        );
        journal.clone().event(EventId::CardRemoved, &[]);
        let lines = lines(&journal.written());
        assert_eq!(lines[0]["id"], "case.stored");
        assert_eq!(lines[0]["kind"], "act");
        assert_eq!(lines[0]["sentence"], "办件已落盘。");
        assert_eq!(lines[0]["fields"]["case"], "W0012-01-000123-7");
        assert_eq!(lines[0]["fields"]["bytes"], 812);
        let wall = lines[0]["wall"].as_str().expect("a trusted clock");
        assert!(wall.starts_with("2026-03-05T09:0"), "{wall}");
        assert_eq!(lines[1]["seq"], 2);
        assert_eq!(lines[1]["boot_id"], lines[0]["boot_id"]);
    }

    #[test]
    fn a_clock_that_was_never_set_writes_no_time() {
        let journal = Journal::memory(Clock::starting_at(UNIX_EPOCH));
        journal.event(EventId::FirmwareStarted, &[]);
        assert_eq!(lines(&journal.written())[0]["wall"], Value::Null);
    }

    #[test]
    fn a_file_is_set_aside_once_and_never_grows_over_its_limit() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("journal.jsonl");
        let journal = Journal::file(&path, 1, clock()).expect("open");
        for _ in 0..40 {
            journal.event(EventId::LineUp, &[]);
        }
        let size = |p: &Path| fs::metadata(p).expect("file").len();
        assert!(size(&path) <= 1024 && size(&aside(&path)) <= 1024);
        assert_eq!(fs::read_dir(dir.path()).expect("folder").count(), 2);
        let older = fs::read_to_string(aside(&path)).expect("text");
        let newer = fs::read_to_string(&path).expect("text");
        let seqs: Vec<u64> = lines(&(older + &newer))
            .iter()
            .filter_map(|line| line["seq"].as_u64())
            .collect();
        assert_eq!(seqs.last(), Some(&40));
        assert!(seqs.windows(2).all(|pair| pair[0] + 1 == pair[1]));
    }

    #[test]
    fn a_restart_writes_on_in_the_same_file() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let path = dir.path().join("journal.jsonl");
        for _ in 0..2 {
            let journal = Journal::file(&path, 64, clock()).expect("open");
            journal.event(EventId::FirmwareStarted, &[]);
        }
        assert_eq!(lines(&fs::read_to_string(&path).expect("text")).len(), 2);
    }

    #[test]
    fn lost_lines_are_counted_and_told() {
        let dir = tempfile::tempdir().expect("temporary folder");
        let folder = dir.path().join("logs");
        fs::create_dir(&folder).expect("folder");
        let path = folder.join("journal.jsonl");
        let journal = Journal::file(&path, 1, clock()).expect("open");
        let filler = || journal.event(EventId::LineUp, &[]);
        // A folder that is gone shows at the next setting aside.
        fs::remove_dir_all(&folder).expect("remove");
        (0..20).for_each(|_| filler());
        fs::create_dir(&folder).expect("folder");
        fs::write(&path, "").expect("an empty journal");
        filler();
        let told = lines(&fs::read_to_string(&path).expect("text"));
        assert_eq!(told[0]["id"], "journal.dropped");
        assert!(told[0]["fields"]["lines"].as_u64() >= Some(10));
        assert_eq!(told[1]["id"], "line.up");
    }

    #[test]
    fn a_field_that_the_catalogue_does_not_know_is_left_out() {
        let journal = Journal::memory(clock());
        let fields = [
            ("waiting", FieldValue::Number(2)),
            ("hello", FieldValue::Flag(true)),
        ];
        journal.event(EventId::LineUp, &fields);
        let written = lines(&journal.written());
        assert_eq!(written[0]["fields"], serde_json::json!({ "waiting": 2 }));
    }

    #[test]
    fn a_line_has_at_most_eight_fields() {
        let journal = Journal::memory(clock());
        journal.event(EventId::LineUp, &[("waiting", FieldValue::Number(1)); 20]);
        assert_eq!(journal.written().matches("waiting").count(), MAX_FIELDS);
    }
}
