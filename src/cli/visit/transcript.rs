//! `transcript.jsonl`: what was done and what came of it, one JSON object a line.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use kiosk::domain::page::Page;
use kiosk::shell::clock::Clock;
use kiosk::shell::journal::Journal;
use serde_json::{Value, json};

use super::names;

/// The file, and how much of the journal it holds already.
pub struct Transcript {
    file: File,
    clock: Clock,
    journal: Journal,
    /// Sequence number of the last event that was taken over.
    seen: u64,
    events: Vec<String>,
}

impl Transcript {
    /// An empty transcript in `folder`.
    pub fn new(folder: &Path, clock: Clock, journal: Journal) -> anyhow::Result<Self> {
        let path = folder.join("transcript.jsonl");
        let file = File::create(&path).with_context(|| path.display().to_string())?;
        Ok(Self {
            file,
            clock,
            journal,
            seen: 0,
            events: Vec::new(),
        })
    }

    /// A line of the script.
    pub fn step(&mut self, line: usize, text: &str) -> anyhow::Result<()> {
        self.write(json!({ "step": text, "line": line }))
    }

    /// A page that is shown now.
    pub fn page(&mut self, page: &Page) -> anyhow::Result<()> {
        let name = names::of(page.kind);
        let overlay = page.overlay.is_some();
        self.write(json!({ "page": name, "heading": page.heading, "overlay": overlay }))
    }

    /// A finger's way over the screen, in pixels; a tap has one point.
    pub fn stroke(&mut self, points: &[(f32, f32)]) -> anyhow::Result<()> {
        self.write(json!({ "stroke": points }))
    }

    /// A file that was written beside the transcript.
    pub fn file(&mut self, what: &str, name: &str, lines: &[String]) -> anyhow::Result<()> {
        self.write(json!({ what: name, "lines": lines }))
    }

    /// How it failed.
    pub fn failed(&mut self, message: &str) -> anyhow::Result<()> {
        self.write(json!({ "failed": message }))
    }

    /// Takes over the events that were logged since.
    pub fn events(&mut self) -> anyhow::Result<()> {
        for line in self.journal.written().lines() {
            // The oldest line of a journal that overflowed may be cut.
            let Ok(event) = serde_json::from_str::<Value>(line) else {
                continue;
            };
            let seq = event["seq"].as_u64().unwrap_or(0);
            if seq > self.seen {
                self.seen = seq;
                self.events
                    .push(event["id"].as_str().unwrap_or_default().into());
                self.write(json!({ "event": event }))?;
            }
        }
        Ok(())
    }

    /// Whether an event with this id was logged.
    pub fn has_event(&self, id: &str) -> bool {
        self.events.iter().any(|event| event == id)
    }

    /// Ids of the newest events, for messages.
    pub fn newest(&self) -> String {
        let from = self.events.len().saturating_sub(12);
        self.events[from..].join(" ")
    }

    fn write(&mut self, mut line: Value) -> anyhow::Result<()> {
        line["at"] = json!(self.clock.rfc3339());
        writeln!(self.file, "{line}").context("transcript.jsonl")
    }
}
